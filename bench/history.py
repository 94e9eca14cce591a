"""How fast the history is written and read, and how many bytes a row takes: python -m bench.history FOLDER [ROWS].

FOLDER gets a file of some 200 MB for the usual 10,000,000 rows; it is filled only once, and never removed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time

from api.edge.access import Access
from app import create_app
from engine import Engine
from grid.chain import ChainReader
from mapping import CloudMap
from serve import preload
from settings import Settings
from store.history import rows
from store.history.entries import Entry, ReadingEntry, Series
from store.history.history import History
from store.history.readings import minute_of
from store.history.retention import FINE_DAYS
from store.keys.ring import KeyRing
from store.limits.rate_limit import OFF, in_memory

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROWS = 10_000_000
BATCH = 50_000
RUNS = 15


def entries(zones: Sequence[str], count: int) -> Iterator[Entry]:
    """Readings of all zones as retention leaves them: hourly ones, then a month of 5 minutes; the oldest first."""
    fine = FINE_DAYS * 288
    hours = max(0, count // len(zones) - fine)
    first_fine = minute_of(NOW) - FINE_DAYS * 1440
    lengths = [(first_fine - 60 * (hours - hour), 60) for hour in range(hours)]
    lengths += [(first_fine + 5 * step, 5) for step in range(fine)]
    for starts_minute, minutes in lengths:
        for number, zone in enumerate(zones):
            value = 200_000 + 1000 * number + 137 * (starts_minute * (number + 7) % 997)
            yield ReadingEntry(Series("bench", "average-lifecycle", zone), starts_minute, minutes, value, 0)


def fill(history: History, zones: Sequence[str], count: int) -> float:
    """Write the rows; rows a second."""
    began, waiting = perf_counter(), entries(zones, count)
    while batch := list(islice(waiting, BATCH)):
        with history.database.writing() as connection:
            rows.write(connection, batch)
    return count / (perf_counter() - began)


def milliseconds(run: Callable[[], object]) -> float:
    """Milliseconds of the processor, the median of some runs."""
    times = []
    for _ in range(RUNS):
        began = thread_time()
        run()
        times.append(1000 * (thread_time() - began))
    return median(times)


def main(folder: str, count: str = str(ROWS)) -> None:
    """Print a line for each figure."""
    mapping = CloudMap.load()
    zones = sorted(mapping.zones)
    history = History(Path(folder))
    path = history.database.path
    if path is not None and not path.exists():
        print(f"written: {fill(history, zones, int(count)):,.0f} rows a second")
    if path is not None:
        print(f"bytes a row: {path.stat().st_size / int(count):.1f}")
    engine = Engine(mapping, ChainReader(), history)
    app = create_app(
        Settings(access_log="off"),
        engine,
        rules=Access(keys=KeyRing(lambda: ()), limiter=in_memory(), rate=OFF),
        clock=lambda: NOW,
    )
    client, zone = app.test_client(), zones[len(zones) // 2]
    preload.prepare(app)  # as a server does before it forks its workers
    for name, days, step in (
        ("a day of 5 minutes", 1, "5m"),
        ("a month of hours", 30, "1h"),
        ("a month of 5 minutes", 30, "5m"),
        ("a year of hours", 365, "1h"),
        ("a year of days", 365, "1d"),
        ("a year of months", 365, "1mo"),
    ):
        start = f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        address = f"/api/v1/zones/{zone}/history?step={step}&start={start}"
        points = client.get(address).json["total"]  # type: ignore[index]
        print(f"{name}: {milliseconds(partial(client.get, address)):.1f} ms, {points} points")


if __name__ == "__main__":
    main(*sys.argv[1:])
