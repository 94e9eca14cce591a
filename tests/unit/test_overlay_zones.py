"""Emission factors of the operator's own, over the shipped tables."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from catalog.profiles import hour_of
from tests.fakes.own_facts import monthly, overlaid, shipped

JULY_NOON = hour_of(datetime(2026, 7, 1, 12, tzinfo=UTC))
JANUARY_NIGHT = hour_of(datetime(2026, 1, 1, 0, tzinfo=UTC))


def test_a_constant_replaces_level_and_profile_of_a_zone_and_keeps_the_shares_of_its_grid() -> None:
    clouds = overlaid(zones="zone,gco2e_per_kwh,source,as_of\nDE,363,agency,2024\n")

    zone, before = clouds.zones["DE"], shipped().zones["DE"]
    values = clouds.profiles.gco2e_per_kwh(clouds.profiles.rows(["DE"]), np.array([JULY_NOON, JANUARY_NIGHT]))

    assert values.tolist() == [[363.0, 363.0]]
    assert (zone.source, zone.basis, zone.country) == ("overlay:zones.csv", "location", "DE")
    assert clouds.annual_shares["DE"] == shipped().annual_shares["DE"]
    assert (before.gco2e_per_kwh, before.source) != (363.0, zone.source)
    assert clouds.own_zones == {"DE"}


def test_a_contract_has_a_figure_for_each_month_and_hour() -> None:
    clouds = overlaid(zones=monthly())

    values = clouds.profiles.gco2e_per_kwh(clouds.profiles.rows(["OWN-SUN"]), np.array([JULY_NOON, JANUARY_NIGHT]))

    assert values[0] == pytest.approx([12.0, 0.0])
    assert clouds.zones["OWN-SUN"].gco2e_per_kwh == pytest.approx(11.5)  # the mean of 0 to 23
    assert clouds.zones["OWN-SUN"].basis == "market"


def test_a_table_s_figures_hold_in_the_middle_of_the_month_and_lie_on_a_line_in_between() -> None:
    july = f"OWN-SUN,DE,market,7,{' '.join(['200'] * 24)},contract,2026\n"
    others = monthly(" ".join(["100"] * 24)).splitlines(keepends=True)
    clouds = overlaid(zones="".join(july if line.startswith("OWN-SUN,DE,market,7,") else line for line in others))

    # From the start of 16 June (100) to noon of 16 July (200) are 732 hours; the middle of the hour of 1 July 12:00 to
    # 13:00 is the 372.5th. Over the year July counts for half of the days between its neighbours' middles, 30.75.
    moments = np.array([JULY_NOON, hour_of(datetime(2026, 7, 16, 12, tzinfo=UTC)), JANUARY_NIGHT])
    values = clouds.profiles.gco2e_per_kwh(clouds.profiles.rows(["OWN-SUN"]), moments)
    assert values[0] == pytest.approx([100 + 100 * 372.5 / 732, 200, 100], abs=0.1)
    assert clouds.zones["OWN-SUN"].gco2e_per_kwh == pytest.approx(100 + 100 * 30.75 / 365, abs=0.01)


def test_the_shares_of_the_grid_are_not_those_of_a_contract() -> None:
    clouds = overlaid(zones="zone,gco2e_per_kwh,basis,source,as_of\nDE,0,market,contract,2026\n")

    assert clouds.annual_shares["DE"].renewable_share is None
    assert clouds.annual_shares["DE"].source == "overlay:zones.csv"


def test_a_row_with_the_columns_of_the_catalog_alone_is_valid_and_may_keep_the_profile() -> None:
    header = (
        "zone,country,gco2e_per_kwh,published_gco2e_per_kwh,level_status,renewable_share,fossil_free_share,year,method,"
        "profile_basis,profile_zone,profile_years,profile_from_estimates,weekend_factor,note,shares_source,source,as_of"
    )
    row = "DE,DE,171,,uncontested,0.5,0.6,2025,agency,history,DE,2021,no,1,,agency,agency,2026-02"
    clouds = overlaid(zones=f"{header}\n{row}\n")
    before = shipped()

    def shape(profiles: object) -> float:
        values = profiles.gco2e_per_kwh(profiles.rows(["DE"]), np.array([JULY_NOON, JANUARY_NIGHT]))[0]  # type: ignore[attr-defined]
        return float(values[0] / values[1])

    assert clouds.zones["DE"].gco2e_per_kwh == 171
    assert clouds.annual_shares["DE"].renewable_share == 0.5
    assert shape(clouds.profiles) == pytest.approx(shape(before.profiles))
