"""Electricity Maps: when calls are held, the state of the source, its logs and its key."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from grid.records import KINDS
from grid.source import (
    SourceError,
    SourceRefused,
    SourceState,
    SourceUnavailable,
    ZoneNotCovered,
)
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from grid.upstream.gate import Gate
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import KEY, LATEST, FakeElectricityMaps
from tests.fakes.upstream import Answer, Call, Fault, always, changed, dropped, first, only, reply
from tests.grid.electricity_maps.clients import BAD_KEY, build

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

    assert gate.hold() is not None
    assert not any("answers again" in message for message in caplog.messages)


def test_a_429_without_retry_after_holds_for_a_minute(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = only(LATEST, always(reply({}, 429)))

    with pytest.raises(SourceUnavailable):
        source.latest("DE")
    hold = source.hold()
    clock.advance(60)

    assert hold is not None
    assert hold.reason == "rate-limited"
    assert source.hold() is None


def test_a_retry_after_of_days_holds_for_an_hour(
    source: ElectricityMaps, server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = only(LATEST, always(reply({}, 429, Retry_After="864000")))

    with pytest.raises(SourceUnavailable):
        source.latest("DE")
    clock.advance(3600)

    assert source.hold() is None


def test_a_refused_key_is_not_used_again_for_ten_minutes(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    source = build(server, clock, key="wrong")
    with pytest.raises(SourceRefused):
        source.latest("DE")

    clock.advance(599)
    hold = source.hold()
    clock.advance(1)

    assert isinstance(hold, SourceRefused)
    assert source.hold() is None


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

    assert source.hold() is None


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
