"""Ranking by work on machines made up so that every figure can be worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from carbon.power import PowerModel
from carbon.workload import Load, OptimizeQuery, Priority, RankBy, WorkloadType
from catalog.columns import TypeColumns
from catalog.model import Accelerator, InstanceType
from planning.placing.candidates import Candidates
from planning.placing.figures import offer_figures
from planning.placing.rank import Ranked, rank
from planning.placing.rates import ACCELERATED, PLAIN, UNRATED, TypeRates


def machine(
    name: str,
    *,
    vcpus: float = 2,
    reserved: float | None = None,
    index: float | None = 1.0,
    watts: float = 10.0,
    span: float = 0.0,
    gpus: float = 0,
    tflops: float | None = 100,
    burstable: bool = False,
    baseline: float | None = None,
    memory_gb: float = 8,
    embodied: float = 35.04,
) -> InstanceType:
    """A type that draws `watts` idle and `watts + span` at full CPU load."""
    accelerator = None
    if gpus:
        accelerator = Accelerator(
            accelerator="GPU", kind="gpu", memory_gb=16, tflops=tflops, performance_basis="published", retired=False
        )
    return InstanceType(
        provider="aws",
        instance_type=name,
        family=name,
        category="general",
        vcpus=vcpus,
        reserved_vcpus=vcpus if reserved is None else reserved,
        memory_gb=memory_gb,
        cpu_model=None,
        microarchitecture=None,
        arch="x86_64",
        burstable=burstable,
        shared_core=reserved is not None and reserved < vcpus,
        baseline_utilization=baseline,
        accelerator=accelerator,
        accelerator_count=gpus,
        embodied_kgco2e=embodied,
        performance_index=index,
        performance_basis="published",
        power=PowerModel(
            cpu_idle_w=watts,
            cpu_max_w=watts + span,
            memory_w=0,
            accelerator_idle_w=0,
            accelerator_max_w=0,
            storage_w=0,
        ),
        not_modelled=None,
        note="",
        source="test",
        as_of="2026-01",
    )


@dataclass(frozen=True)
class Row:
    region: int
    type: str
    kind: int
    grams: float
    relative: float
    score: float


def order(
    types: list[InstanceType],
    grams_per_kwh: list[float],
    *,
    priority: Priority = Priority.CARBON,
    offers: list[tuple[int, int]] | None = None,
    per_region: int = 1,
    load: Load | None = None,
    embodied: bool = False,
    region_order: list[int] | None = None,
    usd_per_hour: list[float] | None = None,
    carbon_usd_per_tonne: float = 0.0,
    by: RankBy = RankBy.WORK,
    workload: WorkloadType = WorkloadType.GENERAL,
) -> list[Row]:
    """Ranks every type in every region, or just `offers` (region, type); regions are known by their intensity."""
    pairs = offers or [(region, kind) for region in range(len(grams_per_kwh)) for kind in range(len(types))]
    columns = TypeColumns.of(types)
    candidates = Candidates(
        np.arange(len(pairs)),
        np.array([region for region, _ in pairs], dtype=np.intp),
        np.array([kind for _, kind in pairs], dtype=np.intp),
        len(pairs),
        {},
    )
    figures = offer_figures(
        candidates,
        columns,
        TypeRates.at(columns, load or Load()),
        gco2e_per_kwh_it=np.array(grams_per_kwh, dtype=np.float64),
        usd_per_hour=np.full(len(pairs), np.nan) if usd_per_hour is None else np.array(usd_per_hour),
        region_order=np.array(region_order or range(len(grams_per_kwh)), dtype=np.intp),
        include_embodied=embodied,
    )
    query = OptimizeQuery(workload=workload, priority=priority, carbon_usd_per_tonne=carbon_usd_per_tonne)
    ranked: Ranked = rank(figures, query, by, per_region)
    return [
        Row(int(region), types[kind].instance_type, int(cls), float(grams), float(relative), float(score))
        for region, kind, cls, grams, relative, score in zip(
            ranked.region,
            ranked.type,
            ranked.kind,
            ranked.gco2e_per_work,
            ranked.relative,
            ranked.score,
            strict=True,
        )
    ]


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
