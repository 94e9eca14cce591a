"""POST /api/v1/optimize: what HTTP adds. (Which offer wins is decided in planning/ and tested there.)"""

from __future__ import annotations

from typing import Any

import pytest

from carbon.reading import ZoneReading
from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader, known, observation
from tests.fakes.service import NOW, service

GENERAL = {"workload": "general", "priority": "carbon"}


def rows(answer: dict[str, dict[str, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    return answer["recommendation"]["recommendations"]


def test_workload_and_priority_are_enough(post: Ask) -> None:
    answer = post("optimize", GENERAL)

    recommendation = answer["recommendation"]
    assert (recommendation["workload_type"], recommendation["priority"]) == ("general", "carbon")
    assert recommendation["timestamp"] == answer["timestamp"]
    assert len(rows(answer)) == 5
    assert {row["provider"] for row in rows(answer)} == {"aws"}


def test_the_printed_emission_is_the_printed_energy_times_the_printed_intensity(post: Ask) -> None:
    for row in rows(post("optimize", {**GENERAL, "duration_hours": 24})):
        product = row["power_consumption_kwh"] * row["carbon_intensity_used"]
        assert row["estimated_co2_emissions_g"] == pytest.approx(product, rel=1e-3)
        assert row["carbon_intensity_used"] == row["optimal_time_window"]["avg_carbon_intensity"]


def test_the_requested_region_is_listed_and_is_the_baseline(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "region": "us-west-2", "limit": 1})

    requested = [row for row in rows(answer) if row["is_requested_region"]]
    assert [row["region"] for row in requested] == ["us-west-2"]
    assert answer["recommendation"]["carbon_savings"]["baseline"]["region"] == "us-west-2"


def test_a_requested_region_without_any_rated_machine_is_listed_with_its_grid_alone(post: Ask) -> None:
    # Hetzner's price list is for Europe: nothing at hand says what Singapore sells.
    answer = post("optimize", {**GENERAL, "region": "hetzner:sin"})

    row = rows(answer)[-1]
    assert (row["provider"], row["is_requested_region"], row["qualifies"]) == ("hetzner", True, False)
    assert row["instance_type"] is None
    assert row["estimated_co2_emissions_g"] is None
    assert row["carbon_intensity_gco2_kwh"] > 0


def test_naming_a_region_adds_its_cloud_to_the_search(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "region": "gcp:us-central1", "limit": 500})

    assert {row["provider"] for row in rows(answer)} == {"aws", "gcp"}


@pytest.mark.parametrize("every", ["all", ["all"], ["aws", "all"]])
def test_all_means_every_cloud(post: Ask, every: object) -> None:
    answer = post("optimize", {**GENERAL, "providers": every, "limit": 500})

    assert {row["provider"] for row in rows(answer)} >= {"aws", "azure", "gcp"}


def test_regions_of_another_cloud_are_searched_without_naming_the_cloud(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "regions": ["gcp:europe-north1", "gcp:us-central1"]})

    assert {row["region"] for row in rows(answer)} == {"europe-north1", "us-central1"}


def test_a_type_of_another_cloud_is_searched_without_naming_the_cloud(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "instance_types": ["n2-standard-2"]})

    assert {(row["provider"], row["instance_type"]) for row in rows(answer)} == {("gcp", "n2-standard-2")}


def test_countries_and_excluded_regions_narrow_the_search(post: Ask) -> None:
    body = {**GENERAL, "countries": ["us"], "exclude_regions": ["us-west-2"], "limit": 500}

    assert {row["region"] for row in rows(post("optimize", body))} == {"us-east-1", "us-east-2", "us-west-1"}


def test_savings_are_the_share_of_the_worst_region(post: Ask) -> None:
    savings = post("optimize", GENERAL)["recommendation"]["carbon_savings"]

    assert 0 < savings["potential_savings_percentage"] < 100
    assert savings["potential_savings_kg"] > 0
    percentage = f"{savings['potential_savings_percentage']:g}"
    assert savings["comparison"] == f"Best option emits {percentage}% less CO2 than worst option"


def test_without_a_live_source_the_freshness_does_not_claim_real_time(post: Ask) -> None:
    metadata = post("optimize", GENERAL)["recommendation"]["metadata"]

    assert metadata["live_zones"] == 0
    assert "Real-time" not in metadata["api_data_freshness"]


def test_real_time_is_claimed_only_when_every_zone_was_live() -> None:
    live = ZoneReading(latest=observation(NOW, 100.0))
    everywhere = service(FakeReader(others=live)).test_client()
    oregon_only = service(FakeReader({"US-NW-PACW": live})).test_client()

    all_live, one_live = (
        client.post("/api/v1/optimize", json=GENERAL).get_json()["recommendation"]["metadata"]
        for client in (everywhere, oregon_only)
    )

    assert all_live["api_data_freshness"] == "Real-time (5min cache)"
    zones = one_live["zones"]
    assert one_live["api_data_freshness"] == (
        f"Of {zones} zones: live for 1, an upstream forecast for 0, baseline for the rest (5min cache)"
    )


def test_a_live_row_calls_the_current_value_measured_and_the_mean_of_the_hours_to_come_a_forecast() -> None:
    live = service(FakeReader({"SE-SE3": known(NOW, [20.0] * 48)})).test_client()
    machine = {"instance_type": "m7g.large", "region": "eu-north-1", "duration_hours": 24}
    question = {**GENERAL, "instance_types": ["m7g.large"], "regions": ["eu-north-1"], "duration_hours": 24}

    row = rows(live.post("/api/v1/optimize", json=question).get_json())[0]
    emission = live.post("/api/v1/calculate", json=machine).get_json()["calculation"]

    for answer in (row, emission):
        assert answer["data_quality"] == "measured"
        assert answer["source"] == "electricity-maps"
        used = answer["carbon_intensity_used_origin"]
        assert (used["data_quality"], used["source"]) == ("forecast", "electricity-maps-forecast")
        assert used["low"] < answer["carbon_intensity_used"] < used["high"]


def test_every_row_says_what_waiting_for_its_window_saved_in_backtests_as_schedule_does() -> None:
    readings = {"SE-SE3": known(NOW, [100, 90, 40, 40, 90, 90]), "FR": known(NOW, [50.0] * 48)}
    live = service(FakeReader(readings)).test_client()
    question = {**GENERAL, "regions": ["eu-north-1", "eu-west-3"], "duration_hours": 2}

    answers = rows(live.post("/api/v1/optimize", json=question).get_json())

    for row in answers:
        scheduled = live.post("/api/v1/schedule", json={"region": row["region"], "duration_hours": 2}).get_json()
        assert row["expected_savings"] == scheduled["expected_savings"]
        assert row["optimal_time_window"]["start_time"] == scheduled["optimal_window"]["start_time"]
    savings = {row["region"]: row["expected_savings"] for row in answers}
    assert savings["eu-north-1"]["low"] < savings["eu-north-1"]["median"] < savings["eu-north-1"]["high"]
    assert savings["eu-west-3"] == {"median": 0, "low": 0, "high": 0, "chance_of_saving": 0, "basis": None}
    assert savings["eu-north-1"]["basis"] == "backtest 2022-2023"


def test_the_counts_of_offers_add_up(post: Ask) -> None:
    metadata = post("optimize", GENERAL)["recommendation"]["metadata"]

    assert metadata["candidates"] == metadata["qualifying"] + sum(metadata["removed"].values())


def test_nothing_that_qualifies_is_a_422_whose_counts_add_up(post: Ask) -> None:
    problem = post("optimize", {**GENERAL, "max_carbon_intensity": 0.001}, status=422)

    assert problem["type"] == "/problems/no-feasible-placement"
    assert problem["removed"]["max_carbon_intensity"] > 0
    assert problem["candidates"] == sum(problem["removed"].values())


def test_a_deadline_too_near_is_a_422(post: Ask) -> None:
    body = {**GENERAL, "duration_hours": 24, "deadline": "2026-02-12T00:00:00Z"}

    assert post("optimize", body, status=422)["type"] == "/problems/does-not-fit"


def test_every_wrong_field_is_told_at_once(post: Ask) -> None:
    body = {
        "workload": "trainning",
        "regions": ["us-east-1", "us-esat-1"],
        "countries": ["XX"],
        "instance_types": ["m7g.lrge"],
        "providers": ["awz"],
        "requirements": {"gpus": -1, "arch": "arm", "gpu_model": "T4000"},
        "limit": 0,
        "colour": "green",
    }

    problem = post("optimize", body, status=400)

    assert {error["pointer"]: error["code"] for error in problem["errors"]} == {
        "#/workload": "not_one_of",
        "#/priority": "missing",
        "#/regions/1": "unknown_region",
        "#/countries/0": "unknown_country",
        "#/instance_types/0": "unknown_instance_type",
        "#/providers/0": "unknown_provider",
        "#/requirements/gpus": "greater_than_equal",
        "#/requirements/arch": "not_one_of",
        "#/requirements/gpu_model": "unknown_gpu_model",
        "#/limit": "greater_than_equal",
        "#/colour": "unknown_field",
    }


def test_a_provider_without_a_region_is_refused_rather_than_dropped(post: Ask) -> None:
    problem = post("optimize", {**GENERAL, "provider": "gcp"}, status=400)

    assert "providers" in problem["errors"][0]["detail"]


@pytest.mark.parametrize("workload", ["training", "inference", "general", "database", "containers", "serverless"])
@pytest.mark.parametrize("priority", ["carbon", "performance", "balanced"])
def test_every_workload_and_priority_is_answered(post: Ask, workload: str, priority: str) -> None:
    answer = post("optimize", {"workload": workload, "priority": priority, "region": "us-east-1"})

    assert rows(answer)
