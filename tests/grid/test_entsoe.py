"""The ENTSO-E Transparency Platform: XML in steps of several lengths, repeated values left out, pumping apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from catalog.source_tables import exact_zones
from grid.records import KINDS
from grid.sources import entsoe
from grid.sources.entsoe import borders
from grid.upstream.pace import Pace
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.entsoe import FakeEntsoe, acknowledgement
from tests.fakes.upstream import Fault, always, dropped, reply
from tests.grid.entsoe_readings import FRANCE, NOW, SPAIN, read


@pytest.fixture
def server() -> Iterator[FakeEntsoe]:
    with FakeEntsoe().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def test_the_mix_of_the_newest_hour_becomes_lifecycle_intensity(server: FakeEntsoe) -> None:
    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)  # see the imitation
    assert (latest.starts_at.hour, latest.ends_at.hour) == (6, 7)
    assert (latest.quality, latest.source) == (Quality.MEASURED, "entsoe")
    assert (latest.derivation.flow_traced, latest.derivation.licence) == (False, "CC BY 4.0")
    assert latest.derivation.range is not None


def test_the_question_names_the_area_and_whole_hours(server: FakeEntsoe) -> None:
    read(server)

    call, *borders = server.calls
    assert {border.query["documentType"] for border in borders} == {"A11"}
    assert (call.path, call.query["in_Domain"]) == ("", FRANCE)
    assert (call.query["periodStart"], call.query["periodEnd"]) == ("202603020600", "202603031000")


def test_what_flows_in_over_each_border_counts_one_step_at_the_level_of_the_neighbour(server: FakeEntsoe) -> None:
    areas = ("10YBE----------2", "10YCH-SWISSGRIDZ", "10Y1001A1001A83F", SPAIN, "10YGB----------A", "10Y1001A1001A73I")
    server.flows = {(FRANCE, area): 100 if area == SPAIN else 0 for area in areas}

    latest = read(server).latest

    # 400 at 333.125, and 100 from Spain at its yearly 100: (133250 + 10000) / 500
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(286.5)
    assert latest.derivation.method == "mix x lifecycle factors; imports: one step, 0 of 1 neighbours live"
    assert latest.derivation.flow_traced is False
    assert sorted(call.query["out_Domain"] for call in server.calls[1:]) == sorted(areas)
    assert {call.query["in_Domain"] for call in server.calls[1:]} == {FRANCE}


def test_a_border_of_which_there_is_no_data_is_named(server: FakeEntsoe) -> None:
    server.flows = {("10YPT-REN------W", "10YES-REE------0"): 100, (SPAIN, FRANCE): 100}

    assert _method(read(server, "ES")).endswith("1 neighbours live; no flow from PT is published")


def test_flows_that_are_published_later_than_the_mix_move_the_value_back_by_up_to_two_hours(
    server: FakeEntsoe,
) -> None:
    server.flows = {("10YPT-REN------W", SPAIN): 100}
    server.flows_end_hours_ago = 4

    latest = read(server, "PT").latest

    assert latest is not None
    assert latest.ends_at.hour == 5
    assert latest.gco2e_per_kwh == pytest.approx(286.5)
    server.flows_end_hours_ago = 5
    latest = read(server, "PT").latest
    assert latest is not None
    assert latest.ends_at.hour == 7
    assert latest.gco2e_per_kwh == pytest.approx(333.125)


@pytest.mark.parametrize(
    "fault",
    [
        always(reply("", 503)),
        always(reply("<html>")),
        always(acknowledgement("more instances than the maximum of 100", 400)),
        dropped,
    ],
)
def test_a_flow_that_cannot_be_read_leaves_all_imports_out_and_not_the_value(fault: Fault, server: FakeEntsoe) -> None:
    server.flows = {(SPAIN, FRANCE): 100, (SPAIN, "10YPT-REN------W"): 100}
    server.fault = lambda call, good: fault(call, good) if call.query.get("out_Domain") == FRANCE else good

    latest = read(server, "ES").latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)
    assert latest.derivation.method == "mix x lifecycle factors, without imports"


def test_calls_of_all_workers_stay_below_the_limit_of_400_a_minute() -> None:
    clock = SteppedClock(NOW)
    shared = SharedState(None, KINDS)
    pace = Pace(
        "entsoe",
        shared,
        seconds=entsoe.SECONDS_BETWEEN_CALLS,
        utc_now=clock.utc_now,
        patience_seconds=entsoe.PATIENCE_SECONDS,
        sleep=clock.sleep,
    )

    for _ in range(61):
        pace.take()

    assert sum(clock.slept) == pytest.approx(12.0, abs=0.01)  # 61 calls in 12 s are 300 in a minute


def _method(reading: ZoneReading) -> str:
    return "" if reading.latest is None else reading.latest.derivation.method or ""


def test_every_border_has_two_areas() -> None:
    zones = [zone for zone in exact_zones("entsoe") if borders.neighbours_of(zone)]

    assert len(zones) == 47  # all 51 but the four countries that have zones of their own
    for zone in zones:
        for neighbour in borders.neighbours_of(zone):
            assert all(len(area) == 16 for area in borders.areas(zone, neighbour))
            assert zone in borders.neighbours_of(neighbour)
