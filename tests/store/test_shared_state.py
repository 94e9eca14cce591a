"""State that workers share, over a real file and a real Redis, while both work and while they fail."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.shared.snapshot import Snapshot
from store.shared.sqlite_cache import FILE
from store.shared.state import SNAPSHOT_SECONDS, SharedState
from tests.fakes.patience import HANG_SECONDS, PATIENCE_SECONDS, promptly
from tests.store.shared_places import (
    NOTES,
    UNSEEN,
    WAIT_SECONDS,
    Note,
    Place,
    text,
)

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
    one, other = place.worker(), place.worker(place.store(wait_seconds=HANG_SECONDS))
    one.put(NOTES, "DE", Note(1, "old"))
    begun, may_end = threading.Event(), threading.Event()

    def renew(_before: Note | None) -> Note:
        begun.set()
        assert may_end.wait(HANG_SECONDS)
        return Note(2, "new")

    thread = threading.Thread(target=one.refresh, args=(NOTES, "DE", renew))
    thread.start()
    assert begun.wait(PATIENCE_SECONDS)
    with promptly():
        meanwhile = other.refresh(NOTES, "DE", lambda _before: pytest.fail("two make it"))
    may_end.set()
    thread.join()

    assert meanwhile == Note(1, "old")
    assert text(one) == "new"


def test_a_caller_that_waits_too_long_for_a_first_value_gets_none(place: Place) -> None:
    place.store().lock("note:DE").acquire()
    start_seconds = time.monotonic()

    # Longer than LOCK_SECONDS, and the lock would be free.
    note = place.worker().refresh(NOTES, "DE", lambda _before: pytest.fail("somebody else makes it"))

    assert note is None
    assert time.monotonic() - start_seconds >= WAIT_SECONDS


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


def test_the_lock_of_a_process_of_this_machine_is_free_as_soon_as_that_has_ended(file: Place) -> None:
    taken, tell = os.pipe()
    child = os.fork()
    if child == 0:
        file.store().lock("note:DE").acquire()
        os.write(tell, b"!")
        time.sleep(60)  # in its call
        os._exit(0)
    os.read(taken, 1)
    lock = file.store().lock("note:DE")
    while_it_lives = lock.acquire(wait=False)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert not while_it_lives
    assert lock.acquire(wait=False)


@pytest.mark.parametrize("owner", ["another-machine/{pid}:1", "{token}"])
def test_whether_a_process_of_elsewhere_has_ended_is_not_known(file: Place, owner: str) -> None:
    """Of another container, whose numbers are its own, or of a release that did not tell."""
    store = file.store()
    assert store.lock("note:DE").acquire()
    unused = next(number for number in range(2**22, 2**22 + 100) if not Path(f"/proc/{number}").exists())
    with sqlite3.connect(Path(file.where) / FILE) as connection:
        connection.execute("UPDATE locks SET owner = ?", (owner.format(pid=unused, token="0123456789abcdef"),))

    assert not store.lock("note:DE").acquire(wait=False)


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
