"""EIA's open data: one call brings several areas, a period is the end of its hour, and the newest whole hour counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carbon.intensity import Quality
from grid.sources import eia
from tests.fakes.background import reader_of, settled
from tests.fakes.eia import KEY, MIX, PATH, TRADE_PATH, FakeEia
from tests.fakes.upstream import always, only, reply
from tests.grid.eia_readings import NOW, PJM, read


@pytest.fixture
def server() -> Iterator[FakeEia]:
    with FakeEia().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


@pytest.mark.parametrize("as_texts", [False, True])
def test_the_mix_of_an_hour_becomes_lifecycle_intensity(as_texts: bool, server: FakeEia) -> None:
    server.as_texts = as_texts

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)  # see the imitation
    assert (latest.quality, latest.source) == (Quality.MEASURED, "eia")
    assert (latest.derivation.attribution, latest.derivation.licence) == (
        "U.S. Energy Information Administration",
        "public domain",
    )


def test_a_period_is_the_end_of_its_hour(server: FakeEia) -> None:
    latest = read(server).latest

    # The newest period is 07, two hours before 09.
    assert latest is not None
    assert (latest.starts_at.hour, latest.ends_at.hour) == (6, 7)


def test_a_zone_has_its_own_factors(server: FakeEia) -> None:
    latest = read(server, PJM).latest

    # Coal of PJM 1072, gas 511: (100 x 1072 + 100 x 511 + 50 x 12 + 150 x 11) / 400 = (107200 + 51100 + 2250) / 400
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(401.375)


def test_a_value_of_the_production_says_so_and_how_far_that_may_be_off(server: FakeEia) -> None:
    latest = read(server).latest

    assert latest is not None
    assert latest.derivation.flow_traced is False
    assert latest.derivation.range is not None
    assert latest.derivation.range.low < 0.75 < 1.3 < latest.derivation.range.high


def test_a_newest_hour_that_lacks_fuels_gives_way_to_the_last_whole_one(server: FakeEia) -> None:
    server.mixes["CISO", 0] = {"SUN": 900.0, "WND": 150.0}  # wind and solar come first
    server.mixes["CISO", 1] = {**MIX, "NG": None}

    latest = read(server).latest

    assert latest is not None
    assert latest.ends_at.hour == 5
    assert latest.gco2e_per_kwh == pytest.approx(333.125)


def test_an_hour_of_the_future_does_not_hide_the_newest_that_has_begun(server: FakeEia) -> None:
    later = {"period": "2026-03-03T15", "respondent": "CISO", "fueltype": "NG", "value": 100.0}
    rows = [*({**later, "fueltype": fuel} for fuel in MIX), *server.rows(("CISO",))]
    server.fault = only(PATH, always(reply({"response": {"total": len(rows), "data": rows}})))

    latest = read(server).latest

    assert latest is not None
    assert latest.ends_at.hour == 7


def test_batteries_and_pumps_do_not_count_and_own_use_is_zero(server: FakeEia) -> None:
    mix = {**MIX, "BAT": -1820.0, "PS": -210.0, "SUN": -41.0, "WAT": -500.0}
    server.mixes |= {("CISO", hour): mix for hour in range(26)}

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)


@pytest.mark.parametrize("as_texts", [False, True])
def test_net_imports_count_one_step_at_the_level_of_the_neighbour(as_texts: bool, server: FakeEia) -> None:
    server.as_texts = as_texts
    server.trade = {("CISO", "BPAT"): -100.0, ("CISO", "AZPS"): 40.0}  # positive: what CISO sends

    latest = read(server).latest

    # 400 at 333.125, and 100 from BPAT at its yearly 100: (133250 + 10000) / 500
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(286.5)
    assert latest.derivation.method == "mix x lifecycle factors; imports: one step, 0 of 1 neighbours live"
    assert latest.derivation.flow_traced is False
    assert latest.derivation.range is not None


@pytest.mark.parametrize(
    "trade", [{("CISO", "BPAT"): None}, {("CISO", "CEN"): -100.0}], ids=["unknown flow", "unknown neighbour"]
)
def test_without_a_flow_or_the_level_of_a_neighbour_imports_are_left_out(
    trade: dict[tuple[str, str], float | None], server: FakeEia
) -> None:
    server.trade = trade

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)
    assert latest.derivation.method == "mix x lifecycle factors, without imports"


def test_an_hour_that_lacks_the_row_of_a_neighbour_gives_way_to_the_one_before(server: FakeEia) -> None:
    server.trade = {("CISO", "BPAT"): -100.0, ("CISO", "AZPS"): -40.0}
    server.late_trade = {("CISO", "AZPS")}

    latest = read(server).latest

    # (133250 + 140 x 100) / 540
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(272.685, abs=0.001)
    assert latest.ends_at.hour == 6


def test_trade_with_a_plant_that_is_a_part_of_the_zone_is_left_out(server: FakeEia) -> None:
    server.trade = {("SRP", "DEAA"): -100.0, ("SRP", "AZPS"): 40.0}

    latest = read(server, "US-SW-SRP").latest

    assert latest is not None
    assert latest.derivation.method == "mix x lifecycle factors; imports: one step, none flows in"


def test_a_failing_call_for_trade_costs_the_imports_and_not_the_value(server: FakeEia) -> None:
    server.trade = {("CISO", "BPAT"): -100.0}
    server.fault = only(TRADE_PATH, always(reply("down", 503)))

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)


def test_a_third_of_the_nuclear_plant_of_sceg_counts_for_its_other_owner(server: FakeEia) -> None:
    server.mixes |= {("SCEG", hour): {"NUC": 900.0, "NG": 400.0} for hour in range(26)}
    server.mixes |= {("SC", hour): {"NG": 700.0} for hour in range(26)}

    reader = reader_of(eia.ENTRY, NOW, eia_base_url=server.base_url, eia_api_key=KEY)
    zones = ("US-CAR-SCEG", "US-CAR-SC")
    figures = {
        zone: reading.latest and reading.latest.gco2e_per_kwh
        for zone, reading in settled(reader, *zones, now=NOW, forecast=False).items()
    }

    # (600 x 12 + 400 x 490) / 1000 and (300 x 12 + 700 x 490) / 1000
    assert figures == {"US-CAR-SCEG": pytest.approx(203.2), "US-CAR-SC": pytest.approx(346.6)}
