"""Rankings by each priority, and what the caller may demand, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest

from carbon.errors import NoFeasiblePlacement
from carbon.placements import PlacementRow
from carbon.workload import Load, OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from tests.fakes.grid import flat, known
from tests.golden import builders
from tests.golden.builders import Machine, machine, ranking, utc
from tests.golden.optimize_answers import (
    GREEN,
    NOW,
    answer,
    ask,
    assert_ranked_as,
    assert_ranked_by_machine_as,
    green,
    is_general,
    listed,
)


def is_training(_: str, one: Machine) -> bool:
    chip = one.accelerator
    return (
        chip is not None
        and chip["kind"] in ("gpu", "tpu", "asic")
        and chip["retired"] != "yes"
        and "Inferentia" not in chip["accelerator"]
        and "Cloud AI 100" not in chip["accelerator"]
        and float(chip["memory_gb"]) >= 16
        and 1 <= one.accelerators <= 8
    )


def test_flexible_work_waits_for_a_dip_the_forecast_knows_of() -> None:
    # From 15:00 an hour of 100, one of 50, one of 100. Two and a half hours from 15:00: (100 + 50 + 50)/2.5 = 80;
    # from 15:30 it is the same, and of equals the earlier is taken.
    dip = known(NOW, [300.0] * 5 + [100.0, 50.0, 100.0] + [300.0] * 64)

    body = answer(ask(regions=("aws:eu-west-3",), duration_hours=2.5), {"FR": dip})

    row = body.rows[0]
    assert (row.window.starts_at, row.window.ends_at) == (utc(18, 15), utc(18, 17, 30))
    assert row.window.mean.gco2e_per_kwh == row.emission.used.gco2e_per_kwh == pytest.approx(80)
    # m8g.large: 6.44984 W x 2.5 h x 1.15 = 0.01854329 kWh: 1.4834632 g, and 5.562987 g at once.
    assert row.emission.operational_gco2e == pytest.approx(1.4834632)
    assert row.start_now_gco2e == pytest.approx(5.562987)
    inflexible = answer(ask(regions=("aws:eu-west-3",), duration_hours=2.5, flexible=False), {"FR": dip})
    assert inflexible.rows[0].window.starts_at == NOW


def test_a_maximum_intensity_removes_the_offers_of_dirtier_grids_and_says_how_many() -> None:
    body = answer(ask(max_carbon_intensity=50.0, region="aws:eu-north-1"), GREEN)

    # Only eu-west-3's 40 passes. Every general type of the right size offered in the 33 other regions is removed.
    elsewhere = [name for region, name in builders.eligible("aws", is_general) if region != "eu-west-3"]
    assert listed(body) == [("eu-west-3", "m8g.large")]
    assert body.removed["max_carbon_intensity"] == len(elsewhere)
    assert body.candidates == body.qualifying + sum(body.removed.values())
    assert isinstance(body.requested, PlacementRow)
    assert body.requested.refused_by == ("max_carbon_intensity",)


def test_training_is_ranked_by_tflops() -> None:
    body = answer(ask(WorkloadType.TRAINING, load=Load(utilization=0.5)), GREEN | {"HK": flat(NOW, 30)})

    # g6.xlarge: 4 vCPUs of an EPYC 7R13 4 x (0.459 + 0.69 x 1.667) = 6.43692; memory 0.392 x (16 - 4 x 1.0) = 4.704;
    # an L4 16 + 0.5 x 56 = 44; 250 GB of SSD 0.3: 55.44092 W, 1.530169392 kWh a day. Work: 121 x 0.5 x 24 = 1452.
    best, second = body.rows[:2]
    assert listed(body)[:3] == [("eu-west-3", "g6.xlarge"), ("ap-east-1", "g4dn.xlarge"), ("eu-north-1", "g6.xlarge")]
    assert best.emission.draw.it_w == pytest.approx(55.44092)
    assert best.emission.energy_kwh == pytest.approx(1.530169392)
    assert best.emission.operational_gco2e == pytest.approx(61.20677568)
    assert best.gco2e_per_unit_work == pytest.approx(61.20677568 / 1452)
    assert (best.work_unit, best.performance) == ("tflop/s-hours", 121)
    # Hong Kong is cleaner but has no L4: a T4 gives 65 TFLOP/s for nearly as much power.
    assert second.performance == 65
    assert_ranked_as(body, ranking("aws", is_training, lambda zone: 30.0 if zone == "HK" else green(zone)))


def test_performance_takes_the_fastest_vcpu_and_then_the_cleanest_grid() -> None:
    body = answer(ask(priority=Priority.PERFORMANCE), GREEN | {"DE": flat(NOW, 250)})

    # The fastest general vCPU is Graviton5's, 102352/51421 = 1.990471, which neither FR nor SE-SE3 has.
    fastest = max(machine("aws", name).speed or 0 for _, name in builders.eligible("aws", is_general))
    assert fastest == pytest.approx(1.990471, rel=1e-6)
    assert listed(body)[0] == ("eu-central-1", "m9g.large")
    # Four regions have it; the fifth row has the next, m8a: 0.605 x 164261/51421 = 1.932633.
    assert [row.performance for row in body.rows] == pytest.approx([fastest] * 4 + [1.932633], rel=1e-6)
    assert [row.relative_performance for row in body.rows] == pytest.approx([1.0] * 4 + [0.970943], rel=1e-5)


def test_balanced_is_the_mean_of_two_ratios_and_can_be_recomputed_from_the_row() -> None:
    body = answer(ask(priority=Priority.BALANCED, limit=40), GREEN)

    # The greenest offer is m8g.large in eu-west-3 (0.1863197 g a unit), the fastest vCPU 1.990471.
    # m8g.large in eu-west-3: sqrt(1 x 1.592384/1.990471) = 0.894429; in eu-north-1: sqrt(40/60 x 0.800004) = 0.730299.
    assert listed(body)[:2] == [("eu-west-3", "m8g.large"), ("eu-north-1", "m8g.large")]
    assert [row.score for row in body.rows[:2]] == pytest.approx([0.894429, 0.730299], abs=1e-6)
    for row in body.rows:
        assert row.gco2e_per_unit_work is not None
        assert row.relative_performance is not None
        assert row.score == pytest.approx(
            sqrt(0.18631973 / row.gco2e_per_unit_work * row.relative_performance), rel=1e-6
        )


def test_requirements_choose_the_size_and_ranking_the_type() -> None:
    requirements = Requirements(vcpus=16, memory_gb=64, arch="arm64")

    zones = GREEN | {"US-NW-PACW": flat(NOW, 50)}
    body = answer(ask(requirements=requirements, rank_by=RankBy.WORK), zones)
    of_machines = answer(ask(requirements=requirements), zones)

    # m9g.4xlarge (Graviton5): 16 x (0.418 + 0.69 x 1.777) + 0.392 x (64 - 16 x 1.07) = 26.30608 + 18.37696 = 44.68304 W
    # over 102352/51421 x 16 x 0.5 = 15.923767 of work. At 50 g it beats France's m8g.4xlarge at 40.
    def fits(_: str, one: Machine) -> bool:
        big = one.vcpus >= 16 and one.memory_gb >= 64
        return big and one.row["category"] == "general" and one.row["arch"] == "arm64"

    best = body.rows[0]
    assert listed(body)[:2] == [("us-west-2", "m9g.4xlarge"), ("eu-west-3", "m8g.4xlarge")]
    assert best.emission.draw.it_w == pytest.approx(44.68304)
    assert best.gco2e_per_unit_work == pytest.approx(44.68304 / 15.923767 / 1000 * 1.15 * 50, rel=1e-6)

    def intensity(zone: str) -> float:
        return 50.0 if zone == "US-NW-PACW" else green(zone)

    assert_ranked_as(body, ranking("aws", fits, intensity))
    # One machine draws least with Graviton2: 16 x (0.495 + 0.69 x 2.104) + 18.37696 = 49.52512 W in France.
    assert listed(of_machines)[0] == ("eu-west-3", "m6g.4xlarge")
    assert of_machines.rows[0].emission.draw.it_w == pytest.approx(49.52512)
    assert_ranked_by_machine_as(of_machines, ranking("aws", fits, intensity, by_machine=True))


def test_embodied_emissions_can_change_the_order_and_are_in_every_figure() -> None:
    body = answer(ask(include_embodied=True), GREEN)

    # Operational alone m8g.large wins, as m8g.xlarge draws the same a unit. With hardware m8g.xlarge does: 45.1 kg are
    # 45100/35040 = 1.287100 g an hour for 3.184769 of work, 0.404142 a unit beside 0.186320: 0.590462; in Sweden
    # 0.683622. m8g.large has 22.6 kg, which is 0.05 kg more than half as much.
    best = body.rows[0]
    assert listed(answer(ask(), GREEN))[0] == ("eu-west-3", "m8g.large")
    assert listed(body)[:2] == [("eu-west-3", "m8g.xlarge"), ("eu-north-1", "m8g.xlarge")]
    assert [row.gco2e_per_unit_work for row in body.rows[:2]] == pytest.approx([0.590462, 0.683622], abs=1e-6)
    assert best.emission.embodied_gco2e == pytest.approx(45_100 / 35_040 * 24)
    # 12.89968 W x 27.6 h x 40 g (twice an m8g.large) and the hardware's share.
    assert best.emission.total_gco2e == pytest.approx(0.01289968 * 27.6 * 40 + 30.890411, rel=1e-6)
    assert best.gco2e_for_same_work == pytest.approx(best.emission.total_gco2e)
    assert_ranked_as(body, ranking("aws", is_general, green, embodied=True))


def test_by_work_functions_without_a_sourced_index_are_never_ranked_above_those_with_one() -> None:
    by_work = ask(WorkloadType.SERVERLESS, duration_hours=1.0, per_region=2, limit=4, rank_by=RankBy.WORK)
    body = answer(by_work, GREEN)

    # Lambda's x86 CPU is not known, so what it does is not: Arm first, x86 last and without figures per unit of work.
    # lambda-arm64-1769mb (Graviton2): 0.495 + 0.69 x 2.104 + 0.392 x (1769/1024 - 1.07) = 2.2045153 W.
    assert {row.emission.instance_type for row in body.rows} == {"lambda-arm64-1769mb"}
    assert body.rows[0].emission.region == "aws:eu-west-3"
    assert body.rows[0].emission.energy_kwh == pytest.approx(0.0022045153 * 1.15)
    everything = answer(replace(by_work, limit=100), GREEN)
    x86 = [row for row in everything.rows if "x86" in row.emission.instance_type]
    assert x86
    assert all(row.gco2e_per_unit_work is None and row.gco2e_for_same_work is None for row in x86)


def test_the_caller_s_utilisation_drives_power_and_work_alike() -> None:
    body = answer(ask(load=Load(utilization=0.1)), GREEN)

    # m8g.large at a tenth: 2 x (0.528 + 0.22 x 2.244) + 2.29712 = 4.34048 W over 1.592384 x 2 x 0.1 = 0.318477.
    by_hand = ranking("aws", is_general, green, utilization=0.1)
    assert machine("aws", "m8g.large").watts_per_work(0.1) == pytest.approx(4.34048 / 0.3184769, rel=1e-6)
    assert_ranked_as(body, by_hand)


def test_a_named_type_without_an_index_still_goes_to_the_greenest_grid() -> None:
    # What a t1.micro can sustain nobody publishes: no figure per unit of work, and so no saving, but a best place.
    body = answer(ask(instance_types=("t1.micro",), limit=50), {"US-NW-PACW": flat(NOW, 50), "IE": flat(NOW, 80)})

    assert listed(body)[:2] == [("us-west-2", "t1.micro"), ("eu-west-1", "t1.micro")]
    grams = [row.emission.operational_gco2e for row in body.rows]
    assert grams == sorted(grams)
    assert all(row.gco2e_per_unit_work is None and row.score is None for row in body.rows)
    assert body.savings.against_worst_share is None


def test_a_burstable_type_is_shown_at_the_baseline_it_is_ranked_by() -> None:
    body = answer(ask(instance_types=("t3.large",), load=Load(utilization=0.9)), GREEN)

    # Asked for 0.9 a t3.large sustains 0.3: 2 x (0.755 + 0.455 x 4.99) + 1.79536 = 7.84626 W, for 0.593267 of work.
    row = body.rows[0]
    assert (row.emission.utilization, row.emission.region) == (0.3, "aws:eu-west-3")
    assert row.emission.draw.it_w == pytest.approx(7.84626)
    assert row.gco2e_per_unit_work == pytest.approx(7.84626 / 0.593267 / 1000 * 1.15 * 40, rel=1e-5)


def nothing_fits(query: OptimizeQuery) -> NoFeasiblePlacement:
    with pytest.raises(NoFeasiblePlacement) as error:
        answer(query, GREEN)
    return error.value


@pytest.mark.parametrize(
    ("query", "last"),
    [
        (ask(requirements=Requirements(vcpus=10_000)), "requirements.vcpus"),
        (ask(max_carbon_intensity=1.0), "max_carbon_intensity"),
        (ask(countries=("XX",)), "countries"),
        (ask(WorkloadType.TRAINING, requirements=Requirements(gpus=0)), "requirements.gpus"),
    ],
)
def test_when_nothing_fits_the_counts_add_up_to_every_offer_of_the_available_regions(
    query: OptimizeQuery, last: str
) -> None:
    error = nothing_fits(query)

    removed = error.facts["removed"]
    assert isinstance(removed, dict)
    there = [pair for pair in builders.offers("aws") if pair[0] in builders.available_regions("aws")]
    assert error.facts["candidates"] == sum(removed.values()) == len(there)
    assert list(removed)[-1] == last
