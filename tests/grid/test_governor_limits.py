"""The limit of calls where it is learned, over HTTP, and its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.conversion import Conversion
from grid.live.live_source import LiveSource
from grid.live.tools import Tools
from grid.neighbours import Neighbours
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
from tests.fakes.upstream import always, first, reply
from tests.grid.metered_workers import HOUR, MINUTE, NEED, Worker


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))


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
            conversion=lambda: Conversion.load(Neighbours({})),
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
    assert source.hold() is None
    assert source.state().state == "ok"


def test_a_429_holds_the_others_while_it_is_tried_again(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    source = metered_source(server, clock, Budget(), retries=2)
    source.latest("FR")
    held_meanwhile = []
    server.fault = first(1, always(reply({}, 429, Retry_After="7")))

    def sleep(seconds: float) -> None:
        held_meanwhile.append(source.hold())
        clock.sleep(seconds)

    source._upstream._session._client._sleep = sleep
    source.latest("DE")

    assert [held.reason for held in held_meanwhile if held] == ["rate-limited"]
    assert source.hold() is None


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
