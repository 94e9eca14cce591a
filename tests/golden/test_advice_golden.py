"""Hints worked out by hand on the shipped catalog: what each says, and when it says nothing.

It is Wednesday, 18 November 2026, 10:20 UTC, and every grid is flat. AWS's PUE is 1.14 in eu-west-3 and eu-south-2.
r6g.xlarge (Graviton2): 4 x 0.495 = 1.98 W idle, 4 x (0.495 + 0.69 x 2.104) = 7.78704 W at 0.5, and 0.392 x (32 - 4 x
1.07) = 10.86624 W of memory: 12.84624 W idle, 18.65328 W at 0.5.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from carbon.errors import NoFeasiblePlacement
from carbon.placements import Advice, Placement
from carbon.workload import CurrentMachines, OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.golden.builders import utc

NOW: datetime = utc(18, 10, 20)
PARIS, SPAIN = "aws:eu-west-3", "aws:eu-south-2"
PUE = 1.14


def answer(workload: WorkloadType = WorkloadType.DATABASE, **more: object) -> Placement:
    """France at 40 g/kWh, Spain at 50, the rest at 300; one region and one type unless the question says more."""
    query = {"priority": Priority.CARBON, "regions": (PARIS,), "instance_types": ("r6g.xlarge",)} | more
    reader = FakeReader({"FR": flat(NOW, 40), "ES": flat(NOW, 50)}, others=flat(NOW, 300))
    return Engine(cloud_map(), reader).at(NOW).optimize(OptimizeQuery(workload=workload, **query))  # type: ignore[arg-type]


def hint(found: Placement, kind: str) -> Advice | None:
    return next((one for one in found.advice if one.kind == kind), None)


def usd_per_hour(region: str, name: str) -> float:
    price = cloud_map().price(region, name)
    assert price is not None
    assert price.on_demand_usd_per_hour is not None
    return price.on_demand_usd_per_hour


def test_a_machine_that_is_off_at_nights_and_weekends_saves_its_idle_power_and_its_price() -> None:
    advice = hint(answer(), "idle_hours")

    # A month of 730 h: 60/168 of it at 18.65328 W, 108/168 at 12.84624 W, x 1.14 x 40 g.
    kwh = PUE * 730 / 1000
    assert advice is not None
    assert advice.per == "month"
    assert advice.to_gco2e == pytest.approx(18.65328 * 60 / 168 * kwh * 40)
    assert advice.from_gco2e - advice.to_gco2e == pytest.approx(12.84624 * 108 / 168 * kwh * 40)
    assert advice.from_usd == pytest.approx(usd_per_hour(PARIS, "r6g.xlarge") * 730)
    assert advice.to_usd == pytest.approx(usd_per_hour(PARIS, "r6g.xlarge") * 730 * 60 / 168)
    assert "108 of 168 hours, at 12.8 W" in advice.text


@pytest.mark.parametrize(("hours", "is_given"), [(167.0, False), (168.0, True), (None, True)])
def test_only_what_runs_for_a_week_can_be_off_at_nights_and_weekends(hours: float | None, is_given: bool) -> None:
    assert (hint(answer(duration_hours=hours, count=10), "idle_hours") is not None) == is_given


def test_the_same_work_at_80_percent_needs_fewer_machine_hours() -> None:
    advice = hint(answer(duration_hours=50.0), "utilization")

    # At 0.8 a vCPU has 0.69 + 0.3 x 0.62 = 0.876 of its range: 4 x (0.495 + 0.876 x 2.104) + 10.86624 = 20.218656 W
    # for 62.5 % of the hours.
    assert advice is not None
    assert advice.from_gco2e == pytest.approx(18.65328 * PUE * 50 / 1000 * 40)
    assert advice.to_gco2e == pytest.approx(20.218656 * 0.625 * PUE * 50 / 1000 * 40)
    assert advice.to_usd == pytest.approx(usd_per_hour(PARIS, "r6g.xlarge") * 31.25)
    assert "the assumed 50%" in advice.text
    assert "37.5% fewer machine hours" in advice.text


@pytest.mark.parametrize(("count", "is_given"), [(4, False), (5, True)])
def test_nothing_is_said_about_less_than_a_gram(count: int, is_given: bool) -> None:
    # One machine for 0.8 h: 18.65328 - 20.218656 x 0.625 = 6.01662 W x 1.14 x 0.8 h x 40 g/kWh = 0.2195 g. Four of them
    # 0.878 g, five 1.097 g.
    body = answer(duration_hours=0.8, count=count)

    assert (hint(body, "utilization") is not None) == is_given


def test_spot_is_about_money_alone_and_not_for_databases() -> None:
    general = {"instance_types": ("m6g.large",), "duration_hours": 24.0}
    price = cloud_map().price(PARIS, "m6g.large")

    advice = hint(answer(WorkloadType.GENERAL, **general), "spot")

    assert advice is not None
    assert price is not None
    assert price.spot_usd_per_hour is not None
    assert (advice.saving_share, advice.from_gco2e) == (0, advice.to_gco2e)
    assert advice.from_usd == pytest.approx(usd_per_hour(PARIS, "m6g.large") * 24)
    assert advice.to_usd == pytest.approx(price.spot_usd_per_hour * 24)
    assert hint(answer(WorkloadType.GENERAL, **general, spot=True), "spot") is None
    assert hint(answer(), "spot") is None


def test_who_ranks_by_cost_is_told_of_a_greener_region_with_its_price() -> None:
    # us-east-1 is cheaper than Paris, at 300 g instead of 40.
    two = ("aws:us-east-1", PARIS)

    body = answer(priority=Priority.COST, regions=two, duration_hours=50.0)

    move = hint(body, "region")
    assert body.rows[0].emission.region == "aws:us-east-1"
    assert move is not None
    assert (move.from_label, move.to_label) == two
    assert move.from_gco2e == pytest.approx(body.rows[0].emission.total_gco2e)
    assert move.to_gco2e == pytest.approx(18.65328 * PUE * 50 / 1000 * 40)
    assert move.to_usd == pytest.approx(usd_per_hour(PARIS, "r6g.xlarge") * 50)
    assert "USD more per job" in move.text
    assert hint(answer(regions=two, duration_hours=50.0), "region") is None


def test_machines_that_differ_by_less_than_30_percent_are_not_compared() -> None:
    # r7g.xlarge and r6a.xlarge: both are offered and qualify, their watts differ by less than the model can tell apart.
    pair = ("r6g.xlarge", "r6a.xlarge")

    body = answer(regions=("aws:eu-central-1",), instance_types=pair, duration_hours=720.0, per_region=2)

    watts = sorted(row.emission.draw.it_w for row in body.rows)
    assert len(watts) == 2
    assert watts[1] < 1.3 * watts[0]
    assert hint(body, "architecture") is None


@pytest.mark.parametrize(("x86", "is_compared"), [("m5.metal", False), ("x2iedn.xlarge", True)])
def test_by_machine_only_machines_of_one_size_tell_the_better_architecture(x86: str, is_compared: bool) -> None:
    # r6g.xlarge and x2iedn.xlarge have 4 vCPUs each. m5.metal has 96: its watts say nothing about Arm.
    body = answer(regions=(PARIS,), instance_types=("r6g.xlarge", x86), rank_by=RankBy.MACHINE, duration_hours=720.0)

    assert body.rows[0].emission.instance_type == "r6g.xlarge"
    assert (hint(body, "architecture") is not None) == is_compared


def test_by_machine_what_runs_today_is_compared_machine_by_machine() -> None:
    # r5.xlarge in Spain at 50 g for 24 h against r6g.xlarge in Paris: 18.65328 W x 1.14 x 24 h x 40 g = 20.41345 g.
    today = CurrentMachines(region=SPAIN, instance_type="r5.xlarge", count=3)

    saved = answer(current=today, duration_hours=24.0).savings

    assert (saved.baseline_basis, saved.baseline_region) == ("current", SPAIN)
    assert saved.baseline_gco2e is not None
    assert saved.against_baseline_gco2e == pytest.approx(saved.baseline_gco2e - 18.65328 * PUE * 24 / 1000 * 40)
    assert saved.baseline_usd == pytest.approx(usd_per_hour(SPAIN, "r5.xlarge") * 24 * 3)
    assert saved.against_baseline_usd == pytest.approx(
        usd_per_hour(SPAIN, "r5.xlarge") * 24 * 3 - usd_per_hour(PARIS, "r6g.xlarge") * 24
    )


def test_a_machine_of_another_kind_of_work_cannot_be_compared_by_work() -> None:
    today = CurrentMachines(region=SPAIN, instance_type="g4dn.xlarge")

    saved = answer(WorkloadType.GENERAL, current=today, duration_hours=24.0, instance_types=("m6g.large",)).savings

    assert saved.baseline_gco2e is not None
    assert (saved.against_baseline_gco2e, saved.against_baseline_share, saved.against_baseline_usd) == (None,) * 3


def test_the_size_of_what_runs_today_is_the_requirement_where_none_is_named() -> None:
    today = CurrentMachines(region=SPAIN, instance_type="r5.2xlarge")

    by_machine = answer(current=today, instance_types=())
    named = answer(current=today, instance_types=(), requirements=Requirements(vcpus=2, memory_gb=16))

    assert (by_machine.size.basis, by_machine.size.vcpus, by_machine.size.memory_gb) == ("current", 8, 64)
    assert by_machine.rows[0].emission.instance_type == "r6g.2xlarge"
    assert named.rows[0].emission.instance_type == "r6g.large"


def test_each_bound_that_alone_stands_in_the_way_is_told_with_the_nearest_offer() -> None:
    # r6g.xlarge in Paris: 40 g/kWh and its price an hour.
    usd = usd_per_hour(PARIS, "r6g.xlarge")

    def nearest(**more: Any) -> list[tuple[object, object, object]]:
        with pytest.raises(NoFeasiblePlacement) as error:
            answer(**more)
        hints = error.value.facts["nearest_offers"]
        assert isinstance(hints, list)
        return [(one["constraint"], one["nearest"], one["count"]) for one in hints]

    assert nearest(max_usd_per_hour=usd - 0.001) == [("max_price_per_hour", usd, None)]
    assert nearest(max_cost_usd=1.0, duration_hours=24.0, count=2) == [("max_cost", pytest.approx(usd * 48), None)]
    assert nearest(max_carbon_intensity=39.9) == [("max_carbon_intensity", pytest.approx(40), None)]
    assert nearest(requirements=Requirements(vcpus=9)) == [("requirements.vcpus", 4, 3)]
    assert nearest(requirements=Requirements(max_vcpus=3)) == [("requirements.max_vcpus", 4, None)]
    # Three machines would cost more than one: with a bound on the cost no number of machines is promised.
    assert nearest(requirements=Requirements(vcpus=9), max_cost_usd=1000.0) == [("requirements.vcpus", 4, None)]
    # Neither alone is enough: without the bound on the price the machine is still too small, so that each is told
    # without the other, and no number of machines would do. A bound that is met is not told.
    for met in ({}, {"max_carbon_intensity": 50.0}):
        assert nearest(requirements=Requirements(vcpus=9), max_usd_per_hour=usd - 0.001, **met) == [
            ("requirements.vcpus", 4, None),
            ("max_price_per_hour", usd, None),
        ]
