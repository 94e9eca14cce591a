"""Priorities performance and balanced, ranking by machine, embodied grams and costs."""

from __future__ import annotations

import numpy as np
import pytest

from carbon.workload import Load, OptimizeQuery, Priority, RankBy, WorkloadType
from catalog.columns import TypeColumns
from planning.placing.candidates import Candidates
from planning.placing.figures import offer_figures
from planning.placing.rank import rank
from planning.placing.rates import UNRATED, TypeRates
from tests.unit.ranked_rows import machine, order


def test_performance_is_speed_of_one_unit_then_carbon_and_ignores_machine_size() -> None:
    # The 96-vCPU machine does 48 times the work of "small" but each of its vCPUs is no faster.
    huge = machine("huge", vcpus=96, watts=960)
    small = machine("small", vcpus=2, watts=10)
    fast = machine("fast", vcpus=2, index=1.5, watts=90)

    rows = order([huge, fast, small], [100], priority=Priority.PERFORMANCE, per_region=3)

    assert [row.type for row in rows] == ["fast", "small", "huge"]
    assert [row.relative for row in rows] == pytest.approx([1.0, 1 / 1.5, 1 / 1.5])


def test_equal_speed_is_decided_by_carbon() -> None:
    rows = order([machine("a")], [300, 100, 200], priority=Priority.PERFORMANCE)

    assert [row.region for row in rows] == [1, 2, 0]


def test_balanced_is_the_geometric_mean_of_both_ratios_to_the_best() -> None:
    # Grams a unit: slow 0.01 kW x 100 / 1 = 1; fast 0.04 x 100 / 2 = 2; middling 0.018 x 100 / 1.5 = 1.2.
    # Scores: slow sqrt(1 x 1/2) = 0.707107; fast sqrt(1/2 x 1) = 0.707107; middling sqrt(1/1.2 x 1.5/2) = 0.790569.
    types = [machine("slow"), machine("fast", index=2, watts=40), machine("middling", index=1.5, watts=18)]

    rows = order(types, [100], priority=Priority.BALANCED, per_region=3)

    assert [row.type for row in rows] == ["middling", "slow", "fast"]
    assert [row.score for row in rows] == pytest.approx([0.790569, 0.707107, 0.707107], abs=1e-6)


@pytest.mark.parametrize(("speed_ratio", "first"), [(1.99, "green"), (2.01, "fast")])
def test_in_balanced_an_option_with_twice_the_grams_must_be_twice_as_fast(speed_ratio: float, first: str) -> None:
    # By machine: 10 W against 20 W.
    types = [machine("green"), machine("fast", index=speed_ratio, watts=20)]

    rows = order(types, [100], priority=Priority.BALANCED, by=RankBy.MACHINE, per_region=2)

    assert rows[0].type == first


@pytest.mark.parametrize("by", RankBy)
def test_balanced_prefers_stockholm_at_5_grams_an_hour_to_sao_paulo_at_68(by: RankBy) -> None:
    # Stockholm: 5.1 g an hour, an index of 2.3. Sao Paulo: 67.9 g with a machine of an index of 6.25. By machine 13.3
    # times the grams for 2.72 times the speed; by work 67.9 / 6.25 against 5.1 / 2.3 is 4.9 times the grams.
    stockholm, sao_paulo = machine("stockholm", index=2.3, watts=51), machine("sao-paulo", index=6.25, watts=679)

    rows = order(
        [stockholm, sao_paulo], [100], offers=[(0, 0), (0, 1)], priority=Priority.BALANCED, by=by, per_region=2
    )

    assert [row.type for row in rows] == ["stockholm", "sao-paulo"]
    grams = [row.grams for row in rows]
    assert grams[1] / grams[0] == pytest.approx(67.9 / 6.25 / 5.1 * 2.3)


def test_balanced_takes_half_the_speed_for_a_fifth_of_the_grams_and_not_a_tenth_of_the_speed() -> None:
    # Grams an hour 10, 2 and 1.5: scores sqrt(0.15 x 1) = 0.387, sqrt(0.75 x 0.5) = 0.612, sqrt(1 x 0.1) = 0.316.
    fast, half, crawling = (
        machine("fast", index=10, watts=100),
        machine("half", index=5, watts=20),
        machine("c", watts=15),
    )

    rows = order([fast, half, crawling], [100], priority=Priority.BALANCED, by=RankBy.MACHINE, per_region=3)

    assert [row.type for row in rows] == ["half", "fast", "c"]
    assert [row.score for row in rows] == pytest.approx([0.612372, 0.387298, 0.316228], abs=1e-6)


def test_by_machine_the_least_grams_of_one_machine_win_though_its_work_costs_more() -> None:
    # 10 W and 30 W at 200 g/kWh: 2 g and 6 g an hour, though the faster one needs less for a unit of work.
    rows = order(
        [machine("small", watts=10), machine("fast", watts=30, index=4)], [200], by=RankBy.MACHINE, per_region=2
    )

    assert [row.type for row in rows] == ["small", "fast"]
    assert [row.score for row in rows] == pytest.approx([1.0, 1 / 3])


def test_by_machine_cost_is_that_of_one_machine_an_hour() -> None:
    # A unit of work costs 0.10 / 1 and 0.16 / 2: by work the second, by machine the first.
    types, prices = [machine("one"), machine("two", index=2)], [0.10, 0.16]

    by_work = order(types, [100], priority=Priority.COST, usd_per_hour=prices, per_region=2)
    by_machine = order(types, [100], priority=Priority.COST, usd_per_hour=prices, per_region=2, by=RankBy.MACHINE)

    assert [row.type for row in by_work] == ["two", "one"]
    assert [row.type for row in by_machine] == ["one", "two"]
    assert by_machine[1].score == pytest.approx(0.10 / 0.16)


def test_by_machine_a_type_without_an_index_is_compared_and_an_accelerator_too() -> None:
    # 30, 20 and 10 W: no machine's speed counts.
    types = [machine("gpu", gpus=1, watts=30), machine("unknown", index=None, watts=20), machine("cpu")]

    rows = order(types, [100], by=RankBy.MACHINE, per_region=3)

    assert [row.type for row in rows] == ["cpu", "unknown", "gpu"]
    assert [row.score for row in rows] == pytest.approx([1.0, 0.5, 1 / 3])


def test_inference_without_a_size_puts_accelerators_first_by_machine_too() -> None:
    types = [machine("cpu"), machine("gpu", gpus=1, watts=30)]

    rows = order(types, [100], by=RankBy.MACHINE, workload=WorkloadType.INFERENCE, per_region=2)

    assert [row.type for row in rows] == ["gpu", "cpu"]


def test_the_best_type_of_each_region_stands_for_it() -> None:
    # "green" is not offered in region 1, whose best is then "plain".
    types = [machine("plain"), machine("green", watts=5)]

    rows = order(types, [100, 10], offers=[(0, 0), (0, 1), (1, 0)])

    assert [(row.region, row.type) for row in rows] == [(1, "plain"), (0, "green")]


def test_embodied_grams_are_added_per_unit_of_work_when_asked_for() -> None:
    # 35.04 kg over 35,040 h is 1 g an hour, for 1 vCPU-hour of work; energy 0.01 kWh x 100 g.
    without, with_it = order([machine("a")], [100]), order([machine("a")], [100], embodied=True)

    assert without[0].grams == pytest.approx(1.0)
    assert with_it[0].grams == pytest.approx(2.0)


def test_on_a_grid_without_emissions_the_clean_region_is_best_and_the_others_are_not() -> None:
    carbon = order([machine("a")], [0, 100])
    balanced = order([machine("a"), machine("b", index=2)], [0, 100], priority=Priority.BALANCED, per_region=2)

    assert [(row.region, row.score) for row in carbon] == [(0, 1.0), (1, 0.0)]
    # Clean: a sqrt(1 x 0.5), b sqrt(1 x 1). Dirty: 0, the fewer grams of b first.
    assert [(row.region, row.type) for row in balanced] == [(0, "b"), (0, "a"), (1, "b"), (1, "a")]
    assert [row.score for row in balanced] == pytest.approx([1.0, 0.707107, 0.0, 0.0], abs=1e-6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("utilization", [0.0, 5e-324])
def test_idle_machines_do_no_work_and_are_not_rated(utilization: float) -> None:
    rows = order([machine("a")], [100], load=Load(utilization=utilization))

    assert rows[0].kind == UNRATED
    assert not np.isfinite(rows[0].grams)


def test_cost_ranks_by_usd_per_unit_of_work_and_leaves_unknown_prices_last() -> None:
    # Both work 0.5 x 2 vCPU = 1 unit an hour: 0.10, 0.08 and an unknown price for the same work.
    rows = order([machine("a")], [100, 200, 10], priority=Priority.COST, usd_per_hour=[0.10, 0.08, float("nan")])

    assert [row.region for row in rows] == [1, 0, 2]
    assert rows[0].score == pytest.approx(1)
    assert rows[1].score == pytest.approx(0.8)


def test_a_carbon_price_is_folded_into_the_cost() -> None:
    # 10 W for an hour is 1 g at 100 g/kWh and 2 g at 200. At 25,000 USD a tonne: 0.025 and 0.05 USD an hour more,
    # so 0.125 against 0.13.
    rows = order(
        [machine("a")], [100, 200], priority=Priority.COST, usd_per_hour=[0.10, 0.08], carbon_usd_per_tonne=25_000
    )

    assert [row.region for row in rows] == [0, 1]
    assert rows[1].score == pytest.approx(0.125 / 0.13)


def test_nothing_found_ranks_to_nothing() -> None:
    columns = TypeColumns.of([machine("a")])
    empty = np.array([], dtype=np.intp)

    figures = offer_figures(
        Candidates(empty, empty, empty, 0, {}),
        columns,
        TypeRates.at(columns, Load()),
        gco2e_per_kwh_it=np.array([100.0]),
        usd_per_hour=np.array([]),
        region_order=np.array([0]),
        include_embodied=False,
    )
    ranked = rank(figures, OptimizeQuery(workload=WorkloadType.GENERAL, priority=Priority.CARBON), RankBy.WORK, 1)

    assert len(ranked.region) == 0
