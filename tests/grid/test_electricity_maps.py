"""Electricity Maps over HTTP: the calls a plan allows, and what every refusal and outage becomes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grid.records import KINDS
from grid.source import (
    MalformedReply,
    SourceError,
    SourceRefused,
    SourceState,
    SourceUnavailable,
    ZoneNotCovered,
)
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from grid.upstream.gate import Gate
from net import HttpLimits
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import FORECAST, KEY, LATEST, FakeElectricityMaps
from tests.fakes.upstream import Answer, Call, Fault, always, changed, dropped, first, only, reply, truncated

ERRORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "electricity_maps" / "errors.json").read_text()
)
BAD_KEY = reply({"error": "Invalid auth-token"}, 401)
PLAN_REFUSAL = reply({"error": "Request unauthorized for zoneKey=DE,requestType=latest,dataType=x."}, 401)
DAY = 86_400


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 42, tzinfo=UTC))


@pytest.fixture
def server(clock: SteppedClock) -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 300, "FR": 40}).serving() as fake:
        fake.utc_now = clock.utc_now
        yield fake


@pytest.fixture
def source(server: FakeElectricityMaps, clock: SteppedClock) -> ElectricityMaps:
    return build(server, clock)


def build(
    server: FakeElectricityMaps, clock: SteppedClock, *, key: str = KEY, version: str = "v4", read_seconds: float = 2.0
) -> ElectricityMaps:
    config = ElectricityMapsConfig(
        api_key=key,
        base_url=server.base_url.replace("v4", version),
        limits=HttpLimits(retries=0, read_seconds=read_seconds, max_body_bytes=100_000),
    )
    return ElectricityMaps(
        config, max_age_minutes=60, utc_now=clock.utc_now, monotonic=clock.monotonic, sleep=clock.sleep
    )


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

    seen = source.latest("DE")
    source.latest("FR")

    assert seen.gco2e_per_kwh == 300
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


# --- refusals and outages


def recorded(index: int) -> Answer:
    return reply(ERRORS[index]["body"], ERRORS[index]["status"])


@pytest.mark.parametrize(
    ("index", "kind", "reason"),
    [
        (0, SourceRefused, "bad-key"),
        (1, ZoneNotCovered, "plan-lacks-zone"),
        (2, ZoneNotCovered, "request-refused"),
        (3, ZoneNotCovered, "request-refused"),
        (4, ZoneNotCovered, "no-recent-data"),
        (5, SourceUnavailable, "rate-limited"),
        (6, SourceUnavailable, "server-error"),
    ],
)
def test_each_recorded_error_becomes_its_source_error(
    source: ElectricityMaps, server: FakeElectricityMaps, index: int, kind: type[SourceError], reason: str
) -> None:
    server.fault = only(LATEST, always(recorded(index)))

    with pytest.raises(kind) as error:
        source.latest("DE")

    assert error.value.reason == reason


def test_every_recorded_error_is_tested() -> None:
    assert len(ERRORS) == 7


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        pytest.param(always(reply("<html>maintenance</html>")), MalformedReply, "not-json", id="HTML with 200"),
        pytest.param(always(reply("")), MalformedReply, "not-json", id="empty body"),
        pytest.param(always(reply(b'{"zone": NaN}')), MalformedReply, "not-json", id="NaN"),
        pytest.param(always(reply(b"\xff\xfe")), MalformedReply, "not-json", id="no UTF-8"),
        pytest.param(always(reply(b"[" * 50_000)), MalformedReply, "not-json", id="deep nesting"),
        pytest.param(always(reply([])), MalformedReply, "wrong-shape", id="list"),
        pytest.param(always(reply(b'"' + b"x" * 200_000 + b'"')), MalformedReply, "too-large", id="huge body"),
        pytest.param(
            always(Answer(body=b"no gzip", headers={"Content-Encoding": "gzip"})), MalformedReply, "bad-encoding",
            id="wrong encoding",
        ),
        pytest.param(changed(carbonIntensity=None), MalformedReply, "null-value", id="null"),
        pytest.param(changed(zone="FR"), MalformedReply, "wrong-zone", id="wrong zone"),
        pytest.param(changed(datetime="2026-03-03T07:00:00Z"), MalformedReply, "stale", id="old"),
        pytest.param(changed(estimationMethod="SANDBOX_MODE_DATA"), SourceRefused, "sandbox-key", id="sandbox"),
        pytest.param(truncated, SourceUnavailable, "truncated", id="cut short"),
        pytest.param(dropped, SourceUnavailable, "connection", id="closed without an answer"),
        pytest.param(always(Answer(wait_seconds=30)), SourceUnavailable, "timeout", id="hangs"),
        pytest.param(
            always(Answer(body=b"{" * 999, bytes_per_pause=1, pause_seconds=0.05)), SourceUnavailable, "timeout",
            id="trickles",
        ),
        pytest.param(always(reply("", 302, Location="https://elsewhere.example/")), SourceUnavailable, "redirect",
                     id="redirect"),
        pytest.param(always(reply("<html>forbidden</html>", 403)), SourceRefused, "refused", id="403 of the edge"),
        pytest.param(always(reply({"error": "payment required"}, 402)), SourceRefused, "refused", id="402"),
        pytest.param(always(reply({"error": "Endpoint not available"}, 403)), ZoneNotCovered, "plan-lacks-zone",
                     id="403 of the plan"),
    ],
)  # fmt: skip
def test_a_bad_answer_ends_in_a_named_source_error(
    server: FakeElectricityMaps, clock: SteppedClock, fault: Fault, kind: type[SourceError], reason: str
) -> None:
    server.fault = only(LATEST, fault)
    source = build(server, clock, read_seconds=0.3)

    with pytest.raises(kind) as error:
        source.latest("DE")

    assert error.value.reason == reason


def test_no_connection_at_all_is_a_source_error(clock: SteppedClock) -> None:
    gone = FakeElectricityMaps({"DE": 300})
    with gone.serving():
        pass

    with pytest.raises(SourceUnavailable, match="connection"):
        build(gone, clock).latest("DE")


# --- the ambiguous 401


def test_a_401_right_after_the_key_worked_is_asked_once_more_after_a_pause(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    source.latest("DE")
    server.fault = first(1, always(BAD_KEY))

    seen = source.latest("FR")

    assert seen.gco2e_per_kwh == 40
    assert len(clock.slept) == 1
    assert 0.5 <= clock.slept[0] <= 1.0


def test_a_401_for_what_just_worked_is_a_rate_limit_in_disguise(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    source.latest("DE")
    server.fault = only(LATEST, always(PLAN_REFUSAL))

    with pytest.raises(SourceUnavailable, match="rate-limited"):
        source.latest("DE")

    assert server.count(LATEST) == 3  # the good one, the refused one, one more try


def test_a_refused_zone_counts_as_not_in_the_plan_an_hour_after_it_last_worked(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    source.latest("DE")
    server.fault = only(LATEST, always(PLAN_REFUSAL))
    clock.advance(3601)

    with pytest.raises(ZoneNotCovered, match="plan-lacks-zone"):
        source.latest("DE")


def test_a_refusal_that_contradicts_the_plan_is_not_stored_for_a_day(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    server.fault = only(LATEST, always(PLAN_REFUSAL))  # while /zones grants everything

    with pytest.raises(ZoneNotCovered, match="plan-lacks-zone") as error:
        source.latest("DE")

    assert error.value.retry_after_seconds is None


def test_a_refusal_that_contradicts_nothing_is_stored_for_a_day_after_one_call(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.tells_access = False
    server.access = {"FR": ["*"]}
    source = build(server, clock)
    source.latest("FR")

    with pytest.raises(ZoneNotCovered, match="plan-lacks-zone") as error:
        source.latest("DE")

    assert error.value.retry_after_seconds == DAY
    assert server.count(LATEST, "DE") == 1


def test_a_key_that_stays_refused_counts_as_refused_though_it_worked_before(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    source.latest("DE")
    server.fault = always(BAD_KEY)

    with pytest.raises(SourceRefused, match="bad-key"):
        source.latest("DE")


def test_a_bad_key_that_never_worked_is_not_tried_twice(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    source = build(server, clock, key="wrong")

    with pytest.raises(SourceRefused, match="bad-key"):
        source.latest("DE")

    assert server.paths() == ["zones", f"{LATEST} DE"]


# --- holds


def test_a_429_holds_every_call_until_its_retry_after_has_passed(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    source.latest("DE")
    server.fault = first(1, always(reply({"error": "Too many requests"}, 429, Retry_After="120")))

    with pytest.raises(SourceUnavailable, match="rate-limited"):
        source.latest("DE")
    clock.advance(119)
    with pytest.raises(SourceUnavailable, match="rate-limited"):
        source.forecast("FR")
    calls_while_held = len(server.calls)
    clock.advance(1)

    assert calls_while_held == 3
    assert source.forecast("FR").gco2e_per_kwh[0] == 40


def test_an_answer_that_arrives_after_a_429_does_not_lift_the_hold(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="grid")
    gate = Gate("electricity-maps", SharedState(None, KINDS), utc_now=clock.utc_now)

    gate.failed(SourceUnavailable("rate-limited", retry_after_seconds=120))
    gate.succeeded(LATEST, "DE")  # sent before, answered after

    assert gate.held() is not None
    assert not any("answers again" in message for message in caplog.messages)


def test_a_429_without_retry_after_holds_for_a_minute(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = only(LATEST, always(reply({}, 429)))

    with pytest.raises(SourceUnavailable):
        source.latest("DE")
    hold = source.held()
    clock.advance(60)

    assert hold is not None
    assert hold.reason == "rate-limited"
    assert source.held() is None


def test_a_retry_after_of_days_holds_for_an_hour(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = only(LATEST, always(reply({}, 429, Retry_After="864000")))

    with pytest.raises(SourceUnavailable):
        source.latest("DE")
    clock.advance(3600)

    assert source.held() is None


def test_a_refused_key_is_not_used_again_for_ten_minutes(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    source = build(server, clock, key="wrong")
    with pytest.raises(SourceRefused):
        source.latest("DE")

    clock.advance(599)
    hold = source.held()
    clock.advance(1)

    assert isinstance(hold, SourceRefused)
    assert source.held() is None


def test_three_failures_in_a_row_hold_calls_for_half_a_minute(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    source.latest("DE")
    server.fault = dropped

    for zone in ("DE", "FR", "DE", "FR", "DE"):
        with pytest.raises(SourceUnavailable, match="connection"):
            source.latest(zone)
    calls_while_down = len(server.calls)
    responsive_while_down = source.responsive
    server.fault = None
    clock.advance(30)
    source.latest("DE")

    assert calls_while_down == 2 + 3  # the plan, one good call, three failures; then none
    assert not responsive_while_down
    assert source.responsive


def test_an_answer_between_failures_keeps_the_source_in_use(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    server.fault = only(LATEST, dropped, zone="DE")

    for zone in ("DE", "DE", "FR", "DE", "DE"):
        if zone == "FR":
            source.latest(zone)
        else:
            with pytest.raises(SourceUnavailable):
                source.latest(zone)

    assert source.held() is None


# --- state


def test_the_state_is_untried_then_ok_then_degraded_with_the_reason(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    untried = source.state()
    source.latest("DE")
    fine = source.state()
    server.fault = always(BAD_KEY)
    with pytest.raises(SourceRefused):
        source.latest("FR")
    refused = source.state()

    assert (untried.state, untried.calls, untried.zones_covered) == ("untried", 0, None)
    assert (fine.state, fine.calls, fine.zones_covered) == ("ok", 2, 2)
    assert fine.last_success_at == datetime(2026, 3, 3, 9, 42, tzinfo=UTC)
    assert refused.state == "degraded"
    assert refused.detail.startswith("bad-key")
    assert refused.last_error is not None
    assert "bad-key" in refused.last_error


def test_the_state_is_degraded_while_the_first_call_waits_for_its_answer(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    meanwhile = list[SourceState]()

    def look(_call: Call, good: Answer) -> Answer:
        meanwhile.append(source.state())
        return good

    server.fault = look
    source.latest("DE")

    assert (meanwhile[0].state, meanwhile[0].detail) == ("degraded", "calls were sent, but none was answered yet")
    assert source.state().state == "ok"


def test_a_zone_outside_the_plan_does_not_degrade_the_source(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    source.latest("DE")

    with pytest.raises(ZoneNotCovered):
        source.latest("PL")

    assert source.state().state == "ok"


# --- logs and the key


def test_a_change_of_state_is_logged_once_and_a_refused_key_as_an_error(
    server: FakeElectricityMaps, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="grid")
    source = build(server, clock, key="wrong")

    for _ in range(3):
        with pytest.raises(SourceRefused):
            source.latest("DE")
        clock.advance(601)

    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "bad-key" in errors[0].getMessage()


def test_recovery_is_logged(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="grid")
    server.fault = only(LATEST, first(1, always(reply({}, 429, Retry_After="5"))))
    with pytest.raises(SourceUnavailable):
        source.latest("DE")
    clock.advance(6)

    source.latest("DE")

    assert "electricity-maps answers again; the problem was: rate-limited" in caplog.messages


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(always(reply({"error": f"Invalid auth-token {KEY}"}, 401)), id="the upstream repeats the key"),
        pytest.param(dropped, id="connection trouble"),
        pytest.param(always(Answer(wait_seconds=30)), id="timeout"),
        pytest.param(changed(zone=KEY), id="the key where a zone should be"),
        pytest.param(changed(datetime=KEY), id="the key where a time should be"),
        pytest.param(always(reply(f"<html>{KEY}</html>", 200)), id="the key in HTML"),
    ],
)
def test_the_key_is_in_no_log_and_no_error(
    server: FakeElectricityMaps, clock: SteppedClock, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fault = only(LATEST, fault)
    source = build(server, clock, read_seconds=0.3)

    with pytest.raises(SourceError) as error:
        source.latest("DE")
    logging.getLogger("grid").error("shown with its traceback", exc_info=error.value)

    assert KEY not in caplog.text
    assert KEY not in repr(error.value)
    assert KEY not in str(source.state())


@pytest.mark.parametrize("key", ["two\nlines", " leading-space", "naïve-schlüssel", "tab\tbed", ""])
def test_a_key_that_no_header_can_carry_is_a_bad_key_and_stays_unsaid(
    server: FakeElectricityMaps, clock: SteppedClock, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = build(server, clock, key=key)

    with pytest.raises(SourceRefused, match="bad-key") as error:
        source.latest("DE")
    logging.getLogger("grid").error("shown with its traceback", exc_info=error.value)

    assert not key or key not in caplog.text


def test_the_key_is_not_in_the_repr_of_the_configuration() -> None:
    assert KEY not in repr(ElectricityMapsConfig(api_key=KEY))


def test_of_an_error_body_at_most_200_printable_characters_are_quoted(
    source: ElectricityMaps, server: FakeElectricityMaps
) -> None:
    server.fault = only(LATEST, always(reply({"error": "No data\r\nforged log line\x1b[31m " + "x" * 5000}, 404)))

    with pytest.raises(ZoneNotCovered) as error:
        source.latest("DE")

    text = str(error.value)
    assert text.isprintable()
    assert "No data forged log line" in text
    assert text.count("x") < 200
