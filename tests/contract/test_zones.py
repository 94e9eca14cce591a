"""The shipped zone tables: every row, and what the rest of the catalog relies on."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import numpy as np
import pytest

from catalog.profiles import hour_of, load_zones
from catalog.tables import DATA, read_table

ZONES, ALIASES, PROFILES = load_zones()


def test_every_zone_of_a_region_is_known_and_has_an_annual_figure() -> None:
    used = set()
    for path in sorted(DATA.glob("*/regions.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            used |= {row["zone"] for row in csv.DictReader(file)}

    assert len(used) > 60
    assert used - set(ZONES) == set()
    assert {zone for zone in used if ZONES[zone].gco2e_per_kwh is None} == set()


def test_a_retired_key_leads_to_a_current_zone_and_never_to_another_retired_key() -> None:
    assert set(ALIASES.values()) <= set(ZONES)
    assert set(ALIASES) & set(ZONES) == set()
    assert ALIASES["US-MIDW-PJM"] == "US-MIDA-PJM"
    assert ALIASES["DK-BHM"] == "DK-DK2"


def test_only_zones_without_any_published_figure_have_none() -> None:
    without = {zone for zone in ZONES if ZONES[zone].gco2e_per_kwh is None}

    # Both are there because retired keys lead to them.
    assert without == {"AU-TAS-CBI", "GB-ZET"}
    assert without <= set(ALIASES.values())
    assert all(ZONES[zone].note for zone in without)


def test_levels_and_shares_are_plausible() -> None:
    zones = [zone for zone in ZONES.values() if zone.gco2e_per_kwh is not None]

    # Lifecycle intensity runs from about 11 g (wind, hydro) to about 1,100 g (lignite).
    assert [zone.zone for zone in zones if not 10 <= (zone.gco2e_per_kwh or 0) <= 1200] == []
    assert [zone.zone for zone in zones if (zone.renewable_share or 0) > (zone.fossil_free_share or 0)] == []


def test_namibia_and_norway_survive_their_names() -> None:
    assert ZONES["NA"].country == "NA"
    assert ZONES["NO"].country == "NO"


@pytest.mark.parametrize("zone", ["HK", "ID"])
def test_a_constant_series_gives_no_shape(zone: str) -> None:
    assert ZONES[zone].profile_basis == "flat"
    assert not PROFILES.has_shape(zone)


@pytest.mark.parametrize("zone", ["IN-WE", "JP-TK", "IL"])
def test_shapes_made_from_estimated_hours_are_marked(zone: str) -> None:
    assert ZONES[zone].profile_from_estimates
    assert ZONES[zone].note


def test_stockholm_has_the_shape_of_sweden() -> None:
    shipped = {row.text("zone") for row in read_table(DATA, "zone_profiles.csv", "zone", "month")}

    assert ZONES["SE-SE3"].profile_zone == "SE"
    assert "SE-SE3" not in shipped


def test_every_shipped_shape_is_used() -> None:
    shipped = {row.text("zone") for row in read_table(DATA, "zone_profiles.csv", "zone", "month")}

    assert shipped == {zone.profile_zone for zone in ZONES.values() if zone.profile_basis != "flat"}


@pytest.mark.parametrize(("zone", "noon_utc"), [("US-CAL-CISO", 20), ("DE", 11), ("AU-SA", 3), ("ES", 13)])
def test_solar_grids_are_cleaner_at_noon_than_in_the_evening(zone: str, noon_utc: int) -> None:
    # 17 June 2026 is a Wednesday, 16 December 2026 too: the long days of both hemispheres.
    month, day = (12, 16) if zone.startswith("AU") else (6, 17)
    noon = hour_of(datetime(2026, month, day, noon_utc, tzinfo=UTC))

    values = PROFILES.gco2e_per_kwh(PROFILES.rows([zone]), np.array([noon, noon + 9]))[0]

    assert values[0] < 0.8 * values[1]
