"""The choices of one job of a plan, over grids whose lowest hours mislead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from carbon.jobs import OwnSeries, ScheduleQuery
from carbon.plans import PlanJob, PlanQuery
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
