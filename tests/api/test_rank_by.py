"""The question that was asked: work or machine, what runs today, caps, refusals with the nearest offer, and advice."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map

GENERAL = {"workload": "general", "priority": "carbon"}
DAY = {"duration_hours": 24}


def placement(post: Ask, **body: object) -> Any:
    return post("optimize", {**GENERAL, **body})["recommendation"]


def first(found: Any) -> Any:
    return found["recommendations"][0]


@pytest.mark.parametrize(
    ("body", "by"),
    [
        ({"workload": "database"}, "machine"),
        ({"workload": "containers"}, "machine"),
        ({"workload": "serverless"}, "machine"),
        ({"workload": "inference"}, "machine"),
        ({"workload": "general"}, "work"),
        ({"workload": "training"}, "work"),
        ({"requirements": {"vcpus": 4}}, "machine"),
        ({"requirements": {"memory_gb": 16}}, "machine"),
        ({"workload": "training", "requirements": {"gpus": 1}}, "machine"),
        ({"requirements": {"arch": "arm64", "max_vcpus": 4}}, "work"),
        ({"requirements": {"vcpus": 4}, "rank_by": "work"}, "work"),
        ({"rank_by": "machine"}, "machine"),
        ({"workload": "database", "priority": "performance"}, "work"),
    ],
)
def test_services_and_named_sizes_are_ranked_by_machine_and_jobs_by_work(
    post: Ask, body: dict[str, object], by: str
) -> None:
    ranked_by = placement(post, **body)["metadata"]["ranked_by"]

    assert ranked_by["by"] == by
    assert ranked_by["reason"]


def test_4_vcpus_and_16_gb_in_stockholm_give_a_machine_of_4_vcpus_and_16_gb(post: Ask) -> None:
    size = {"vcpus": 4, "memory_gb": 16}

    answer = placement(post, regions=["eu-north-1"], requirements=size, **DAY)
    by_work = placement(post, regions=["eu-north-1"], requirements=size, rank_by="work", **DAY)

    row = first(answer)
    assert (row["vcpus"], row["memory_gb"]) == (4, 16)
    assert row["estimated_co2_emissions_g"] < first(by_work)["estimated_co2_emissions_g"]
    assert row["cost"]["on_demand_usd"] < first(by_work)["cost"]["on_demand_usd"]
    assert row["compared_co2_g"] == row["estimated_co2_emissions_g"]
    assert row["compared_usd"] == row["cost"]["on_demand_usd"]


def test_a_database_that_runs_all_month_gets_the_machine_with_the_fewest_grams(post: Ask) -> None:
    month = {"workload": "database", "duration_hours": 720, "regions": ["eu-north-1"], "per_region": 20, "limit": 20}

    rows = placement(post, **month)["recommendations"]

    grams = [row["estimated_co2_emissions_g"] for row in rows]
    assert grams == sorted(grams)
    r7g = next(row for row in rows if row["instance_type"] == "r7g.xlarge")
    r7a = next(row for row in placement(post, **month, instance_types=["r7a.xlarge"])["recommendations"])
    assert grams[0] <= r7g["estimated_co2_emissions_g"] < r7a["estimated_co2_emissions_g"]


def test_one_h100_is_one_h100(post: Ask) -> None:
    one = {"workload": "training", "requirements": {"gpus": 1, "gpu_model": "H100"}, "duration_hours": 72}

    assert first(placement(post, **one))["instance_type"] == "p5.4xlarge"
    assert first(placement(post, **one))["accelerator_count"] == 1


def test_the_size_that_was_used_is_told(post: Ask) -> None:
    of_workload = placement(post, workload="database")["metadata"]["size"]
    of_request = placement(post, requirements={"vcpus": 4})["metadata"]["size"]
    of_today = placement(
        post, workload="database", current={"region": "us-east-1", "instance_type": "r5.4xlarge"}, **DAY
    )["metadata"]["size"]

    assert (of_workload["basis"], of_workload["vcpus"], of_workload["memory_gb"]) == ("workload", 4, 32)
    assert (of_request["basis"], of_request["vcpus"], of_request["memory_gb"]) == ("requirements", 4, None)
    assert (of_today["basis"], of_today["vcpus"], of_today["memory_gb"]) == ("current", 16, 128)


def test_gpus_never_mean_inferentia_or_trainium(post: Ask) -> None:
    everywhere = {"workload": "inference", "limit": 500, "per_region": 50, "regions": ["us-east-1"]}

    gpus = placement(post, **everywhere, requirements={"gpus": 1})["recommendations"]
    devices = placement(post, **everywhere, requirements={"accelerators": 1})["recommendations"]

    assert not [row for row in gpus if row["accelerator"].startswith("AWS ")]
    assert [row for row in devices if row["accelerator"].startswith("AWS Inferentia")]


def test_what_runs_today_is_the_baseline_with_grams_percent_and_dollars(post: Ask) -> None:
    # Two r5.xlarge of us-east-1 at 0.252 USD for 24 h are 12.096 USD.
    current = {"region": "us-east-1", "instance_type": "r5.xlarge", "count": 2, "utilization": 0.3}

    answer = placement(post, workload="database", current=current, count=2, **DAY)

    baseline, row = answer["carbon_savings"]["baseline"], first(answer)
    today = post("calculate", {**current, **DAY})["calculation"]
    assert (baseline["basis"], baseline["region"]) == ("current", "us-east-1")
    assert baseline["co2_emissions_kg"] == pytest.approx(today["co2_emissions_g"] / 1000, rel=1e-2)
    assert baseline["cost_usd"] == pytest.approx(12.096, rel=1e-3)
    assert (row["count"], row["utilization"]) == (2, 0.3)
    assert baseline["savings_kg"] == pytest.approx(
        baseline["co2_emissions_kg"] - row["estimated_co2_emissions_kg"], rel=2e-3
    )
    assert baseline["savings_usd"] == pytest.approx(12.096 - row["cost"]["on_demand_usd"], rel=2e-3)
    assert [row["region"] for row in answer["recommendations"] if row["is_requested_region"]] == ["us-east-1"]


def test_by_work_row_1_does_the_work_that_runs_today(post: Ask) -> None:
    # m5.large and m5.4xlarge are one family: an eighth of the machine does an eighth of the work.
    current = {"region": "us-east-1", "instance_type": "m5.4xlarge", "count": 2}

    answer = placement(post, current=current, regions=["us-east-1"], instance_types=["m5.large"], flexible=False, **DAY)

    baseline = answer["carbon_savings"]["baseline"]
    assert baseline["co2_emissions_kg"] > 15 * first(answer)["estimated_co2_emissions_kg"]
    assert baseline["savings_percentage"] == pytest.approx(0, abs=2)
    assert baseline["savings_usd"] == pytest.approx(0, abs=1e-6)


def test_what_runs_today_must_have_a_power_model(post: Ask) -> None:
    types = cloud_map().catalog.types
    unmodelled = next(t.instance_type for t in types if t.provider == "aws" and not t.power_modelled)
    current = {"region": "us-east-1", "instance_type": unmodelled}

    problem = post("optimize", {**GENERAL, "current": current}, status=422)

    assert problem["type"] == "/problems/power-not-modelled"
    assert problem["instance_type"] == unmodelled


def test_count_multiplies_grams_energy_and_dollars(post: Ask) -> None:
    one, four = (first(placement(post, regions=["eu-north-1"], count=count, **DAY)) for count in (1, 4))

    assert (one["count"], four["count"]) == (1, 4)
    for field in ("estimated_co2_emissions_g", "power_consumption_kwh"):
        assert four[field] == pytest.approx(4 * one[field], rel=1e-3)
    assert four["cost"]["on_demand_usd"] == pytest.approx(4 * one["cost"]["on_demand_usd"], rel=1e-3)
    assert four["co2_g_per_unit_work"] == one["co2_g_per_unit_work"]


def test_a_cost_that_is_too_low_is_answered_with_what_the_cheapest_costs(post: Ask) -> None:
    body = {"max_cost": 1, "requirements": {"vcpus": 16}, "regions": ["us-east-1"], **DAY}

    problem = post("optimize", {**GENERAL, **body}, status=422)

    hint = next(hint for hint in problem["nearest_offers"] if hint["constraint"] == "max_cost")
    cheapest = first(placement(post, **{**body, "max_cost": 1000}, priority="cost"))
    assert hint["nearest"] == cheapest["cost"]["on_demand_usd"]
    assert hint["instance_type"] == cheapest["instance_type"]
    assert f"is at {hint['nearest']:.4g}"[:8] in problem["detail"]


def test_64_gpus_are_answered_with_the_largest_machine_and_how_many_would_do(post: Ask) -> None:
    training = {"workload": "training", "priority": "carbon", **DAY}

    problem = post("optimize", {**training, "requirements": {"gpus": 64}}, status=422)

    (hint,) = problem["nearest_offers"]
    assert (hint["constraint"], hint["requested"], hint["nearest"], hint["count"]) == ("requirements.gpus", 64, 8, 8)
    assert "8 of these machines would do" in problem["detail"]
    answer = placement(post, **training | {"requirements": {"gpus": 8}, "count": 8})
    assert first(answer)["accelerator_count"] * first(answer)["count"] == 64


def test_of_two_bounds_that_nothing_meets_each_is_answered_with_the_nearest_offer(post: Ask) -> None:
    body = {"max_price_per_hour": 0.0001, "max_carbon_intensity": 0.5, "workload": "general", "priority": "carbon"}

    problem = post("optimize", body, status=422)

    price, intensity = sorted(problem["nearest_offers"], key=lambda hint: hint["constraint"], reverse=True)
    assert (price["constraint"], price["disregarded"]) == ("max_price_per_hour", ["max_carbon_intensity"])
    assert (intensity["constraint"], intensity["disregarded"]) == ("max_carbon_intensity", ["max_price_per_hour"])
    assert "the nearest offer that meets everything else but max_carbon_intensity" in problem["detail"]
    enough = {"max_price_per_hour": price["nearest"] * 1.001, "max_carbon_intensity": intensity["nearest"] * 1.001}
    for name, bound in enough.items():
        assert placement(post, workload="general", priority="carbon", **{name: bound})["recommendations"]


def training(post: Ask, **body: object) -> list[Any]:
    question = {"workload": "training", "priority": "balanced", **body}
    return list(placement(post, **question)["recommendations"])


def test_balanced_training_takes_eight_gpus_only_where_all_smaller_machines_are_less_than_half_as_fast(
    post: Ask,
) -> None:
    stockholm = {"regions": ["eu-north-1"], "per_region": 100, "limit": 100}
    best, *others = training(post, **stockholm)

    smaller = [row for row in others if row["accelerator_count"] < best["accelerator_count"]]
    assert (best["accelerator"], best["accelerator_count"]) == ("NVIDIA H100 SXM", 8)
    assert smaller
    assert max(row["relative_performance"] for row in smaller) < best["relative_performance"] / 2
    # A unit of work costs and emits hardly more than on the machine that is best in one of them alone.
    rows = [best, *others]
    assert best["co2_g_per_unit_work"] < 1.2 * min(row["co2_g_per_unit_work"] for row in rows)
    assert best["usd_per_unit_work"] < 1.4 * min(row["usd_per_unit_work"] or 9.9 for row in rows)


def test_balanced_training_takes_the_smallest_machine_of_those_that_are_equal_by_work(post: Ask) -> None:
    for row in training(post, providers="all", limit=12):
        place = {"regions": [f"{row['provider']}:{row['region']}"], "per_region": 100, "limit": 100}
        alike = [
            other
            for other in training(post, **place, requirements={"gpu_model": row["accelerator"]})
            if other["accelerator"] == row["accelerator"] and other["co2_g_per_unit_work"] <= row["co2_g_per_unit_work"]
        ]
        assert min(other["accelerator_count"] for other in alike) == row["accelerator_count"]


def test_max_gpus_keeps_balanced_training_to_one_gpu(post: Ask) -> None:
    row, *_ = training(post, requirements={"max_gpus": 1})

    assert (row["region"], row["accelerator"], row["accelerator_count"]) == ("eu-north-1", "NVIDIA L40S", 1)


def test_burstable_and_shared_types_are_left_out_unless_they_are_allowed_or_named(post: Ask) -> None:
    everything = {"regions": ["us-east-1"], "per_region": 100, "limit": 100, "rank_by": "machine"}

    def families(**requirements: object) -> set[str]:
        rows = placement(post, **everything, requirements=requirements)["recommendations"]
        return {row["instance_type"].partition(".")[0] for row in rows}

    assert not {"t3", "t4g"} & families()
    assert {"t4g", "m7g"} <= families(burstable="allow", max_vcpus=2)
    assert "burstable" not in placement(post, requirements={"burstable": "allow"})["metadata"]["removed"]
    assert families(burstable="only") <= {"t2", "t3", "t3a", "t4g"}


def test_by_rank_gives_for_2_vcpus_and_8_gb_the_machine_that_the_default_gives(get: Ask) -> None:
    def machines(query: str) -> dict[str, str]:
        return {row["gid"]: row["instanceType"] for row in get(f"/v1/by-rank?limit=500{query}")["regions"]}

    default = machines("")
    assert machines("&vcpus=2&memoryGb=8") == {gid: name for gid, name in default.items() if name is not None}
    assert default["aws-us-east-1"] == "m6g.large"
    assert machines("&vcpus=2&memoryGb=8&burstable=allow")["aws-us-east-1"] == "t4g.large"


@pytest.mark.parametrize("query", ["maxVcpus=2&maxMemoryGb=4", "burstable=only", "sharedCores=allow", "maxGpus=0"])
def test_by_rank_takes_caps_and_allowances(get: Ask, query: str) -> None:
    assert get(f"/v1/by-provider/aws?{query}")["regions"]


def test_advice_gives_grams_dollars_and_percent_and_saves_at_least_a_gram(post: Ask) -> None:
    answer = placement(post, workload="database", region="us-east-1")

    hints = {hint["kind"]: hint for hint in answer["service_optimization_details"]}
    assert {"region", "utilization", "idle_hours"} <= set(hints)
    for hint in hints.values():
        assert hint["per"] == "month"
        assert hint["from_gco2e"] - hint["to_gco2e"] >= 1
        assert hint["from_usd"] is not None
        assert re.search(r"\(\d+\.\d%\) less", hint["text"])
        assert "USD" in hint["text"]
    assert answer["service_optimizations"] == [hint["text"] for hint in answer["service_optimization_details"]]


def test_no_advice_is_given_about_a_region_that_the_request_excludes(post: Ask) -> None:
    answer = placement(post, region="us-east-1", exclude_regions=["us-east-1"], count=100, **DAY)

    assert "region" not in {hint["kind"] for hint in answer["service_optimization_details"]}


def test_advice_for_equal_work_says_how_many_machine_hours_a_slower_type_needs(post: Ask) -> None:
    question = {"workload": "training", "priority": "performance", "duration_hours": 24, "providers": ["aws"]}

    hints = post("optimize", question)["recommendation"]["service_optimizations"]

    # Eight B200 of 2,250 TFLOP/s against one L4 of 121: 18,000 / 121 = 148.8.
    (region,) = (hint for hint in hints if " instead of p6-b200.48xlarge in " in hint)
    assert region.startswith("g6.xlarge in aws:eu-north-1")
    assert ", for the same work in 149 times the machine hours: " in region
