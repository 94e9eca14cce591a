"""Bounds on prices and costs, and the front of cost and carbon, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carbon.errors import NoFeasiblePlacement
from carbon.workload import Requirements, WorkloadType
from tests.fakes.clouds import cloud_map
from tests.golden.cost_answers import THREE, answer, answer_at, graviton2, places


def test_a_bound_on_the_hourly_price_keeps_what_costs_no_more() -> None:
    # 0.0506, 0.077, 0.082: exactly 0.077 passes.
    placement = graviton2(max_usd_per_hour=0.077)

    assert places(placement) == ["aws:ap-south-1", "aws:us-east-1"]
    assert placement.removed["max_price_per_hour"] == 1
    assert placement.candidates == placement.qualifying + sum(placement.removed.values())


def test_a_bound_on_the_cost_is_for_the_hours_of_the_job() -> None:
    # 24 h: 1.2144, 1.848, 1.968 USD. For 12 h 1.9 buys all three.
    assert places(graviton2(max_cost_usd=1.9)) == ["aws:ap-south-1", "aws:us-east-1"]
    assert graviton2(max_cost_usd=1.9).removed["max_cost"] == 1
    assert len(graviton2(max_cost_usd=1.9, duration_hours=12.0).rows) == 3


def test_bounds_are_on_spot_prices_where_those_are_paid() -> None:
    # 0.0195, 0.0282, 0.0294 an hour; 24 h of the last are 0.7056.
    assert places(graviton2(spot=True, max_usd_per_hour=0.029)) == ["aws:ap-south-1", "aws:eu-north-1"]
    assert len(graviton2(spot=True, max_cost_usd=0.71).rows) == 3
    assert len(graviton2(spot=True, max_cost_usd=0.70).rows) == 2


@pytest.mark.parametrize("bound", ["max_usd_per_hour", "max_cost_usd"])
def test_an_unknown_price_passes_no_bound(bound: str) -> None:
    with pytest.raises(NoFeasiblePlacement) as error:
        answer(workload=WorkloadType.SERVERLESS, partition="china", **{bound: 1e9})

    # Two functions in each of two regions.
    assert error.value.facts["removed"]["no_price"] == 4  # type: ignore[index]
    assert error.value.facts["candidates"] == sum(error.value.facts["removed"].values())  # type: ignore[attr-defined]


def test_spot_prices_older_than_a_year_are_none_when_spot_is_paid() -> None:
    # Of Standard_D2s_v5, five European regions have a spot price of 2026-08-20; the others' are of 2024-08-09.
    body = answer(providers=("azure",), instance_types=("Standard_D2s_v5",), spot=True)

    five = ("belgiumcentral", "francecentral", "northeurope", "swedencentral", "westeurope")
    assert set(places(body)) == {f"azure:{region}" for region in five}
    assert {row.emission.cost.spot_price_as_of for row in body.rows} == {"2026-08-20"}
    assert body.removed["no_spot_price"] > 20
    assert body.candidates == body.qualifying + sum(body.removed.values())


@pytest.mark.parametrize(
    ("day", "usable"), [(datetime(2025, 8, 9, tzinfo=UTC), True), (datetime(2025, 8, 10, tzinfo=UTC), False)]
)
def test_a_spot_price_serves_through_its_365th_day(day: datetime, usable: bool) -> None:
    # 2024-08-09 + 365 days is 2025-08-09.
    at = day.replace(hour=23)
    scope = {"providers": ("azure",), "regions": ("azure:eastus", "azure:westeurope"), "spot": True}

    placement = answer_at(at, instance_types=("Standard_D2s_v5",), **scope)

    assert ("azure:eastus" in places(placement)) == usable
    assert placement.removed.get("no_spot_price", 0) == (0 if usable else 1)


def test_only_paying_spot_demands_a_spot_price() -> None:
    # m5.large in me-central-1 has an on-demand price alone.
    one = {"regions": ("aws:me-central-1", "aws:us-east-1"), "instance_types": ("m5.large",)}

    paid, on_demand, either = (answer(spot=spot, **one) for spot in (True, False, None))

    assert places(paid) == ["aws:us-east-1"]
    assert set(places(on_demand)) == set(places(either)) == {"aws:us-east-1", "aws:me-central-1"}
    assert [row.usd_per_unit_work for row in on_demand.rows] == [row.usd_per_unit_work for row in either.rows]


def test_a_front_by_hand() -> None:
    # m6g.large, USD and grams a unit. Spot: ap-south-1 0.0198994, 5.08554; eu-north-1 0.0287776, 0.145301; us-east-1
    # 0.0300022, 2.90602 (beaten). On demand all cost more for the same carbon.
    # (5.08554 - 0.145301) / (0.0287776 - 0.0198994) = 556.44 g for the next dollar.
    # On demand alone: ap-south-1 0.0516363, us-east-1 0.0785770: 2.17952 / 0.0269407 = 80.901; eu-north-1 0.0836794:
    # 2.76072 / 0.0051024 = 541.07.
    both, on_demand = graviton2().pareto, graviton2(spot=False).pareto

    assert (both.per, [(p.region, p.spot) for p in both.points]) == (
        "vcpu-hours",
        [("aws:ap-south-1", True), ("aws:eu-north-1", True)],
    )
    assert [p.usd for p in both.points] == pytest.approx([0.0198994, 0.0287776], rel=1e-5)
    assert [p.gco2e for p in both.points] == pytest.approx([5.08554, 0.145301], rel=1e-4)
    assert both.points[0].saved_gco2e_per_usd == pytest.approx(556.44, rel=1e-4)
    assert [p.region for p in on_demand.points] == list(THREE)
    assert [p.saved_gco2e_per_usd for p in on_demand.points] == [
        pytest.approx(80.901, rel=1e-3),
        pytest.approx(541.07, rel=1e-3),
        None,
    ]


def test_a_front_for_the_job_that_requirements_describe_is_the_machines_bill() -> None:
    # 24 h of m6g.large: spot 0.0195 x 24 = 0.468 USD with 0.170862 kWh x 700 = 119.603 g; 0.0282 x 24 = 0.6768 USD with
    # 3.41723 g. 116.186 / 0.2088 = 556.45.
    front = graviton2(requirements=Requirements(vcpus=2)).pareto

    assert front.per == "job"
    assert [p.usd for p in front.points] == pytest.approx([0.468, 0.6768])
    assert [p.gco2e for p in front.points] == pytest.approx([119.603, 3.41723], rel=1e-5)
    assert front.points[0].saved_gco2e_per_usd == pytest.approx(556.45, rel=1e-4)


def test_a_shared_core_never_wins_by_its_low_price() -> None:
    # e2-micro in us-central1 costs 0.008376 for an eighth of the work that e2-standard-2 does for 0.067011: 0.067769
    # and 0.067771 USD a unit. What it does depends on its neighbours: it competes nowhere but where it is named.
    shared = {kind.instance_type for kind in cloud_map().catalog.types if kind.shared_core}

    for spot in (True, False, None):
        for wanted in (None, Requirements(vcpus=0.2), Requirements()):
            body = answer(providers=(), requirements=wanted, spot=spot, per_region=3)
            assert not shared & {row.emission.instance_type for row in body.rows}
            assert not shared & {point.instance_type for point in body.pareto.points}


def test_metadata_names_the_clouds_that_took_part() -> None:
    # All clouds have a machine whose power and work are known; four have spot prices of the last year.
    assert answer(providers=()).providers == tuple(sorted(cloud_map().catalog.providers))
    assert answer(providers=(), spot=True).providers == ("aws", "azure", "gcp", "oci")
    assert answer(providers=("hetzner", "gcp")).providers == ("gcp", "hetzner")


def test_a_requested_region_priced_out_says_by_which_bound() -> None:
    # us-east-1's cheapest general type of the reference size is t4g.large at 0.0672; ap-south-1 has it for 0.0448.
    dear = answer(region="aws:us-east-1", max_usd_per_hour=0.06, limit=1)
    no_spot = answer(region="aws:me-central-1", spot=True, limit=1)

    for found, bound in ((dear, "max_price_per_hour"), (no_spot, "no_spot_price")):
        assert found.requested is not None
        assert found.requested.refused_by == (bound,)
