"""What HTTP says of cost: the cost block, the front, and the fields that ask for them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.api.conftest import Ask

COST = {"workload": "general", "priority": "cost"}
KEYS = {
    "on_demand_usd_per_hour",
    "spot_usd_per_hour",
    "on_demand_usd",
    "spot_usd",
    "price_as_of",
    "spot_price_as_of",
    "price_age_days",
    "spot_price_age_days",
    "price_source",
    "spot_price_source",
    "is_estimate",
}


def test_calculate_tells_the_cost_of_all_machines_for_the_hours(post: Ask) -> None:
    # us-east-1,m5.large,0.096,2026-08-06,...,0.0416,2026-08-11: x 24 x 3 = 6.912 and 2.9952, four digits.
    body = {"region": "us-east-1", "instance_type": "m5.large", "duration_hours": 24, "count": 3}

    assert post("calculate", body)["calculation"]["cost"] == {
        "on_demand_usd_per_hour": 0.096,
        "spot_usd_per_hour": 0.0416,
        "on_demand_usd": 6.912,
        "spot_usd": 2.995,
        "price_as_of": "2026-08-06",
        "spot_price_as_of": "2026-08-11",
        "price_age_days": 0,  # these tests are set in February 2026, before the prices
        "spot_price_age_days": 0,
        "price_source": "AWS EC2 pricing-page file",
        "spot_price_source": "AWS public spot price feed, one figure a region",
        "is_estimate": False,
    }


@pytest.mark.parametrize("name", ["cache.r6g.large", "db.r8g.large"])
def test_an_unknown_price_is_null_in_every_field(post: Ask, name: str) -> None:
    cost = post("calculate", {"region": "us-east-1", "instance_type": name})["calculation"]["cost"]

    assert cost == dict.fromkeys(KEYS) | {"is_estimate": False}


def test_compare_and_optimize_print_the_cost_that_calculate_prints(post: Ask) -> None:
    rows = post("optimize", {**COST, "duration_hours": 7.5})["recommendation"]["recommendations"]
    offers = [{"region": row["region"], "instance_type": row["instance_type"]} for row in rows]

    compared = post("compare", {"options": offers, "duration_hours": 7.5})["comparisons"]

    costs = {(row["region"], row["instance_type"]): row["cost"] for row in compared}
    for row, offer in zip(rows, offers, strict=True):
        own = post("calculate", {**offer, "duration_hours": 7.5})["calculation"]["cost"]
        assert row["cost"] == own == costs[row["region"], row["instance_type"]]
        assert set(own) == KEYS


def test_the_front_prints_where_what_and_how_it_is_bought(post: Ask) -> None:
    front = post("optimize", {**COST, "providers": "all"})["recommendation"]["pareto"]

    assert front["per"] == "vcpu-hours"
    assert {point["purchase"] for point in front["points"]} <= {"spot", "on-demand"}
    for here, after in pairwise(front["points"]):
        assert here["cost_usd"] <= after["cost_usd"]
        assert here["co2_emissions_g"] >= after["co2_emissions_g"]
        assert here["g_saved_by_next_usd"] > 0
        assert {"provider", "region", "zone", "instance_type", "price_as_of"} <= set(here)
    assert front["points"][-1]["g_saved_by_next_usd"] is None


def test_a_front_for_a_described_job_costs_what_calculate_says(post: Ask) -> None:
    body = {**COST, "requirements": {"vcpus": 4, "memory_gb": 16}, "duration_hours": 24, "flexible": False}

    front = post("optimize", {**body, "include_embodied": True})["recommendation"]["pareto"]

    assert front["per"] == "job"
    for point in front["points"]:
        offer = {"region": point["region"], "provider": point["provider"], "instance_type": point["instance_type"]}
        own = post("calculate", {**offer, "duration_hours": 24, "include_embodied": True})["calculation"]
        paid = own["cost"]["spot_usd" if point["purchase"] == "spot" else "on_demand_usd"]
        total = own["co2_emissions_g"] + own["embodied_gco2e"]
        assert point["cost_usd"] == paid
        assert point["co2_emissions_g"] == pytest.approx(total, rel=1e-3)  # of two figures of four digits


def test_a_carbon_price_is_shown_beside_the_bill(post: Ask) -> None:
    rows = post("optimize", {**COST, "carbon_price_usd_per_tonne": 100, "duration_hours": 24})["recommendation"][
        "recommendations"
    ]

    for row in rows:
        assert row["carbon_cost_usd"] == pytest.approx(row["estimated_co2_emissions_g"] * 100 / 1e6, rel=1e-3)
        assert row["cost"]["on_demand_usd"] == pytest.approx(24 * row["cost"]["on_demand_usd_per_hour"], rel=1e-3)


def test_metadata_counts_what_has_no_price_and_names_who_took_part(post: Ask) -> None:
    body = {"workload": "serverless", "priority": "cost", "partition": "china"}
    metadata = post("optimize", body)["recommendation"]["metadata"]

    # Two functions in each of two regions.
    assert metadata["providers"] == ["aws"]
    assert metadata["offers_without_price"] == metadata["qualifying"] == 4


@pytest.mark.parametrize(
    ("bound", "name"),
    [({"max_price_per_hour": 1e-6}, "no_price"), ({"max_cost": 1e-6}, "no_price"), ({"spot": True}, "no_spot_price")],
)
def test_a_bound_that_nothing_meets_is_a_422_that_counts_it(post: Ask, bound: dict[str, object], name: str) -> None:
    # No function in China has a price of either kind.
    problem = post(
        "optimize", {"workload": "serverless", "priority": "cost", "partition": "china", **bound}, status=422
    )

    assert problem["removed"][name] == 4
    assert problem["candidates"] == sum(problem["removed"].values())


def test_a_region_whose_prices_are_too_high_is_listed_and_says_so(post: Ask) -> None:
    # us-east-1's lowest price for general work is t4g.large's 0.0672 USD an hour.
    body = {**COST, "region": "us-east-1", "max_price_per_hour": 0.06, "limit": 1}

    row = post("optimize", body)["recommendation"]["recommendations"][-1]

    assert (row["region"], row["qualifies"], row["refused_by"]) == ("us-east-1", False, ["max_price_per_hour"])


def test_best_against_worst_is_about_carbon_whatever_is_ranked_first(post: Ask) -> None:
    # Mumbai is cheaper than Stockholm and emits many times as much.
    body = {"workload": "containers", "priority": "cost", "regions": ["ap-south-1", "eu-north-1"]}

    answer = post("optimize", body)["recommendation"]

    first, second = answer["recommendations"]
    assert first["co2_g_for_same_work"] > 10 * second["co2_g_for_same_work"]
    savings = answer["carbon_savings"]
    assert (savings["best_region"]["region"], savings["worst_region"]["region"]) == ("eu-north-1", "ap-south-1")
    share = 100 * (1 - second["co2_g_for_same_work"] / first["co2_g_for_same_work"])
    assert savings["potential_savings_percentage"] == pytest.approx(share, rel=1e-3)
    assert savings["comparison"].startswith("Best option emits")
    assert [row["within_uncertainty_of_best"] for row in (first, second)] == [False, True]


@pytest.mark.parametrize("field", ["max_price_per_hour", "max_cost"])
@pytest.mark.parametrize("value", [0, -1, 1e12])
def test_bounds_outside_their_range_are_refused(post: Ask, field: str, value: float) -> None:
    problem = post("optimize", {**COST, field: value}, status=400)

    assert [error["pointer"] for error in problem["errors"]] == [f"#/{field}"]
