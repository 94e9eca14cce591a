"""POST /api/v1/schedule over several places. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask

JOB = {"duration_hours": 4}
THREE = ["us-west-2", "gcp:europe-north1", "eu-central-1"]


def mean(answer: dict[str, Any]) -> float:
    return float(answer["optimal_window"]["avg_carbon_intensity"])


def test_the_best_region_is_at_the_top_and_the_others_follow(post: Ask) -> None:
    alone = {region: mean(post("schedule", {**JOB, "region": region})) for region in THREE}
    answer = post("schedule", {**JOB, "regions": THREE})

    assert (answer["provider"], answer["region"], answer["zone"]) == ("gcp", "europe-north1", "FI")
    assert [mean(row) for row in (answer, *answer["options"])] == sorted(alone.values())
    assert answer["regions_compared"] == 3
    assert answer["excluded"] == []


def test_a_question_about_one_region_has_no_options(post: Ask) -> None:
    answer = post("schedule", {**JOB, "region": "us-west-2"})

    assert not {"options", "regions_compared", "excluded", "countries_without_regions"} & set(answer)


def test_max_options_limits_the_list_and_not_the_search(post: Ask) -> None:
    best = post("schedule", {**JOB, "providers": "all", "max_options": 0})
    more = post("schedule", {**JOB, "providers": "all", "max_options": 20})

    assert best["options"] == []
    assert best["region"] == more["region"]
    assert len(more["options"]) == 20
    assert best["regions_compared"] == more["regions_compared"] > 300
    means = [mean(row) for row in (more, *more["options"])]
    assert means == sorted(means)


def test_providers_and_countries_both_hold(post: Ask) -> None:
    answer = post("schedule", {**JOB, "providers": ["aws", "gcp"], "countries": ["DE", "LI"], "max_options": 50})

    regions = {(row["provider"], row["region"]) for row in (answer, *answer["options"])}
    assert regions == {("aws", "eu-central-1"), ("gcp", "europe-west3"), ("gcp", "europe-west10")}
    assert answer["countries_without_regions"] == ["LI"]


def test_places_are_ranked_by_the_grams_of_the_machines(post: Ask) -> None:
    answer = post("schedule", {**JOB, "providers": ["aws"], "instance_type": "p4d.24xlarge", "max_options": 50})

    grams = [row["optimal_window"]["co2_emissions_g"] for row in (answer, *answer["options"])]
    assert grams == sorted(grams)
    assert len(grams) == answer["regions_compared"]
    assert {row["reason"] for row in answer["excluded"]} == {"the instance type is not offered there"}
    costs = {row["region"]: row["machines"]["cost"]["on_demand_usd_per_hour"] for row in (answer, *answer["options"])}
    assert len(set(costs.values())) > 1


def test_a_job_that_may_pause_finds_the_best_place_too(post: Ask) -> None:
    way = {"interruptible": {"max_segments": 3, "restart_minutes": 5}, "search_hours": 48}
    alone = {region: mean(post("schedule", {**JOB, "region": region, **way})) for region in THREE}
    answer = post("schedule", {**JOB, "regions": THREE, **way})

    assert [mean(row) for row in (answer, *answer["options"])] == sorted(alone.values())
    assert all(row["optimal_window"]["segments"] for row in answer["options"])


@pytest.mark.parametrize(
    ("where", "pointer", "code"),
    [
        ({}, "#/region", "missing"),
        ({"region": "us-west-2", "regions": THREE}, "#/region", "one_place"),
        ({"region": "us-west-2", "countries": ["DE"]}, "#/region", "one_place"),
        ({"regions": THREE, "providers": "all"}, "#/region", "one_place"),
        ({"regions": []}, "#/regions", "too_short"),
        ({"countries": []}, "#/countries", "too_short"),
        ({"regions": ["us-wst-2"]}, "#/regions/0", "unknown_region"),
        ({"providers": ["nope"]}, "#/providers/0", "unknown_provider"),
    ],
)
def test_where_is_said_in_exactly_one_way(post: Ask, where: dict[str, object], pointer: str, code: str) -> None:
    problem = post("schedule", {**JOB, **where}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_a_country_without_regions_is_a_422_that_names_it(post: Ask) -> None:
    problem = post("schedule", {**JOB, "countries": ["LI"]}, status=422)

    assert (problem["type"], problem["countries_without_regions"]) == ("/problems/no-feasible-placement", ["LI"])
