"""What is remembered of the grid: every reading once, one forecast an hour, for as long as HISTORY_DAYS says."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from carbon.intensity import Quality, Signal
from carbon.reading import Shares, UpstreamForecast
from store.history.entries import Entry, ReadingEntry, unpack
from store.history.history import History
from store.history.readings import QUALITIES, minute_of
from store.history.recorder import Recorder
from store.history.tables import forecast_ranges, forecasts, readings, series
from tests.fakes.clock import SteppedClock
from tests.fakes.telemetry import Counts
from tests.store.conftest import NOON, NewHistory
from tests.store.entries import AVERAGE, DAY, entry, reading, values

WORKERS = 4
ROOT = Path(__file__).resolve().parents[2]


def rows(history: History, table: object = readings) -> list[tuple[object, ...]]:
    with history.database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(table))]  # type: ignore[call-overload]


def test_a_recorded_reading_is_there_once_the_recorder_has_written(history: History) -> None:
    history.record(AVERAGE, reading(NOON, 321.456, quality=Quality.ESTIMATED))
    history.recorder.close(60)

    (found,) = history.readings(AVERAGE, "DE", NOON, NOON + timedelta(hours=1))

    assert found.source == "one"
    assert found.starts.tolist() == [minute_of(NOON)]
    assert found.ends.tolist() == [minute_of(NOON) + 60]
    assert found.gco2e_per_kwh.tolist() == [321.456]
    assert [QUALITIES[number] for number in found.quality] == [Quality.ESTIMATED]


RECORD_AND_END = """
import sys
from pathlib import Path
from store.history.history import History
from tests.store.conftest import NOON
from tests.store.entries import AVERAGE, reading
assert "sqlalchemy" not in sys.modules  # it is imported in the thread that writes, while the process ends
History(Path(sys.argv[1])).record(AVERAGE, reading(NOON, 100.0))
"""


def test_what_was_recorded_just_before_a_process_ends_is_stored(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", RECORD_AND_END, str(tmp_path)], check=True, cwd=ROOT)  # noqa: S603

    assert values(History(tmp_path)) == [100.0]


def test_signals_zones_and_sources_are_kept_apart(history: History) -> None:
    history.record(AVERAGE, reading(NOON, 1.0, source="two"))
    history.record(AVERAGE, reading(NOON, 2.0, source="one"))
    history.record(AVERAGE, reading(NOON, 3.0, zone="FR"))
    history.record(Signal.MARGINAL, reading(NOON, 4.0))
    history.recorder.close(60)

    assert values(history) == [2.0, 1.0]
    assert values(history, zone="FR") == [3.0]
    assert values(history, signal=Signal.MARGINAL) == [4.0]
    assert values(history, zone="SE") == []


def test_the_zones_with_readings_of_a_signal_are_named_once(history: History) -> None:
    before = history.zones(AVERAGE)
    for zone, source in (("FR", "one"), ("DE", "one"), ("DE", "two")):
        history.record(AVERAGE, reading(NOON, 1.0, zone=zone, source=source))
    history.record(Signal.MARGINAL, reading(NOON, 2.0, zone="SE"))
    history.recorder.close(60)

    assert (before, history.zones(AVERAGE), history.zones(Signal.MARGINAL)) == ([], ["DE", "FR"], ["SE"])


def test_a_reading_that_began_before_the_range_is_in_it_and_the_later_of_two_that_overlap_counts(
    history: History,
) -> None:
    history.write([entry(NOON, 100.0, minutes=60), entry(NOON + timedelta(minutes=30), 200.0, minutes=5)])

    (found,) = history.readings(AVERAGE, "DE", NOON + timedelta(minutes=10), NOON + timedelta(minutes=50))

    assert found.starts.tolist() == [minute_of(NOON), minute_of(NOON) + 30]
    assert found.ends.tolist() == [minute_of(NOON) + 30, minute_of(NOON) + 35]


def test_a_range_that_ends_within_a_minute_has_the_reading_that_begins_with_that_minute(history: History) -> None:
    history.write([entry(NOON, 100.0)])

    (moment,) = history.readings(AVERAGE, "DE", NOON, NOON + timedelta(microseconds=1))

    assert moment.starts.tolist() == [minute_of(NOON)]
    assert history.readings(AVERAGE, "DE", NOON - timedelta(hours=1), NOON) == []


def test_a_corrected_value_replaces_the_one_of_the_same_time(history: History, new_history: NewHistory) -> None:
    history.write([entry(NOON, 100.0, quality=Quality.ESTIMATED)])
    new_history().write([entry(NOON, 120.0)])

    assert values(history) == [120.0]
    assert len(rows(history)) == 1


def test_the_same_reading_again_is_not_handed_over(history: History, counts: Counts) -> None:
    batches: list[Sequence[Entry]] = []
    history.recorder._write = batches.append
    for _ in range(3):
        history.record(AVERAGE, reading(NOON, 100.0))
    history.record(AVERAGE, reading(NOON, 101.0))
    history.recorder.close(60)

    assert [one.mgco2e_per_kwh for batch in batches for one in batch if isinstance(one, ReadingEntry)] == [
        100_000,
        101_000,
    ]


def test_of_the_forecasts_of_an_hour_the_first_is_stored_as_it_was_issued(
    history: History, new_history: NewHistory, clock: SteppedClock
) -> None:
    def forecast(first: float) -> UpstreamForecast:
        return UpstreamForecast(
            zone="DE", starts_at=NOON, gco2e_per_kwh=(first, None, 300.0), source="one-forecast", step_seconds=900
        )

    history.record(AVERAGE, forecast(100.0))
    clock.advance(1799)
    history.record(AVERAGE, forecast(200.0))
    history.recorder.close(60)
    other = new_history()
    other.record(AVERAGE, forecast(250.0))
    clock.advance(1801)
    other.record(AVERAGE, forecast(400.0))
    other.recorder.close(60)

    stored = [(hour, start, step, unpack(packed)) for _, hour, start, step, packed in rows(history, forecasts)]  # type: ignore[arg-type]

    hour, start = minute_of(NOON) // 60, minute_of(NOON)
    assert stored == [
        (hour, start, 15, (100.0, None, 300.0)),
        (hour + 1, start, 15, (400.0, None, 300.0)),
    ]


def test_the_range_of_a_forecast_is_stored_beside_it_and_removed_with_it(
    new_history: NewHistory, clock: SteppedClock
) -> None:
    history = new_history(days=10)
    own = UpstreamForecast(
        zone="DE", starts_at=NOON, gco2e_per_kwh=(300.0, 310.0), source="own", low=(250.0, 255.5), high=(360.0, 1001.0)
    )
    history.record(AVERAGE, own)
    history.record(AVERAGE, replace(own, source="one-forecast", low=(), high=()))
    history.recorder.close(60)

    ((_, hour, low, high),) = rows(history, forecast_ranges)
    sides = [np.frombuffer(side, dtype="<f2").tolist() for side in (low, high)]  # type: ignore[call-overload]
    assert (hour, sides) == (minute_of(NOON) // 60, [[250.0, 255.5], [360.0, 1001.0]])

    clock.advance(11 * 86_400)
    history.tidy()
    assert (rows(history, forecast_ranges), rows(history, forecasts)) == ([], [])


def test_shares_are_not_stored(history: History) -> None:
    shares = Shares(
        zone="DE",
        renewable_share=0.5,
        fossil_free_share=0.6,
        starts_at=NOON,
        quality=Quality.MEASURED,
        source="one",
    )
    history.record(AVERAGE, shares)
    history.recorder.close(60)

    assert not history.database.path or not history.database.path.exists()


def test_what_is_too_large_to_be_a_reading_is_not_stored(history: History) -> None:
    history.record(AVERAGE, reading(NOON, 4194.304))
    history.record(AVERAGE, reading(NOON - DAY, 4194.303))
    history.record(AVERAGE, reading(NOON - 5 * DAY, 100.0, minutes=2048))
    history.recorder.close(60)

    assert values(history) == [4194.303]


def test_a_thread_that_cannot_be_started_costs_no_request(counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    line = Recorder(lambda entries: None, telemetry=counts)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    line.put(entry(NOON, 100.0))

    assert counts.seen["store_error", "history"] == 1


def test_a_tiny_value_does_not_become_zero(history: History) -> None:
    history.write([entry(NOON, 0.0001)])

    assert values(history) == [0.001]


def _write_the_same(folder: Path, url: str | None, start: object, number: int) -> None:
    start.wait(10)  # type: ignore[attr-defined]
    History(folder, url).write([entry(NOON + hour * timedelta(hours=1), 100.0 + number) for hour in range(500)])


def test_several_workers_create_and_write_the_tables_at_once_without_duplicates(
    tmp_path: Path, database_url: str | None, history: History
) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [
        context.Process(target=_write_the_same, args=(tmp_path / "var", database_url, start, number))
        for number in range(WORKERS)
    ]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0] * WORKERS
    assert len(rows(history, series)) == 1
    assert len(rows(history)) == 500


def test_a_forked_worker_records_with_its_own_thread_and_connections(history: History) -> None:
    history.record(AVERAGE, reading(NOON, 100.0))
    history.recorder.close(60)
    history.record(AVERAGE, reading(NOON + DAY, 110.0))  # the thread runs again, and the engine has connections
    child = os.fork()
    if child == 0:
        history.record(AVERAGE, reading(NOON, 200.0, zone="FR"))
        history.recorder.close(60)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    history.recorder.close(60)

    assert status == 0
    assert values(history, zone="FR") == [200.0]
    assert values(history) == [100.0, 110.0] or values(history) == [100.0]
