"""Ranking by work on machines made up so that every figure can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carbon.workload import Load, Priority
from planning.placing.rates import ACCELERATED, PLAIN, UNRATED
from tests.unit.ranked_rows import machine, order


def test_carbon_is_grams_per_unit_of_work_and_not_of_the_smallest_machine() -> None:
    # 10 W over 2 x 1 x 0.5 vCPU-hours is 0.01 kWh a unit; 30 W over 2 x 4 x 0.5 is 0.0075: the bigger draw wins.
    rows = order([machine("small", watts=10), machine("fast", watts=30, index=4)], [200], per_region=2)

    assert [row.type for row in rows] == ["fast", "small"]
    assert [row.grams for row in rows] == pytest.approx([1.5, 2.0])
    assert [row.score for row in rows] == pytest.approx([1.0, 0.75])


def test_work_counts_the_smaller_of_the_vcpus_sold_and_reserved() -> None:
    # A constrained-core size sells 2 of the 8 it draws power for; a shared-core one gets 0.5 of its 2.
    rows = order(
        [machine("constrained", vcpus=2, reserved=8), machine("shared", vcpus=2, reserved=0.5)], [100], per_region=2
    )

    # 0.01 kW x 100 over 1 vCPU-hour, and over 0.25.
    assert [row.type for row in rows] == ["constrained", "shared"]
    assert [row.grams for row in rows] == pytest.approx([1.0, 4.0])


def test_of_equals_the_smaller_type_comes_first_then_the_name() -> None:
    twice = machine("a-large", vcpus=4, watts=20)
    more_memory = machine("a-memory", memory_gb=16)

    rows = order([twice, more_memory, machine("c"), machine("b")], [100], per_region=4)

    assert [row.type for row in rows] == ["b", "c", "a-memory", "a-large"]


def test_of_equal_types_regions_come_in_the_order_of_their_names() -> None:
    rows = order([machine("a")], [100, 100, 100], region_order=[2, 0, 1])

    assert [row.region for row in rows] == [1, 2, 0]


def test_types_decide_before_regions_among_equals() -> None:
    rows = order([machine("a"), machine("b")], [100, 100], offers=[(0, 1), (1, 0)])

    assert [(row.type, row.region) for row in rows] == [("a", 1), ("b", 0)]


@pytest.mark.parametrize("priority", Priority)
def test_a_shared_core_type_never_wins_against_an_equal(priority: Priority) -> None:
    # A quarter of the vCPU at a quarter of the power does the same work for the same carbon.
    shared = machine("a-micro", vcpus=2, reserved=0.5, watts=2.5)

    rows = order([shared, machine("standard")], [100], priority=priority, per_region=2)

    assert rows[0].grams == pytest.approx(rows[1].grams)
    assert [row.type for row in rows] == ["standard", "a-micro"]


def test_differences_of_floating_point_noise_are_ties() -> None:
    rows = order([machine("b", watts=10), machine("a", watts=10 * (1 + 1e-13))], [100], per_region=2)

    assert [row.type for row in rows] == ["a", "b"]


def test_power_and_work_use_the_same_utilisation() -> None:
    # 10 W idle, 20 W full. At 1.0: 20 W over 2; at 0.5: 10 + 0.69 x 10 = 16.9 W over 1; at 0.1: 12.2 W over 0.2.
    for utilization, grams in ((1.0, 1.0), (0.5, 1.69), (0.1, 6.1)):
        rows = order([machine("a", span=10)], [100], load=Load(utilization=utilization))

        assert rows[0].grams == pytest.approx(grams)


def test_a_burstable_type_works_no_harder_than_its_baseline() -> None:
    # Asked for 0.5 it sustains 0.2: 10 + 0.3375 x 10 W (0.22 + 0.47 x 0.1/0.4) over 2 x 0.2; asked for 0.1 it does 0.1.
    burstable = machine("t", burstable=True, baseline=0.2, span=10)

    capped = order([burstable], [100], load=Load(utilization=0.5))
    by_default = order([burstable], [100])
    below = order([burstable], [100], load=Load(utilization=0.1))

    assert capped[0].grams == by_default[0].grams == pytest.approx(1.3375 / 0.4)
    assert below[0].grams == pytest.approx(1.22 / 0.2)


def test_unrated_types_come_last_without_figures() -> None:
    burstable = machine("t", burstable=True, baseline=None, watts=0.001)
    unknown = machine("u", index=None, watts=0.001)
    old_gpu = machine("v", gpus=1, tflops=None, watts=0.001)

    for priority in Priority:
        rows = order([burstable, unknown, old_gpu, machine("a")], [100], per_region=4, priority=priority)

        assert [(row.type, row.kind) for row in rows[:1]] == [("a", PLAIN)]
        assert {(row.type, row.kind) for row in rows[1:]} == {("t", UNRATED), ("u", UNRATED), ("v", UNRATED)}
        assert all(np.isnan([row.grams, row.relative, row.score]).all() for row in rows[1:])


def test_unrated_offers_are_ordered_by_the_grams_of_an_hour() -> None:
    # What they do is not known, what they draw is: 10 W at 300, 100 and 200 g, and 5 W at 300.
    for priority in Priority:
        rows = order(
            [machine("unknown", index=None), machine("thrifty", index=None, watts=5)],
            [300, 100, 200],
            offers=[(0, 0), (0, 1), (1, 0), (2, 0)],
            priority=priority,
            per_region=2,
        )

        assert [(row.type, row.region) for row in rows] == [
            ("unknown", 1),
            ("thrifty", 0),
            ("unknown", 2),
            ("unknown", 0),
        ]


def test_two_kinds_of_work_are_never_compared() -> None:
    # Per unit of its own work the CPU is far greener, but a vCPU-hour is no TFLOP/s-hour.
    for priority in Priority:
        rows = order([machine("cpu", watts=0.1, index=9), machine("gpu", gpus=1, watts=400)], [100], priority=priority)
        both = order(
            [machine("cpu", watts=0.1, index=9), machine("gpu", gpus=1, watts=400)],
            [100],
            priority=priority,
            per_region=2,
            usd_per_hour=[0.01, 9.0],
        )

        assert [(row.type, row.kind) for row in rows] == [("gpu", ACCELERATED)]
        assert [row.type for row in both] == ["gpu", "cpu"]
        assert [row.relative for row in both] == [1.0, 1.0]
        assert [row.score for row in both] == [1.0, 1.0]


def test_accelerators_work_in_tflops_at_their_own_utilisation() -> None:
    # Two GPUs of 100 TFLOP/s at 0.8 do 160 TFLOP/s-hours for 10 W: 0.01 kWh x 160 g over 160.
    rows = order([machine("gpu", gpus=2)], [160], load=Load(utilization=0.3, accelerator_utilization=0.8))

    assert rows[0].grams == pytest.approx(0.01)
