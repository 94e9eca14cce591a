"""The budget of calls: fifty last the hour, for the zones asked for most, counted for all workers together."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grid.records import KINDS
from grid.source import SourceUnavailable
from grid.upstream.quota import Budget
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.workers import store_at
from tests.grid.metered_workers import HOUR, MINUTE, Worker


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))


def most_in_an_hour(times: list[float]) -> int:
    return max(sum(start <= at < start + HOUR for at in times) for start in times)


TEN = tuple(f"Z{number}" for number in range(10))


# --- fifty calls last the hour


def test_fifty_calls_for_ten_zones_last_the_hour_and_all_hours_after_it(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=50))  # ten zones would take 140

    worker.hour(lambda _number: TEN, hours=3)

    times = [at for at, _ in worker.source.times]
    assert most_in_an_hour(times) <= 50
    assert len(times) >= 3 * 50 * 0.8  # and they are used
    quarters = Counter(int((at - 1000.0) // (HOUR / 4)) for at in times)
    assert all(quarters[quarter] >= 5 for quarter in range(12))


def test_every_reading_stays_live_while_the_calls_last(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=50))
    reasons: Counter[str | None] = Counter()

    for _ in range(180):
        reasons.update(reading.reason for reading in worker.read(*TEN).values())
        clock.advance(20)

    assert set(reasons) == {None}


def test_a_plan_of_one_zone_is_never_stretched(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(auto=True), plan_calls=50)  # 12 + 2 of 50 calls

    worker.hour(lambda _number: ("DE",))

    assert len(worker.source.times) == 14


def test_the_zones_asked_for_most_are_the_youngest(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=50))
    often, seldom = TEN[:2], TEN[2:]

    worker.hour(lambda number: TEN if number % 16 == 0 else often, hours=2)

    counts = Counter(zone for at, zone in worker.source.times if at >= 1000.0 + HOUR)
    # asked for sixteen times as often: refreshed up to four times as often
    assert min(counts[zone] for zone in often) >= 2 * max(counts[zone] for zone in seldom)


def test_of_too_many_unknown_zones_those_asked_for_most_get_the_calls(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=4))
    for _ in range(5):
        worker.governor.count_requests(("Y", "Z"), worker.shared.snapshot())
    worker.governor.write_demand()

    worker.read("A", "B", "Y", "Z")

    # half of the four calls are kept for what is known already
    assert sorted(worker.source.times) == [(1000.0, "Y"), (1000.0, "Z")]


# --- when it is gone


def test_without_calls_the_last_good_values_answer_and_the_rest_says_quota(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(clock, Budget(calls_per_hour=4))
    worker.read("DE")  # a value and a forecast; the other half is kept for these
    clock.advance(10 * MINUTE)

    readings = worker.read("DE", "FR")

    assert readings["DE"].latest is not None
    assert readings["DE"].reason is None
    assert (readings["FR"].latest, readings["FR"].reason) == (None, "quota")
    assert len(worker.source.times) == 2
    assert "FR" not in caplog.text  # that is no trouble of the zone's


def test_that_it_is_gone_is_logged_once(clock: SteppedClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    worker = Worker(clock, Budget(calls_per_hour=3))

    for _ in range(3):
        worker.governor.take()
    for _ in range(5):
        with pytest.raises(SourceUnavailable, match="quota"):
            worker.governor.take()

    assert [message for message in caplog.messages if "used up" in message] == [
        "fake: this hour's calls are used up; answers use last good values and baselines"
    ]


def test_calls_come_back_an_hour_later(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=2))
    worker.governor.take()
    clock.advance(20 * MINUTE)
    worker.governor.take()
    with pytest.raises(SourceUnavailable) as error:
        worker.governor.take()
    clock.advance(41 * MINUTE)

    worker.governor.take()

    assert error.value.reason == "quota"
    # the minute of the first call has left the hour 61 minutes after it began
    assert error.value.retry_after_seconds == 41 * MINUTE
    with pytest.raises(SourceUnavailable):
        worker.governor.take()


def test_a_reading_that_lacked_calls_is_live_once_there_are_some(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=4))
    worker.read("DE", "FR")
    lacking = worker.read("PL")["PL"]
    clock.advance(61 * MINUTE)

    worker.read("PL")
    reading = worker.read("PL")["PL"]

    assert lacking.reason == "quota"
    assert reading.latest is not None


# --- one budget for all


@pytest.fixture(params=["one process", "a shared file"])
def states(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SteppedClock
) -> Iterator[tuple[SharedState, SharedState]]:
    if request.param == "one process":
        shared = SharedState(None, KINDS)
        yield shared, shared
    else:
        yield (
            SharedState(store_at(str(tmp_path), 1.0), KINDS, monotonic=clock.monotonic),
            SharedState(store_at(str(tmp_path), 1.0), KINDS, monotonic=clock.monotonic),
        )


def test_two_workers_have_one_budget(clock: SteppedClock, states: tuple[SharedState, SharedState]) -> None:
    one, other = (Worker(clock, Budget(calls_per_hour=5), shared) for shared in states)

    for worker in (one, other, one, other, one):
        worker.governor.take()

    with pytest.raises(SourceUnavailable, match="quota"):
        other.governor.take()


def test_what_is_asked_of_one_worker_counts_in_the_other(
    clock: SteppedClock, states: tuple[SharedState, SharedState]
) -> None:
    one, other = (Worker(clock, Budget(calls_per_hour=5), shared) for shared in states)
    one.governor.count_requests(("DE",), one.shared.snapshot())
    one.governor.write_demand()
    clock.advance(1)

    assert other.governor.by_demand(["AT", "DE"]) == ["DE", "AT"]


def test_demand_halves_in_half_an_hour(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(calls_per_hour=5))
    worker.governor.count_requests(("DE", "DE", "DE", "FR"), worker.shared.snapshot())
    worker.governor.write_demand()
    clock.advance(30 * MINUTE)
    worker.governor.count_requests(("FR", "FR"), worker.shared.snapshot())
    worker.governor.write_demand()

    # DE 3 / 2 = 1.5; FR 1 / 2 + 2 = 2.5
    assert worker.governor.by_demand(["DE", "FR"]) == ["FR", "DE"]
