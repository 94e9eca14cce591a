"""Electricity Maps: refusals and outages, and a 401 that may be a rate limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grid.source import (
    MalformedReply,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    ZoneNotCovered,
)
from grid.sources.electricity_maps.client import ElectricityMaps
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import LATEST, FakeElectricityMaps
from tests.fakes.upstream import Answer, Fault, always, changed, dropped, first, only, reply, truncated
from tests.grid.electricity_maps.clients import BAD_KEY, DAY, build

ERRORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "electricity_maps" / "errors.json").read_text()
)
PLAN_REFUSAL = reply({"error": "Request unauthorized for zoneKey=DE,requestType=latest,dataType=x."}, 401)


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

    observation = source.latest("FR")

    assert observation.gco2e_per_kwh == 40
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
