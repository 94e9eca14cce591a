"""What the doubt of an offer's grams per unit of work consists of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import exp, hypot, log

import pytest

from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.power import AcceleratorLoad
from carbon.ranges import Factors, RangedFigure
from carbon.workload import Load, RankBy
from catalog.model import InstanceType
from planning.placing.told_apart import ranged_figure
from tests.fakes.clouds import cloud_map

ORIGIN = Provenance(
    quality=Quality.MEASURED,
    source="test",
    starts_at=datetime(2026, 11, 18, 10, tzinfo=UTC),
    age_seconds=0,
    fallback_reason=None,
)
USED = CarbonIntensity(gco2e_per_kwh=100.0, provenance=ORIGIN, grid=Factors(low=0.8, high=1.3))
M7A = cloud_map().instance_type("aws", "m7a.large")
P5 = cloud_map().instance_type("aws", "p5.48xlarge")


def ranged(instance: InstanceType, load: Load | None = None) -> RangedFigure:
    return ranged_figure(1.0, zone="FR", instance=instance, load=load or Load(), used=USED, by=RankBy.WORK)


def test_the_range_of_the_work_index_is_part_of_the_machine_and_not_of_the_grid() -> None:
    exact = ranged(replace(M7A, performance_low=1.0, performance_high=1.0))

    doubtful = ranged(replace(M7A, performance_low=0.8, performance_high=1.5))

    # Less work for the same watts is more per unit: 1 / 0.8 = 1.25 above, 1 / 1.5 below, in quadrature of logarithms.
    assert doubtful.grid == exact.grid == Factors(low=0.8, high=1.3)
    assert doubtful.power.high == pytest.approx(exp(hypot(log(exact.power.high), log(1.25))))
    assert doubtful.power.low == pytest.approx(exp(-hypot(log(exact.power.low), log(1.5))))


def test_the_work_index_of_the_host_s_cpu_says_nothing_of_work_on_accelerators() -> None:
    assert ranged(replace(P5, performance_low=0.5, performance_high=2.0)) == ranged(P5)


def test_an_assumed_load_of_accelerators_adds_nothing_since_all_machines_of_a_question_share_it() -> None:
    assumed = AcceleratorLoad(utilization=0.5, low=0.1, source="test")

    assert ranged(P5, Load(assumed=assumed)) == ranged(P5, Load(accelerator_utilization=0.5))
