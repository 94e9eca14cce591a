"""From a request to the upstream and back: reader, plan and HTTP together against the fake server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carbon.reading import ZoneReading
from grid.registry import build_reader
from grid.source import GridReader, SourceError
from grid.sources import electricity_maps
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from settings import Settings
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import FORECAST, KEY, LATEST, FakeElectricityMaps
from tests.fakes.patience import HANG_SECONDS, eventually
from tests.fakes.upstream import Answer, Call, always, only, reply, slow

ELECTRICITY_MAPS = {electricity_maps.NAME: electricity_maps.ENTRY}
ZONES = {f"Z{number}": 100.0 + number for number in range(30)}


@pytest.fixture
def server() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps(ZONES).serving() as fake:
        yield fake


@pytest.fixture
def reader(server: FakeElectricityMaps) -> GridReader:
    return build(server)


def build(
    server: FakeElectricityMaps, *, deadline_seconds: float = HANG_SECONDS, read_seconds: float = HANG_SECONDS
) -> GridReader:
    return build_reader(
        Settings(
            el_maps_api_key=KEY,
            el_maps_base_url=server.base_url,
            el_maps_calls_per_hour="off",
            upstream_retries=0,
            upstream_read_timeout_seconds=read_seconds,
            upstream_total_seconds=read_seconds,
            upstream_deadline_seconds=deadline_seconds,
        ),
        sources=ELECTRICITY_MAPS,
    )


def reasons(reader: GridReader) -> set[str | None]:
    readings = reader.open().read(ZONES, now=datetime.now(UTC), forecast=True)
    return {reading.reason for reading in readings.values()}


def test_a_plan_of_one_zone_costs_three_calls_for_thirty_and_then_none(server: FakeElectricityMaps) -> None:
    server.access = {zone: ["*"] if zone == "Z7" else [] for zone in ZONES}
    reader = build(server)

    readings = reader.open().read(ZONES, now=datetime.now(UTC), forecast=True)
    reader.open().read(ZONES, now=datetime.now(UTC), forecast=True)

    assert sorted(server.paths()) == sorted(["zones", f"{LATEST} Z7", f"{FORECAST} Z7"])
    covered = readings["Z7"]
    assert covered.latest is not None
    assert covered.latest.gco2e_per_kwh == 107
    assert covered.forecast is not None
    assert {reading.reason for zone, reading in readings.items() if zone != "Z7"} == {"plan-lacks-zone"}


def test_a_zone_costs_two_calls_at_most(server: FakeElectricityMaps, reader: GridReader) -> None:
    reader.open().read(ZONES, now=datetime.now(UTC), forecast=True)

    assert len(server.calls) == 1 + 2 * len(ZONES)


def test_zones_are_fetched_side_by_side_but_no_more_than_eight(server: FakeElectricityMaps, reader: GridReader) -> None:
    def beside_seven_others(_call: Call, good: Answer) -> Answer:
        assert eventually(lambda: server.most_at_once >= 8)
        return replace(good, wait_seconds=0.05)  # in which a ninth would arrive

    server.fault = only(LATEST, beside_seven_others)

    readings = reader.open().read(ZONES, now=datetime.now(UTC), forecast=False)

    assert all(reading.latest is not None for reading in readings.values())
    assert server.most_at_once == 8


def test_late_zones_fall_back_while_the_others_are_live(server: FakeElectricityMaps) -> None:
    server.fault = only(LATEST, slow(HANG_SECONDS), zone="Z3")
    reader = build(server, deadline_seconds=0.3)

    def read() -> Mapping[str, ZoneReading]:
        return reader.open().read(["Z3", "Z4"], now=datetime.now(UTC), forecast=False)

    assert eventually(lambda: read()["Z4"].latest is not None)
    assert read()["Z3"].reason == "late"


def test_a_hanging_upstream_costs_one_deadline_and_few_calls(server: FakeElectricityMaps) -> None:
    server.fault = always(Answer(wait_seconds=30))
    reader = build(server, deadline_seconds=0.3, read_seconds=0.6)

    during = [reasons(reader) for _ in range(10)]

    assert during[0] == {"late"}
    assert eventually(lambda: reasons(reader) == {"timeout"})
    assert server.paths() == ["zones"]


def test_a_sandbox_key_leaves_no_false_number_in_any_reading(server: FakeElectricityMaps, reader: GridReader) -> None:
    def sandbox(call: object, good: Answer) -> Answer:
        return reply(good.body.replace(b'"estimationMethod": null', b'"estimationMethod": "SANDBOX_MODE_DATA"'))

    server.fault = only(LATEST, sandbox)

    readings = reader.open().read(ZONES, now=datetime.now(UTC), forecast=False)

    assert {reading.reason for reading in readings.values()} == {"sandbox-key"}
    assert all(reading.latest is None for reading in readings.values())
    (state,) = reader.states()
    assert state.state == "degraded"
    assert state.detail.startswith("sandbox-key")


@pytest.mark.parametrize("refused", [LATEST, FORECAST])
@pytest.mark.parametrize("zones", [("Z1", "Z2", "Z3"), ("Z2",)])
def test_the_state_is_degraded_at_every_moment_while_one_signal_is_refused_and_the_other_works(
    refused: str, zones: Sequence[str], server: FakeElectricityMaps
) -> None:
    """Of all zones or of one, and whichever call was answered last."""
    clock = SteppedClock(datetime.now(UTC))
    server.fault = lambda call, good: reply(b"{}") if (call.path, call.zone in zones) == (refused, True) else good
    config = ElectricityMapsConfig(api_key=KEY, base_url=server.base_url)
    source = ElectricityMaps(config, max_age_minutes=1e9, utc_now=clock.utc_now)
    asks = {LATEST: source.latest, FORECAST: source.forecast}
    states: list[str] = []

    def ask(*signals: str) -> None:
        for signal in signals:
            for zone in ("Z1", "Z2", "Z3"):
                with suppress(SourceError):
                    asks[signal](zone)
                states.append(source.state().state)

    ask(refused)
    states.clear()
    for _ in range(5):
        ask(refused, LATEST, FORECAST)
        clock.advance(600)
    degraded = set(states)
    server.fault = None
    ask(LATEST, FORECAST)

    assert degraded == {"degraded"}
    assert states[-1] == "ok"


def test_shares_of_one_zone_are_read_live(reader: GridReader) -> None:
    shares = reader.open().shares("Z1", now=datetime.now(UTC))

    assert shares is not None
    assert (shares.renewable_share, shares.fossil_free_share) == (0.6, 0.9)


def test_building_a_reader_calls_nothing(server: FakeElectricityMaps, reader: GridReader) -> None:
    (state,) = reader.states()

    assert state.state == "untried"
    assert server.calls == []


def test_without_a_configured_key_there_is_no_source() -> None:
    (state,) = build_reader(Settings(), sources=ELECTRICITY_MAPS).states()

    assert (state.source, state.state) == ("electricity-maps", "unconfigured")
