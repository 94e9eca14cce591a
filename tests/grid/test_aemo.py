"""AEMO: five states in one call, in both shapes that clients have seen, and rooftop solar that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from carbon.intensity import Quality
from carbon.reading import Observation, ZoneReading
from grid.sources import aemo
from tests.fakes.aemo import FLOWS, FakeAemo
from tests.fakes.background import reader_of, settled
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import eventually
from tests.fakes.upstream import Fault, always, reply

NOW = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
ZONES = ("AU-NSW", "AU-QLD", "AU-SA", "AU-TAS", "AU-VIC")


@pytest.fixture
def server() -> Iterator[FakeAemo]:
    with FakeAemo().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeAemo) -> dict[str, ZoneReading]:
    reader = reader_of(aemo.ENTRY, NOW, aemo_base_url=server.base_url)
    return dict(settled(reader, *ZONES, now=NOW, forecast=False))


def values(readings: dict[str, ZoneReading]) -> dict[str, float | None]:
    return {zone: None if one.latest is None else round(one.latest.gco2e_per_kwh, 2) for zone, one in readings.items()}


@pytest.mark.parametrize("is_old_shape", [False, True])
def test_one_call_brings_the_mix_of_all_states(is_old_shape: bool, server: FakeAemo) -> None:
    server.is_old_shape = is_old_shape

    readings = read(server)

    assert [(call.method, call.path) for call in server.calls] == [
        ("POST", "report/FUEL"),
        ("GET", "report/ELEC_NEM_SUMMARY"),
    ]
    # Coal 820, wind 11, solar 48, gas 490, hydro 24, lignite 1070; the battery that charges is left out:
    # NSW (600 x 820 + 300 x 11 + 100 x 48) / 1000, QLD (820 + 490) / 2, SA (100 x 490 + 300 x 11) / 400,
    # TAS (900 x 24 + 100 x 11) / 1000, VIC (700 x 1070 + 300 x 11) / 1000.
    assert values(readings) == {
        "AU-NSW": 500.1, "AU-QLD": 655.0, "AU-SA": 130.75, "AU-TAS": 22.7, "AU-VIC": 752.3,
    }  # fmt: skip


def test_the_value_says_that_rooftop_solar_and_imports_are_missing(server: FakeAemo) -> None:
    latest = read(server)["AU-SA"].latest

    assert latest is not None
    assert "rooftop solar is missing" in (latest.derivation.method or "")
    assert (latest.derivation.flow_traced, latest.quality) == (False, Quality.ESTIMATED)
    assert (latest.derivation.error or 0) > 0
    assert latest.derivation.attribution == "Australian Energy Market Operator (AEMO)"


def test_a_state_counts_the_imports_from_its_neighbours_one_step(server: FakeAemo) -> None:
    server.flows = FLOWS

    readings = read(server)

    # Neighbours have 100 g each while none of them is live. NSW imports 400 from QLD and 100 from VIC:
    # (500100 + 500 x 100) / 1500. SA imports 0 net over both of its lines, Queensland and Victoria export.
    assert values(readings) == {
        "AU-NSW": 366.73, "AU-QLD": 655.0, "AU-SA": 130.75, "AU-TAS": 22.7, "AU-VIC": 752.3,
    }  # fmt: skip
    methods = [reading.latest.derivation.method for reading in readings.values() if reading.latest]
    assert methods == [
        "mix x lifecycle factors; imports: one step, 0 of 2 neighbours live; rooftop solar is missing",
        *["mix x lifecycle factors; imports: one step, none flows in; rooftop solar is missing"] * 4,
    ]


def test_imports_count_at_the_live_values_of_the_neighbours_once_they_are_stored(server: FakeAemo) -> None:
    clock = SteppedClock(NOW)
    server.flows, server.utc_now = FLOWS, clock.utc_now
    reader = reader_of(aemo.ENTRY, clock.utc_now, aemo_base_url=server.base_url)
    settled(reader, *ZONES, now=clock.utc_now(), forecast=False)
    clock.advance(360)

    def new_south_wales() -> Observation | None:
        return reader.open().read(["AU-NSW"], now=clock.utc_now(), forecast=False)["AU-NSW"].latest

    def has_neighbours() -> bool:
        return "2 of 2" in (((latest := new_south_wales()) and latest.derivation.method) or "")

    assert eventually(has_neighbours)
    latest = new_south_wales()

    # (500100 + 400 x 655 + 100 x 752.3) / 1500
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(558.22, abs=0.01)
    assert "2 of 2 neighbours live" in (latest.derivation.method or "")


@pytest.mark.parametrize(
    "flows",
    [
        None,  # 404
        {name: 5.0 for name in FLOWS if name != "VIC1-NSW1"},
        {**FLOWS, "VIC1-NSW1": None},
        {**FLOWS, "NSW1-MOON": 5.0},
    ],
    ids=["no summary", "a line is missing", "a flow is unknown", "a new line"],
)
def test_without_all_flows_of_a_state_its_value_is_that_of_its_production(
    flows: dict[str, float | None] | None, server: FakeAemo
) -> None:
    server.flows = flows

    latest = read(server)["AU-NSW"].latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(500.1)
    assert (latest.derivation.method or "").startswith("mix x lifecycle factors, without imports")


def test_flows_of_another_hour_do_not_count(server: FakeAemo) -> None:
    server.flows, server.flows_end = FLOWS, NOW - timedelta(hours=2)

    latest = read(server)["AU-NSW"].latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(500.1)


def test_without_a_time_the_value_is_of_the_last_full_five_minutes(server: FakeAemo) -> None:
    latest = read(server)["AU-SA"].latest

    assert latest is not None
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(minute=0), NOW.replace(minute=5))


def test_a_settlement_date_is_the_end_of_the_five_minutes_in_market_time(server: FakeAemo) -> None:
    server.is_old_shape = True
    server.ends_at = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # sent as 19:00

    latest = read(server)["AU-SA"].latest

    assert latest is not None
    assert latest.ends_at == server.ends_at


def test_a_report_that_stands_still_for_more_than_a_day_is_stale(server: FakeAemo) -> None:
    server.is_old_shape = True
    server.ends_at = NOW - timedelta(hours=25)

    assert {reading.reason for reading in read(server).values()} == {"stale"}


def test_a_state_with_an_unknown_fuel_or_without_rows_has_no_value_and_the_others_have(server: FakeAemo) -> None:
    server.mixes = {"NSW1": {"Black coal": 600.0, "Wind": None}, "VIC1": {"Brown coal": 1.0}}

    readings = read(server)

    assert {zone: reading.reason for zone, reading in readings.items()} == {
        "AU-NSW": "null-value",
        "AU-QLD": "no-recent-data",
        "AU-SA": "no-recent-data",
        "AU-TAS": "no-recent-data",
        "AU-VIC": None,
    }


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply("<html>Not Found</html>", 404, Content_Type="text/html")), "no-recent-data"),
        (always(reply("<html></html>", 200, Content_Type="text/html")), "not-json"),
        (always(reply({"FUEL_CURRENT": []})), "empty"),
        (always(reply({})), "wrong-shape"),
        (always(reply([{"STATE": "WEM", "FUEL_TYPE": "Gas", "SUPPLY": 1.0}])), "wrong-zone"),
        (always(reply([{"STATE": "SA1", "FUEL_TYPE": "Gas", "SUPPLY": "much"}])), "not-a-number"),
        (always(reply([{"STATE": "SA1", "FUEL_TYPE": None, "SUPPLY": 1.0}])), "wrong-shape"),
        (always(reply("", 403)), "refused"),
        (always(reply("", 503)), "server-error"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why(fault: Fault, reason: str, server: FakeAemo) -> None:
    server.fault = fault

    reading = read(server)["AU-SA"]

    assert (reading.latest, reading.reason) == (None, reason)
