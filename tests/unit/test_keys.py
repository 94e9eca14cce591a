"""API keys: shown once, kept as a hash, in force within seconds, and never forgotten."""

from __future__ import annotations

import gc
import hashlib
import logging
import multiprocessing
import os
import re
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.database import Database
from store.keys.ring import REFRESH_SECONDS, KeyRing
from store.keys.table import FILE, KeyNotManaged, KeyRecord, KeyTable
from store.schema import Schema
from tests.fakes.access import record
from tests.fakes.clock import SteppedClock

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


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_key_is_32_random_bytes_behind_a_prefix(table: KeyTable) -> None:
    keys = {table.create(f"key-{number}", rate=None, now=NOW) for number in range(20)}

    assert len(keys) == 20
    assert all(re.fullmatch(r"cao_[A-Za-z0-9_-]{43}", key) for key in keys)  # 32 bytes are 43 letters of base64


def test_only_a_keys_sha_256_is_in_the_files(table: KeyTable, tmp_path: Path) -> None:
    key = table.create("ci", rate=None, now=NOW)

    kept = files_of(tmp_path / "var")

    assert hashlib.sha256(key.encode()).digest() in kept
    assert key.encode() not in kept
    assert key.removeprefix("cao_").encode() not in kept


def test_a_record_says_everything_but_the_key(table: KeyTable) -> None:
    key = table.create("ci", rate="600 per minute", now=NOW)

    (kept,) = table.records()

    assert (kept.name, kept.rate, kept.created_at, kept.revoked_at) == ("ci", "600 per minute", NOW, None)
    assert re.fullmatch(r"[0-9a-f]{8}", kept.id)
    assert "sha256" not in repr(kept)
    assert key not in repr(kept)


def test_times_are_kept_in_utc(table: KeyTable) -> None:
    table.create("ci", rate=None, now=NOW.astimezone(tz=None))

    assert table.records()[0].created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("handle", ["name", "id"])
def test_a_key_is_revoked_by_name_or_id_and_its_record_stays(table: KeyTable, handle: str) -> None:
    table.create("other", rate=None, now=NOW)
    table.create("ci", rate=None, now=NOW)
    ci = table.records()[1]

    table.revoke(getattr(ci, handle), now=NOW + timedelta(hours=1))

    assert [(kept.name, kept.revoked_at) for kept in table.records()] == [
        ("other", None),
        ("ci", NOW + timedelta(hours=1)),
    ]


def test_a_name_in_force_is_not_given_twice_but_again_after_it_was_revoked(table: KeyTable) -> None:
    table.create("ci", rate=None, now=NOW)

    with pytest.raises(KeyNotManaged, match="a key named 'ci' is in force"):
        table.create("ci", rate=None, now=NOW)
    table.revoke("ci", now=NOW)
    table.create("ci", rate=None, now=NOW)

    assert [kept.revoked_at is None for kept in table.records()] == [False, True]


@pytest.mark.parametrize("name", ["", "1st", "a b", "a\tb", "ä", "x" * 65, "-rf", "deadbeef", "a\n"])
def test_a_name_that_would_break_a_list_or_look_like_an_id_is_refused(table: KeyTable, name: str) -> None:
    with pytest.raises(KeyNotManaged, match="is not a valid name"):
        table.create(name, rate=None, now=NOW)


def test_what_is_not_in_force_cannot_be_revoked(table: KeyTable) -> None:
    with pytest.raises(KeyNotManaged, match="'ci' is in force"):
        table.revoke("ci", now=NOW)  # before there is a file
    table.create("ci", rate=None, now=NOW)
    table.revoke("ci", now=NOW)

    with pytest.raises(KeyNotManaged, match="'ci' is in force"):
        table.revoke("ci", now=NOW)


def test_looking_makes_no_file(table: KeyTable, tmp_path: Path) -> None:
    assert table.records() == []
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_enter_the_folder(table: KeyTable, tmp_path: Path) -> None:
    table.create("ci", rate=None, now=NOW)

    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


@pytest.fixture
def open_to_all(tmp_path: Path) -> Iterator[Path]:
    """A folder and a umask that keep nobody out."""
    before = os.umask(0)
    (tmp_path / "var").mkdir(mode=0o777)
    yield tmp_path / "var"
    os.umask(before)


def modes_of(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o7777) for path in folder.iterdir()}


def test_every_file_is_the_owners_alone_whatever_the_folders_mode_and_the_umask(open_to_all: Path) -> None:
    table = KeyTable(open_to_all, busy_seconds=5.0)
    table.create("ci", rate=None, now=NOW)
    table.records()  # keeps the files beside it open

    assert modes_of(open_to_all) == {f"{FILE}{kind}": "0o600" for kind in ("", "-wal", "-shm")}


def test_files_that_others_could_read_are_closed_to_them_when_they_are_opened(open_to_all: Path) -> None:
    older = KeyTable(open_to_all, busy_seconds=5.0)
    older.create("ci", rate=None, now=NOW)
    for path in open_to_all.iterdir():
        path.chmod(0o666)

    KeyTable(open_to_all, busy_seconds=5.0).records()

    assert set(modes_of(open_to_all).values()) == {"0o600"}


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
    kept = KeyTable(tmp_path, busy_seconds=5.0).records()
    assert {item.name for item in kept} == {f"worker{worker}-{number}" for worker in range(6) for number in range(5)}
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
    assert [kept.name for kept in table.records()] == ["before", "child", "parent"]


def test_a_connection_is_never_used_in_another_process_than_its_own(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE, Schema(tables=("CREATE TABLE numbers (number INTEGER)",)), busy_seconds=1.0)
    with database.writing() as inherited:
        inherited.execute("INSERT INTO numbers VALUES (7)")

    child = os.fork()
    if child == 0:
        try:
            with database.reading() as own:
                found = own.execute("SELECT number FROM numbers").fetchall()
            os._exit(7 if own is not inherited and found == [(7,)] else 1)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 7


def test_a_file_that_was_replaced_is_noticed(table: KeyTable, tmp_path: Path) -> None:
    table.create("old", rate=None, now=NOW)
    for path in (tmp_path / "var").iterdir():
        path.unlink()
    KeyTable(tmp_path / "var", busy_seconds=5.0).create("new", rate=None, now=NOW)

    assert [kept.name for kept in table.records()] == ["new"]


def test_a_transaction_that_fails_leaves_nothing_behind_and_the_next_one_works(table: KeyTable) -> None:
    table.create("ci", rate=None, now=NOW)
    with pytest.raises(KeyNotManaged):
        table.create("ci", rate=None, now=NOW)

    table.create("next", rate=None, now=NOW)

    assert [kept.name for kept in table.records()] == ["ci", "next"]


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

    with pytest.raises(StateUnavailable) as raised:
        hasty.create("next", rate=None, now=NOW)
    found = hasty.records()
    writer.execute("ROLLBACK")
    writer.close()
    hasty.create("next", rate=None, now=NOW)

    assert "locked" in str(raised.value.__cause__)
    assert [kept.name for kept in found] == ["ci"]


def test_a_file_that_is_no_database_is_named_in_one_kind_of_error(table: KeyTable, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / FILE).write_bytes(b"not a database, but long enough to be looked at" * 100)

    with pytest.raises(StateUnavailable, match=FILE) as reading:
        table.records()
    with pytest.raises(StateUnavailable, match=FILE):
        table.create("ci", rate=None, now=NOW)

    assert "not a database" in str(reading.value.__cause__)


class Source:
    """A table whose records and failures a test sets; counts how often it is read."""

    def __init__(self, *records: KeyRecord) -> None:
        self.records = records
        self.failure: StateUnavailable | None = None
        self.reads = 0

    def read(self) -> tuple[KeyRecord, ...]:
        self.reads += 1
        if self.failure:
            raise self.failure
        return self.records


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


def test_a_ring_is_open_until_a_key_was_created() -> None:
    assert KeyRing(Source().read).configured() is False
    assert KeyRing(Source(record("a")).read).configured() is True


def test_a_ring_stays_closed_when_every_key_is_revoked() -> None:
    ring = KeyRing(Source(record("a", revoked=True)).read)

    assert ring.configured() is True
    assert ring.find("a") is None


def test_a_ring_finds_the_key_itself_and_nothing_near_it() -> None:
    ring = KeyRing(Source(record("cao_a", name="one"), record("cao_b", name="two")).read)

    found = ring.find("cao_b")

    assert found is not None
    assert found.name == "two"
    assert [ring.find(text) for text in ("", "cao_", "cao_c", "CAO_B", "cao_b ", "cao_b\0", "ÿ" * 9000)] == [None] * 7


def test_a_revoked_key_is_refused_within_five_seconds(clock: SteppedClock) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    assert ring.find("a")

    source.records = (record("a", revoked=True),)
    clock.advance(4.9)

    assert ring.find("a") is None


def test_a_new_key_is_honoured_within_five_seconds(clock: SteppedClock) -> None:
    source = Source()
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    assert not ring.configured()

    source.records = (record("a"),)
    clock.advance(4.9)

    assert ring.find("a")


def test_the_table_is_not_read_on_every_request(clock: SteppedClock) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)

    for _ in range(1000):  # 10 s, a hundred requests each
        ring.configured()
        ring.find("a")
        clock.advance(0.01)

    assert source.reads == 10 / REFRESH_SECONDS


def test_one_thread_reads_while_the_others_use_the_copy(clock: SteppedClock) -> None:
    reading, go_on = threading.Event(), threading.Event()
    source = Source(record("a"))

    def slow_read() -> tuple[KeyRecord, ...]:
        if source.reads:
            reading.set()
            assert go_on.wait(10)
        return source.read()

    ring = KeyRing(slow_read, monotonic=clock.monotonic)
    ring.find("a")
    clock.advance(REFRESH_SECONDS)
    with ThreadPoolExecutor(1) as pool:
        refresher = pool.submit(ring.find, "a")
        assert reading.wait(10)
        meanwhile = ring.find("a")
        go_on.set()

    assert meanwhile
    assert refresher.result()
    assert source.reads == 2


def test_a_copy_older_than_four_seconds_is_not_used_while_another_thread_reads(clock: SteppedClock) -> None:
    reading, go_on = threading.Event(), threading.Event()
    source = Source(record("a"))

    def slow_read() -> tuple[KeyRecord, ...]:
        if source.reads:
            reading.set()
            assert go_on.wait(10)
        return source.read()

    ring = KeyRing(slow_read, monotonic=clock.monotonic)
    ring.find("a")
    source.records = (record("a", revoked=True),)
    clock.advance(3600)
    with ThreadPoolExecutor(2) as pool:
        refresher = pool.submit(ring.find, "a")
        assert reading.wait(10)
        second = pool.submit(ring.find, "a")
        go_on.set()

    assert refresher.result() is None
    assert second.result() is None


def test_keys_that_were_known_stay_in_force_while_the_table_cannot_be_read(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    ring.find("a")
    source.failure = StateUnavailable(FILE)

    for _ in range(10):
        clock.advance(REFRESH_SECONDS)
        assert ring.find("a")

    assert ring.stale()
    assert len(caplog.records) == 1  # one line for the outage, not one for every try
    source.failure = None
    clock.advance(REFRESH_SECONDS)
    assert ring.find("a")
    assert not ring.stale()


def test_losing_the_table_does_not_open_the_service(clock: SteppedClock) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    ring.find("a")

    source.records = ()
    clock.advance(3600)

    assert ring.configured()
    assert ring.find("a")
    assert ring.stale()


def test_nobody_gets_in_while_it_was_never_known_whether_there_are_keys(clock: SteppedClock) -> None:
    source = Source(record("a"))
    source.failure = StateUnavailable(FILE)
    ring = KeyRing(source.read, monotonic=clock.monotonic)

    for ask in (ring.configured, lambda: ring.find("a")):
        with pytest.raises(StateUnavailable):
            ask()
    assert source.reads == 1  # not tried again at once
    source.failure = None
    clock.advance(REFRESH_SECONDS)

    assert ring.find("a")


def test_a_key_is_in_no_log_line_and_no_error(table: KeyTable, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = table.create("ci", rate=None, now=NOW)
    source = Source(*(replace(kept) for kept in table.records()))
    clock = SteppedClock(NOW)
    ring = KeyRing(source.read, monotonic=clock.monotonic)

    ring.find(key)
    source.failure = StateUnavailable(FILE)
    clock.advance(3600)
    ring.find(key)
    with pytest.raises(KeyNotManaged) as raised:
        table.create("ci", rate=None, now=NOW)

    assert caplog.records
    assert key not in caplog.text + str(raised.value) + repr(ring) + repr(table)
