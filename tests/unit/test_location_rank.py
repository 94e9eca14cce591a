"""Which regions of all clouds come first, and for how long; three regions worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.shapes.numbers import rounded
from carbon.intensity import Quality
from carbon.listings import LocationsQuery
from carbon.locations import Location, LocationList, ScheduleLimits
from carbon.workload import Requirements
from tests.fakes.clouds import cloud_map, open_regions
from tests.fakes.grid import flat, known
from tests.unit.location_lists import LONDON, NOW, PARIS, STOCKHOLM, located, regions

THREE = frozenset({"FR", "GB", "SE"})


def by_region(result: LocationList) -> dict[str, Location]:
    return {row.region: row for row in result.rows}


def at(clock: str) -> datetime:
    hour, minute = clock.split(":")
    return NOW.replace(hour=int(hour), minute=int(minute))


# Hours from 10:00 on; it is 10:30.
LIVE = {
    "SE-SE3": known(NOW, [20, 21, 22, 22.1, 20, 20]),
    "FR": known(NOW, [30, 30, 30, 30, 30]),
    "GB": known(NOW, [100, 120, 100, 100]),
}


@pytest.mark.parametrize(
    ("region", "intensity", "not_after", "limits"),
    [
        # 1.10 x 20 = 22: the hours of 21 and 22 belong to it, 22.1 does not. 10:30 to 13:00 are 2.5 h: 3 h.
        (STOCKHOLM, 20.0, "13:00", ScheduleLimits(seconds=9000, minutes=150, hours=3)),
        # Never above 33: to the end of the five hours' forecast. 10:30 to 15:00 are 4.5 h: 5 h.
        (PARIS, 30.0, "15:00", ScheduleLimits(seconds=16_200, minutes=270, hours=5)),
        # 120 is above 110: only the first hour counts. 10:30 to 11:00 is half an hour: 1 h.
        (LONDON, 100.0, "11:00", ScheduleLimits(seconds=1800, minutes=30, hours=1)),
    ],
)
def test_golden_not_before_not_after_and_limits_now(
    region: str, intensity: float, not_after: str, limits: ScheduleLimits
) -> None:
    stay = by_region(located(LocationsQuery(countries=THREE), LIVE))[region].stay

    assert stay.intensity.gco2e_per_kwh == intensity
    assert (stay.not_before, stay.not_after, stay.limits, stay.fits) == (NOW, at(not_after), limits, None)


AHEAD = {
    "SE-SE3": known(NOW, [100, 50, 54, 56, 40, 43, 44, 46, 40]),
    "FR": known(NOW, [30, 30, 30, 30, 30, 30, 30, 30, 30]),
    "GB": known(NOW, [200, 150, 60, 110, 150, 150, 150, 150, 150]),
}


@pytest.mark.parametrize(
    ("region", "intensity", "not_before", "not_after", "limits", "fits"),
    [
        # A start by 15:30. 14:00 to 16:00: (40 + 43) / 2 = 41.5, less than (43 + 44) / 2 or (56 + 40) / 2.
        # 1.10 x 41.5 = 45.65: 40, 43 and 44 belong to it, 46 at 17:00 does not. Three hours from 14:00 on.
        (STOCKHOLM, 41.5, "14:00", "17:00", ScheduleLimits(seconds=10_800, minutes=180, hours=3), True),
        # Always 30: the earliest of equals is now; to the end of the nine hours' forecast at 19:00.
        (PARIS, 30.0, "10:30", "19:00", ScheduleLimits(seconds=30_600, minutes=510, hours=9), True),
        # 12:00 to 14:00: (60 + 110) / 2 = 85; 1.10 x 85 = 93.5, so that 110 at 13:00 ends it: one hour.
        (LONDON, 85.0, "12:00", "13:00", ScheduleLimits(seconds=3600, minutes=60, hours=1), False),
    ],
)
def test_golden_the_best_start_of_a_job_of_two_hours_within_five(
    region: str, intensity: float, not_before: str, not_after: str, limits: ScheduleLimits, fits: bool
) -> None:
    query = LocationsQuery(countries=THREE, duration_hours=2.0, within_hours=5.0)

    stay = by_region(located(query, AHEAD))[region].stay

    assert stay.intensity.gco2e_per_kwh == pytest.approx(intensity, rel=1e-12)
    assert (stay.not_before, stay.not_after) == (at(not_before), at(not_after))
    assert (stay.limits, stay.fits) == (limits, fits)


def test_with_a_duration_alone_the_intensity_is_the_mean_over_the_job_from_now_on() -> None:
    # 10:30 to 12:30: half an hour of 20, an hour of 21, half an hour of 22: 21.
    stay = by_region(located(LocationsQuery(countries=THREE, duration_hours=2.0), LIVE))[STOCKHOLM].stay

    assert stay.intensity.gco2e_per_kwh == pytest.approx(21.0, rel=1e-12)
    assert (stay.not_before, stay.intensity.provenance.quality) == (NOW, Quality.FORECAST)


def test_with_within_alone_the_intensity_is_the_mean_over_the_best_hour() -> None:
    stay = by_region(located(LocationsQuery(countries=THREE, within_hours=5.0), AHEAD))[STOCKHOLM].stay

    assert stay.intensity.gco2e_per_kwh == pytest.approx(40.0, rel=1e-12)
    assert (stay.not_before, stay.fits) == (at("14:00"), None)


def test_a_best_start_later_than_within_does_not_count() -> None:
    # A start by 13:30: of the hours that begin by then 11:00 to 12:00 is the lowest.
    stay = by_region(located(LocationsQuery(countries=THREE, within_hours=3.0), AHEAD))[STOCKHOLM].stay

    assert stay.not_before == at("13:30")
    assert stay.intensity.gco2e_per_kwh == pytest.approx(48.0, rel=1e-12)


def test_regions_come_by_carbon_then_spot_score_then_spot_price_then_gid() -> None:
    result = located(LocationsQuery(countries=THREE), LIVE)

    mapping, found = cloud_map(), []
    for row in result.rows:
        price = None if row.offer is None else mapping.prices.price_of_offer(row.offer)
        score = price.spot_score if price else None
        spot = price.spot_usd_per_hour if price else None
        found.append(
            (
                row.stay.intensity.gco2e_per_kwh,
                -(score or 0),
                999.0 if spot is None else spot,
                mapping.regions[row.region].gid,
            )
        )
    assert found == sorted(found)
    assert result.rows[0].region == STOCKHOLM


@pytest.mark.parametrize("query", [LocationsQuery(), LocationsQuery(duration_hours=3.3, within_hours=24.0)])
def test_the_intensity_shown_is_the_one_ranked_by(query: LocationsQuery) -> None:
    # 10.055 is a tie between 10.05 and 10.06: whichever it becomes, it is ranked and printed as that.
    result = located(query, {"FR": flat(NOW, 10.05), "SE-SE3": flat(NOW, 10.055)})

    intensities = [row.stay.intensity.gco2e_per_kwh for row in result.rows]
    assert intensities == sorted(rounded(value) for value in intensities if value is not None)


def test_every_open_region_of_every_cloud_is_listed_once() -> None:
    region_list = regions(located(LocationsQuery()))

    assert sorted(region_list) == sorted(region.key for region in open_regions())


def test_total_counts_before_the_limit() -> None:
    result = located(LocationsQuery(limit=2))

    assert (len(result.rows), result.total) == (2, 374)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (LocationsQuery(providers=frozenset({"scaleway"})), {"scaleway:fr-par", "scaleway:nl-ams", "scaleway:pl-waw"}),
        (LocationsQuery(providers=frozenset({"aws"}), countries=frozenset({"SE", "FR"})), {STOCKHOLM, PARIS}),
        (LocationsQuery(providers=frozenset({"aws"}), airports=frozenset({"ARN"})), {STOCKHOLM}),
        (LocationsQuery(providers=frozenset({"aws"}), airports=frozenset({"BMA"})), set()),
        (
            LocationsQuery(
                providers=frozenset({"aws", "gcp"}), countries=frozenset({"FR"}), exclude=frozenset({"gcp"})
            ),
            {PARIS},
        ),
        (
            LocationsQuery(countries=frozenset({"FI"}), exclude=frozenset({"gcp:europe-north1"})),
            {r.key for r in open_regions() if r.country == "FI"} - {"gcp:europe-north1"},
        ),
        (LocationsQuery(providers=frozenset()), set()),
        (LocationsQuery(countries=frozenset({"AQ"})), set()),
    ],
)
def test_filters_keep_the_regions_they_name(query: LocationsQuery, kept: set[str]) -> None:
    assert set(regions(located(query))) == kept


@pytest.mark.parametrize(("partition", "status"), [("china", "available"), ("commercial", "announced")])
def test_another_partition_or_status_is_listed_where_it_is_asked_for(partition: str, status: str) -> None:
    region_list = regions(located(LocationsQuery(partition=partition, status=status)))

    listed = {r.key for r in cloud_map().regions.values() if (r.partition, r.status) == (partition, status)}
    assert set(region_list) == listed != set()


def test_max_intensity_is_met_by_what_is_ranked() -> None:
    assert {*regions(located(LocationsQuery(countries=THREE, max_intensity=20.0), LIVE))} == {
        r.key for r in open_regions() if r.zone == "SE-SE3"
    }


def test_an_unknown_price_does_not_pass_a_highest_price() -> None:
    dear = located(LocationsQuery(max_usd_per_hour=1000.0))

    prices = [cloud_map().prices.price_of_offer(row.offer) for row in dear.rows if row.offer is not None]
    assert len(prices) == len(dear.rows) > 0
    assert all(price is not None and price.on_demand_usd_per_hour is not None for price in prices)
    # Fly.io is priced in two of its regions, IBM Cloud in nine.
    left = {row.region for row in dear.rows}
    assert {"fly:arn", "ibm:eu-es"}.isdisjoint(left)
    assert {"fly:iad", "ibm:eu-de"} <= left


def test_spot_only_takes_the_cheapest_type_by_spot_price_and_leaves_out_regions_without_one() -> None:
    result = located(LocationsQuery(spot_only=True, max_usd_per_hour=0.02))

    prices = [cloud_map().prices.price_of_offer(row.offer) for row in result.rows if row.offer is not None]
    assert len(prices) == len(result.rows) > 0
    assert all(price is not None and (price.spot_usd_per_hour or 1.0) <= 0.02 for price in prices)


def test_a_spot_price_older_than_365_days_is_known_but_sorts_and_filters_as_unknown() -> None:
    newest = datetime.fromtimestamp(int(cloud_map().prices.spot_day.max()) * 86_400, UTC)
    aged = newest + timedelta(days=366)
    query = LocationsQuery(countries=THREE)

    alive, old = located(query, now=newest), located(query, now=aged)
    locations = located(LocationsQuery(countries=THREE, spot_only=True), now=aged)

    row = by_region(old)[STOCKHOLM]
    price = cloud_map().prices.price_of_offer(row.offer or 0)
    assert price is not None
    assert price.spot_usd_per_hour is not None
    assert locations.rows == ()
    in_stockholm = [key for key in regions(old) if cloud_map().regions[key].zone == "SE-SE3"]
    assert in_stockholm[0] == STOCKHOLM  # alone in having a score; gid decides among the others
    assert in_stockholm[1:] == sorted(in_stockholm[1:], key=lambda key: cloud_map().regions[key].gid)
    assert regions(alive).index("oci:eu-stockholm-1") < regions(alive).index("fly:arn")


def test_a_region_without_the_machine_asked_for_is_left_out_and_told() -> None:
    result = located(LocationsQuery(providers=frozenset({"aws", "vultr"}), shape=Requirements(vcpus=48)))

    assert {left.reason for left in result.excluded} == {"no-matching-machine"}
    assert {left.region.partition(":")[0] for left in result.excluded} == {"vultr"}
    assert {row.region.partition(":")[0] for row in result.rows} == {"aws"}


def test_without_a_machine_asked_for_a_region_without_any_stays() -> None:
    result = located(LocationsQuery(providers=frozenset({"fly"})))

    assert result.excluded == ()
    # Of lax only the price of a shared CPU is known, which is no machine of its own.
    assert {row.region for row in result.rows if row.offer is not None} == {"fly:iad"}
    assert len(result.rows) > 15
