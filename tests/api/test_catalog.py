"""GET /api/v1/instances and /api/v1/workloads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask


def listed(answer: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return answer["instances"]


def test_instances_come_a_hundred_at_a_time_by_provider_and_name(get: Ask) -> None:
    first = get("/api/v1/instances")
    second = get("/api/v1/instances?offset=100&limit=5")

    names = [(row["provider"], row["instance_type"]) for row in listed(first) + listed(second)]
    assert len(names) == 105
    assert names == sorted(names)
    assert first["total_instances"] == second["total_instances"] > 1000


def test_instances_whose_size_is_not_known_come_last(get: Ask) -> None:
    pages = [get(f"/api/v1/instances?limit=1000&offset={start}") for start in range(0, 7000, 1000)]

    rows = [row for page in pages for row in listed(page)]
    order = [(None in (row["vcpus"], row["memory_gb"]), row["provider"], row["instance_type"]) for row in rows]
    assert len(order) == pages[0]["total_instances"]
    assert order == sorted(order)
    assert {lacks_size for lacks_size, *_ in order} == {False, True}


def test_filters_hold_together(get: Ask) -> None:
    query = "provider=aws&category=general&arch=arm64&min_vcpus=8&min_memory_gb=64&power_modelled=true&limit=1000"

    rows = listed(get(f"/api/v1/instances?{query}"))

    assert rows
    for row in rows:
        assert (row["provider"], row["category"], row["arch"], row["power_modelled"]) == (
            "aws",
            "general",
            "arm64",
            True,
        )
        assert row["vcpus"] >= 8
        assert row["memory_gb"] >= 64


def test_a_region_keeps_only_what_is_offered_there(get: Ask) -> None:
    there = get("/api/v1/instances?provider=aws&region=eu-north-1")["total_instances"]
    anywhere = get("/api/v1/instances?provider=aws")["total_instances"]

    assert 0 < there < anywhere


def test_a_type_is_found_by_part_of_its_name_or_its_accelerators(get: Ask) -> None:
    by_name = listed(get("/api/v1/instances?q=M7G.LARGE"))
    by_accelerator = listed(get("/api/v1/instances?accelerator=t4&limit=1000"))

    assert [row["instance_type"] for row in by_name] == ["m7g.large"]
    assert by_accelerator
    assert all("T4" in row["accelerator"] for row in by_accelerator)


def test_types_that_cannot_be_modelled_are_listed_without_a_power(get: Ask) -> None:
    rows = listed(get("/api/v1/instances?power_modelled=false"))

    assert rows
    assert all((row["idle_power_w"], row["full_power_w"]) == (None, None) for row in rows)


def test_idle_power_lies_below_full_power(get: Ask) -> None:
    for row in listed(get("/api/v1/instances?power_modelled=true&limit=1000")):
        assert 0 < row["idle_power_w"] <= row["full_power_w"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=1001", "less_than_equal"),
        ("limit=", "int_parsing"),
        ("offset=-1", "greater_than_equal"),
        ("min_vcpus=nan", "finite_number"),
        ("min_vcpus=inf", "finite_number"),
        ("min_memory_gb=x", "float_parsing"),
        ("power_modelled=maybe", "bool_parsing"),
        ("category=generel", "not_one_of"),
        ("arch=arm", "not_one_of"),
        ("accelerator=T4000", "unknown_gpu_model"),
        ("region=us-esat-1", "unknown_region"),
        ("provider=awz", "unknown_provider"),
        ("q=", "string_too_short"),
        ("cpus=4", "unknown_field"),
    ],
)
def test_a_wrong_parameter_is_refused(get: Ask, query: str, code: str) -> None:
    problem = get(f"/api/v1/instances?{query}", status=400)

    assert [(error["parameter"], error["code"]) for error in problem["errors"]] == [(query.partition("=")[0], code)]


def test_workloads_list_the_words_optimize_takes(get: Ask) -> None:
    answer = get("/api/v1/workloads")

    assert {row["workload"] for row in answer["workloads"]} == {
        "training",
        "inference",
        "general",
        "database",
        "containers",
        "serverless",
    }
    assert answer["priorities"] == ["carbon", "performance", "balanced", "cost"]


def test_training_and_general_may_wait_by_default_and_nothing_else(get: Ask) -> None:
    rows = get("/api/v1/workloads")["workloads"]

    assert {row["workload"] for row in rows if row["flexible_by_default"]} == {"training", "general"}


def test_a_type_is_listed_with_the_day_from_which_it_is_not_sold(get: Ask) -> None:
    rows = get("/api/v1/instances?provider=azure&q=NC6s_v3")["instances"]

    days = {row["instance_type"]: row["retired_on"] for row in rows}
    assert days["Standard_NC6s_v3"] == "2025-09-30"


def test_a_type_that_is_not_modelled_is_listed_with_the_reason(get: Ask) -> None:
    unknown = get("/api/v1/instances?provider=alibaba&power_modelled=false&limit=1")["instances"][0]
    modelled_type = get("/api/v1/instances?provider=alibaba&power_modelled=true&limit=1")["instances"][0]

    assert unknown["not_modelled"] == "no source at hand names its hardware"
    assert modelled_type["not_modelled"] is None
