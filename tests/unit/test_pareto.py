"""The front of cost against carbon: what no other choice beats in both, and what the next dollar saves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.placements import ParetoPoint, Placement
from carbon.workload import CalculateQuery, Load, OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from engine import Engine
from planning.placing.pareto import Front, pareto_front
from tests.fakes.clouds import cloud_map, one_pue_map
from tests.fakes.grid import FakeReader, flat

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
GRID = {"FR": flat(NOW, 40), "SE-SE3": flat(NOW, 20), "IN-WE": flat(NOW, 700), "FI": flat(NOW, 90)}
# Few values, so that ties and unknowns are common; 0 is a grid without emissions.
FIGURES = st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0, 7.0, 1e6, nan])
CHOICES = st.lists(st.tuples(st.sampled_from([0.5, 1.0, 2.0, 3.0, 5.0, nan]), FIGURES), max_size=12)


def front(choices: list[tuple[float, float]], order: list[int] | None = None) -> Front:
    usd, gco2e = np.array(choices, dtype=np.float64).reshape(-1, 2).T
    return pareto_front(usd, gco2e, np.array(order or range(len(choices)), dtype=np.intp))


def beaten(mine: tuple[float, float, int], other: tuple[float, float, int]) -> bool:
    """Whether the other is nowhere worse and somewhere better, or the same and before it in order."""
    no_worse = other[0] <= mine[0] and other[1] <= mine[1]
    return no_worse and (other[:2] != mine[:2] or other[2] < mine[2])


@given(st.data(), CHOICES)
@settings(max_examples=400)
def test_the_front_is_what_brute_force_finds_unbeaten(data: st.DataObject, choices: list[tuple[float, float]]) -> None:
    order = data.draw(st.permutations(range(len(choices))))
    priced = {
        index: (usd, gco2e, order[index]) for index, (usd, gco2e) in enumerate(choices) if usd == usd and gco2e == gco2e
    }

    points = front(choices, order)

    unbeaten = [i for i, mine in priced.items() if not any(beaten(mine, other) for other in priced.values())]
    assert points.index.tolist() == sorted(unbeaten, key=lambda index: choices[index][0])


@given(st.lists(st.tuples(st.floats(1e-6, 1e6), st.floats(0, 1e9)), min_size=1, max_size=40))
def test_along_the_front_cost_rises_and_carbon_strictly_falls(choices: list[tuple[float, float]]) -> None:
    points = front(choices)

    for before, after in pairwise(points.index):
        assert choices[before][0] < choices[after][0]
        assert choices[before][1] > choices[after][1]


def test_the_next_dollar_saves_the_grams_to_the_next_point_over_the_dollars_to_it() -> None:
    # 90 g less for 3 USD more is 30 g a dollar, then 8 g for 2 USD is 4; (5, 100) is beaten by (4, 10).
    points = front([(6.0, 2.0), (1.0, 100.0), (5.0, 100.0), (4.0, 10.0)])

    assert points.index.tolist() == [1, 3, 0]
    assert points.saved_per_usd.tolist() == pytest.approx([30.0, 4.0, nan], nan_ok=True)


def test_of_choices_equal_in_both_the_first_in_order_stands_for_them() -> None:
    assert front([(1.0, 5.0), (1.0, 5.0), (1.0, 5.0)], [2, 0, 1]).index.tolist() == [1]


def test_floating_point_noise_makes_no_second_point_and_no_saving() -> None:
    # 0.1 + 0.2 is 0.30000000000000004: in each figure one of the two is lower by nothing but rounding.
    points = front([(0.3, 0.1 + 0.2), (0.1 + 0.2, 0.3)], [1, 0])

    assert points.index.tolist() == [1]
    assert np.isnan(points.saved_per_usd).all()


@given(st.data(), CHOICES, st.lists(st.sampled_from([-4e-16, 0.0, 4e-16]), min_size=24, max_size=24))
def test_floating_point_noise_does_not_change_the_front(
    data: st.DataObject, choices: list[tuple[float, float]], noise: list[float]
) -> None:
    order = data.draw(st.permutations(range(len(choices))))
    noisy = [
        (usd * (1 + a), gco2e * (1 + b)) for (usd, gco2e), a, b in zip(choices, noise, reversed(noise), strict=False)
    ]

    assert front(noisy, order).index.tolist() == front(choices, order).index.tolist()


@pytest.mark.parametrize("choices", [[], [(nan, 1.0)], [(1.0, nan), (nan, nan)]])
def test_without_a_choice_known_in_both_there_is_no_front(choices: list[tuple[float, float]]) -> None:
    assert front(choices).index.tolist() == []


def ask(**more: object) -> OptimizeQuery:
    fields = {"workload": WorkloadType.GENERAL, "priority": Priority.CARBON, "providers": ("aws", "gcp")}
    return OptimizeQuery(**fields | {"duration_hours": 24.0, "flexible": False} | more)  # type: ignore[arg-type]


def engine() -> Engine:
    return Engine(cloud_map(), FakeReader(GRID, others=flat(NOW, 300)))


def answer(query: OptimizeQuery, now: datetime = NOW) -> Placement:
    return engine().at(now).optimize(query)


def of(point: ParetoPoint) -> tuple[str, str]:
    return point.region, point.instance_type


@pytest.mark.parametrize("embodied", [False, True])
@pytest.mark.parametrize("spot", [False, True])
@pytest.mark.parametrize("workload", [one for one in WorkloadType if one is not WorkloadType.SERVERLESS])
def test_a_point_per_unit_of_work_has_the_figures_of_the_row_of_its_offer(
    workload: WorkloadType, spot: bool, embodied: bool
) -> None:
    query = ask(workload=workload, spot=spot, include_embodied=embodied, rank_by=RankBy.WORK)

    body = answer(query)

    assert body.pareto.points
    for point in body.pareto.points:
        own = answer(replace(query, regions=(point.region,), instance_types=(point.instance_type,))).rows[0]
        assert (own.emission.region, own.emission.instance_type, point.spot) == (*of(point), spot)
        assert point.usd == pytest.approx(own.usd_per_unit_work, rel=1e-9)
        assert point.gco2e == pytest.approx(own.gco2e_per_unit_work, rel=1e-9)
        assert body.pareto.per == own.work_unit


@pytest.mark.parametrize("embodied", [False, True])
@pytest.mark.parametrize(
    "wanted", [Requirements(vcpus=2, memory_gb=8), Requirements(gpus=1), Requirements(memory_gb=16, arch="arm64")]
)
def test_a_point_per_job_has_the_totals_that_calculate_gives_its_machine(wanted: Requirements, embodied: bool) -> None:
    workload = WorkloadType.TRAINING if wanted.gpus else WorkloadType.GENERAL
    # Calculate is not told what runs; training assumes 0.75.
    load = Load(accelerator_utilization=0.75 if wanted.gpus else None)

    body = answer(ask(workload=workload, requirements=wanted, include_embodied=embodied))

    assert body.pareto.per == "job"
    assert body.pareto.points
    for point in body.pareto.points:
        region, name = of(point)
        query = CalculateQuery(
            region=region, instance_type=name, duration_hours=24.0, include_embodied=embodied, load=load
        )
        own = engine().at(NOW).calculate(query)
        assert point.usd == pytest.approx(own.cost.spot_usd if point.spot else own.cost.on_demand_usd, rel=1e-9)
        assert point.gco2e == pytest.approx(own.total_gco2e, rel=1e-9)
        assert (own.embodied_gco2e is not None) == embodied
        day = own.cost.spot_price_as_of if point.spot else own.cost.price_as_of
        assert point.price_as_of == day


@pytest.mark.parametrize("workload", [WorkloadType.TRAINING, WorkloadType.INFERENCE, WorkloadType.CONTAINERS])
def test_each_points_saving_follows_from_it_and_the_next(workload: WorkloadType) -> None:
    points = answer(ask(workload=workload, providers=())).pareto.points

    assert len(points) >= 2
    for here, after in pairwise(points):
        assert here.usd < after.usd
        assert here.gco2e > after.gco2e
        saved = (here.gco2e - after.gco2e) / (after.usd - here.usd)
        assert here.saved_gco2e_per_usd == pytest.approx(saved, rel=1e-6)
    assert points[-1].saved_gco2e_per_usd is None


def test_only_one_kind_of_work_is_on_a_front_per_unit_of_work() -> None:
    # A vCPU-hour is no TFLOP/s-hour, however cheap: with accelerators at 1 % theirs costs more than a CPU's.
    idle = Load(utilization=1.0, accelerator_utilization=0.01)

    body = answer(ask(workload=WorkloadType.INFERENCE, load=idle, rank_by=RankBy.WORK))

    machines = [cloud_map().instance_type(of(p)[0].partition(":")[0], p.instance_type) for p in body.pareto.points]
    assert body.pareto.per == "tflop/s-hours"
    assert machines
    assert all(machine.accelerator for machine in machines)


def test_of_offers_equal_in_both_the_smaller_type_and_the_first_region_stand_for_them() -> None:
    # us-east-1 and us-east-2 lie in one grid zone and have one price list, m5.large 0.096, m5.xlarge 0.192, and one PUE
    # here.
    equals = {"regions": ("aws:us-east-2", "aws:us-east-1"), "instance_types": ("m5.xlarge", "m5.large")}

    placement = (
        Engine(one_pue_map(), FakeReader(GRID, others=flat(NOW, 300))).at(NOW).optimize(ask(spot=False, **equals))
    )

    assert [of(point) for point in placement.pareto.points] == [("aws:us-east-1", "m5.large")]


def test_a_point_says_whether_its_own_price_is_an_estimate() -> None:
    # eu-south-2 has no on-demand price of m8a.2xlarge but us-east-1's times a factor; its spot price is its own.
    one = {"regions": ("aws:eu-south-2",), "instance_types": ("m8a.2xlarge",)}

    listed, spot = (answer(ask(spot=kind, **one)).pareto.points for kind in (False, True))

    assert [(point.price_is_estimate, point.price_as_of) for point in listed] == [(True, "2026-08-06")]
    assert [(point.price_is_estimate, point.price_as_of) for point in spot] == [(False, "2026-08-11")]


def test_without_saying_which_the_front_is_that_of_spot_and_on_demand_prices_together() -> None:
    either, spot, listed = (answer(ask(providers=(), spot=kind)).pareto.points for kind in (None, True, False))

    assert {point.spot for point in spot} == {True}
    assert {point.spot for point in listed} == {False}
    both = {(point.usd, point.gco2e): point for point in (*listed, *spot)}
    unbeaten = [line for line in both if not any(o != line and o[0] <= line[0] and o[1] <= line[1] for o in both)]
    expected = [both[line] for line in sorted(unbeaten)]
    assert [(of(point), point.spot) for point in either] == [(of(point), point.spot) for point in expected]


def test_a_spot_price_equal_to_the_on_demand_price_is_shown_as_on_demand() -> None:
    prices = cloud_map().prices
    usable = prices.usable_spot((NOW - datetime(1970, 1, 1, tzinfo=UTC)).days)
    modelled = cloud_map().offers.columns.modelled[cloud_map().offers.type]
    same = np.flatnonzero((usable == prices.on_demand_usd_per_hour) & modelled)
    offer = int(same[0])
    region = cloud_map().offers.regions[cloud_map().offers.region[offer]]
    name = cloud_map().catalog.types[cloud_map().offers.type[offer]].instance_type

    body = answer(ask(providers=(region.provider,), regions=(region.key,), instance_types=(name,)))

    assert [(of(point), point.spot) for point in body.pareto.points] == [((region.key, name), False)]


def test_where_nothing_has_a_price_there_is_no_point() -> None:
    body = answer(ask(workload=WorkloadType.SERVERLESS, partition="china"))

    assert body.rows
    assert body.pareto.points == ()
    assert body.offers_without_price == body.qualifying


def test_requirements_without_a_size_leave_the_size_to_the_workload() -> None:
    body = answer(ask(workload=WorkloadType.DATABASE, requirements=Requirements(arch="arm64"), limit=100))

    assert (body.size.basis, body.size.vcpus, body.size.memory_gb) == ("workload", 4, 32)
    for row in body.rows:
        machine = cloud_map().instance_type(row.emission.region.partition(":")[0], row.emission.instance_type)
        assert machine.arch == "arm64"
        assert 4 <= (machine.vcpus or 0) <= 16
        assert 32 <= (machine.memory_gb or 0) <= 128


def test_work_that_nobody_can_count_has_a_front_per_job_only() -> None:
    # t1.micro's baseline is not known, so neither is what it does in an hour.
    unknown = {"regions": ("aws:us-east-1",), "instance_types": ("t1.micro",)}

    per_work = answer(ask(**unknown)).pareto
    per_job = answer(ask(**unknown, requirements=Requirements(vcpus=1))).pareto

    assert (per_work.per, per_work.points) == (None, ())
    assert (per_job.per, {point.instance_type for point in per_job.points}) == ("job", {"t1.micro"})
