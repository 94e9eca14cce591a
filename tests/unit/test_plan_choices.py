"""The choices of one job of a plan, over grids whose lowest hours mislead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carbon.jobs import OwnSeries, ScheduleQuery
from carbon.plans import PlanJob, PlanQuery
from carbon.units import HOUR
from carbon.workload import CalculateQuery, Interruption
from catalog.model import InstanceType
from planning.outlook.own_series import own_outlook
from planning.plan.choices import Choices
from planning.plan.sites import Site, Sites
from planning.scheduling.span import job_span
from tests.fakes.clouds import cloud_map

NOW = datetime(2026, 2, 11, 10, tzinfo=UTC)
CLOUDS = cloud_map()
MACHINE = CLOUDS.catalog.find_type("aws", "m7g.large")
# Every other hour is free in two of the grids. A run of 4 h has 200 g/kWh there, and 150 in the even one.
GRIDS = {
    "aws:us-east-1": [0.0, 400.0] * 15,
    "aws:us-west-2": [0.0, 400.0] * 15,
    "aws:eu-north-1": [150.0] * 30,
}


def site(key: str, machine: InstanceType) -> Site:
    return Site(replace(CLOUDS.regions[key], zone=key), machine, kwh_per_hour=1.0, usd_per_hour=None, transfer=None)


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize(("carbon_usd_per_tonne", "segments"), [(100.0, 1), (500.0, 2)])
def test_a_restart_is_weighed_by_the_price_of_each_machine(
    carbon_usd_per_tonne: float, segments: int, count: int
) -> None:
    # In one piece 400 + 10 g for each kW. From hour 0 on, with a restart from 2:30 to 3:00: 10 + 200 + 10, which saves
    # 190. Half an hour of a machine of 1 kW costs 0.05 USD: at 100 USD/t as much as 500 g, at 500 USD/t as 100 g.
    assert MACHINE is not None
    run = CalculateQuery(region="", instance_type="m7g.large", count=count)
    rule = Interruption(restart=1800.0, min_run=3600.0)
    times = ScheduleQuery(duration_hours=2, deadline=NOW + 4 * HOUR, interruption=rule, run=run)
    query = PlanQuery(jobs=(PlanJob(id="one", times=times, run=run),), carbon_usd_per_tonne=carbon_usd_per_tonne)
    grid = (10.0, 900.0, 400.0, 10.0, *[0.0] * 20)
    series = {"aws:us-east-1": OwnSeries(starts_at=NOW, step_seconds=3600, gco2e_per_kwh=grid)}
    outlook = own_outlook(series, now=NOW, hours=24)
    choices = Choices(query, outlook, Sites(query, CLOUDS, outlook, today_day=0))
    place = replace(site("aws:us-east-1", MACHINE), kwh_per_hour=float(count), usd_per_hour=0.1 * count)

    (best,) = choices.best(query.jobs[0], job_span(times, NOW), [place], 1)

    assert len(best.window.segments) == segments


def test_the_lowest_hours_of_a_zone_only_say_where_to_look_first() -> None:
    assert MACHINE is not None
    run = CalculateQuery(region="", instance_type="m7g.large")
    times = ScheduleQuery(duration_hours=4, interruption=Interruption(min_run=4 * 3600.0), run=run)
    query = PlanQuery(jobs=(PlanJob(id="one", times=times, run=run),))
    series = {key: OwnSeries(starts_at=NOW, step_seconds=3600, gco2e_per_kwh=tuple(v)) for key, v in GRIDS.items()}
    outlook = own_outlook(series, now=NOW, hours=30)
    choices = Choices(query, outlook, Sites(query, CLOUDS, outlook, today_day=0))

    best = choices.best(query.jobs[0], job_span(times, NOW), [site(key, MACHINE) for key in GRIDS], 2)

    assert [choice.region for choice in best] == ["aws:eu-north-1", "aws:us-east-1"]
    assert [choice.window.mean.gco2e_per_kwh for choice in best] == [150.0, 200.0]
