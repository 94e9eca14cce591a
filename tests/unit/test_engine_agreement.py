"""One fact has one number, whichever question it answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carbon.intensity import Quality
from carbon.jobs import ScheduleQuery
from carbon.listings import LocationsQuery, RegionSort, RegionsQuery
from carbon.reading import Shares, UpstreamForecast, ZoneReading
from carbon.workload import CalculateQuery, OptimizeQuery, Priority, WorkloadType
from engine import Engine
from grid.source import SourceState
from planning.outlook.zones import build_outlook
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat, forecast, known, observation

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)

# us-west-2 lies in US-NW-PACW.
READINGS = {
    "live and forecast": known(NOW, [300.0 + 7 * hour for hour in range(72)]),
    "forecast with gaps": ZoneReading(
        latest=observation(NOW, 300), forecast=forecast(NOW, [310, None, 320, None, None, None, 200, 210])
    ),
    "live only": ZoneReading(latest=observation(NOW, 300, quality=Quality.ESTIMATED)),
    "live of the hour before": ZoneReading(latest=observation(NOW, 300, hours_ago=1)),
    "forecast only": ZoneReading(forecast=forecast(NOW, [310, 320, 330]), reason="timeout"),
    "nothing": ZoneReading(reason="no-key"),
    **{f"flat for {hours} h": known(NOW, [100.0] * hours) for hours in (13, 25, 49, 73)},
    **{f"shaped for {hours} h": known(NOW, [100.0 + hour % 24 for hour in range(hours)]) for hours in (13, 25, 49, 73)},
    "quarters of an hour": ZoneReading(
        latest=observation(NOW, 300),
        forecast=UpstreamForecast(
            zone="X",
            starts_at=NOW.replace(minute=0),
            gco2e_per_kwh=tuple(300.0 - quarter % 9 for quarter in range(100)),
            source="electricity-maps-forecast",
            step_seconds=900,
        ),
    ),
}


NOTHING = {"US-NW-PACW": ZoneReading(reason="no-key")}


def engine(reading: ZoneReading) -> Engine:
    return Engine(cloud_map(), FakeReader({"US-NW-PACW": reading}))


@pytest.mark.parametrize("hours", [0.5, 1.0, 3.25, 24.0, 100.0])
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_calculate_compare_optimize_and_schedule_agree_on_a_job_that_starts_now(
    reading: ZoneReading, hours: float
) -> None:
    here, machine = "aws:us-west-2", "m5.large"
    query = CalculateQuery(region=here, instance_type=machine, duration_hours=hours)
    other = CalculateQuery(region="aws:eu-west-3", instance_type=machine, duration_hours=170)
    question = OptimizeQuery(
        workload=WorkloadType.GENERAL,
        priority=Priority.CARBON,
        duration_hours=hours,
        providers=("aws",),
        regions=(here,),
        instance_types=(machine,),
        flexible=False,
    )

    alone = engine(reading).at(NOW).calculate(query)
    beside = next(row for row in engine(reading).at(NOW).compare([other, query]).rows if row.region == here)
    placed = engine(reading).at(NOW).optimize(question).rows[0]
    planned = engine(reading).at(NOW).schedule(ScheduleQuery(region=here, duration_hours=hours))

    for found in (beside, placed.emission):
        assert found.energy_kwh == pytest.approx(alone.energy_kwh, rel=1e-12)
        assert found.operational_gco2e == pytest.approx(alone.operational_gco2e, rel=1e-9)
        assert found.used.provenance == alone.used.provenance
        assert found.now == alone.now
    assert planned.at_once.mean.gco2e_per_kwh == pytest.approx(alone.used.gco2e_per_kwh, rel=1e-9)
    assert planned.at_once.mean.provenance == alone.used.provenance
    assert planned.current == alone.now
    assert placed.start_now_gco2e == pytest.approx(alone.operational_gco2e, rel=1e-9)


@pytest.mark.parametrize("hours", [0.5, 3.25, 24.0, 100.0])
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_optimize_and_schedule_find_the_same_window(reading: ZoneReading, hours: float) -> None:
    question = OptimizeQuery(
        workload=WorkloadType.GENERAL,
        priority=Priority.CARBON,
        duration_hours=hours,
        providers=("aws",),
        regions=("aws:us-west-2",),
    )

    placed = engine(reading).at(NOW).optimize(question).rows[0].window
    planned = engine(reading).at(NOW).schedule(ScheduleQuery(region="aws:us-west-2", duration_hours=hours)).best

    assert (placed.starts_at, placed.ends_at) == (planned.starts_at, planned.ends_at)
    assert placed.mean.gco2e_per_kwh == pytest.approx(planned.mean.gco2e_per_kwh, rel=1e-9)
    assert placed.mean.provenance == planned.mean.provenance


@pytest.mark.parametrize("hours", [0.5, 3.25, 24.0])
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_by_rank_within_a_day_and_schedule_find_the_same_window(reading: ZoneReading, hours: float) -> None:
    query = LocationsQuery(countries=frozenset({"US"}), duration_hours=hours, within_hours=24.0)

    rows = engine(reading).at(NOW).locations(query).rows
    planned = engine(reading).at(NOW).schedule(ScheduleQuery(region="aws:us-west-2", duration_hours=hours)).best

    stay = next(row.stay for row in rows if row.region == "aws:us-west-2")
    assert stay.not_before == planned.starts_at
    assert stay.intensity.gco2e_per_kwh == pytest.approx(planned.mean.gco2e_per_kwh, rel=5e-4)  # as printed


@pytest.mark.parametrize("hours", [13, 25, 49])
def test_the_end_of_a_flat_forecast_is_no_reason_to_wait(hours: int) -> None:
    # The profile goes on at 100 on average. What is left to gain is its own shape, and what is known for longer is 0.
    def saving(known_hours: int) -> float:
        query = ScheduleQuery(region="aws:us-west-2", duration_hours=4)
        return engine(known(NOW, [100.0] * known_hours)).at(NOW).schedule(query).saving_share

    profile = build_outlook(["US-NW-PACW"], cloud_map().profiles, NOTHING, now=NOW, hours=52).series()
    deepest = 1 - profile.values.min() / profile.values.mean()

    assert saving(hours) <= deepest
    assert saving(73) == 0


def test_a_window_inside_an_hour_is_found_in_quarters_of_an_hour() -> None:
    # From 10:00: 90, and 20 from 13:30 to 15:30. Averaged to hours the best two hours would be 37.5 from 13:00 on.
    quarters = [90.0] * 14 + [20.0] * 8 + [90.0] * 100
    start = NOW.replace(minute=0)
    forecast_in_quarters = UpstreamForecast(
        zone="X", starts_at=start, gco2e_per_kwh=tuple(quarters), source="test", step_seconds=900
    )
    reading = ZoneReading(latest=observation(NOW, 90), forecast=forecast_in_quarters)

    best_window = engine(reading).at(NOW).schedule(ScheduleQuery(region="aws:us-west-2", duration_hours=2)).best

    assert best_window.starts_at == datetime(2026, 11, 18, 13, 30, tzinfo=UTC)
    assert best_window.mean.gco2e_per_kwh == pytest.approx(20)


@pytest.mark.parametrize("name", READINGS)
def test_a_region_s_intensity_now_is_one_number_everywhere(name: str) -> None:
    one = engine(READINGS[name])

    details = one.at(NOW).region_details("aws:us-west-2").now.intensity

    assert one.at(NOW).zone_details("US-NW-PACW").intensity == details
    assert one.at(NOW).schedule(ScheduleQuery(region="aws:us-west-2")).current == details
    listed = one.at(NOW).regions(RegionsQuery(providers=("aws",))).rows
    assert next(row for row in listed if row.region == "aws:us-west-2").intensity == details


def test_the_regions_list_is_greenest_first_and_counts_before_the_limit() -> None:
    reader = FakeReader({"SE-SE3": flat(NOW, 500), "FR": flat(NOW, 3)})

    region_list = Engine(cloud_map(), reader).at(NOW).regions(RegionsQuery(providers=("aws",), limit=4))

    values = [row.intensity.gco2e_per_kwh or 0 for row in region_list.rows]
    assert (region_list.total, len(region_list.rows)) == (34, 4)
    assert region_list.rows[0].region == "aws:eu-west-3"
    assert values == sorted(values)
    # With the forecast, which stands in where there is no live value: the list says what the details say.
    assert reader.reads[0][1] is True


def test_the_regions_list_can_be_narrowed_and_sorted() -> None:
    one = Engine(cloud_map(), FakeReader())

    german = one.at(NOW).regions(RegionsQuery(countries=("DE",), sort=RegionSort.REGION))
    shared = one.at(NOW).regions(RegionsQuery(zone="US-MIDA-PJM", providers=("aws",), sort=RegionSort.REGION))
    renewable = one.at(NOW).regions(RegionsQuery(providers=("aws",), sort=RegionSort.RENEWABLE_PERCENTAGE))

    assert all(cloud_map().regions[row.region].country == "DE" for row in german.rows)
    assert [row.region for row in german.rows] == sorted(row.region for row in german.rows)
    assert [row.region for row in shared.rows] == ["aws:us-east-1", "aws:us-east-2"]
    shares = [row.shares.renewable_share or 0 for row in renewable.rows]
    assert shares == sorted(shares, reverse=True)


def test_live_shares_are_shown_for_a_single_region_and_annual_ones_elsewhere() -> None:
    live = Shares(
        zone="US-NW-PACW",
        renewable_share=0.61,
        fossil_free_share=0.64,
        starts_at=NOW.replace(minute=0),
        quality=Quality.MEASURED,
        source="electricity-maps",
    )
    one = Engine(cloud_map(), FakeReader(shares={"US-NW-PACW": live}))

    details = one.at(NOW).region_details("aws:us-west-2").now.shares
    listed = next(r for r in one.at(NOW).regions(RegionsQuery(providers=("aws",))).rows if r.region == "aws:us-west-2")

    assert (details.renewable_share, details.basis, details.as_of) == (0.61, "live", "2026-11-18T10:00:00Z")
    assert listed.shares.basis == "annual"
    assert listed.shares.renewable_share == cloud_map().zones["US-NW-PACW"].renewable_share


def test_a_retired_zone_key_is_answered_with_the_current_one() -> None:
    details = Engine(cloud_map(), FakeReader()).at(NOW).zone_details("us-midw-pjm")

    assert details.zone == "US-MIDA-PJM"
    assert {"aws:us-east-1", "aws:us-east-2"} <= set(details.regions)


def test_source_states_come_from_the_reader_as_they_are() -> None:
    state = SourceState(source="electricity-maps", state="unconfigured", detail="no key")

    assert Engine(cloud_map(), FakeReader(states=(state,))).source_states() == (state,)
