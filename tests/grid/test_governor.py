"""The budget of calls: fifty last the hour, for the zones asked for most, counted for all workers together."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.reading import ZoneReading
from grid.conversion import Conversion
from grid.live.live_source import LiveSource, ReadPolicy
from grid.live.tools import Tools
from grid.records import KINDS, Usage
from grid.source import SourceUnavailable
from grid.sources.electricity_maps import build
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from grid.upstream.quota import Budget, Governor, _calls_per_second, _scale
from net import HttpLimits
from settings import Settings
from store.shared.state import SharedState
from telemetry import SILENT
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import KEY, LATEST, FakeElectricityMaps
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.upstream import always, first, reply
from tests.fakes.workers import eventually, store_at

HOUR, MINUTE = 3600.0, 60.0
NEED = 1 / 300 + 1 / 1800  # what one zone takes: a value each 5 minutes, a forecast each 30


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))


class Metered(FakeLiveSource):
    """A source whose every call is counted by a governor and noted with its time."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(clock.utc_now)
        self.governor: Governor | None = None
        self.times: list[tuple[float, str]] = []
        self._clock = clock

    def _call(self, kind: str, zone: str) -> None:
        assert self.governor is not None
        self.governor.take()
        self.times.append((self._clock.monotonic(), zone))
        super()._call(kind, zone)


class Worker:
    """One process: a reader over what is shared, on a stepped clock."""

    def __init__(
        self, clock: SteppedClock, budget: Budget, shared: SharedState | None = None, *, plan_calls: int | None = None
    ) -> None:
        self.clock = clock
        self.shared = shared or SharedState(None, KINDS)
        self.source = Metered(clock)
        self.governor = Governor(
            "fake",
            budget,
            self.shared,
            calls_per_zone_second=NEED,
            plan_calls_per_hour=lambda: plan_calls,
            utc_now=clock.utc_now,
        )
        self.source.governor = self.governor
        self.reader = reader_of(
            self.source,
            ReadPolicy(),
            shared=self.shared,
            governor=self.governor,
            utc_now=clock.utc_now,
            monotonic=clock.monotonic,
            jitter=lambda: 1.0,
        )

    def read(self, *zones: str) -> dict[str, ZoneReading]:
        """Read, and let what that started come to its end."""
        readings = self.reader.open().read(zones, now=self.clock.utc_now(), forecast=True)
        flights = self.reader._readers[0]._refresher._flights
        assert eventually(lambda: not flights._in_progress)
        return dict(readings)

    def hour(self, ask: Callable[[int], tuple[str, ...]], *, every_seconds: float = 20.0, hours: float = 1.0) -> None:
        """An hour or so of requests; ask: which zones the n-th wants."""
        for number in range(round(hours * HOUR / every_seconds)):
            self.read(*ask(number))
            self.clock.advance(every_seconds)


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
    with pytest.raises(SourceUnavailable) as refused:
        worker.governor.take()
    clock.advance(41 * MINUTE)

    worker.governor.take()

    assert refused.value.reason == "quota"
    # the minute of the first call has left the hour 61 minutes after it began
    assert refused.value.retry_after_seconds == 41 * MINUTE
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


# --- auto


@pytest.mark.parametrize(("zones", "calls"), [(("DE",), 50), (("DE", "FR"), None)])
def test_auto_means_fifty_where_the_plan_covers_one_zone(
    server: FakeElectricityMaps, clock: SteppedClock, zones: tuple[str, ...], calls: int | None
) -> None:
    server.access = {zone: [LATEST] for zone in zones}
    settings = Settings(el_maps_api_key=KEY, el_maps_base_url=server.base_url, upstream_retries=0)
    live = build(
        settings,
        Tools(
            shared=SharedState(None, KINDS),
            telemetry=SILENT,
            utc_now=clock.utc_now,
            conversion=lambda: Conversion.load({}),
        ),
    )
    assert live is not None
    before = live.source.state().quota

    assert isinstance(live.source, LiveSource)
    live.source.latest("DE")

    quota = live.source.state().quota
    assert before is None  # /zones was not read yet
    assert (None if quota is None else quota.calls_per_hour) == calls


def test_off_means_no_limit_even_for_one_zone(clock: SteppedClock) -> None:
    assert Worker(clock, Budget(), plan_calls=50).governor.quota() is None


def test_auto_learns_the_limit_from_the_first_429_that_speaks_of_the_hour(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(auto=True))
    for _ in range(101):
        worker.governor.take()

    worker.governor.limited(1800)
    quota = worker.governor.quota()

    assert quota is not None
    assert (quota.calls_per_hour, quota.calls_left) == (100, 0)  # the 101st was refused


def test_a_429_of_seconds_tells_nothing_of_the_hour(clock: SteppedClock) -> None:
    worker = Worker(clock, Budget(auto=True))
    for _ in range(30):
        worker.governor.take()

    worker.governor.limited(5)
    worker.governor.limited(None)

    assert worker.governor.quota() is None


def test_a_learned_limit_never_falls_below_what_one_zone_needs_and_is_forgotten_after_a_day(
    clock: SteppedClock,
) -> None:
    worker = Worker(clock, Budget(auto=True))
    worker.governor.take()
    worker.governor.limited(1800)  # somebody else had used the key
    quota = worker.governor.quota()
    clock.advance(24 * HOUR)

    assert quota is not None
    assert quota.calls_per_hour == 14
    assert worker.governor.quota() is None


# --- over HTTP


@pytest.fixture
def server(clock: SteppedClock) -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 300, "FR": 40}).serving() as fake:
        fake.utc_now = clock.utc_now
        yield fake


def metered_source(server: FakeElectricityMaps, clock: SteppedClock, budget: Budget, retries: int) -> ElectricityMaps:
    shared = SharedState(None, KINDS)
    governor = Governor(
        "electricity-maps",
        budget,
        shared,
        calls_per_zone_second=NEED,
        utc_now=clock.utc_now,
    )
    return ElectricityMaps(
        ElectricityMapsConfig(api_key=KEY, base_url=server.base_url, limits=HttpLimits(retries=retries)),
        max_age_minutes=60,
        shared=shared,
        governor=governor,
        utc_now=clock.utc_now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
    )


def test_every_request_sent_counts_retries_too(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    source = metered_source(server, clock, Budget(calls_per_hour=50), retries=2)
    server.fault = first(2, always(reply("down", 503)))

    source.latest("DE")
    quota = source.state().quota

    assert quota is not None
    assert quota.calls_used == len(server.calls) == 4  # the plan three times, one value
    assert quota.calls_left == source.state().calls_left == 46
    assert quota.resets_at == datetime(2026, 3, 3, 10, 1, tzinfo=UTC)


def test_no_request_goes_out_when_the_calls_are_spent_and_the_source_is_not_blamed(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    source = metered_source(server, clock, Budget(calls_per_hour=2), retries=0)
    source.latest("DE")

    with pytest.raises(SourceUnavailable, match="quota"):
        source.latest("FR")

    assert server.paths() == ["zones", f"{LATEST} DE"]
    assert source.held() is None
    assert source.state().state == "ok"


def test_a_429_holds_the_others_while_it_is_tried_again(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    source = metered_source(server, clock, Budget(), retries=2)
    source.latest("FR")
    held_meanwhile = []
    server.fault = first(1, always(reply({}, 429, Retry_After="7")))

    def sleep(seconds: float) -> None:
        held_meanwhile.append(source.held())
        clock.sleep(seconds)

    source._upstream._session._client._sleep = sleep
    source.latest("DE")

    assert [held.reason for held in held_meanwhile if held] == ["rate-limited"]
    assert source.held() is None


# --- arithmetic


@given(
    st.lists(st.floats(0.01, 1.0), min_size=1, max_size=40).map(lambda roots: sorted(roots, reverse=True)),
    st.floats(0.05, 50),
)
def test_the_calls_there_are_are_shared_out_to_the_last(roots: list[float], zones_worth: float) -> None:
    c = _scale(roots, zones_worth)

    shares = sum(min(1.0, root / c) if c > 0 else 1.0 for root in roots)
    assert math.isclose(shares, min(zones_worth, len(roots)), rel_tol=1e-9)


@given(st.lists(st.integers(0, 20), min_size=61, max_size=61), st.integers(1, 400))
def test_the_steady_rate_never_meets_the_limit(counts: list[int], limit: int) -> None:
    clock = 1_000_000 * MINUTE
    minutes = {str(1_000_000 - ago): count for ago, count in enumerate(counts) if count}
    spent = Usage(minutes=minutes)

    rate = _calls_per_second(spent, limit, clock)

    for ahead in range(61):  # at the end of each minute to come, before its own calls leave
        seconds = (ahead + 1) * MINUTE
        still_counted = sum(counts[: 61 - ahead])
        assert rate == 0 or rate * min(seconds, HOUR) + still_counted <= limit + 1e-6
