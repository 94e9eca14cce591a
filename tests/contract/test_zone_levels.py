"""Yearly levels that official or other figures contradict: corrected where a better figure exists, marked elsewhere."""

from __future__ import annotations

import pytest

from catalog.profiles import load_zones
from tests.fakes.clouds import cloud_map

ZONES = load_zones()[0]

# Direct g/kWh of 2024's publication (Australian National Greenhouse Accounts Factors 2024, scope 2), times lifecycle
# over direct in the zone's hourly series of 2023: Victoria 504.3 / 458.1 = 1.1007, New South Wales 554.2 / 502.0 =
# 1.1038, Queensland 605.1 / 546.4 = 1.1074, South Australia 187.6 / 141.0 = 1.3307, Western Australia 429.2 / 358.5 =
# 1.1973, Northern Territory 490.0 / 369.3 = 1.3269.
AUSTRALIA = {
    "AU-VIC": (770 * 1.1007, 474),
    "AU-NSW": (660 * 1.1038, 525),
    "AU-QLD": (710 * 1.1074, 577),
    "AU-SA": (230 * 1.3307, 170),
    "AU-WA": (510 * 1.1973, 395),
    "AU-NT": (560 * 1.3269, 503),
}


@pytest.mark.parametrize("zone", AUSTRALIA)
def test_australian_levels_are_the_official_direct_figure_times_the_ratio_of_lifecycle_to_direct(zone: str) -> None:
    facts, (level, published) = ZONES[zone], AUSTRALIA[zone]

    assert facts.gco2e_per_kwh == pytest.approx(level, abs=0.6)  # whole grams
    assert (facts.published_gco2e_per_kwh, facts.level_status) == (published, "corrected")
    assert (facts.method, facts.as_of) == ("official_direct_x_ratio", "2024")
    assert "National Greenhouse Accounts Factors 2024" in facts.source
    assert "ODbL" in facts.source
    assert facts.note.startswith(f"level corrected: the published mean of {published} (2025) is below the official")


@pytest.mark.parametrize("zone", AUSTRALIA)
def test_the_shares_of_a_zone_whose_level_is_corrected_still_name_their_own_source(zone: str) -> None:
    shares = cloud_map().annual_shares[zone]

    assert shares.source == ZONES[zone].shares_source == "Electricity Maps yearly table (in co2.js), ODbL 1.0"


def test_brown_coal_victoria_is_dirtier_than_new_south_wales() -> None:
    victoria, wales = ZONES["AU-VIC"], ZONES["AU-NSW"]

    assert (victoria.gco2e_per_kwh, wales.gco2e_per_kwh) == (848, 729)


def test_hong_kong_has_the_level_and_the_shares_of_the_publishers_own_mix() -> None:
    # 24 % coal, 48 % gas and 28 % nuclear at 820, 490 and 12 g: 196.8 + 235.2 + 3.4 = 435.4.
    facts = ZONES["HK"]

    assert (facts.gco2e_per_kwh, facts.published_gco2e_per_kwh) == (435, 590)
    assert (facts.renewable_share, facts.fossil_free_share, facts.year) == (0, 0.28, 2024)
    assert facts.level_status == "corrected"


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("KR", "published 3 % renewable, but 8.9 % in the country's statistics of 2023"),
        ("AU-TAS", "published mean 133 in 2024 and 69 in 2025"),
        ("CO", "published 101, but 285.8 in the country's statistics of 2024"),
        ("BH", "published 488 is below the direct figure of the publisher's mix of 2024, 575"),
        ("AU", "below the official direct figure of 630"),
    ],
)
def test_a_contradicted_level_without_a_better_figure_is_kept_and_marked_doubtful(zone: str, why: str) -> None:
    facts = ZONES[zone]

    assert (facts.level_status, facts.published_gco2e_per_kwh) == ("doubtful", None)
    assert why in facts.note


def test_every_doubt_and_every_correction_is_explained() -> None:
    unexplained = [
        zone.zone
        for zone in ZONES.values()
        if (zone.level_status == "doubtful") != zone.note.startswith("level in doubt: ")
        or (zone.level_status == "corrected") != zone.note.startswith("level corrected: ")
    ]

    assert unexplained == []
    assert {zone.zone for zone in ZONES.values() if zone.level_status == "none"} == {"AU-TAS-CBI", "GB-ZET"}


def test_only_corrected_zones_have_a_factor_and_it_is_corrected_over_published() -> None:
    factors = cloud_map().level_factors

    assert set(factors) == {*AUSTRALIA, "HK"}
    assert factors["AU-VIC"] == pytest.approx(848 / 474)
    assert factors["HK"] == pytest.approx(435 / 590)
