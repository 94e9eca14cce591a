"""A database that is locked or has stopped answering holds few threads, and each for a bounded time."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from carbon.errors import StateUnavailable
from store.history import database
from store.history.database import HistoryDatabase
from store.history.entries import FILE
from tests.fakes.postgres_server import PostgresServer


def seconds_of_writing(history: HistoryDatabase) -> float:
    """How long a request waits in vain."""
    begun = time.monotonic()
    with pytest.raises(StateUnavailable), history.answering():
        pass
    return time.monotonic() - begun


def test_few_requests_wait_for_a_locked_file_and_the_others_are_refused_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TURN_SECONDS", 0.1)
    history, waited = HistoryDatabase(tmp_path), list[float]()
    with history.answering():
        pass
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        threads = [threading.Thread(target=lambda: waited.append(seconds_of_writing(history))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused_at_once = seconds_of_writing(history)  # for a while after a failure

    long = [seconds for seconds in waited if seconds > database.BUSY_SECONDS / 2]
    assert (len(waited), len(long)) == (8, database.WRITERS)
    assert refused_at_once < database.BUSY_SECONDS / 2


def test_a_turn_is_given_back_whatever_happens(tmp_path: Path) -> None:
    history = HistoryDatabase(tmp_path)

    for _ in range(2 * database.WRITERS):
        with pytest.raises(ZeroDivisionError), history.answering():
            raise ZeroDivisionError
    with history.answering() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


@pytest.fixture
def frozen_postgres(postgres: PostgresServer) -> psutil.Process:
    return psutil.Process(int((postgres.folder / "data" / "postmaster.pid").read_text().split()[0]))


def test_no_thread_waits_for_ever_for_a_server_that_has_stopped_answering(
    postgres: PostgresServer, frozen_postgres: psutil.Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    history = HistoryDatabase(tmp_path, postgres.new_database(), statement_seconds=1, monotonic=lambda: now[0])
    with history.answering() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    processes = [*frozen_postgres.children(recursive=True), frozen_postgres]
    for process in processes:
        process.suspend()
    try:
        # 1 s of the statement and 3 s more for the connection of the pool, then 2 s for a new one
        assert seconds_of_writing(history) < 15
    finally:
        for process in processes:
            process.resume()

    now[0] += database.PAUSE_SECONDS
    with history.answering() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_a_writer_waits_for_the_lock_of_another_one_as_long_as_with_a_file(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.new_database()
    one, other = HistoryDatabase(tmp_path, url), HistoryDatabase(tmp_path, url)
    with one.answering() as holding:
        holding.exec_driver_sql("LOCK TABLE usage IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        with pytest.raises(StateUnavailable), other.answering() as waiting:
            waiting.exec_driver_sql("SELECT count(*) FROM usage")

    assert database.BUSY_SECONDS - 0.5 < time.monotonic() - begun < 2 * database.BUSY_SECONDS
