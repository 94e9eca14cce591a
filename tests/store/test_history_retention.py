"""How long rows of the history stay, its tables, and a database that fails."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from carbon.errors import StateUnavailable
from carbon.intensity import Quality
from store.history import retention
from store.history.database import NEWEST, HistoryDatabase, upgrade
from store.history.entries import Entry
from store.history.history import History
from store.history.readings import QUALITIES
from store.history.recorder import Recorder
from store.history.tables import metadata
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import HANG_SECONDS, PATIENCE_SECONDS
from tests.fakes.telemetry import Counts
from tests.store.conftest import NOON, NewHistory
from tests.store.entries import AVERAGE, DAY, entry, values


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

    with pytest.raises(StateUnavailable) as error:
        new_history().write([entry(NOON, 200.0)])

    assert "newer release" in str(error.value.__cause__)


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
    assert sum("WITHOUT ROWID" in one for one in created) == 10


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_tables_of_the_first_release_are_brought_up_to_date_and_keep_their_rows(
    history: History, new_history: NewHistory
) -> None:
    history.write([entry(NOON, 100.0)])
    with history.database.writing() as connection:
        first_tables = ("chores", "forecasts", "readings", "series")
        metadata.drop_all(connection, [table for name, table in metadata.tables.items() if name not in first_tables])
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    newer = new_history()
    newer.write([entry(NOON + timedelta(hours=1), 200.0)])

    assert values(newer) == [100.0, 200.0]
    with newer.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM forecast_ranges, forecast_scores")).scalar() == 0


class CountedDatabase:
    """The database, and how many transactions were begun."""

    def __init__(self, database: HistoryDatabase) -> None:
        self._database = database
        self.transaction_count = 0

    def writing(self) -> AbstractContextManager[Connection]:
        self.transaction_count += 1
        return self._database.writing()


def test_series_whose_rows_are_all_too_old_cost_nothing(new_history: NewHistory) -> None:
    history = new_history(days=1)
    history.write([entry(NOON - 2 * DAY, 100.0, zone=f"Z{number}") for number in range(3)])  # tidies up
    database = CountedDatabase(history.database)

    retention.tidy(database, int(NOON.timestamp()) // 60, days=1)

    assert database.transaction_count == 1 + 3  # one for each series, and none for the months since 1970


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_a_row_takes_few_bytes_in_the_file(history: History) -> None:
    entries = [entry(NOON + timedelta(minutes=5 * n), 300.123 + n % 97, minutes=5) for n in range(50_000)]
    sizes = []
    for some in (entries[:1], entries[1:]):  # the first one comes with the pages of empty tables
        history.write(some)
        path = history.database.path
        assert path is not None
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes.append(path.stat().st_size)

    # A cell: 1 byte for its length, 6 for the types, 1 + 4 + 1 + 3 + 0 of values, and 2 for its place on the page: 18.
    assert (sizes[1] - sizes[0]) / 49_999 < 22


def test_a_waiting_line_that_is_full_loses_readings_and_delays_nobody(tmp_path: Path, counts: Counts) -> None:
    from store.history import recorder

    gate = threading.Event()
    line = recorder.Recorder(lambda entries: gate.wait(HANG_SECONDS), telemetry=counts, gather_seconds=0.0)  # type: ignore[arg-type]
    for number in range(recorder.MOST_WAITING + recorder.MOST_IN_A_BATCH + 10):
        line.put(entry(NOON + timedelta(minutes=number), 100.0))
    gate.set()
    line.close(PATIENCE_SECONDS)

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
        assert works.wait(PATIENCE_SECONDS)
        line.close(PATIENCE_SECONDS)

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
