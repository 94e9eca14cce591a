"""What workers do while the place in which they share values fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from store.shared.state import SNAPSHOT_SECONDS, SharedState
from tests.fakes.patience import eventually
from tests.fakes.telemetry import Counts
from tests.store.shared_places import (
    BACK_AFTER_SECONDS,
    NOTES,
    UNSEEN,
    Note,
    Place,
    Time,
    complaints,
    text,
)

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
