"""Electricity Maps over HTTP: the calls a plan allows, and what every refusal and outage becomes."""

from __future__ import annotations

import pytest

from grid.source import (
    SourceUnavailable,
    ZoneNotCovered,
)
from grid.sources.electricity_maps.client import ElectricityMaps
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import FORECAST, KEY, LATEST, FakeElectricityMaps
from tests.fakes.upstream import Answer, Call, always, first, only, reply
from tests.grid.electricity_maps.clients import DAY, build

# --- what is sent


def test_every_call_carries_key_and_zone_and_forbids_guessing_the_place_from_our_address(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    source.latest("DE")
    source.forecast("DE")
    source.shares("DE")

    assert len(server.calls) == 5  # zones, latest, forecast, two shares
    assert all(call.query["disableCallerLookup"] == "true" for call in server.calls)
    assert all(call.headers["auth-token"] == KEY for call in server.calls)
    assert all(call.headers["user-agent"].startswith("carbon-aware-cloud-optimizer/") for call in server.calls)
    assert all(call.zone == "DE" for call in server.calls[1:])


def test_the_longest_forecast_is_asked_for(source: ElectricityMaps, server: FakeElectricityMaps) -> None:
    ahead = source.forecast("DE")

    assert server.calls[-1].query["horizonHours"] == "72"
    assert len(ahead.gco2e_per_kwh) == 73  # the current hour and 72 more


# --- what the plan covers


def test_a_zone_or_signal_outside_the_plan_is_refused_without_a_call(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.access = {"DE": [LATEST], "FR": []}
    source = build(server, clock)
    source.latest("DE")

    with pytest.raises(ZoneNotCovered, match="plan-lacks-zone"):
        source.latest("FR")
    with pytest.raises(ZoneNotCovered, match="plan-lacks-zone"):
        source.latest("PL")
    with pytest.raises(ZoneNotCovered, match="plan-lacks-signal"):
        source.forecast("DE")

    assert server.paths() == ["zones", f"{LATEST} DE"]


def test_the_plan_is_asked_again_after_a_day(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    source.latest("DE")
    clock.advance(DAY - 1)
    source.latest("DE")
    clock.advance(1)
    source.latest("DE")

    assert server.count("zones") == 2


@pytest.mark.parametrize(
    "zones_answer",
    [
        pytest.param(reply({"error": "Not Found"}, 404), id="no such path"),
        pytest.param(reply({"error": "Endpoint not available"}, 401), id="not in the plan"),
        pytest.param(reply({"DE": {"zoneName": "Germany"}}), id="no access lists"),
        pytest.param(reply([{"zoneKey": "DE"}]), id="another shape"),
    ],
)
def test_without_a_list_of_covered_zones_each_zone_is_tried(
    source: ElectricityMaps, server: FakeElectricityMaps, zones_answer: Answer
) -> None:
    server.fault = only("zones", always(zones_answer))

    observation = source.latest("DE")
    source.latest("FR")

    assert observation.gco2e_per_kwh == 300
    assert server.count("zones") == 1
    assert source.state().zones_covered is None


def test_an_outage_while_asking_for_the_plan_holds_everything_for_a_short_while(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = first(1, always(reply("<html>down</html>", 503)))

    with pytest.raises(SourceUnavailable, match="server-error"):
        source.latest("DE")
    with pytest.raises(SourceUnavailable, match="server-error"):
        source.latest("FR")
    calls_while_held = len(server.calls)
    clock.advance(31)

    assert calls_while_held == 1
    assert source.latest("FR").gco2e_per_kwh == 40


# --- the horizon of forecasts


@pytest.mark.parametrize(("horizon_hours", "earlier_horizons"), [(72, [72]), (48, [72, 48]), (24, [72, 48, 24])])
def test_a_refused_horizon_is_shortened_and_the_one_that_worked_is_stored(
    source: ElectricityMaps, server: FakeElectricityMaps, horizon_hours: int, earlier_horizons: list[int]
) -> None:
    server.horizon_hours = horizon_hours

    ahead = source.forecast("DE")
    source.forecast("FR")

    assert len(ahead.gco2e_per_kwh) == horizon_hours + 1
    horizons = [int(call.query["horizonHours"]) for call in server.calls if call.path == FORECAST]
    assert horizons == [*earlier_horizons, horizon_hours]


def test_a_horizon_refused_as_a_bad_parameter_is_shortened_too(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    def only_a_day(call: Call, good: Answer) -> Answer:
        too_far = call.query.get("horizonHours") in ("72", "48")
        return reply({"status": "error", "message": "Invalid value for horizonHours"}, 400) if too_far else good

    server.fault = only_a_day

    ahead = source.forecast("DE")

    assert len(ahead.gco2e_per_kwh) == 25


def test_a_zone_without_any_forecast_is_not_worth_asking_for_a_day(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    server.horizon_hours = 0

    with pytest.raises(ZoneNotCovered) as error:
        source.forecast("DE")

    assert error.value.reason == "plan-lacks-forecast"
    assert error.value.retry_after_seconds == DAY


def test_without_a_known_plan_one_refused_forecast_of_a_new_zone_is_enough(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.tells_access = False
    server.horizon_hours = 0
    source = build(server, clock)

    with pytest.raises(ZoneNotCovered, match="plan-lacks-zone"):
        source.forecast("DE")

    assert server.count(FORECAST) == 1


def test_the_horizon_is_tried_again_after_a_day(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.horizon_hours = 24
    source.forecast("DE")
    server.horizon_hours = 72
    clock.advance(DAY)

    ahead = source.forecast("DE")

    assert len(ahead.gco2e_per_kwh) == 73


# --- shares


@pytest.mark.parametrize(
    ("access", "version", "expected"),
    [
        pytest.param(["*"], "v4", ["renewable-energy/latest DE", "carbon-free-energy/latest DE"], id="all"),
        pytest.param([LATEST, "power-breakdown/latest"], "v4", ["power-breakdown/latest DE"], id="breakdown only"),
        pytest.param(None, "v4", ["renewable-energy/latest DE", "carbon-free-energy/latest DE"], id="v4, not told"),
        pytest.param(None, "v3", ["power-breakdown/latest DE"], id="v3, not told"),
    ],
)
def test_shares_come_from_the_calls_the_plan_has(
    server: FakeElectricityMaps, clock: SteppedClock, access: list[str] | None, version: str, expected: list[str]
) -> None:
    server.access = {"DE": access or ["*"]}
    server.tells_access = access is not None
    source = build(server, clock, version=version)

    shares = source.shares("DE")

    assert (shares.renewable_share, shares.fossil_free_share) == (0.6, 0.9)
    assert server.paths()[1:] == expected


def test_shares_the_plan_lacks_cost_no_call(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    server.access = {"DE": [LATEST]}

    with pytest.raises(ZoneNotCovered, match="plan-lacks-signal"):
        build(server, clock).shares("DE")

    assert server.paths() == ["zones"]
