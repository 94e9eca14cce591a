"""What is remembered of the grid: every reading once, one forecast an hour, for as long as HISTORY_DAYS says."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from carbon.errors import StateUnavailable
from carbon.intensity import Quality, Signal
from carbon.reading import Observation, Shares, UpstreamForecast
from store.history.database import NEWEST, upgrade
from store.history.entries import Entry, ReadingEntry, unpack
from store.history.history import History
from store.history.readings import QUALITIES, minute_of
from store.history.recorder import Recorder
from store.history.tables import forecasts, metadata, readings, series
from tests.fakes.clock import SteppedClock
from tests.fakes.telemetry import Counts
from tests.store.conftest import NOON, NewHistory

AVERAGE = Signal.AVERAGE_LIFECYCLE
DAY = timedelta(days=1)
WORKERS = 4


def reading(
    starts_at: datetime,
    gco2e_per_kwh: float,
    *,
    minutes: int = 60,
    zone: str = "DE",
    source: str = "one",
    quality: Quality = Quality.MEASURED,
) -> Observation:
    return Observation(
        zone=zone,
        gco2e_per_kwh=gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        quality=quality,
        source=source,
    )


def entry(starts_at: datetime, gco2e_per_kwh: float, **named: object) -> ReadingEntry:
    return ReadingEntry.of(AVERAGE, reading(starts_at, gco2e_per_kwh, **named))  # type: ignore[arg-type]


def rows(history: History, table: object = readings) -> list[tuple[object, ...]]:
    with history.database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(table))]  # type: ignore[call-overload]


def values(history: History, *, zone: str = "DE", signal: Signal = AVERAGE, days: float = 500) -> list[float]:
    """All values of a zone up to now, in the order of source and time."""
    found = history.readings(signal, zone, NOON - timedelta(days=days), NOON + DAY)
    return [float(value) for one in found for value in one.gco2e_per_kwh]


def test_a_recorded_reading_is_there_once_the_recorder_has_written(history: History) -> None:
    history.record(AVERAGE, reading(NOON, 321.456, quality=Quality.ESTIMATED))
    history.recorder.close(60)

    (found,) = history.readings(AVERAGE, "DE", NOON, NOON + timedelta(hours=1))

    assert found.source == "one"
    assert found.starts.tolist() == [minute_of(NOON)]
    assert found.ends.tolist() == [minute_of(NOON) + 60]
    assert found.gco2e_per_kwh.tolist() == [321.456]
    assert [QUALITIES[number] for number in found.quality] == [Quality.ESTIMATED]


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


def test_a_reading_that_began_before_the_range_is_in_it_and_the_later_of_two_that_overlap_counts(
    history: History,
) -> None:
    history.write([entry(NOON, 100.0, minutes=60), entry(NOON + timedelta(minutes=30), 200.0, minutes=5)])

    (found,) = history.readings(AVERAGE, "DE", NOON + timedelta(minutes=10), NOON + timedelta(minutes=50))

    assert found.starts.tolist() == [minute_of(NOON), minute_of(NOON) + 30]
    assert found.ends.tolist() == [minute_of(NOON) + 30, minute_of(NOON) + 35]


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


def test_rows_older_than_the_days_kept_are_removed(new_history: NewHistory) -> None:
    history = new_history(days=400)
    history.write([entry(NOON - 401 * DAY, 100.0), entry(NOON - 399 * DAY, 200.0), entry(NOON, 300.0)])

    assert values(history) == [200.0, 300.0]


def test_a_complete_hour_becomes_its_mean_after_a_month_and_one_with_a_gap_stays_as_it_is(
    new_history: NewHistory,
) -> None:
    history = new_history()
    old, recent = NOON - 31 * DAY, NOON - 29 * DAY
    complete = [entry(old + timedelta(minutes=5 * n), 100.0 + n, minutes=5) for n in range(11)]
    complete.append(entry(old + timedelta(minutes=55), 111.0, minutes=5, quality=Quality.ESTIMATED))
    broken = [entry(old + timedelta(minutes=60 + 5 * n), 200.0, minutes=5) for n in range(11)]
    fine = [entry(recent + timedelta(minutes=5 * n), 300.0, minutes=5) for n in range(12)]
    history.write([*complete, *broken, *fine])

    (found,) = history.readings(AVERAGE, "DE", old, NOON)

    # The mean of 100, 101, ... 111 is 105.5; the hour is as good as the worst of its readings.
    assert found.gco2e_per_kwh.tolist() == [105.5, *[200.0] * 11, *[300.0] * 12]
    assert (found.ends - found.starts).tolist() == [60, *[5] * 23]
    assert QUALITIES[found.quality[0]] is Quality.ESTIMATED
    assert QUALITIES[found.quality[1]] is Quality.MEASURED


def test_one_process_tidies_up_once_an_hour(new_history: NewHistory, clock: SteppedClock) -> None:
    first, second = new_history(days=1), new_history(days=1)
    old = [entry(NOON - 2 * DAY, 100.0)]
    first.write([])

    second.write(old)
    assert values(second) == [100.0]

    clock.advance(3600)
    second.write([])
    assert values(second) == []


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_only_the_owner_can_read_the_file(history: History) -> None:
    history.write([entry(NOON, 100.0)])

    path = history.database.path
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_reading_creates_no_file_and_a_removed_file_is_created_again(history: History) -> None:
    path = history.database.path
    assert path is not None
    assert values(history) == []
    assert not path.exists()

    history.write([entry(NOON, 100.0)])
    for file in path.parent.iterdir():
        file.unlink()
    with pytest.raises(StateUnavailable):
        history.write([entry(NOON, 200.0)])
    history.write([entry(NOON, 200.0)])

    assert values(history) == [200.0]


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_the_tables_of_a_newer_release_are_left_alone(history: History, new_history: NewHistory) -> None:
    history.write([entry(NOON, 100.0)])
    with history.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StateUnavailable) as caught:
        new_history().write([entry(NOON, 200.0)])

    assert "newer release" in str(caught.value.__cause__)


def test_the_migrations_lead_to_the_tables_that_are_created_at_once(history: History) -> None:
    history.write([])
    with history.database.writing() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DELETE FROM alembic_version"))
        upgrade(connection)
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    assert differences == []
    assert revision == NEWEST


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_migrated_and_created_tables_have_the_same_text_in_sqlite(history: History) -> None:
    def schema() -> set[str]:
        with history.database.reading() as connection:
            texts = connection.execute(text("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'")).scalars()
            return {" ".join(one.split()) for one in texts if one}

    history.write([])
    created = schema()
    with history.database.writing() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DELETE FROM alembic_version"))
        upgrade(connection)

    assert schema() == created
    assert sum("WITHOUT ROWID" in one for one in created) == 2


def test_series_whose_rows_are_all_too_old_cost_nothing(new_history: NewHistory) -> None:
    history = new_history(days=1)
    history.write([entry(NOON - 2 * DAY, 100.0, zone=f"Z{number}") for number in range(300)])  # tidies up

    began = time.monotonic()
    history.tidy()

    assert time.monotonic() - began < 10  # it took minutes to go through the years since 1970


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_a_row_takes_few_bytes_in_the_file(history: History) -> None:
    history.write([entry(NOON + timedelta(minutes=5 * n), 300.123 + n % 97, minutes=5) for n in range(50_000)])
    path = history.database.path
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # A cell: 1 byte for its length, 6 for the types, 1 + 4 + 1 + 3 + 0 of values, and 2 for its place on the page: 18.
    assert path.stat().st_size / 50_000 < 22


def test_a_waiting_line_that_is_full_loses_readings_and_delays_nobody(tmp_path: Path, counts: Counts) -> None:
    from store.history import recorder

    gate = threading.Event()
    line = recorder.Recorder(lambda entries: gate.wait(10), telemetry=counts, gather_seconds=0.0)  # type: ignore[arg-type]
    for number in range(recorder.MOST_WAITING + recorder.MOST_IN_A_BATCH + 10):
        line.put(entry(NOON + timedelta(minutes=number), 100.0))
    gate.set()
    line.close(10)

    assert counts.seen["store_error", "history"] > 0


def test_a_failing_database_is_told_once_and_nothing_is_lost_when_it_works_again(
    counts: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    attempts: list[int] = []
    stored: list[Entry] = []
    works = threading.Event()

    def write(entries: Sequence[Entry]) -> None:
        attempts.append(len(entries))
        if len(attempts) < 4:
            raise StateUnavailable("the history")
        stored.extend(entries)
        works.set()

    line = Recorder(write, telemetry=counts, gather_seconds=0.0, retry_seconds=0.01)
    with caplog.at_level("INFO"):
        line.put(entry(NOON, 100.0))
        assert works.wait(10)
        line.close(10)

    assert stored == [entry(NOON, 100.0)]
    assert counts.seen["store_error", "history"] == 3
    messages = [record.getMessage() for record in caplog.records]
    assert [message.partition(";")[0].partition(":")[0] for message in messages] == [
        "readings cannot be stored",
        "readings are stored again",
    ]


def test_a_server_that_is_down_refuses_readers_at_once_and_works_again_when_it_is_back(
    postgres: object, tmp_path: Path
) -> None:
    from store.history.database import PAUSE_SECONDS, HistoryDatabase
    from tests.fakes.postgres_server import PostgresServer

    assert isinstance(postgres, PostgresServer)
    steps = SteppedClock(NOON)
    database = HistoryDatabase(tmp_path, postgres.new_database(), monotonic=steps.monotonic)
    with database.writing() as connection:
        connection.execute(select(1))
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(StateUnavailable), database.reading():
                pass
    finally:
        postgres.start()
    steps.advance(PAUSE_SECONDS)

    with database.reading() as connection:
        assert connection.execute(select(1)).scalar() == 1
