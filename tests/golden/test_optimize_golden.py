"""Optimize answers worked out by hand on the shipped catalog, with the grid's figures given.

It is Wednesday, 18 November 2026, 10:20 UTC. Watts follow catalog/data/README.md: a vCPU draws idle + 0.69 x
(full - idle) at the default utilisation of 0.5, memory 0.392 W for each GB beyond what the CPU's figure holds, disks
1.2 W a TB; every region of AWS has a PUE of 1.15 here. Work is index x vCPUs x 0.5, the index being ssj_ops over
51,421; of a core whose second thread is off (m7a, m8a, r7a, r8a) 0.605 of what was measured with both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import sqrt

import pytest

from carbon.errors import NoFeasiblePlacement
from carbon.placements import BareRegion, Placement, PlacementRow
from carbon.reading import ZoneReading
from carbon.workload import Load, OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from engine import Engine
from mapping import CloudMap
from tests.fakes.clouds import cloud_map, one_pue_map
from tests.fakes.grid import FakeReader, flat, known
from tests.golden import builders
from tests.golden.builders import Machine, machine, mean, ranking, utc

NOW = utc(18, 10, 20)
# eu-west-3 lies in FR, eu-north-1 in SE-SE3, eu-south-2 in ES, ap-east-1 in HK, us-east-1 and us-east-2 in US-MIDA-PJM.
GREEN = {"FR": flat(NOW, 40), "SE-SE3": flat(NOW, 60)}


def green(zone: str) -> float:
    """The mean of GREEN's grid, where everyone else is at 300."""
    return {"FR": 40.0, "SE-SE3": 60.0}.get(zone, 300.0)


def answer(
    query: OptimizeQuery,
    zones: dict[str, ZoneReading] | None = None,
    *,
    others: float | None = 300,
    now: datetime = NOW,
    mapping: CloudMap | None = None,
) -> Placement:
    """The engine's answer on a grid of these zones; `others` None leaves the rest to the baseline."""
    rest = None if others is None else flat(now, others)
    return Engine(mapping or one_pue_map(), FakeReader(zones, others=rest)).at(now).optimize(query)


def ask(
    workload: WorkloadType = WorkloadType.GENERAL, priority: Priority = Priority.CARBON, **more: object
) -> OptimizeQuery:
    given = {"providers": ("aws",), "duration_hours": 24.0} | more
    return OptimizeQuery(workload=workload, priority=priority, **given)  # type: ignore[arg-type]


def listed(found: Placement) -> list[tuple[str, str]]:
    return [(row.emission.region.removeprefix("aws:"), row.emission.instance_type) for row in found.rows]


def is_general(_: str, one: Machine) -> bool:
    return one.row["category"] == "general" and 2 <= one.vcpus <= 8 and 8 <= one.memory_gb <= 32


def is_database(_: str, one: Machine) -> bool:
    return one.row["category"] in ("memory", "storage") and 4 <= one.vcpus <= 16 and 32 <= one.memory_gb <= 128


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


def assert_ranked_by_machine_as(found: Placement, by_hand: list[builders.Placed]) -> None:
    assert found.ranked_by.by is RankBy.MACHINE
    assert listed(found) == [(one.region, one.type) for one in by_hand[: len(found.rows)]]
    grams = [row.emission.total_gco2e / row.emission.duration_hours for row in found.rows]
    assert grams == pytest.approx([one.grams for one in by_hand[: len(found.rows)]], rel=1e-6)


def assert_ranked_as(found: Placement, by_hand: list[builders.Placed]) -> None:
    assert listed(found) == [(one.region, one.type) for one in by_hand[: len(found.rows)]]
    grams = [row.gco2e_per_unit_work for row in found.rows]
    assert grams == pytest.approx([one.grams for one in by_hand[: len(found.rows)]], rel=1e-6)


def test_general_work_goes_where_a_unit_of_work_costs_least_and_not_to_the_smallest_draw() -> None:
    found = answer(ask(), GREEN)

    # m8g.large (Graviton4): 2 x (0.528 + 0.69 x 2.244) + 0.392 x (8 - 2 x 1.07) = 4.15272 + 2.29712 = 6.44984 W.
    # x 24 h x 1.15 = 0.178016 kWh; x 40 g = 7.12062 g. Work: 81882/51421 x 2 x 0.5 x 24 = 38.2172.
    best = found.rows[0]
    assert listed(found)[:2] == [("eu-west-3", "m8g.large"), ("eu-north-1", "m8g.large")]
    assert best.emission.draw.it_w == pytest.approx(6.44984)
    assert best.emission.energy_kwh == pytest.approx(0.178015584)
    assert best.emission.operational_gco2e == pytest.approx(7.12062336)
    assert best.gco2e_per_unit_work == pytest.approx(7.12062336 / 38.217226, rel=1e-6)
    # In Sweden the same machine at 60 g. m7a.large (EPYC 9R14, a core a vCPU, its second thread off) comes third there:
    # 2 x (0.818 + 0.69 x 3.131) + 0.392 x (8 - 2 x 1.0 x 2) = 7.52478 W over 0.605 x 119239/51421 = 1.402921.
    second = found.rows[1]
    assert second.emission.operational_gco2e == second.gco2e_for_same_work == pytest.approx(10.68093504)
    assert machine("aws", "m7a.large").watts_per_work() == pytest.approx(7.52478 / 1.402921, rel=1e-6)
    # France's range is 0.773 to 1.287, Sweden's 0.78 to 1.272: 40 x 1.287 = 51.5 is more than 60 x 0.78 = 46.8. The
    # third is an m9g.large at 300 g.
    assert [row.within_uncertainty_of_best for row in found.rows] == [True, True, False, False, False]
    assert_ranked_as(found, ranking("aws", is_general, green))
    assert found.regions_analyzed == 34


def test_on_baselines_alone_the_whole_ranking_follows_the_shipped_tables() -> None:
    query = ask(WorkloadType.DATABASE, duration_hours=3.0, limit=40)

    found = answer(query, others=None, mapping=cloud_map())

    # From 10:20 for three hours: 40 minutes of the hour 10, all of 11 and 12, 20 minutes of 13.
    def by_hand(zone: str) -> float:
        return mean([builders.baseline(zone, utc(18, hour)) for hour in range(10, 14)], 20, 180)

    assert_ranked_by_machine_as(found, ranking("aws", is_database, by_hand, by_machine=True, pue=builders.region_pue))
    assert len(found.rows) == 34
    for row in found.rows:
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
            found = answer(ask(priority=priority, providers=("gcp",), requirements=requirements, limit=100))
            assert not shared & {row.emission.instance_type for row in found.rows}


@pytest.mark.parametrize("workload", WorkloadType)
@pytest.mark.parametrize("priority", Priority)
def test_no_answer_names_an_offer_that_does_not_exist(workload: WorkloadType, priority: Priority) -> None:
    known_offers = {
        (f"{provider}:{region}", name) for provider in builders.selling() for region, name in builders.offers(provider)
    }

    found = answer(ask(workload, priority, providers=(), limit=500, per_region=3), GREEN)

    named = {(row.emission.region, row.emission.instance_type) for row in found.rows}
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

    found = answer(ask(WorkloadType.DATABASE, duration_hours=None, region="aws:eu-north-1"), zones)

    best = found.rows[0]
    assert listed(found)[:2] == [("eu-west-3", "r6g.xlarge"), ("eu-north-1", "r6g.xlarge")]
    assert (found.flexible, found.duration_hours, found.ranking_hours) == (False, 1.0, 24.0)
    for row in found.rows:
        assert row.window.starts_at == NOW
        assert row.start_now_gco2e == pytest.approx(row.emission.operational_gco2e)
    assert [row.emission.used.gco2e_per_kwh for row in found.rows[:2]] == pytest.approx([33.472222, 94.444444])
    # r6g.xlarge (Graviton2): 4 x (0.495 + 0.69 x 2.104) + 0.392 x (32 - 4 x 1.07) = 18.65328 W, the least
    # of one machine; one hour x 1.15 is 0.021451272 kWh.
    assert best.emission.energy_kwh == pytest.approx(0.021451272)
    assert best.emission.operational_gco2e == pytest.approx(0.021451272 * 33.472222)
    assert best.emission.now.gco2e_per_kwh == 80
    assert not [hint for hint in found.advice if hint.kind == "time"]


def test_a_region_the_caller_excluded_is_still_shown_and_is_the_baseline() -> None:
    found = answer(ask(region="aws:us-east-1", exclude_regions=("aws:us-east-1",)), GREEN)

    # us-east-1's best is m9g.large (Graviton5): 2 x (0.418 + 0.69 x 1.777) + 0.392 x (8 - 2 x 1.07) = 5.58538 W over
    # 102352/51421 = 1.990471: 0.968091 g a unit at 300, so 36.9977 g for the 38.2172 units row 1 does in 24 h.
    shown = found.requested
    assert isinstance(shown, PlacementRow)
    assert (shown.qualifies, shown.refused_by, shown.is_requested_region) == (False, ("exclude_regions",), True)
    assert shown.emission.instance_type == "m9g.large"
    assert shown.gco2e_per_unit_work == pytest.approx(5.58538 / 1.990471 * 1.15e-3 * 300, rel=1e-6)
    assert shown.gco2e_for_same_work == pytest.approx(36.9977379, rel=1e-6)
    assert "aws:us-east-1" not in {row.emission.region for row in found.rows}
    # Against it row 1's 7.12062 g save 29.8771 g, 80.7539 % of the worse figure.
    assert found.savings.baseline_region == "aws:us-east-1"
    assert found.savings.against_baseline_gco2e == pytest.approx(29.8771145, rel=1e-6)
    assert found.savings.against_baseline_share == pytest.approx(0.8075390, rel=1e-6)


def test_a_region_far_down_the_ranking_is_shown_beside_the_first_rows() -> None:
    found = answer(ask(region="aws:il-central-1"), GREEN | {"IL": flat(NOW, 650)})

    shown = found.requested
    by_hand = next(
        one
        for one in ranking("aws", is_general, lambda zone: 650.0 if zone == "IL" else green(zone))
        if one.region == "il-central-1"
    )
    assert isinstance(shown, PlacementRow)
    assert (shown.qualifies, shown.refused_by) == (True, ())
    assert "aws:il-central-1" not in {row.emission.region for row in found.rows}
    assert shown.emission.instance_type == by_hand.type
    assert shown.gco2e_per_unit_work == pytest.approx(by_hand.grams)


def test_a_requested_region_without_machines_shows_its_grid_alone() -> None:
    # AWS's region in Chile is announced, not open: it sells nothing yet.
    found = answer(ask(region="aws:sa-west-1"), GREEN | {"CL-SEN": flat(NOW, 210)})

    assert isinstance(found.requested, BareRegion)
    assert found.requested.now.intensity.gco2e_per_kwh == 210
    assert found.requested.refused_by == ("region_not_open", "no_known_offers")


def test_advice_repeats_what_the_rows_say() -> None:
    # Spain is at 200 but for four hours of 50 from 14:00; us-east-1, where the caller is, at 300.
    spain = known(NOW, [200.0] * 4 + [50.0] * 4 + [200.0] * 64)
    named = ("m8g.large", "m7i.large")

    found = answer(
        ask(
            region="aws:us-east-1",
            regions=("aws:eu-south-2", "aws:us-east-1"),
            duration_hours=4.0,
            instance_types=named,
            count=100,
        ),
        {"ES": spain},
    )

    first, here = found.rows
    hints = {hint.kind: hint for hint in found.advice}
    assert listed(found) == [("eu-south-2", "m8g.large"), ("us-east-1", "m8g.large")]
    assert set(hints) == {"time", "region", "utilization", "spot"}
    # 100 m8g.large: 0.644984 kW x 4 h x 1.15 x 50 = 148.34632 g at 14:00. At once, until 14:20, 220 minutes are at 200
    # and 20 at 50, 187.5 on average: 556.2987 g, so waiting saves 73.333 %.
    assert (first.window.starts_at, first.window.ends_at) == (utc(18, 14), utc(18, 18))
    assert (hints["time"].from_gco2e, hints["time"].to_gco2e) == pytest.approx((556.2987, 148.34632))
    assert hints["time"].saving_share == pytest.approx(1 - 50 / 187.5)
    assert hints["time"].from_gco2e == pytest.approx(first.start_now_gco2e)
    # The same machine at 300 instead of 50: 83.333 % less.
    assert (hints["region"].from_gco2e, hints["region"].to_gco2e) == pytest.approx((890.07792, 148.34632))
    assert hints["region"].from_gco2e == pytest.approx(here.gco2e_for_same_work)
    assert hints["region"].saving_share == pytest.approx(1 - 50 / 300)
    # At 0.8: 0.69 + 0.3 x 0.62 = 0.876: 2 x (0.528 + 0.876 x 2.244) + 2.29712 = 7.284608 W for 0.5/0.8 of the hours.
    assert hints["utilization"].to_gco2e == pytest.approx(148.34632 * 7.284608 / 6.44984 * 0.625, rel=1e-6)
    assert "73.3%" in hints["time"].text
    assert "83.3%" in hints["region"].text


def test_no_advice_on_another_machine_place_or_time_is_given_where_none_applies() -> None:
    # Flat for as long as it may wait, the caller is where it is best, and m7g (Graviton3: 2 x (0.495 + 0.69 x 2.104) +
    # 2.29712 = 6.19064 W over 62986/51421 = 1.224908: 5.053963 W a unit) and m7a (5.363652) differ by a factor of
    # 1.061, less than the model can tell apart.
    named = ("m7g.large", "m7a.large")

    found = answer(ask(region="aws:eu-north-1", instance_types=named, count=100), {"SE-SE3": flat(NOW, 20)})

    assert machine("aws", "m7a.large").watts_per_work() == pytest.approx(5.363652, rel=1e-6)
    assert machine("aws", "m7g.large").watts_per_work() == pytest.approx(5.053963, rel=1e-5)
    assert {hint.kind for hint in found.advice} == {"utilization", "spot"}
    assert found.rows[0].is_requested_region
    assert found.requested is None


@pytest.mark.parametrize("x86", ["m6i.large", "m7i.large", "m8i.large"])
def test_architectures_whose_ranges_overlap_are_not_worth_a_hint(x86: str) -> None:
    # The ranges of the power model and of the work index reach from 0.42 to 1.96 for m8g and from 0.57 for m7i, whose
    # grams per unit of work are 2.05 times as many: 1.96 is more than 0.57 x 2.05.
    found = answer(ask(regions=("aws:eu-west-3",), instance_types=("m8g.large", x86), count=100), GREEN)

    assert "architecture" not in {hint.kind for hint in found.advice}


def test_architectures_whose_ranges_do_not_overlap_are_worth_a_hint_that_names_the_smaller_of_equals() -> None:
    # m8g.large and m8g.2xlarge emit the same per unit of work. A t2.large emits 3.6 times as much.
    named = ("m8g.2xlarge", "m8g.large", "t2.large")

    found = answer(ask(regions=("aws:eu-west-3",), instance_types=named, count=100), GREEN)

    hint = next(hint for hint in found.advice if hint.kind == "architecture")
    assert (hint.kind, hint.to_label, hint.from_label) == ("architecture", "m8g.large", "t2.large")


def test_relative_performance_is_over_the_fastest_that_qualifies_though_no_region_is_best_with_it() -> None:
    # m6g.large: 6.3174284 W a unit at 50389/51421 = 0.979930; m7i.large: 8.2867614 at 1.240038. Both ways m6g wins:
    # sqrt(0.979930/1.240038) = 0.888956 against sqrt(6.3174284/8.2867614) = 0.873129.
    assert machine("aws", "m6g.large").watts_per_work() == pytest.approx(6.3174284)
    assert machine("aws", "m7i.large").watts_per_work() == pytest.approx(8.2867614)
    there, types = ("aws:eu-north-1",), ("m6g.large", "m7i.large")

    carbon = answer(ask(region="aws:us-east-1", regions=there, instance_types=types))
    balanced = answer(ask(priority=Priority.BALANCED, regions=there, instance_types=types))

    assert listed(carbon) == listed(balanced) == [("eu-north-1", "m6g.large")]
    assert carbon.rows[0].relative_performance == pytest.approx(0.790242, rel=1e-6)
    assert balanced.rows[0].relative_performance == pytest.approx(0.790242, rel=1e-6)
    assert balanced.rows[0].score == pytest.approx(0.888956, rel=1e-6)
    assert isinstance(carbon.requested, PlacementRow)
    assert carbon.requested.relative_performance == pytest.approx(0.790242, rel=1e-6)


def test_savings_are_for_the_work_of_row_1_and_shares_of_the_worse_figure() -> None:
    zones = GREEN | {"US-MIDA-PJM": flat(NOW, 500), "IE": flat(NOW, 250), "HK": flat(NOW, 700)}
    five = tuple(f"aws:{name}" for name in ("eu-west-3", "eu-north-1", "us-east-1", "eu-west-1", "ap-east-1"))

    found = answer(ask(regions=five), zones)

    # Row 1 does 38.217226 units in its 24 h for 7.120623 g. eu-west-1, the median of the five, has the same m8g.large
    # at 250 instead of 40 g: 7.120623 x 250 / 40 = 44.503896.
    worst = machine("aws", found_type(found, "ap-east-1")).watts_per_work() * 1.15e-3 * 700 * 38.217226
    assert found.savings.worst_region == "aws:ap-east-1"
    assert found.savings.against_worst_gco2e == pytest.approx(worst - 7.12062336, rel=1e-6)
    assert found.savings.against_worst_share == pytest.approx(1 - 7.12062336 / worst, rel=1e-6)
    assert (found.savings.baseline_region, found.savings.baseline_basis) == ("aws:eu-west-1", "median region")
    assert found.savings.baseline_gco2e == pytest.approx(44.503896, rel=1e-6)
    assert found.savings.against_baseline_share == pytest.approx(1 - 7.12062336 / 44.503896, rel=1e-6)


def found_type(found: Placement, region: str) -> str:
    return next(name for place, name in listed(found) if place == region)


def test_flexible_work_waits_for_a_dip_the_forecast_knows_of() -> None:
    # From 15:00 an hour of 100, one of 50, one of 100. Two and a half hours from 15:00: (100 + 50 + 50)/2.5 = 80;
    # from 15:30 it is the same, and of equals the earlier is taken.
    dip = known(NOW, [300.0] * 5 + [100.0, 50.0, 100.0] + [300.0] * 64)

    found = answer(ask(regions=("aws:eu-west-3",), duration_hours=2.5), {"FR": dip})

    row = found.rows[0]
    assert (row.window.starts_at, row.window.ends_at) == (utc(18, 15), utc(18, 17, 30))
    assert row.window.mean.gco2e_per_kwh == row.emission.used.gco2e_per_kwh == pytest.approx(80)
    # m8g.large: 6.44984 W x 2.5 h x 1.15 = 0.01854329 kWh: 1.4834632 g, and 5.562987 g at once.
    assert row.emission.operational_gco2e == pytest.approx(1.4834632)
    assert row.start_now_gco2e == pytest.approx(5.562987)
    inflexible = answer(ask(regions=("aws:eu-west-3",), duration_hours=2.5, flexible=False), {"FR": dip})
    assert inflexible.rows[0].window.starts_at == NOW


def test_a_maximum_intensity_removes_the_offers_of_dirtier_grids_and_says_how_many() -> None:
    found = answer(ask(max_carbon_intensity=50.0, region="aws:eu-north-1"), GREEN)

    # Only eu-west-3's 40 passes. Every general type of the right size offered in the 33 other regions is removed.
    elsewhere = [name for region, name in builders.eligible("aws", is_general) if region != "eu-west-3"]
    assert listed(found) == [("eu-west-3", "m8g.large")]
    assert found.removed["max_carbon_intensity"] == len(elsewhere)
    assert found.candidates == found.qualifying + sum(found.removed.values())
    assert isinstance(found.requested, PlacementRow)
    assert found.requested.refused_by == ("max_carbon_intensity",)


def test_training_is_ranked_by_tflops() -> None:
    found = answer(ask(WorkloadType.TRAINING, load=Load(utilization=0.5)), GREEN | {"HK": flat(NOW, 30)})

    # g6.xlarge: 4 vCPUs of an EPYC 7R13 4 x (0.459 + 0.69 x 1.667) = 6.43692; memory 0.392 x (16 - 4 x 1.0) = 4.704;
    # an L4 16 + 0.5 x 56 = 44; 250 GB of SSD 0.3: 55.44092 W, 1.530169392 kWh a day. Work: 121 x 0.5 x 24 = 1452.
    best, second = found.rows[:2]
    assert listed(found)[:3] == [("eu-west-3", "g6.xlarge"), ("ap-east-1", "g4dn.xlarge"), ("eu-north-1", "g6.xlarge")]
    assert best.emission.draw.it_w == pytest.approx(55.44092)
    assert best.emission.energy_kwh == pytest.approx(1.530169392)
    assert best.emission.operational_gco2e == pytest.approx(61.20677568)
    assert best.gco2e_per_unit_work == pytest.approx(61.20677568 / 1452)
    assert (best.work_unit, best.performance) == ("tflop/s-hours", 121)
    # Hong Kong is cleaner but has no L4: a T4 gives 65 TFLOP/s for nearly as much power.
    assert second.performance == 65
    assert_ranked_as(found, ranking("aws", is_training, lambda zone: 30.0 if zone == "HK" else green(zone)))


def test_performance_takes_the_fastest_vcpu_and_then_the_cleanest_grid() -> None:
    found = answer(ask(priority=Priority.PERFORMANCE), GREEN | {"DE": flat(NOW, 250)})

    # The fastest general vCPU is Graviton5's, 102352/51421 = 1.990471, which neither FR nor SE-SE3 has.
    fastest = max(machine("aws", name).speed or 0 for _, name in builders.eligible("aws", is_general))
    assert fastest == pytest.approx(1.990471, rel=1e-6)
    assert listed(found)[0] == ("eu-central-1", "m9g.large")
    # Four regions have it; the fifth row has the next, m8a: 0.605 x 164261/51421 = 1.932633.
    assert [row.performance for row in found.rows] == pytest.approx([fastest] * 4 + [1.932633], rel=1e-6)
    assert [row.relative_performance for row in found.rows] == pytest.approx([1.0] * 4 + [0.970943], rel=1e-5)


def test_balanced_is_the_mean_of_two_ratios_and_can_be_recomputed_from_the_row() -> None:
    found = answer(ask(priority=Priority.BALANCED, limit=40), GREEN)

    # The greenest offer is m8g.large in eu-west-3 (0.1863197 g a unit), the fastest vCPU 1.990471.
    # m8g.large in eu-west-3: sqrt(1 x 1.592384/1.990471) = 0.894429; in eu-north-1: sqrt(40/60 x 0.800004) = 0.730299.
    assert listed(found)[:2] == [("eu-west-3", "m8g.large"), ("eu-north-1", "m8g.large")]
    assert [row.score for row in found.rows[:2]] == pytest.approx([0.894429, 0.730299], abs=1e-6)
    for row in found.rows:
        assert row.gco2e_per_unit_work is not None
        assert row.relative_performance is not None
        assert row.score == pytest.approx(
            sqrt(0.18631973 / row.gco2e_per_unit_work * row.relative_performance), rel=1e-6
        )


def test_requirements_choose_the_size_and_ranking_the_type() -> None:
    requirements = Requirements(vcpus=16, memory_gb=64, arch="arm64")

    zones = GREEN | {"US-NW-PACW": flat(NOW, 50)}
    found = answer(ask(requirements=requirements, rank_by=RankBy.WORK), zones)
    of_machines = answer(ask(requirements=requirements), zones)

    # m9g.4xlarge (Graviton5): 16 x (0.418 + 0.69 x 1.777) + 0.392 x (64 - 16 x 1.07) = 26.30608 + 18.37696 = 44.68304 W
    # over 102352/51421 x 16 x 0.5 = 15.923767 of work. At 50 g it beats France's m8g.4xlarge at 40.
    def fits(_: str, one: Machine) -> bool:
        big = one.vcpus >= 16 and one.memory_gb >= 64
        return big and one.row["category"] == "general" and one.row["arch"] == "arm64"

    best = found.rows[0]
    assert listed(found)[:2] == [("us-west-2", "m9g.4xlarge"), ("eu-west-3", "m8g.4xlarge")]
    assert best.emission.draw.it_w == pytest.approx(44.68304)
    assert best.gco2e_per_unit_work == pytest.approx(44.68304 / 15.923767 / 1000 * 1.15 * 50, rel=1e-6)

    def intensity(zone: str) -> float:
        return 50.0 if zone == "US-NW-PACW" else green(zone)

    assert_ranked_as(found, ranking("aws", fits, intensity))
    # One machine draws least with Graviton2: 16 x (0.495 + 0.69 x 2.104) + 18.37696 = 49.52512 W in France.
    assert listed(of_machines)[0] == ("eu-west-3", "m6g.4xlarge")
    assert of_machines.rows[0].emission.draw.it_w == pytest.approx(49.52512)
    assert_ranked_by_machine_as(of_machines, ranking("aws", fits, intensity, by_machine=True))


def test_embodied_emissions_can_change_the_order_and_are_in_every_figure() -> None:
    found = answer(ask(include_embodied=True), GREEN)

    # Operational alone m8g.large wins, as m8g.xlarge draws the same a unit. With hardware m8g.xlarge does: 45.1 kg are
    # 45100/35040 = 1.287100 g an hour for 3.184769 of work, 0.404142 a unit beside 0.186320: 0.590462; in Sweden
    # 0.683622. m8g.large has 22.6 kg, which is 0.05 kg more than half as much.
    best = found.rows[0]
    assert listed(answer(ask(), GREEN))[0] == ("eu-west-3", "m8g.large")
    assert listed(found)[:2] == [("eu-west-3", "m8g.xlarge"), ("eu-north-1", "m8g.xlarge")]
    assert [row.gco2e_per_unit_work for row in found.rows[:2]] == pytest.approx([0.590462, 0.683622], abs=1e-6)
    assert best.emission.embodied_gco2e == pytest.approx(45_100 / 35_040 * 24)
    # 12.89968 W x 27.6 h x 40 g (twice an m8g.large) and the hardware's share.
    assert best.emission.total_gco2e == pytest.approx(0.01289968 * 27.6 * 40 + 30.890411, rel=1e-6)
    assert best.gco2e_for_same_work == pytest.approx(best.emission.total_gco2e)
    assert_ranked_as(found, ranking("aws", is_general, green, embodied=True))


def test_by_work_functions_without_a_sourced_index_are_never_ranked_above_those_with_one() -> None:
    by_work = ask(WorkloadType.SERVERLESS, duration_hours=1.0, per_region=2, limit=4, rank_by=RankBy.WORK)
    found = answer(by_work, GREEN)

    # Lambda's x86 CPU is not known, so what it does is not: Arm first, x86 last and without figures per unit of work.
    # lambda-arm64-1769mb (Graviton2): 0.495 + 0.69 x 2.104 + 0.392 x (1769/1024 - 1.07) = 2.2045153 W.
    assert {row.emission.instance_type for row in found.rows} == {"lambda-arm64-1769mb"}
    assert found.rows[0].emission.region == "aws:eu-west-3"
    assert found.rows[0].emission.energy_kwh == pytest.approx(0.0022045153 * 1.15)
    everything = answer(replace(by_work, limit=100), GREEN)
    x86 = [row for row in everything.rows if "x86" in row.emission.instance_type]
    assert x86
    assert all(row.gco2e_per_unit_work is None and row.gco2e_for_same_work is None for row in x86)


def test_the_caller_s_utilisation_drives_power_and_work_alike() -> None:
    found = answer(ask(load=Load(utilization=0.1)), GREEN)

    # m8g.large at a tenth: 2 x (0.528 + 0.22 x 2.244) + 2.29712 = 4.34048 W over 1.592384 x 2 x 0.1 = 0.318477.
    by_hand = ranking("aws", is_general, green, utilization=0.1)
    assert machine("aws", "m8g.large").watts_per_work(0.1) == pytest.approx(4.34048 / 0.3184769, rel=1e-6)
    assert_ranked_as(found, by_hand)


def test_a_named_type_without_an_index_still_goes_to_the_greenest_grid() -> None:
    # What a t1.micro can sustain nobody publishes: no figure per unit of work, and so no saving, but a best place.
    found = answer(ask(instance_types=("t1.micro",), limit=50), {"US-NW-PACW": flat(NOW, 50), "IE": flat(NOW, 80)})

    assert listed(found)[:2] == [("us-west-2", "t1.micro"), ("eu-west-1", "t1.micro")]
    grams = [row.emission.operational_gco2e for row in found.rows]
    assert grams == sorted(grams)
    assert all(row.gco2e_per_unit_work is None and row.score is None for row in found.rows)
    assert found.savings.against_worst_share is None


def test_a_burstable_type_is_shown_at_the_baseline_it_is_ranked_by() -> None:
    found = answer(ask(instance_types=("t3.large",), load=Load(utilization=0.9)), GREEN)

    # Asked for 0.9 a t3.large sustains 0.3: 2 x (0.755 + 0.455 x 4.99) + 1.79536 = 7.84626 W, for 0.593267 of work.
    row = found.rows[0]
    assert (row.emission.utilization, row.emission.region) == (0.3, "aws:eu-west-3")
    assert row.emission.draw.it_w == pytest.approx(7.84626)
    assert row.gco2e_per_unit_work == pytest.approx(7.84626 / 0.593267 / 1000 * 1.15 * 40, rel=1e-5)


def nothing_fits(query: OptimizeQuery) -> NoFeasiblePlacement:
    with pytest.raises(NoFeasiblePlacement) as raised:
        answer(query, GREEN)
    return raised.value


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
