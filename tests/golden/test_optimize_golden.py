"""Optimize answers worked out by hand on the shipped catalog, with the grid's figures given.

It is Wednesday, 18 November 2026, 10:20 UTC. Watts follow catalog/data/README.md: a vCPU draws idle + 0.69 x
(full - idle) at the default utilisation of 0.5, memory 0.392 W for each GB beyond what the CPU's figure holds, disks
1.2 W a TB; every region of AWS has a PUE of 1.15 here. Work is index x vCPUs x 0.5, the index being ssj_ops over
51,421; of a core whose second thread is off (m7a, m8a, r7a, r8a) 0.605 of what was measured with both.
"""

from __future__ import annotations

import pytest

from carbon.placements import PlacementRow
from carbon.workload import Priority, Requirements, WorkloadType
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import known
from tests.golden import builders, usual_hours
from tests.golden.builders import Machine, machine, mean, ranking, utc
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


def is_database(_: str, one: Machine) -> bool:
    return one.row["category"] in ("memory", "storage") and 4 <= one.vcpus <= 16 and 32 <= one.memory_gb <= 128


def test_general_work_goes_where_a_unit_of_work_costs_least_and_not_to_the_smallest_draw() -> None:
    body = answer(ask(), GREEN)

    # m8g.large (Graviton4): 2 x (0.528 + 0.69 x 2.244) + 0.392 x (8 - 2 x 1.07) = 4.15272 + 2.29712 = 6.44984 W.
    # x 24 h x 1.15 = 0.178016 kWh; x 40 g = 7.12062 g. Work: 81882/51421 x 2 x 0.5 x 24 = 38.2172.
    best = body.rows[0]
    assert listed(body)[:2] == [("eu-west-3", "m8g.large"), ("eu-north-1", "m8g.large")]
    assert best.emission.draw.it_w == pytest.approx(6.44984)
    assert best.emission.energy_kwh == pytest.approx(0.178015584)
    assert best.emission.operational_gco2e == pytest.approx(7.12062336)
    assert best.gco2e_per_unit_work == pytest.approx(7.12062336 / 38.217226, rel=1e-6)
    # In Sweden the same machine at 60 g. m7a.large (EPYC 9R14, a core a vCPU, its second thread off) comes third there:
    # 2 x (0.818 + 0.69 x 3.131) + 0.392 x (8 - 2 x 1.0 x 2) = 7.52478 W over 0.605 x 119239/51421 = 1.402921.
    second = body.rows[1]
    assert second.emission.operational_gco2e == second.gco2e_for_same_work == pytest.approx(10.68093504)
    assert machine("aws", "m7a.large").watts_per_work() == pytest.approx(7.52478 / 1.402921, rel=1e-6)
    # France's range is 0.773 to 1.287, Sweden's 0.78 to 1.272: 40 x 1.287 = 51.5 is more than 60 x 0.78 = 46.8. The
    # third is an m9g.large at 300 g.
    assert [row.within_uncertainty_of_best for row in body.rows] == [True, True, False, False, False]
    assert_ranked_as(body, ranking("aws", is_general, green))
    assert body.regions_analyzed == 34


def test_on_baselines_alone_the_whole_ranking_follows_the_shipped_tables() -> None:
    query = ask(WorkloadType.DATABASE, duration_hours=3.0, limit=40)

    body = answer(query, others=None, mapping=cloud_map())

    # From 10:20 for three hours: 40 minutes of the hour 10, all of 11 and 12, 20 minutes of 13.
    def by_hand(zone: str) -> float:
        return mean([usual_hours.baseline(zone, utc(18, hour)) for hour in range(10, 14)], 20, 180)

    assert_ranked_by_machine_as(body, ranking("aws", is_database, by_hand, by_machine=True, pue=builders.region_pue))
    assert len(body.rows) == 34
    for row in body.rows:
        zone = builders.open_regions("aws")[row.emission.region.removeprefix("aws:")]
        assert row.emission.used.gco2e_per_kwh == pytest.approx(by_hand(zone), rel=1e-6)


def test_a_shared_core_type_never_wins() -> None:
    # e2-micro: a quarter of a vCPU and 1 GB, a quarter of everything an e2-standard-2 vCPU has: 0.25 x (0.445 + 0.69 x
    # 2.94) + 0.392 x (1 - 1.71 x 0.25) = 0.84282 W over 0.25 x 0.98878 x 0.5 = 0.123597 of work; the same per unit.
    named = answer(ask(providers=("gcp",), instance_types=("e2-micro", "e2-standard-2"), per_region=2))

    assert machine("gcp", "e2-micro").watts() == pytest.approx(0.84282)
    assert machine("gcp", "e2-micro").watts_per_work() == pytest.approx(
        machine("gcp", "e2-standard-2").watts_per_work()
    )
    assert named.rows[0].emission.instance_type == "e2-standard-2"
    assert named.rows[0].gco2e_per_unit_work == pytest.approx(0.84282 / 0.123597 / 1000 * 1.1 * 300, rel=1e-5)
    shared = {t.instance_type for t in cloud_map().catalog.types if t.shared_core}
    for priority in Priority:
        for requirements in (None, Requirements(vcpus=0.2)):
            body = answer(ask(priority=priority, providers=("gcp",), requirements=requirements, limit=100))
            assert not shared & {row.emission.instance_type for row in body.rows}


@pytest.mark.parametrize("workload", WorkloadType)
@pytest.mark.parametrize("priority", Priority)
def test_no_answer_names_an_offer_that_does_not_exist(workload: WorkloadType, priority: Priority) -> None:
    known_offers = {
        (f"{provider}:{region}", name) for provider in builders.selling() for region, name in builders.offers(provider)
    }

    body = answer(ask(workload, priority, providers=(), limit=500, per_region=3), GREEN)

    named = {(row.emission.region, row.emission.instance_type) for row in body.rows}
    assert named
    assert named <= known_offers


def mean_of_720_hours_in_hong_kong(first: float, hours_of_first: float) -> float:
    """Some hours at `first`, the 64 at 300, and then the annual 435, to which 300 relaxes: 435 - 135 x 2^(-lead/96)."""
    assert float(builders.table("zones.csv", "zone")["HK"]["gco2e_per_kwh"]) == 435
    rest = 720 - 64 - hours_of_first
    after = [435 - 135 * 2 ** (-lead / 96) for lead in range(1, int(rest) + 2)]
    whole, part = int(rest), rest - int(rest)
    return (hours_of_first * first + 64 * 300 + sum(after[:whole]) + part * after[whole]) / 720


def test_a_job_of_720_hours_waits_where_the_gain_is_above_one_per_cent() -> None:
    # The forecast says 900 until 18:00 and 300 for the rest of its 72 h.
    row = in_hong_kong([900.0] * 8 + [300.0] * 64)

    # Waiting until 18:00 replaces 7 h 40 min at 900 by as much of the end, near 435: 1.23 % less.
    later, at_once = mean_of_720_hours_in_hong_kong(0, 0), mean_of_720_hours_in_hong_kong(900, 7 + 2 / 3)
    assert 1 - later / at_once == pytest.approx(0.0123, abs=5e-5)
    assert row.window.starts_at == utc(18, 18)
    assert row.emission.used.gco2e_per_kwh == pytest.approx(later)
    assert row.start_now_used.gco2e_per_kwh == pytest.approx(at_once)
    assert row.window.mean.provenance.baseline_from == utc(21, 10)


def test_a_job_of_720_hours_does_not_wait_for_a_gain_below_one_per_cent() -> None:
    row = in_hong_kong([600.0] * 8 + [300.0] * 64)

    later, at_once = mean_of_720_hours_in_hong_kong(0, 0), mean_of_720_hours_in_hong_kong(600, 7 + 2 / 3)
    assert 0 < 1 - later / at_once < 0.01
    assert row.window.starts_at == NOW
    assert row.start_now_used.gco2e_per_kwh == pytest.approx(at_once)
    assert row.emission.used == row.start_now_used
    assert row.window.mean.provenance.baseline_from == utc(21, 10)


def in_hong_kong(forecast: list[float]) -> PlacementRow:
    query = ask(WorkloadType.TRAINING, regions=("aws:ap-east-1",), duration_hours=720.0)
    return answer(query, {"HK": known(NOW, forecast)}, others=None).rows[0]


def test_a_database_is_not_told_to_wait_and_is_ranked_by_its_next_24_hours() -> None:
    # Until 12:00 Sweden is at 20 and then at 100; France is at 80 and then at 30. From 10:20 a day holds 100 minutes
    # of the first and 1,340 of the second: Sweden (100 x 20 + 1340 x 100) / 1440 = 94.4444, France 33.4722.
    zones = {"SE-SE3": known(NOW, [20.0] * 2 + [100.0] * 70), "FR": known(NOW, [80.0] * 2 + [30.0] * 70)}

    body = answer(ask(WorkloadType.DATABASE, duration_hours=None, region="aws:eu-north-1"), zones)

    best = body.rows[0]
    assert listed(body)[:2] == [("eu-west-3", "r6g.xlarge"), ("eu-north-1", "r6g.xlarge")]
    assert (body.flexible, body.duration_hours, body.ranking_hours) == (False, 1.0, 24.0)
    for row in body.rows:
        assert row.window.starts_at == NOW
        assert row.start_now_gco2e == pytest.approx(row.emission.operational_gco2e)
    assert [row.emission.used.gco2e_per_kwh for row in body.rows[:2]] == pytest.approx([33.472222, 94.444444])
    # r6g.xlarge (Graviton2): 4 x (0.495 + 0.69 x 2.104) + 0.392 x (32 - 4 x 1.07) = 18.65328 W, the least
    # of one machine; one hour x 1.15 is 0.021451272 kWh.
    assert best.emission.energy_kwh == pytest.approx(0.021451272)
    assert best.emission.operational_gco2e == pytest.approx(0.021451272 * 33.472222)
    assert best.emission.now.gco2e_per_kwh == 80
    assert not [hint for hint in body.advice if hint.kind == "time"]
