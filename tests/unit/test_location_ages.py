"""Ages of values, estimates and the tolerance in lists of locations."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from carbon.intensity import Quality
from carbon.listings import LocationsQuery
from carbon.reading import ZoneReading
from tests.fakes.clouds import cloud_map, open_regions
from tests.fakes.grid import flat, forecast, observation
from tests.unit.location_lists import NOW, PARIS, STOCKHOLM, located, regions


def old_value(hours_ago: int) -> Mapping[str, ZoneReading]:
    return {
        "SE-SE3": ZoneReading(latest=observation(NOW, 20.0, hours_ago=hours_ago), forecast=forecast(NOW, [25.0] * 9))
    }


SWEDEN = frozenset({"SE"})


def test_a_measured_value_is_current_for_an_hour_after_its_interval() -> None:
    # The hour 9:00 to 10:00 ended 30 minutes ago.
    stay = located(LocationsQuery(countries=SWEDEN), old_value(1)).rows[0].stay

    assert (stay.intensity.gco2e_per_kwh, stay.intensity.provenance.quality) == (20.0, Quality.MEASURED)
    assert stay.intensity.provenance.age_seconds == 1800


def test_a_measured_value_older_than_an_hour_is_never_current_the_region_falls_to_its_estimate_marked() -> None:
    # The hour 8:00 to 9:00 ended 90 minutes ago; the forecast says 25 for now.
    stay = located(LocationsQuery(countries=SWEDEN), old_value(2)).rows[0].stay

    assert stay.intensity.gco2e_per_kwh == 25.0
    assert stay.intensity.provenance.quality is Quality.FORECAST
    assert stay.intensity.provenance.fallback_reason == "stale"


def test_with_estimates_excluded_the_stale_region_leaves_the_list_and_is_told() -> None:
    result = located(LocationsQuery(countries=SWEDEN, measured_only=True), old_value(2))

    assert result.rows == ()
    assert {left.reason for left in result.excluded} == {"stale"}
    assert {left.region for left in result.excluded} == {r.key for r in open_regions() if r.country == "SE"}


def test_a_smaller_age_makes_a_younger_value_stale() -> None:
    query = LocationsQuery(countries=SWEDEN, measured_only=True)

    assert located(query, old_value(1)).excluded == ()
    assert located(LocationsQuery(countries=SWEDEN, measured_only=True, max_age_minutes=29), old_value(1)).rows == ()


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (ZoneReading(reason="plan-lacks-zone"), "plan-lacks-zone"),
        (ZoneReading(latest=observation(NOW, 20.0, quality=Quality.ESTIMATED)), "estimated"),
    ],
)
def test_with_estimates_excluded_every_value_that_is_not_measured_is_told_with_its_reason(
    reading: ZoneReading, reason: str
) -> None:
    result = located(LocationsQuery(countries=SWEDEN, measured_only=True), {"SE-SE3": reading})

    assert (result.rows, {left.reason for left in result.excluded}) == ((), {reason})


def test_within_a_tolerance_the_spot_score_decides_before_carbon() -> None:
    readings = {"SE-SE3": flat(NOW, 24.0), "FR": flat(NOW, 23.0)}
    query = LocationsQuery(countries=frozenset({"SE", "FR"}))
    tolerant = LocationsQuery(countries=frozenset({"SE", "FR"}), tolerance_gco2e_per_kwh=5.0)

    strict, relaxed = regions(located(query, readings)), regions(located(tolerant, readings))

    assert {cloud_map().regions[key].country for key in strict[:3]} == {"FR"}
    assert set(relaxed[:2]) == {PARIS, STOCKHOLM}  # the two with a score, ahead of all without
