"""State that workers share, over a real file and a real Redis, while both work and while they fail."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.redis_link import REST_SECONDS
from store.shared.changes import Store
from store.shared.redis_cache import VALUES
from store.shared.snapshot import Kind, Snapshot
from store.shared.sqlite_cache import FILE
from store.shared.state import PAUSE_SECONDS, SNAPSHOT_SECONDS, SharedState
from tests.fakes import redis_server
from tests.fakes.redis_server import RedisServer
from tests.fakes.telemetry import Counts
from tests.fakes.workers import store_at

WAIT_SECONDS = 1.0
BACK_AFTER_SECONDS = max(PAUSE_SECONDS, REST_SECONDS) + 1  # a Redis that did not answer is left alone for longer


@dataclass(frozen=True)
class Note:
    """A value of the tests: a text and when it was made."""

    at: float
    text: str


NOTES = Kind(
    name="note",
    encode=orjson.dumps,
    decode=lambda raw: Note(**orjson.loads(raw)),
    order=lambda note: note.at,
    identity=lambda note: note.text,
)
UNSEEN = Kind(name="unseen", encode=NOTES.encode, decode=NOTES.decode, order=NOTES.order, identity=None)


class Time:
    """Monotonic seconds that a test moves on; locks and their waits stay on the real clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """Where workers meet, and their common clock."""

    where: str
    time: Time
    redis: RedisServer | None = None

    def store(self) -> Store:
        store = store_at(self.where, WAIT_SECONDS, monotonic=self.time)
        assert store is not None
        return store

    def worker(self, store: Store | None = None) -> SharedState:
        """What one process has."""
        return SharedState(store or self.store(), (NOTES, UNSEEN), monotonic=self.time)

    def pass_by(self, seconds: float) -> None:
        self.time.now += seconds


@pytest.fixture
def file(tmp_path: Path) -> Place:
    return Place(str(tmp_path), Time())


@pytest.fixture
def redis() -> Iterator[Place]:
    with redis_server.running() as server:
        yield Place(server.url, Time(), server)


@pytest.fixture(params=["a file", "Redis"])
def place(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue("file" if request.param == "a file" else "redis")
    return place


def text(worker: SharedState, name: str = "DE") -> str | None:
    note = worker.snapshot().of(NOTES).get(name)
    return None if note is None else note.text


def eventually(condition: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 5
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return condition()


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# --- one worker learns, all know


def test_a_value_of_one_worker_is_known_to_another_a_second_later(place: Place) -> None:
    one, other = place.worker(), place.worker()
    other.snapshot()
    one.put(NOTES, "DE", Note(1, "windy"))
    place.pass_by(SNAPSHOT_SECONDS)

    assert text(one) == text(other) == "windy"


def test_a_view_younger_than_a_second_asks_the_store_nothing(place: Place) -> None:
    one, other = place.worker(), place.worker()
    other.snapshot()
    one.put(NOTES, "DE", Note(1, "windy"))
    place.pass_by(SNAPSHOT_SECONDS - 0.01)

    assert text(other) is None


def test_a_new_worker_knows_everything_at_once(place: Place) -> None:
    place.worker().put(NOTES, "DE", Note(1, "windy"))

    assert text(place.worker()) == "windy"


def test_a_value_in_the_form_of_another_release_counts_as_absent(place: Place) -> None:
    store = place.store()
    store.put({"note:DE": b"{}", "note:FR": b"\xff", "gone:DE": b"1"})

    worker = place.worker(store)

    assert text(worker, "DE") is text(worker, "FR") is None


def test_changes_by_many_threads_of_several_workers_all_count(place: Place) -> None:
    workers = [place.worker() for _ in range(4)]

    def count(worker: SharedState) -> None:
        for _ in range(10):
            worker.update(NOTES, "n", lambda before: Note(1, str(1 + int(before.text if before else 0))))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, workers * 2))

    assert text(place.worker(), "n") == "80"


# --- one makes what all need


def test_of_many_threads_and_workers_one_creates_a_value_and_the_others_wait_for_it(place: Place) -> None:
    workers = [place.worker() for _ in range(4)]
    calls: list[str] = []

    def make(before: Note | None) -> Note:
        if before is not None:
            return before
        time.sleep(0.2)
        calls.append("x")
        return Note(1, "windy")

    with ThreadPoolExecutor(4) as threads:
        notes = list(threads.map(lambda worker: worker.refresh(NOTES, "DE", make), workers))

    assert [note.text for note in notes if note] == ["windy"] * 4
    assert len(calls) == 1


def test_while_one_caller_renews_a_stored_value_the_others_use_the_old_one(place: Place) -> None:
    one, other = place.worker(), place.worker()
    one.put(NOTES, "DE", Note(1, "old"))
    begun, may_end = threading.Event(), threading.Event()

    def renew(_before: Note | None) -> Note:
        begun.set()
        may_end.wait(5)
        return Note(2, "new")

    thread = threading.Thread(target=one.refresh, args=(NOTES, "DE", renew))
    thread.start()
    begun.wait(5)
    began = time.monotonic()
    meanwhile = other.refresh(NOTES, "DE", lambda _before: pytest.fail("two make it"))
    waited = time.monotonic() - began
    may_end.set()
    thread.join()

    assert meanwhile == Note(1, "old")
    assert waited < 0.3
    assert text(one) == "new"


def test_a_caller_that_waits_too_long_for_a_first_value_gets_none(place: Place) -> None:
    place.store().lock("note:DE").acquire()
    began = time.monotonic()

    note = place.worker().refresh(NOTES, "DE", lambda _before: pytest.fail("somebody else makes it"))

    assert note is None
    assert WAIT_SECONDS <= time.monotonic() - began < 2 * WAIT_SECONDS


def test_an_exception_leaves_no_lock_behind(place: Place) -> None:
    worker = place.worker()

    def fail(_before: Note | None) -> Note:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.refresh(NOTES, "DE", fail)

    assert worker.refresh(NOTES, "DE", lambda _before: Note(1, "windy")) == Note(1, "windy")


def test_the_lock_of_a_dead_process_frees_itself(file: Place) -> None:
    store = file.store()
    assert store.lock("note:DE").acquire()
    with sqlite3.connect(Path(file.where) / FILE) as connection:
        connection.execute("UPDATE locks SET expires_at = ?", (time.time() - 0.01,))

    assert store.lock("note:DE").acquire(wait=False)


def test_a_lock_from_before_the_clock_was_set_back_is_free(file: Place) -> None:
    store = file.store()
    assert store.lock("note:DE").acquire()
    with sqlite3.connect(Path(file.where) / FILE) as connection:
        connection.execute("UPDATE locks SET expires_at = ?", (time.time() + 86_400,))

    assert store.lock("note:DE").acquire(wait=False)


def test_only_the_owner_frees_a_lock(place: Place) -> None:
    owner, other = place.store().lock("note:DE"), place.store().lock("note:DE")
    assert owner.acquire()
    other.release()

    assert not other.acquire(wait=False)
    owner.release()
    assert other.acquire(wait=False)


# --- the version


def test_workers_that_know_the_same_have_the_same_version_and_others_another(place: Place) -> None:
    one, other = place.worker(), place.worker()
    one.put(NOTES, "DE", Note(1, "windy"))
    place.pass_by(SNAPSHOT_SECONDS)
    same = one.snapshot().version == other.snapshot().version
    one.put(NOTES, "DE", Note(2, "calm"))
    other.snapshot()

    assert same
    assert one.snapshot().version != other.snapshot().version


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None])), max_size=12))
def test_the_version_depends_on_the_values_and_not_on_their_history(steps: list[tuple[str, str | None]]) -> None:
    empty = Snapshot({"note": {}, "unseen": {}})
    snapshot = empty

    for name, word in steps:
        snapshot = snapshot.replaced([(NOTES, name, None if word is None else Note(1, word))])

    values = snapshot.of(NOTES)
    direct = empty.replaced([(NOTES, name, Note(99, note.text)) for name, note in sorted(values.items())])
    assert snapshot.version == direct.version
    assert (snapshot.version == empty.version) == (not values)


def test_values_that_answers_do_not_depend_on_do_not_change_the_version() -> None:
    empty = Snapshot({"note": {}, "unseen": {}})

    snapshot = empty.replaced([(UNSEEN, "x", Note(1, "calls"))])

    assert snapshot.version == empty.version


# --- what breaks


@pytest.fixture
def broken(place: Place) -> Callable[[], Callable[[], None]]:
    """Takes the store away; gives back what brings it again."""

    def away() -> Callable[[], None]:
        if place.redis is not None:
            place.redis.stop()
            return place.redis.start
        folder, aside = Path(place.where), Path(place.where + ".aside")
        folder.rename(aside)
        folder.write_text("a file where the folder was")

        def back() -> None:
            folder.unlink()
            aside.rename(folder)

        return back

    return away


def alone_at(number: int) -> Callable[[Note | None], Note]:
    return lambda _before: Note(number, f"alone {number}")


def test_without_the_store_a_worker_continues_alone_logs_it_once_and_shares_its_values_later(
    place: Place, broken: Callable[[], Callable[[], None]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    worker = place.worker()
    worker.put(NOTES, "DE", Note(1, "before"))
    bring_back = broken()

    for number in range(2, 6):
        assert worker.refresh(NOTES, "FR", alone_at(number)) is not None
        worker.update(NOTES, "PL", lambda before: Note(1, f"{before.text if before else ''}+"))
        place.pass_by(1)
    lines = complaints(caplog)
    scopes = [worker.scope]
    alone = (text(worker, "DE"), text(worker, "FR"), text(worker, "PL"))
    bring_back()
    place.pass_by(BACK_AFTER_SECONDS)
    worker.snapshot()

    assert alone == ("before", "alone 5", "++++")
    assert scopes == ["worker"]
    assert eventually(lambda: worker.scope == ("service" if place.redis else "machine"))
    assert len(lines) == 1
    assert eventually(lambda: text(place.worker(), "FR") == "alone 5")
    assert text(place.worker(), "DE") == "before"
    assert eventually(lambda: "can be used again" in caplog.text or "answers again" in caplog.text)


def test_every_use_of_a_store_that_fails_is_counted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way of the folder")
    counts = Counts()
    nowhere = Place(str(tmp_path / "file" / "var"), Time()).store()
    worker = SharedState(nowhere, (NOTES, UNSEEN), telemetry=counts, monotonic=Time())

    worker.put(NOTES, "DE", Note(1, "kept here"))

    assert text(worker) == "kept here"
    assert counts.seen["store_error", "shared-state"] >= 1


def test_after_two_workers_continued_alone_the_newer_value_wins(
    place: Place, broken: Callable[[], Callable[[], None]]
) -> None:
    one, other = place.worker(), place.worker()
    one.put(NOTES, "DE", Note(1, "before"))
    bring_back = broken()
    one.put(NOTES, "DE", Note(2, "older"))
    other.put(NOTES, "DE", Note(3, "newer"))
    bring_back()

    def all_know_the_newer() -> bool:
        place.pass_by(BACK_AFTER_SECONDS)
        return text(one) == text(other) == text(place.worker()) == "newer"

    assert eventually(all_know_the_newer)


def test_a_value_created_just_before_the_store_fails_is_not_created_twice(
    place: Place, broken: Callable[[], Callable[[], None]]
) -> None:
    worker, calls = place.worker(), []

    def make(_before: Note | None) -> Note:
        broken()
        calls.append("x")
        return Note(1, "windy")

    assert worker.refresh(NOTES, "DE", make) == Note(1, "windy")
    assert calls == ["x"]
    assert text(worker) == "windy"


def test_a_store_that_lost_its_values_gets_those_of_the_workers(place: Place) -> None:
    worker = place.worker()
    worker.put(NOTES, "DE", Note(1, "windy"))
    worker.snapshot()
    if place.redis is not None:
        place.redis.stop()
        place.redis.start()
        place.pass_by(SNAPSHOT_SECONDS)
        worker.snapshot()  # finds its connection closed
        place.pass_by(BACK_AFTER_SECONDS)
    else:
        for path in Path(place.where).iterdir():
            path.unlink()
        place.pass_by(SNAPSHOT_SECONDS)
    worker.snapshot()

    assert text(worker) == "windy"
    assert eventually(lambda: text(place.worker()) == "windy")


def test_a_hanging_redis_costs_a_request_less_than_half_a_second_once(redis: Place) -> None:
    assert redis.redis is not None
    worker = redis.worker()
    worker.put(NOTES, "DE", Note(1, "windy"))
    waits = []

    with redis.redis.hanging():
        for _ in range(20):
            redis.pass_by(0.5)
            began = time.monotonic()
            assert text(worker) == "windy"
            waits.append(time.monotonic() - began)

    assert max(waits) < 0.5
    assert sum(wait > 0.05 for wait in waits) <= 1


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


def test_a_locked_file_costs_less_than_half_a_second_and_is_used_again(
    file: Place, caplog: pytest.LogCaptureFixture
) -> None:
    worker = file.worker()
    worker.put(NOTES, "DE", Note(1, "before"))
    locker = sqlite3.connect(Path(file.where) / FILE, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    worker.put(NOTES, "DE", Note(2, "after"))
    waited = time.monotonic() - began
    worker.put(NOTES, "DE", Note(3, "later"))
    both = time.monotonic() - began
    locker.close()
    file.pass_by(PAUSE_SECONDS)
    worker.snapshot()

    assert waited < 0.5
    assert both - waited < 0.1
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
