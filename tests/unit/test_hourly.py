"""What is renewed in every hour: once, in small steps, and again at the next look where there was nothing to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from carbon.errors import StateUnavailable
from renewal.hourly import STEP_PAUSE_SECONDS, Hourly
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import PATIENCE_SECONDS

FIVE_TO_TEN = datetime(2026, 2, 11, 9, 55, tzinfo=UTC)
MINUTE = 60.0


class Work:
    """Two steps. makes: what each of them tells. fails: as if the database did not work."""

    def __init__(self) -> None:
        self.makes, self.fails, self.times = True, False, list[datetime]()

    def __call__(self, now: datetime) -> Iterator[bool]:
        self.times.append(now)
        if self.fails:
            raise StateUnavailable("the history")
        yield self.makes
        yield False


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(FIVE_TO_TEN)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def hourly(work: Work, clock: SteppedClock) -> Hourly:
    return Hourly(work, utc_now=clock.utc_now, pause=clock.sleep)


def test_the_first_look_of_each_hour_renews_and_pauses_after_every_step(
    hourly: Hourly, work: Work, clock: SteppedClock
) -> None:
    looks = [hourly.look()]
    for minutes in (1, 4, 30):
        clock.advance(minutes * MINUTE)
        looks.append(hourly.look())

    # At 09:55, 09:56, 10:00 and 10:30.
    assert looks == [True, False, True, False]
    assert [(time.hour, time.minute) for time in work.times] == [(9, 55), (10, 0)]
    assert clock.slept == [STEP_PAUSE_SECONDS] * 4


def test_an_hour_in_which_there_was_nothing_to_make_anything_of_is_tried_again_at_the_next_look(
    hourly: Hourly, work: Work
) -> None:
    work.makes = False
    first = hourly.look()
    work.makes = True

    assert (first, hourly.look(), hourly.look()) == (False, True, False)


def test_an_hour_in_which_the_work_failed_is_tried_again(hourly: Hourly, work: Work) -> None:
    work.fails = True
    with pytest.raises(StateUnavailable):
        hourly.look()
    work.fails = False

    assert hourly.look()


def test_a_process_has_one_thread_which_goes_on_after_a_failure() -> None:
    runs, renewed = list[str](), threading.Event()

    def renew(_: datetime) -> Iterator[bool]:
        runs.append(threading.current_thread().name)
        if len(runs) < 3:
            raise StateUnavailable("the history") if len(runs) == 1 else ValueError("a zone")
        renewed.set()
        threading.Event().wait()  # the thread stays here until the process ends
        yield True

    hourly = Hourly(renew, pause=lambda _: None)
    hourly.follow()
    hourly.follow()

    assert renewed.wait(PATIENCE_SECONDS)
    assert runs == ["hourly"] * 3
