"""How busy accelerators are taken to be where the caller does not say, and the range that follows from it.

p5.48xlarge (eight H100): 8 x 70 W idle, 8 x 700 W at most; the rest of the machine draws 1,073.004 W half busy and
1,172.224 W at full load, 6,772.224 W in all.
"""

from __future__ import annotations

import pytest

from carbon.placements import PlacementRow
from carbon.workload import CalculateQuery, Load, OptimizeQuery, Priority, WorkloadType
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.golden.builders import utc

NOW = utc(18, 10, 20)
P5 = "p5.48xlarge"
FULL_W = 6772.224


def engine() -> Engine:
    return Engine(cloud_map(), FakeReader(others=flat(NOW, 300)))


def placed(workload: WorkloadType, name: str = P5, load: Load | None = None) -> PlacementRow:
    query = OptimizeQuery(
        workload=workload,
        priority=Priority.CARBON,
        providers=("aws",),
        regions=("aws:us-east-1",),
        instance_types=(name,),
        duration_hours=1.0,
        load=load or Load(),
    )
    return engine().at(NOW).optimize(query).rows[0]


@pytest.mark.parametrize(
    ("workload", "utilization", "source"),
    [
        (WorkloadType.TRAINING, 0.75, "arXiv 2506.14551"),
        (WorkloadType.INFERENCE, 0.4, "Alibaba traces"),
    ],
)
def test_training_and_inference_assume_a_published_accelerator_utilisation_and_cite_it(
    workload: WorkloadType, utilization: float, source: str
) -> None:
    emission = placed(workload).emission

    # 8 x (70 + u x 630).
    assert emission.accelerator_utilization == utilization
    assert emission.draw.accelerator_w == pytest.approx(8 * (70 + utilization * 630))
    assert emission.utilization_defaulted
    assert source in emission.uncertainty.basis


def test_the_ranking_uses_the_same_utilisation_as_the_row() -> None:
    # 989.4 TFLOP/s x 8 x 0.75 an hour.
    row = placed(WorkloadType.TRAINING)

    grams = row.emission.operational_gco2e / (row.performance * 8 * 0.75)  # type: ignore[operator]
    assert row.gco2e_per_unit_work == pytest.approx(grams)


@pytest.mark.parametrize(
    ("load", "accelerator"),
    [
        (Load(accelerator_utilization=0.9), 0.9),
        (Load(utilization=0.2), 0.2),
        (Load(utilization=0.2, accelerator_utilization=0.6), 0.6),
    ],
)
def test_what_the_caller_says_of_the_load_replaces_the_assumption(load: Load, accelerator: float) -> None:
    emission = placed(WorkloadType.TRAINING, load=load).emission

    assert emission.accelerator_utilization == accelerator
    assert "assumed" not in emission.uncertainty.basis


@pytest.mark.parametrize("workload", [WorkloadType.TRAINING, WorkloadType.INFERENCE])
def test_the_range_includes_the_models_own_full_load_with_the_hosts_fans_and_network_cards(
    workload: WorkloadType,
) -> None:
    emission = placed(workload).emission

    # 8.4 kW was measured at such a server's wall (Latif et al. 2025).
    assert emission.draw.it_w * emission.uncertainty.power.high >= FULL_W * 1.25
    assert FULL_W * 1.25 > 8400


def test_a_calculated_machine_of_unknown_work_is_half_busy_within_a_range_up_to_full_load() -> None:
    emission = engine().at(NOW).calculate(CalculateQuery(region="aws:us-east-1", instance_type=P5))

    assert emission.accelerator_utilization == 0.5
    # 4,153.00416 W, at full load with fans and network cards 1.25 x 6,772.224 = 8,465.28 W: 2.038 times as much. At
    # the lowest usual load, 0.1, 8 x 252 W less: 2,137.00 W, 0.5146 of it.
    assert emission.draw.it_w == pytest.approx(4153.00416)
    assert emission.uncertainty.power.high == pytest.approx(8465.28 / 4153.00416)
    assert emission.uncertainty.power.low == pytest.approx(2137.00416 / 4153.00416)


def test_a_machine_without_accelerators_keeps_its_range() -> None:
    emission = engine().at(NOW).calculate(CalculateQuery(region="aws:us-east-1", instance_type="m5.large"))

    assert "assumed" not in emission.uncertainty.basis
    assert (emission.uncertainty.power.low, emission.uncertainty.power.high) == pytest.approx((1 / 1.6, 1.6))
