"""Where and when to run one job, asked of the engine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.errors import NoFeasiblePlacement
from carbon.jobs import ScheduleQuery
from carbon.reading import ZoneReading
from carbon.schedules import Schedule
from carbon.workload import CalculateQuery, Interruption, OwnMachine
from engine import Engine
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
OREGON, FRANKFURT, PARIS = "aws:us-west-2", "aws:eu-central-1", "aws:eu-west-3"
ZONES = {OREGON: "US-NW-PACW", FRANKFURT: "DE", PARIS: "FR"}


def session(values: dict[str, list[float]]) -> Session:
    readings: dict[str, ZoneReading] = {
        ZONES[region]: known(NOW, hours + [hours[-1]] * (72 - len(hours))) for region, hours in values.items()
    }
    return Engine(cloud_map(), FakeReader(readings)).at(NOW)


def places(plan: Schedule) -> list[str]:
    assert plan.places is not None
    return [plan.region, *(option.region for option in plan.places.options)]


def test_the_place_and_time_of_least_intensity_win_together() -> None:
    # Means of the best two hours: Oregon 50 from 12:00 on, Frankfurt 200, Paris 100. Now Paris is the cleanest.
    values = {OREGON: [400.0, 400, 50, 50, 400], FRANKFURT: [200.0], PARIS: [100.0]}
    plan = session(values).schedule(ScheduleQuery(regions=(FRANKFURT, PARIS, OREGON), duration_hours=2))

    assert places(plan) == [OREGON, PARIS, FRANKFURT]
    assert plan.best.starts_at == NOW.replace(hour=12)
    assert plan.places is not None
    assert [option.best.mean.gco2e_per_kwh for option in plan.places.options] == pytest.approx([100, 200])
    assert plan.places.count == 3


def test_with_machines_the_pue_of_each_place_counts() -> None:
    own = OwnMachine(vcpus=32, memory_gb=128, arch="x86_64")
    run = CalculateQuery(region="", machine=own, duration_hours=2)
    regions = (FRANKFURT, "gcp:europe-west3")
    plan = session({FRANKFURT: [300.0]}).schedule(ScheduleQuery(regions=regions, duration_hours=2, run=run))

    # One zone: only PUE differs, which is 1.35 in the region of AWS and 1.1 in that of Google.
    assert places(plan) == ["gcp:europe-west3", FRANKFURT]
    assert plan.places is not None
    worse = plan.places.options[0]
    assert plan.machines is not None
    assert worse.machines is not None
    assert (plan.machines.pue, worse.machines.pue) == (1.1, 1.35)
    ratio = (plan.best.operational_gco2e or 0) / (worse.best.operational_gco2e or 1)
    assert ratio == pytest.approx(1.1 / 1.35)


def test_a_region_that_does_not_offer_the_type_is_left_out_with_the_reason() -> None:
    run = CalculateQuery(region="", instance_type="n2-standard-2", duration_hours=2)
    regions = (FRANKFURT, "gcp:europe-west3")
    plan = session({FRANKFURT: [300.0]}).schedule(ScheduleQuery(regions=regions, duration_hours=2, run=run))

    assert places(plan) == ["gcp:europe-west3"]
    assert plan.places is not None
    assert [(row.region, row.reason) for row in plan.places.excluded] == [
        (FRANKFURT, "the instance type is not offered there")
    ]


def test_a_type_that_none_of_the_places_sells_is_refused() -> None:
    run = CalculateQuery(region="", instance_type="n2-standard-2", duration_hours=2)

    with pytest.raises(NoFeasiblePlacement) as refusal:
        session({}).schedule(ScheduleQuery(regions=(OREGON, PARIS), duration_hours=2, run=run))

    assert refusal.value.facts["removed"] == {"the instance type is not offered there": 2}


@settings(max_examples=40, deadline=None)
@given(
    hours=st.lists(st.lists(st.integers(10, 900), min_size=8, max_size=8), min_size=3, max_size=3),
    alternatives=st.integers(0, 2),
    rule=st.sampled_from([None, Interruption(), Interruption(max_segments=2, min_run=7200)]),
)
def test_the_ranking_is_that_of_the_places_one_by_one(
    hours: list[list[int]], alternatives: int, rule: Interruption | None
) -> None:
    values = {region: [float(v) for v in row] + [950.0] for region, row in zip(ZONES, hours, strict=True)}
    at = session(values)
    alone = {key: at.schedule(ScheduleQuery(region=key, duration_hours=3, interruption=rule)) for key in ZONES}

    plan = at.schedule(
        ScheduleQuery(regions=tuple(ZONES), duration_hours=3, interruption=rule, alternatives=alternatives)
    )

    means = sorted(one.best.mean.gco2e_per_kwh or 0 for one in alone.values())
    assert plan.places is not None
    ranked = [plan, *plan.places.options]
    assert [one.best.mean.gco2e_per_kwh for one in ranked] == pytest.approx(means[: 1 + alternatives])
    assert all(one.best == alone[one.region].best for one in ranked)
