"""POST /api/v1/schedule with prices. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask

JOB = {"duration_hours": 4, "providers": ["aws"], "instance_type": "m7g.large", "max_options": 50}
OWN = {"vcpus": 8, "memory_gb": 32, "arch": "x86_64"}


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer, *answer["options"]]


def test_places_are_in_the_order_of_cost_and_priced_emissions(post: Ask) -> None:
    answer = post("schedule", {**JOB, "carbon_price_usd_per_tonne": 100})

    for row in rows(answer):
        cost, window = row["job_cost"], row["optimal_window"]
        assert cost["purchase"] == "on-demand"
        assert cost["usd_per_hour"] == row["machines"]["cost"]["on_demand_usd_per_hour"]
        assert cost["cost_usd"] == pytest.approx(4 * cost["usd_per_hour"], rel=1e-3)
        assert cost["carbon_cost_usd"] == pytest.approx(window["co2_emissions_g"] * 100 / 1e6, rel=2e-3)
    totals = [row["job_cost"]["total_usd"] for row in rows(answer)]
    assert totals == sorted(totals)
    assert len(totals) > 20


def test_spot_prices_count_with_spot(post: Ask) -> None:
    answer = post("schedule", {**JOB, "spot": True, "carbon_price_usd_per_tonne": 0})

    for row in rows(answer):
        assert row["job_cost"]["purchase"] == "spot"
        assert row["job_cost"]["usd_per_hour"] == row["machines"]["cost"]["spot_usd_per_hour"]


def test_a_limit_leaves_out_dear_places_and_says_so(post: Ask) -> None:
    every = [row["machines"]["cost"]["on_demand_usd_per_hour"] for row in rows(post("schedule", JOB))]
    limit = sorted(every)[len(every) // 2]
    answer = post("schedule", {**JOB, "max_price_per_hour": limit})

    assert {row["job_cost"]["usd_per_hour"] <= limit for row in rows(answer)} == {True}
    reasons = [place["reason"] for place in answer["excluded"]]
    assert reasons.count("the price is above max_price_per_hour") == sum(price > limit for price in every)
    assert "carbon_cost_usd" not in answer["job_cost"]


def test_a_limit_that_one_region_exceeds_is_a_422(post: Ask) -> None:
    job = {"region": "us-west-2", "instance_type": "m7g.large", "max_price_per_hour": 0.01}
    problem = post("schedule", job, status=422)

    assert problem["type"] == "/problems/no-feasible-placement"
    assert "lowest price of these regions" in problem["detail"]


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"spot": True}, "#/spot", "instance_type_missing"),
        ({"max_price_per_hour": 1}, "#/max_price_per_hour", "instance_type_missing"),
        ({"machine": OWN, "carbon_price_usd_per_tonne": 1}, "#/carbon_price_usd_per_tonne", "instance_type_missing"),
        ({"instance_type": "m7g.large", "max_price_per_hour": 0}, "#/max_price_per_hour", "greater_than"),
        (
            {"instance_type": "m7g.large", "carbon_price_usd_per_tonne": -1},
            "#/carbon_price_usd_per_tonne",
            "greater_than_equal",
        ),
    ],
)
def test_prices_need_something_that_is_sold(post: Ask, more: dict[str, object], pointer: str, code: str) -> None:
    problem = post("schedule", {"region": "us-west-2", **more}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
