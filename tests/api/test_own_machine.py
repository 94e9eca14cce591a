"""`machine` in place of `instance_type`, in calculate, compare and current of optimize, and `pue`."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.fakes.service import offline

SERVER = {"vcpus": 4, "memory_gb": 16, "arch": "x86_64", "cpu_model": "Xeon Platinum 8375C"}
OWN = {"region": "us-east-1", "machine": SERVER}
SOLD = {"region": "us-east-1", "instance_type": "m6i.xlarge"}  # of the same parts


def errors(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


def test_an_own_machine_is_calculated_and_the_answer_repeats_what_was_taken(post: Ask) -> None:
    own = post("calculate", OWN)["calculation"]
    sold = post("calculate", SOLD)["calculation"]

    assert own["instance_type"] is None
    assert own["power_w"] == sold["power_w"]
    assert own["co2_emissions_g"] == sold["co2_emissions_g"]
    assert own["machine"] == SERVER | {
        "tdp_w": None,
        "gpus": 0.0,
        "gpu_model": None,
        "pue": None,
        "power_basis": "CPU: SPECpower_ssj2008 medians over the TDP of Xeon Platinum 8375C (custom part, third-party "
        "listing)",
        "performance_index": 1.011,  # 51,969 ssj_ops over 51,421
        "performance_basis": "derived",
    }
    assert "machine" not in sold


def test_the_names_in_the_answer_are_the_catalogs(post: Ask) -> None:
    machine = SERVER | {"cpu_model": "intel xeon platinum 8375c", "gpus": 1, "gpu_model": "l4"}

    answer = post("calculate", {"region": "us-east-1", "machine": machine})["calculation"]["machine"]

    assert (answer["cpu_model"], answer["gpu_model"]) == ("Xeon Platinum 8375C", "NVIDIA L4")


def test_without_a_cpu_model_the_power_basis_is_generic(post: Ask) -> None:
    machine = {"vcpus": 4, "memory_gb": 16, "arch": "arm64"}

    row = post("calculate", {"region": "us-east-1", "machine": machine})["calculation"]

    assert row["machine"]["power_basis"] == "generic"
    assert row["uncertainty"]["power_low_factor"] < 1 / 1.6
    assert row["uncertainty"]["power_high_factor"] > 1.6


def test_cost_and_embodied_emissions_of_an_own_machine_are_null(post: Ask) -> None:
    row = post("calculate", OWN | {"include_embodied": True})["calculation"]

    assert (row["embodied_gco2e"], row["total_gco2e"]) == (None, None)
    assert (row["cost"]["on_demand_usd"], row["cost"]["spot_usd"], row["offered"]) == (None, None, None)
    assert "embodied_gco2e" not in post("calculate", OWN)["calculation"]


def test_own_machines_and_instance_types_are_compared(post: Ask) -> None:
    generic = {"region": "us-east-1", "machine": {"vcpus": 4, "memory_gb": 16, "arch": "x86_64"}}

    answer = post("compare", {"options": [SOLD, generic]})

    # 17.1056 W against 20.74276 W: worked out in tests/unit/test_own_machine.py.
    assert [row["instance_type"] for row in answer["comparisons"]] == [None, "m6i.xlarge"]
    assert answer["analysis"]["difference_percentage"] == pytest.approx((1 - 17.1056 / 20.74276) * 100, rel=1e-3)


def test_with_hardware_included_an_own_machine_is_listed_as_not_compared(post: Ask) -> None:
    answer = post("compare", {"options": [OWN, SOLD], "include_embodied": True})

    assert [row["instance_type"] for row in answer["comparisons"]] == ["m6i.xlarge"]
    [row] = answer["not_compared"]
    assert (row["index"], row["instance_type"]) == (0, None)
    assert "nearest_modelled" not in row


def test_a_comparison_as_a_table_has_the_machine_in_columns() -> None:
    answer = offline().test_client().post("/api/v1/compare", json={"options": [OWN]}, headers={"Accept": "text/csv"})

    [cells] = csv.DictReader(answer.text.splitlines())
    assert (cells["machine.cpu_model"], cells["instance_type"]) == ("Xeon Platinum 8375C", "")


@pytest.mark.parametrize("path", ["calculate", "compare"])
def test_machine_and_instance_type_together_are_one_clear_error(path: str, post: Ask) -> None:
    both = OWN | SOLD
    body, place = (both, "#") if path == "calculate" else ({"options": [both]}, "#/options/0")

    problem = post(path, body, status=400)

    assert errors(problem) == [(f"{place}/instance_type", "machine_or_instance_type")]
    assert problem["errors"][0]["detail"] == "cannot be combined with machine: send one of the two"


def test_neither_of_them_is_an_error_that_names_both(post: Ask) -> None:
    problem = post("calculate", {"region": "us-east-1"}, status=400)

    assert errors(problem) == [("#/instance_type", "missing")]
    assert problem["errors"][0]["detail"] == "is required, or machine in its place"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("A100", "NVIDIA A100 SXM4 40GB"),  # the module of servers, in the memory it was first sold with
        ("a100 80gb", "NVIDIA A100 SXM4 80GB"),
        ("NVIDIA A100-SXM4-80GB", "NVIDIA A100 SXM4 80GB"),
        ("NVIDIA A100-SXM-80GB", "NVIDIA A100 SXM4 80GB"),
        ("NVIDIA A100-PCIE-40GB", "NVIDIA A100 PCIe 40GB"),
        ("NVIDIA A100 80GB PCIe", "NVIDIA A100 PCIe 80GB"),
        ("H100", "NVIDIA H100 SXM"),
        ("H100 80GB HBM3", "NVIDIA H100 SXM"),
        ("NVIDIA H100 80GB HBM3", "NVIDIA H100 SXM"),
        ("NVIDIA H100 PCIe", "NVIDIA H100 PCIe"),
        ("NVIDIA H100 NVL", "NVIDIA H100 NVL"),
        ("NVIDIA H200", "NVIDIA H200 SXM"),
        ("Tesla V100-SXM2-16GB", "NVIDIA Tesla V100 SXM2"),
        ("Tesla V100-SXM2-32GB", "NVIDIA Tesla V100 SXM2 32GB"),
        ("Tesla V100-PCIE-16GB", "NVIDIA Tesla V100 PCIe"),
        ("Tesla T4", "NVIDIA T4"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "NVIDIA RTX PRO 6000 Blackwell Server"),
    ],
)
def test_a_gpu_is_known_by_its_short_name_and_by_what_nvidia_smi_prints(post: Ask, name: str, model: str) -> None:
    machine = SERVER | {"gpus": 1, "gpu_model": name}

    answer = post("calculate", {"region": "us-east-1", "machine": machine})["calculation"]

    assert answer["machine"]["gpu_model"] == model


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"cpu_model": "EPYC 7764"}, ("cpu_model", "unknown_cpu_model")),
        ({"arch": "arm64"}, ("cpu_model", "wrong_arch")),
        ({"arch": "x86"}, ("arch", "not_one_of")),
        ({"vcpus": 0}, ("vcpus", "greater_than")),
        ({"memory_gb": -1}, ("memory_gb", "greater_than")),
        ({"tdp_w": 0}, ("tdp_w", "greater_than")),
        ({"cpu_model": None, "tdp_w": 400}, ("tdp_w", "implausible_tdp")),  # 100 W a vCPU: the TDP of a whole host
        ({"gpus": 2}, ("gpu_model", "missing")),
        ({"gpu_model": "NVIDIA L4"}, ("gpu_model", "gpus_missing")),
        ({"gpus": 1, "gpu_model": "A100 PCIe"}, ("gpu_model", "ambiguous_gpu_model")),
        ({"gpus": 1, "gpu_model": "Radeon Pro"}, ("gpu_model", "ambiguous_gpu_model")),
        ({"gpus": 1, "gpu_model": "Voodoo"}, ("gpu_model", "unknown_gpu_model")),
        ({"pue": 0.9}, ("pue", "greater_than_equal")),
        ({"cpus": 4}, ("cpus", "unknown_field")),
    ],
)
def test_a_wrong_part_of_a_machine_is_named(change: dict[str, Any], error: tuple[str, str], post: Ask) -> None:
    problem = post("calculate", {"region": "us-east-1", "machine": SERVER | change}, status=400)

    assert errors(problem) == [(f"#/machine/{error[0]}", error[1])]


def test_the_nearest_cpu_is_suggested(post: Ask) -> None:
    problem = post("calculate", {"region": "us-east-1", "machine": SERVER | {"cpu_model": "EPYC 7764"}}, status=400)

    assert problem["errors"][0]["nearest"][0] == "EPYC 7763"


def test_pue_may_be_stated_with_any_calculate(post: Ask) -> None:
    row = post("calculate", SOLD | {"pue": 1.5})["calculation"]

    assert (row["pue"], row["pue_basis"]) == (1.5, "request")
    # m6i.xlarge draws 20.74276 W half busy.
    assert row["power_consumption_kwh"] == pytest.approx(20.74276 / 1000 * 1.5, rel=1e-3)


def test_in_compare_the_machines_pue_comes_before_the_options_and_the_common_one(post: Ask) -> None:
    options = [
        SOLD,
        SOLD | {"pue": 1.3},
        {"region": "us-east-1", "machine": SERVER | {"pue": 1.7}, "pue": 1.3},
    ]

    rows = post("compare", {"options": options, "pue": 1.2})["comparisons"]

    assert [row["pue"] for row in rows] == [1.2, 1.3, 1.7]
    assert {row["pue_basis"] for row in rows} == {"request"}


def replacing(post: Ask, current: dict[str, Any], **more: Any) -> Any:
    body = {"workload": "general", "priority": "carbon", "duration_hours": 24, "flexible": False, "current": current}
    return post("optimize", body | more)["recommendation"]


def test_an_own_machine_that_runs_today_is_the_baseline_with_grams_and_without_dollars(post: Ask) -> None:
    machine = SERVER | {"pue": 1.8}
    current = {"region": "us-east-1", "machine": machine, "count": 3, "utilization": 0.2}

    answer = replacing(post, current, rank_by="machine", count=3)

    today = post("calculate", {**current, "duration_hours": 24})["calculation"]
    baseline, row = answer["carbon_savings"]["baseline"], answer["recommendations"][0]
    assert (baseline["basis"], baseline["region"], today["pue"]) == ("current", "us-east-1", 1.8)
    assert baseline["co2_emissions_kg"] == pytest.approx(today["co2_emissions_g"] / 1000, rel=1e-3)
    assert baseline["savings_kg"] == pytest.approx(
        baseline["co2_emissions_kg"] - row["estimated_co2_emissions_kg"], rel=2e-3
    )
    assert (baseline["cost_usd"], baseline["savings_usd"]) == (None, None)
    # Its size is the size that is looked for.
    size = answer["metadata"]["size"]
    assert (size["basis"], size["vcpus"], size["memory_gb"]) == ("current", 4, 16)


def test_by_work_an_own_machine_is_replaced_by_as_much_work(post: Ask) -> None:
    # The server has the parts of an m6i.xlarge, which does the same work at the same grams.
    answer = replacing(
        post, {"region": "us-east-1", "machine": SERVER}, regions=["us-east-1"], instance_types=["m6i.xlarge"]
    )

    baseline = answer["carbon_savings"]["baseline"]
    assert baseline["co2_emissions_kg"] > 0
    assert baseline["savings_percentage"] == pytest.approx(0, abs=1e-9)


def test_what_runs_today_is_a_type_or_a_machine_and_not_both(post: Ask) -> None:
    body = {"workload": "general", "priority": "carbon"}

    neither = post("optimize", {**body, "current": {"region": "us-east-1"}}, status=400)
    both = post("optimize", {**body, "current": {**OWN, "instance_type": "m6i.xlarge"}}, status=400)

    assert errors(neither) == [("#/current/instance_type", "missing")]
    assert errors(both) == [("#/current/instance_type", "machine_or_instance_type")]


def test_a_database_class_that_runs_today_has_its_own_price(post: Ask) -> None:
    # us-east-1: db.r6g.large 0.225 USD an hour, 5.4 a day; r6g.large, the same machine, 0.1008, 2.4192 a day.
    answer = replacing(
        post,
        {"region": "us-east-1", "instance_type": "db.r6g.large"},
        workload="database",
        regions=["us-east-1"],
        instance_types=["r6g.large"],
    )

    baseline = answer["carbon_savings"]["baseline"]
    assert baseline["savings_kg"] == 0
    assert (baseline["cost_usd"], baseline["savings_usd"]) == (5.4, pytest.approx(5.4 - 2.4192, rel=1e-3))
