"""What workers do while Redis hangs or is full, and while their file is locked, damaged or on a full disk."""

from __future__ import annotations

import logging
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.redis_link import TIMEOUT_SECONDS, RedisLink
from store.shared.redis_cache import VALUES
from store.shared.sqlite_cache import BUSY_SECONDS, FILE, SqliteCache
from store.shared.state import PAUSE_SECONDS, SNAPSHOT_SECONDS
from telemetry import SILENT, Silent
from tests.fakes.patience import HANG_SECONDS, PATIENCE_SECONDS, eventually, promptly
from tests.fakes.workers import LOCK_SECONDS
from tests.store.shared_places import (
    BACK_AFTER_SECONDS,
    NOTES,
    WAIT_SECONDS,
    Note,
    Place,
    Time,
    complaints,
    text,
)


class WaitingThreads(Silent):
    """Which threads waited in vain."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    def store_error(self, store: str) -> None:
        self.threads.append(threading.current_thread())


def test_a_redis_that_hangs_is_waited_for_briefly_and_by_one_request(redis: Place) -> None:
    assert redis.redis is not None
    redis.redis_seconds, waiting = TIMEOUT_SECONDS, WaitingThreads()
    worker = redis.worker()
    worker.put(NOTES, "DE", Note(1, "windy"))
    worker._store._link._telemetry = waiting  # type: ignore[union-attr]

    with redis.redis.hanging(), promptly():
        for _ in range(20):
            redis.pass_by(0.5)
            assert text(worker) == "windy"

    assert TIMEOUT_SECONDS < 0.5
    assert waiting.threads.count(threading.current_thread()) == 1


class CountedStore(SqliteCache):
    """The file, and how often it was written to or tried to be."""

    def __init__(self, file: Place) -> None:
        super().__init__(Path(file.where), lock_seconds=LOCK_SECONDS, wait_seconds=WAIT_SECONDS)
        self.write_count = 0

    def _write(self, action: Callable[[sqlite3.Connection], object]) -> object:
        self.write_count += 1
        return super()._write(action)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_a_resolver_that_does_not_answer_holds_nobody_up(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, ended = threading.Event(), threading.Event()

    def resolve(*_: object) -> list[object]:
        go_on.wait(HANG_SECONDS)
        ended.set()
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    link = RedisLink(f"{scheme}://localhost:6379", telemetry=SILENT)

    with pytest.raises(StateUnavailable):
        link.use(lambda client: client.ping())
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(PATIENCE_SECONDS)


def test_a_full_redis_is_not_used_until_it_has_room_again(redis: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    worker = redis.worker()
    worker.put(NOTES, "DE", Note(1, "before"))
    link = worker._store._link  # type: ignore[union-attr]
    link.use(lambda client: client.config_set("maxmemory", 1))

    for number in range(2, 9):
        worker.put(NOTES, "DE", Note(number, f"full {number}"))
        redis.pass_by(2)
        worker.snapshot()
    lines = complaints(caplog)
    link.use(lambda client: client.config_set("maxmemory", 0))
    redis.pass_by(BACK_AFTER_SECONDS)
    worker.snapshot()

    assert text(worker) == "full 8"
    assert len(lines) == 1
    assert "each worker continues on its own" in lines[0]
    assert eventually(lambda: text(redis.worker()) == "full 8")


def test_a_worker_continues_alone_when_the_redis_key_has_another_type(
    redis: Place, caplog: pytest.LogCaptureFixture
) -> None:
    worker = redis.worker()
    link = worker._store._link  # type: ignore[union-attr]
    link.use(lambda client: client.set(VALUES, "mine"))

    for number in range(3):
        worker.put(NOTES, "DE", Note(number, "windy"))
        redis.pass_by(1)

    assert text(worker) == "windy"
    assert len(complaints(caplog)) == 1
    link.use(lambda client: client.delete(VALUES))
    redis.pass_by(BACK_AFTER_SECONDS)
    worker.snapshot()
    assert eventually(lambda: text(redis.worker()) == "windy")


def test_an_evicted_list_of_revisions_hides_no_change(redis: Place) -> None:
    one, other = redis.worker(), redis.worker()
    one.put(NOTES, "DE", Note(1, "windy"))
    one.put(NOTES, "FR", Note(1, "calm"))
    other.snapshot()
    one._store._link.use(lambda client: client.delete(VALUES.replace("values", "revisions")))  # type: ignore[union-attr]
    one.put(NOTES, "DE", Note(2, "stormy"))
    redis.pass_by(SNAPSHOT_SECONDS)

    assert text(other) == "stormy"


def test_a_locked_file_is_waited_for_briefly_and_once_and_is_used_again(
    file: Place, caplog: pytest.LogCaptureFixture
) -> None:
    store = CountedStore(file)
    worker = file.worker(store)
    worker.put(NOTES, "DE", Note(1, "before"))
    locker = sqlite3.connect(Path(file.where) / FILE, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")

    with promptly():  # while the other process holds the file
        worker.put(NOTES, "DE", Note(2, "after"))
        worker.put(NOTES, "DE", Note(3, "later"))
    write_count = store.write_count
    locker.close()
    file.pass_by(PAUSE_SECONDS)
    worker.snapshot()

    assert BUSY_SECONDS < 0.5
    assert write_count == 2  # the first one, which succeeded, and the one that met the lock
    assert len(complaints(caplog)) == 1
    assert eventually(lambda: text(file.worker()) == "later")


@pytest.mark.parametrize("damage", ["not a database", "torn pages", "other tables"])
def test_a_damaged_file_is_renamed_and_replaced_by_a_new_one(
    file: Place, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    path = Path(file.where) / FILE
    if damage == "not a database":
        path.write_bytes(b"not a database at all, " * 500)
    elif damage == "other tables":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE something (x)")
    else:
        file.worker().put(NOTES, "DE", Note(1, "x" * 50_000))
        sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
        raw = bytearray(path.read_bytes())
        raw[4096:] = b"\xff" * (len(raw) - 4096)
        path.write_bytes(raw)

    worker = file.worker()
    worker.put(NOTES, "DE", Note(2, "windy"))

    assert text(worker) == text(file.worker()) == "windy"
    assert path.with_name(f"{FILE}.damaged").exists()
    assert [line for line in complaints(caplog) if "was renamed" in line]


def test_a_worker_continues_alone_while_the_disk_is_full(file: Place, caplog: pytest.LogCaptureFixture) -> None:
    worker = file.worker()
    worker.put(NOTES, "DE", Note(1, "before"))
    with worker._store._database.reading() as connection:  # type: ignore[union-attr]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")  # this thread's writes find no room

        worker.put(NOTES, "FR", Note(2, "x" * 100_000))
        worker.put(NOTES, "PL", Note(2, "y"))

        assert len(complaints(caplog)) == 1
        assert "full" in complaints(caplog)[0]
        assert (text(worker, "DE"), text(worker, "PL")) == ("before", "y")
    file.pass_by(PAUSE_SECONDS)
    worker.snapshot()  # in a thread of its own, whose connection has room
    assert eventually(lambda: text(file.worker(), "PL") == "y")


def test_a_store_is_not_touched_before_it_is_used(tmp_path: Path) -> None:
    worker = Place(str(tmp_path / "var"), Time()).worker()

    worker.snapshot()

    assert not (tmp_path / "var").exists()


def test_an_update_may_look_at_what_is_known_though_the_view_is_old(place: Place) -> None:
    worker, other = place.worker(), place.worker()
    other.put(NOTES, "FR", Note(1.0, "from another worker"))
    worker.snapshot()
    place.pass_by(SNAPSHOT_SECONDS + 1)

    def change(_before: Note | None) -> Note:
        return Note(1.0, f"{len(worker.snapshot().of(NOTES))} known")

    worker.update(NOTES, "DE", change)

    place.pass_by(SNAPSHOT_SECONDS + 1)
    assert text(other) == "1 known"
    assert text(other, "FR") == "from another worker"
