"""One call brings a value for all workers until its time to live is over: on every source, with one store for two."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grid.chain import ChainReader
from grid.registry import build_reader
from settings import Settings
from store.shared.sqlite_cache import SqliteCache
from tests.fakes.background import even_zones
from tests.fakes.patience import eventually
from tests.fakes.upstream import FakeUpstream
from tests.faults.subjects import SUBJECTS, Subject

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
CALL_SECONDS = 0.03  # longer than the workers need to ask one after the other
# Zones beside that of the subject which the same call brings.
TOGETHER = {
    "aemo": ("AU-NSW", "AU-TAS"),
    "energi-data": ("DK-DK1",),
    "openelectricity": ("AU-QLD",),
    "eia": ("US-CAL-BANC",),
}


def worker_of(subject: Subject, base_url: str, folder: Path) -> ChainReader:
    """A reader with a state of its own over the file that all workers share."""
    return build_reader(
        Settings(**subject.settings(base_url), upstream_retries=0),  # type: ignore[arg-type]
        store=SqliteCache(folder, lock_seconds=30, wait_seconds=3),
        sources={subject.name: subject.entry},
        utc_now=lambda: NOW,
        zones=even_zones(),
    )


def slow(fake: FakeUpstream) -> None:
    """Have every answer take so long that both workers have asked before it comes."""
    fake.fault = lambda call, good: replace(good, wait_seconds=CALL_SECONDS)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_workers_that_ask_at_once_for_zones_of_one_call_send_each_call_once(subject: Subject, tmp_path: Path) -> None:
    zones = (subject.zone, *TOGETHER.get(subject.name, ()))
    has_forecast = subject.entry.facts.forecast_hours > 0
    with subject.imitation().serving() as fake:
        fake.utc_now = lambda: NOW
        slow(fake)
        workers = [worker_of(subject, fake.base_url, tmp_path) for _ in range(2)]

        def knows_all(worker: ChainReader, order: tuple[str, ...]) -> bool:
            """Whether it has all values; asks for those that it lacks, and returns at once."""
            readings = worker.open(subject.signal).read(order, now=NOW, forecast=has_forecast).values()
            return all(one.latest and (one.forecast or not has_forecast) for one in readings)

        def any_knows_all() -> bool:
            return any([knows_all(workers[0], zones), knows_all(workers[1], zones[::-1])])

        assert eventually(any_knows_all)
        later = knows_all(worker_of(subject, fake.base_url, tmp_path), zones)
        time.sleep(2 * CALL_SECONDS)  # a call too many would arrive now

    assert later
    counts = Counter((call.path, call.pairs, call.body) for call in fake.calls)
    assert set(counts.values()) == {1}
