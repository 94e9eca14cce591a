"""Worker processes that read the grid through a store they share, and what they saw."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from grid.registry import build_reader
from grid.source import GridReader
from grid.sources import electricity_maps
from grid.upstream.quota import Budget
from settings import Settings
from store.redis_link import TIMEOUT_SECONDS, RedisLink
from store.shared.changes import Store
from store.shared.redis_cache import RedisCache
from store.shared.sqlite_cache import SqliteCache
from telemetry import Silent
from tests.fakes.electricity_maps import KEY

_PROCESSES = multiprocessing.get_context("spawn")  # nothing is inherited, as on another machine
LOCK_SECONDS = 10.0
Readings = tuple[tuple[float | None, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What every worker is built from. place: a folder, or the URL of a Redis; None: nothing is shared."""

    base_url: str
    place: str | None
    zones: tuple[str, ...] = ("DE", "FR", "PL")
    ttl_seconds: float = 1.0
    deadline_seconds: float = 3.0
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one worker saw: the different answers to its question, as value and reason of each zone, the same by
    minute and version, the longest read but for the first of each thread, its log.
    """

    readings: set[Readings]
    contents: dict[str, set[Readings]]
    longest_seconds: float
    log: tuple[str, ...]


def store_at(
    place: str | None,
    wait_seconds: float,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Store | None:
    """The store of a folder or a Redis URL.

    monotonic: by which Redis is left alone after a failure. timeout_seconds: how long a reply of Redis is waited for.
    """
    if place is None:
        return None
    if place.startswith("redis://"):
        link = RedisLink(place, telemetry=Silent(), monotonic=monotonic, timeout_seconds=timeout_seconds)
        return RedisCache(link, lock_seconds=LOCK_SECONDS, wait_seconds=wait_seconds)
    return SqliteCache(Path(place), lock_seconds=LOCK_SECONDS, wait_seconds=wait_seconds)


def reader_of(setup: Setup) -> GridReader:
    """A worker's reader."""
    calls = setup.budget.calls_per_hour if setup.budget else None
    settings = Settings(
        el_maps_api_key=KEY,
        el_maps_base_url=setup.base_url,
        el_maps_calls_per_hour="auto" if setup.budget and setup.budget.auto else "off" if calls is None else str(calls),
        intensity_ttl_seconds=setup.ttl_seconds,
        forecast_ttl_seconds=setup.ttl_seconds,
        failure_ttl_seconds=setup.ttl_seconds,
        upstream_deadline_seconds=setup.deadline_seconds,
        upstream_retries=0,
        upstream_read_timeout_seconds=2,
    )
    sources = {electricity_maps.NAME: electricity_maps.ENTRY}
    return build_reader(settings, store=store_at(setup.place, setup.deadline_seconds), sources=sources)


class Workers:
    """Processes of some threads each, all of which read over and over while a test says so."""

    def __init__(self, setup: Setup, *, processes: int, threads: int) -> None:
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(processes):
            here, there = _PROCESSES.Pipe()
            process = _PROCESSES.Process(target=_work, args=(setup, threads, there), daemon=True)
            process.start()
            self._pipes.append(here)
            self._processes.append(process)
        for pipe in self._pipes:
            assert pipe.recv() == "built"

    def start(self) -> None:
        """All begin at once."""
        for pipe in self._pipes:
            pipe.send("go")

    def seen(self) -> list[Seen]:
        """End the reading; what each saw."""
        for pipe in self._pipes:
            pipe.send("stop")
        return [pipe.recv() for pipe in self._pipes]

    def kill(self, number: int) -> None:
        """Kill one without warning."""
        self._processes[number].kill()
        self._processes[number].join()
        del self._pipes[number], self._processes[number]

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()


@contextmanager
def working(setup: Setup, *, processes: int, threads: int) -> Iterator[Workers]:
    """Workers for the time of a test."""
    workers = Workers(setup, processes=processes, threads=threads)
    try:
        yield workers
    finally:
        workers.close()


def _work(setup: Setup, threads: int, pipe: Connection) -> None:
    log: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: log.append(record.getMessage())  # type: ignore[method-assign]
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    reader, stop, lock = reader_of(setup), threading.Event(), threading.Lock()
    contents: dict[str, set[Readings]] = {}
    longest = [0.0]
    pipe.send("built")
    pipe.recv()

    def ask() -> None:
        first = True
        while not stop.is_set():
            now = datetime.now(UTC).replace(second=0, microsecond=0)
            start_seconds = time.perf_counter()
            snapshot = reader.open()
            readings = snapshot.read(setup.zones, now=now, forecast=False)
            version = snapshot.version
            seconds = time.perf_counter() - start_seconds
            pairs = tuple((one.latest.gco2e_per_kwh if one.latest else None, one.reason) for one in readings.values())
            with lock:
                longest[0] = max(longest[0], 0.0 if first else seconds)
                contents.setdefault(f"{now.isoformat()} {version}", set()).add(pairs)
            first = False
            stop.wait(0.005)

    running = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in running:
        thread.start()
    pipe.recv()
    stop.set()
    for thread in running:
        thread.join()
    readings = set().union(*contents.values())
    pipe.send(Seen(readings=readings, contents=contents, longest_seconds=longest[0], log=tuple(log)))


def most_in_any_stretch(times: Sequence[float], ttl_seconds: float) -> float:
    """The largest excess of calls over floor(elapsed / (0.9 TTL)) + 1, over every stretch between two calls."""
    ordered = sorted(times)
    return max(
        (
            (last - first + 1) - (int((ordered[last] - ordered[first]) / (0.9 * ttl_seconds)) + 1)
            for first in range(len(ordered))
            for last in range(first, len(ordered))
        ),
        default=0,
    )
