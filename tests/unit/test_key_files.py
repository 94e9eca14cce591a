"""Tables of keys under many processes and threads, and files that cannot be used."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.database import Database
from store.keys.ring import KeyRing
from store.keys.table import FILE, KeyNotManaged, KeyTable
from store.schema import Schema

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)
NOBODY = 65534


@pytest.fixture
def table(tmp_path: Path) -> KeyTable:
    return KeyTable(tmp_path / "var", busy_seconds=5.0)


def create_many(folder: Path, worker: int) -> None:
    """What one process of many does."""
    own = KeyTable(folder, busy_seconds=30.0)
    for number in range(5):
        own.create(f"worker{worker}-{number}", rate=None, now=NOW)


def test_in_a_folder_that_cannot_be_written_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with tempfile.TemporaryDirectory() as parent:  # pytest's own is closed to other users
        folder = Path(parent, "var")
        Path(parent).chmod(0o711)
        KeyTable(folder, busy_seconds=5.0).create("ci", rate=None, now=NOW)
        gc.collect()  # closes the table, and SQLite removes the files beside it
        if os.getuid() == 0:
            for path in (folder, folder / FILE):
                os.chown(path, NOBODY, NOBODY)
        folder.chmod(0o500)
        reading, writing = os.pipe()

        child = os.fork()
        if child == 0:
            try:
                if os.getuid() == 0:
                    os.setuid(NOBODY)  # to root nothing is forbidden
                ring = KeyRing(KeyTable(folder, busy_seconds=0.1).records)
                for _ in range(3):
                    with pytest.raises(StateUnavailable):
                        ring.configured()
                os.write(writing, "\n".join(caplog.messages).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        folder.chmod(0o700)

    (line,) = os.read(reading, 9999).decode().splitlines()
    assert "API keys cannot be read" in line
    assert f"SQLite must write to {folder} even to read, but it is not writable" in line


def test_many_processes_create_keys_at_once_in_a_file_none_of_them_finds(tmp_path: Path) -> None:
    forked = multiprocessing.get_context("fork")
    workers = [forked.Process(target=create_many, args=(tmp_path, worker)) for worker in range(6)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0] * 6
    records = KeyTable(tmp_path, busy_seconds=5.0).records()
    assert {item.name for item in records} == {f"worker{worker}-{number}" for worker in range(6) for number in range(5)}
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_many_threads_share_a_table(table: KeyTable) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: table.create(f"key-{number}", rate=None, now=NOW), range(40)))
        counts = list(pool.map(lambda _: len(table.records()), range(40)))

    assert set(counts) == {40}


def test_a_table_that_was_used_before_a_fork_works_on_both_sides(table: KeyTable) -> None:
    table.create("before", rate=None, now=NOW)

    child = os.fork()
    if child == 0:
        try:
            table.create("child", rate=None, now=NOW)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    table.create("parent", rate=None, now=NOW)

    assert status == 0
    assert [key.name for key in table.records()] == ["before", "child", "parent"]


def test_a_connection_is_never_used_in_another_process_than_its_own(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE, Schema(tables=("CREATE TABLE numbers (number INTEGER)",)), busy_seconds=1.0)
    with database.writing() as inherited:
        inherited.execute("INSERT INTO numbers VALUES (7)")

    child = os.fork()
    if child == 0:
        try:
            with database.reading() as own:
                rows = own.execute("SELECT number FROM numbers").fetchall()
            os._exit(7 if own is not inherited and rows == [(7,)] else 1)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 7


def test_a_file_that_was_replaced_is_noticed(table: KeyTable, tmp_path: Path) -> None:
    table.create("old", rate=None, now=NOW)
    for path in (tmp_path / "var").iterdir():
        path.unlink()
    KeyTable(tmp_path / "var", busy_seconds=5.0).create("new", rate=None, now=NOW)

    assert [key.name for key in table.records()] == ["new"]


def test_a_transaction_that_fails_leaves_nothing_behind_and_the_next_one_works(table: KeyTable) -> None:
    table.create("ci", rate=None, now=NOW)
    with pytest.raises(KeyNotManaged):
        table.create("ci", rate=None, now=NOW)

    table.create("next", rate=None, now=NOW)

    assert [key.name for key in table.records()] == ["ci", "next"]


def test_a_folder_one_may_not_enter_is_not_taken_for_one_without_keys(table: KeyTable, tmp_path: Path) -> None:
    table.create("ci", rate=None, now=NOW)
    tmp_path.chmod(0o711)
    (tmp_path / "var").chmod(0o000)

    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setuid(NOBODY)  # to root nothing is forbidden
            KeyTable(tmp_path / "var", busy_seconds=0.1).records()
        except StateUnavailable:
            os._exit(7)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    (tmp_path / "var").chmod(0o700)

    assert os.waitstatus_to_exitcode(status) == 7


def test_a_table_that_another_process_is_writing_can_be_read_but_not_written(table: KeyTable, tmp_path: Path) -> None:
    table.create("ci", rate=None, now=NOW)
    hasty = KeyTable(tmp_path / "var", busy_seconds=0.05)
    writer = sqlite3.connect(tmp_path / "var" / FILE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    with pytest.raises(StateUnavailable) as error:
        hasty.create("next", rate=None, now=NOW)
    records = hasty.records()
    writer.execute("ROLLBACK")
    writer.close()
    hasty.create("next", rate=None, now=NOW)

    assert "locked" in str(error.value.__cause__)
    assert [key.name for key in records] == ["ci"]


def test_a_file_that_is_no_database_is_named_in_one_kind_of_error(table: KeyTable, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / FILE).write_bytes(b"not a database, but long enough to be looked at" * 100)

    with pytest.raises(StateUnavailable, match=FILE) as reading:
        table.records()
    with pytest.raises(StateUnavailable, match=FILE):
        table.create("ci", rate=None, now=NOW)

    assert "not a database" in str(reading.value.__cause__)
