"""Services in optimize: sizes and database classes that the question names, and those that compete by themselves."""

from __future__ import annotations

import pytest

from tests.api.conftest import Ask


def named(post: Ask, workload: str, *names: str, **more: object) -> dict[str, object]:
    body = {"workload": workload, "priority": "carbon", "instance_types": list(names), **more}
    answer: dict[str, object] = post("optimize", body)["recommendation"]
    return answer


def rows(answer: dict[str, object]) -> list[dict[str, object]]:
    recommendations: list[dict[str, object]] = answer["recommendations"]  # type: ignore[assignment]
    return recommendations


def test_a_database_class_emits_what_its_machine_does_and_costs_what_rds_asks(post: Ask) -> None:
    answer = named(post, "database", "db.r7g.large", "r7g.large", per_region=2, regions=["us-east-1"])

    machine, database = rows(answer)
    # Equal grams: the machine first, which runs the same database for less than half.
    assert (machine["instance_type"], database["instance_type"]) == ("r7g.large", "db.r7g.large")
    assert machine["estimated_co2_emissions_g"] == database["estimated_co2_emissions_g"]
    assert database["cost"]["on_demand_usd_per_hour"] == 0.239  # type: ignore[index]
    assert database["cost"]["price_as_of"] == "2025-04-04"  # type: ignore[index]


def test_a_database_class_is_placed_only_where_its_price_list_has_it(post: Ask) -> None:
    # The list of il-central-1 has no Graviton class; mx-central-1 has no list.
    body = {"workload": "database", "priority": "carbon", "instance_types": ["db.r7g.large"]}

    problem = post("optimize", {**body, "regions": ["il-central-1", "mx-central-1"]}, status=422)

    assert problem["candidates"] == sum(problem["removed"].values())


@pytest.mark.parametrize(
    ("workload", "name"),
    [
        ("serverless", "lambda-arm64-640mb"),
        ("containers", "fargate-x86_64-0.5vcpu-3gb"),
        ("containers", "cloud-run-6vcpu-10gb"),
        ("serverless", "container-apps-0.25vcpu-0.5gb"),
    ],
)
def test_any_size_that_is_sold_takes_part_if_it_is_named(post: Ask, workload: str, name: str) -> None:
    answer = named(post, workload, name)

    assert {row["instance_type"] for row in rows(answer)} == {name}
    assert all(row["cost"]["on_demand_usd"] > 0 for row in rows(answer))  # type: ignore[index]
    metadata: dict[str, object] = answer["metadata"]  # type: ignore[assignment]
    counts: dict[str, int] = metadata["removed"]  # type: ignore[assignment]
    assert metadata["candidates"] == metadata["qualifying"] + sum(counts.values())  # type: ignore[operator]


def test_optimize_costs_a_named_service_as_calculate_does(post: Ask) -> None:
    row = rows(named(post, "serverless", "lambda-arm64-640mb", duration_hours=7, limit=1))[0]

    body = {"region": row["region"], "instance_type": "lambda-arm64-640mb", "duration_hours": 7}
    assert row["cost"] == post("calculate", body)["calculation"]["cost"]


def test_a_service_whose_regions_no_source_names_is_refused_with_that_reason(post: Ask) -> None:
    body = {"workload": "database", "priority": "carbon", "instance_types": ["cache.r7g.large"]}

    problem = post("optimize", body, status=422)

    assert "no source at hand says which regions sell cache.r7g.large" in problem["detail"]


def test_a_size_that_is_not_sold_is_an_unknown_type(post: Ask) -> None:
    body = {"workload": "containers", "priority": "carbon", "instance_types": ["cloud-run-3vcpu-4gb"]}

    problem = post("optimize", body, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        ("#/instance_types/0", "unknown_instance_type")
    ]


def test_functions_of_all_clouds_compete_where_the_question_searches_all(post: Ask) -> None:
    body = {"workload": "serverless", "priority": "carbon", "providers": "all", "limit": 100}

    answer = post("optimize", body)["recommendation"]

    kinds = {row["instance_type"].split("-")[0] for row in answer["recommendations"]}
    assert kinds == {"lambda", "cloud", "container"}
    assert answer["metadata"]["providers"] == ["aws", "azure", "gcp"]
    assert answer["metadata"]["offers_without_price"] == 0


@pytest.mark.parametrize("name", ["lambda-x86_64-10240mb", "cloud-run-8vcpu-32gb", "container-apps-4vcpu-8gb"])
def test_what_is_billed_only_while_it_runs_is_not_to_be_stopped_at_night(post: Ask, name: str) -> None:
    of_service = named(post, "serverless", name, limit=1)["service_optimization_details"]
    of_task = named(post, "containers", "fargate-x86_64-4vcpu-8gb", limit=1)["service_optimization_details"]

    assert "idle_hours" not in [hint["kind"] for hint in of_service]  # type: ignore[attr-defined]
    assert "idle_hours" in [hint["kind"] for hint in of_task]  # type: ignore[attr-defined]


def test_by_rank_prices_a_database_class_where_its_price_list_has_it(get: Ask, post: Ask) -> None:
    answer = get("/v1/by-rank?instanceType=DB.R7G.large&provider=aws")

    # As calculate does; mx-central-1 has no list, and that of il-central-1 has no Graviton class.
    rows_by_id = {row["id"]: row for row in answer["regions"]}
    for region in ("eu-north-1", "us-east-1"):
        calculation = post("calculate", {"region": region, "instance_type": "db.r7g.large"})["calculation"]
        row = rows_by_id[region]
        assert row["instanceType"] == "db.r7g.large"
        assert row["instancePrice"]["perHour"] == calculation["cost"]["on_demand_usd_per_hour"]
        assert row["priceSource"] == calculation["cost"]["price_source"]
    left_out = {row["gid"] for row in answer["excluded"] if row["reason"] == "no-matching-machine"}
    assert {"aws-mx-central-1", "aws-il-central-1"} <= left_out
