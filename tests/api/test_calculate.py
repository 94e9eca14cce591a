"""POST /api/v1/calculate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader, observation
from tests.fakes.service import NOW, service

P4D = {"region": "us-east-1", "instance_type": "p4d.24xlarge", "duration_hours": 24}


def codes(problem: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in problem["errors"]}


def test_the_printed_emission_is_the_printed_energy_times_the_printed_intensity(post: Ask) -> None:
    row = post("calculate", P4D)["calculation"]

    product = row["power_consumption_kwh"] * row["carbon_intensity_used"]
    assert row["co2_emissions_g"] == pytest.approx(product, rel=1e-3)  # each has four digits
    assert row["co2_emissions_kg"] == pytest.approx(row["co2_emissions_g"] / 1000)


def test_the_watts_add_up_and_the_facility_applies_the_pue_once(post: Ask) -> None:
    row = post("calculate", P4D)["calculation"]

    watts = row["power_w"]
    parts = watts["cpu"] + watts["memory"] + watts["accelerator"] + watts["storage"]
    assert watts["it"] == pytest.approx(parts, rel=1e-3)
    assert watts["facility"] == pytest.approx(watts["it"] * row["pue"], rel=1e-3)
    assert row["power_consumption_kwh"] == pytest.approx(watts["facility"] * 24 / 1000, rel=1e-3)


def test_a_live_value_is_answered_as_measured_with_its_time_and_source() -> None:
    live = ZoneReading(latest=observation(NOW, 400.0))
    client = service(FakeReader({"US-MIDA-PJM": live})).test_client()

    row = client.post("/api/v1/calculate", json={**P4D, "duration_hours": 0.25}).get_json()["calculation"]

    assert row["carbon_intensity_gco2_kwh"] == 400.0
    assert row["carbon_intensity_used"] == 400.0  # 10:30 to 10:45 lies within the hour of the live value
    assert (row["is_estimate"], row["data_quality"], row["age_seconds"]) == (False, Quality.MEASURED, 0)
    assert row["datetime"] == "2026-02-11T10:00:00Z"


def test_without_a_live_value_the_answer_says_baseline_and_why(post: Ask) -> None:
    row = post("calculate", P4D)["calculation"]

    assert (row["is_estimate"], row["data_quality"], row["age_seconds"]) == (True, "baseline", None)
    assert row["fallback_reason"] == "no-key"


def test_duration_defaults_to_one_hour_and_count_to_one(post: Ask) -> None:
    row = post("calculate", {"region": "us-east-1", "instance_type": "m7g.large"})["calculation"]

    assert (row["duration_hours"], row["count"]) == (1.0, 1)


def test_ten_machines_emit_ten_times_as_much(post: Ask) -> None:
    one = post("calculate", P4D)["calculation"]
    ten = post("calculate", {**P4D, "count": 10})["calculation"]

    assert ten["co2_emissions_g"] == pytest.approx(10 * one["co2_emissions_g"], rel=1e-3)
    assert ten["power_w"]["it"] == pytest.approx(10 * one["power_w"]["it"], rel=1e-3)


def test_a_defaulted_utilisation_says_so(post: Ask) -> None:
    calculation = post("calculate", {**P4D, "utilization": 0.5})["calculation"]
    defaulted = post("calculate", P4D)["calculation"]

    assert (calculation["utilization"], calculation["utilization_defaulted"]) == (0.5, False)
    assert (defaulted["utilization"], defaulted["utilization_defaulted"]) == (0.5, True)
    assert calculation["co2_emissions_g"] == defaulted["co2_emissions_g"]


def test_the_linear_model_lies_below_the_concave_one_at_half_load(post: Ask) -> None:
    concave = post("calculate", P4D)["calculation"]
    linear = post("calculate", {**P4D, "power_model": "linear"})["calculation"]

    assert linear["power_w"]["cpu"] < concave["power_w"]["cpu"]
    assert linear["power_model"] == "linear"


def test_embodied_emissions_come_on_request_beside_the_grids(post: Ask) -> None:
    without = post("calculate", P4D)["calculation"]
    included = post("calculate", {**P4D, "include_embodied": True})["calculation"]

    assert "embodied_gco2e" not in without
    assert included["co2_emissions_g"] == without["co2_emissions_g"]
    assert included["total_gco2e"] == pytest.approx(included["co2_emissions_g"] + included["embodied_gco2e"], rel=1e-3)


def test_uncertainty_encloses_the_figure(post: Ask) -> None:
    row = post("calculate", P4D)["calculation"]

    uncertainty = row["uncertainty"]
    assert uncertainty["low_co2_emissions_g"] < row["co2_emissions_g"] < uncertainty["high_co2_emissions_g"]
    assert uncertainty["basis"]


@pytest.mark.parametrize(
    "named",
    [
        {"region": "gcp:europe-north1"},
        {"region": "europe-north1", "provider": "gcp"},
        {"region": "europe-north1"},
        {"region": "EUROPE-NORTH1", "provider": "GCP"},
    ],
)
def test_a_region_is_named_by_its_id_alone_or_with_its_provider(post: Ask, named: dict[str, str]) -> None:
    row = post("calculate", {**named, "instance_type": "n2-standard-2"})["calculation"]

    assert (row["provider"], row["region"], row["zone"]) == ("gcp", "europe-north1", "FI")


def test_an_id_that_several_clouds_share_is_refused_with_their_names(post: Ask) -> None:
    problem = post("calculate", {"region": "fr-par", "instance_type": "PRO2-S"}, status=400)

    wrong = problem["errors"][0]
    assert (wrong["pointer"], wrong["code"]) == ("#/region", "ambiguous_region")
    assert wrong["nearest"] == ["linode:fr-par", "scaleway:fr-par"]


def test_an_id_that_aws_shares_means_aws(post: Ask) -> None:
    row = post("calculate", {"region": "eu-central-1", "instance_type": "m7g.large"})["calculation"]

    assert row["provider"] == "aws"  # alibaba has a region of this id too


def test_a_type_that_is_not_offered_there_is_calculated_and_says_so(post: Ask) -> None:
    row = post("calculate", {"region": "eu-north-1", "instance_type": "c4.large"})["calculation"]

    assert row["offered"] is False


def test_a_type_whose_power_is_not_modelled_is_a_422_with_modelled_ones(post: Ask) -> None:
    problem = post("calculate", {"region": "us-east-1", "instance_type": "c6gn.metal"}, status=422)

    assert problem["type"] == "/problems/power-not-modelled"
    assert problem["nearest_modelled"]


def test_every_wrong_field_is_told_at_once_with_the_nearest_names(post: Ask) -> None:
    body = {
        "region": "us-esat-1",
        "instance_type": "m7g.lrge",
        "duration_hours": -1,
        "utilization": 1.5,
        "count": 0,
        "power_model": "convex",
        "utilisation": 0.5,
    }

    problem = post("calculate", body, status=400)

    assert codes(problem) == {
        "#/region": "unknown_region",
        "#/instance_type": "unknown_instance_type",
        "#/duration_hours": "greater_than",
        "#/utilization": "less_than_equal",
        "#/count": "greater_than_equal",
        "#/power_model": "not_one_of",
        "#/utilisation": "unknown_field",
    }
    nearest = {error["pointer"]: error.get("nearest") for error in problem["errors"]}
    assert "us-east-1" in nearest["#/region"]
    assert "m7g.large" in nearest["#/instance_type"]
    assert nearest["#/utilisation"][0] == "utilization"


@pytest.mark.parametrize("missing", ["region", "instance_type"])
def test_a_missing_field_is_named(post: Ask, missing: str) -> None:
    body = {name: value for name, value in P4D.items() if name != missing}

    assert codes(post("calculate", body, status=400)) == {f"#/{missing}": "missing"}


@pytest.mark.parametrize("hours", [0, -24, 8760.5, "24", True, None, [24]])
def test_a_duration_is_a_number_above_zero_and_at_most_a_year(post: Ask, hours: object) -> None:
    assert list(codes(post("calculate", {**P4D, "duration_hours": hours}, status=400))) == ["#/duration_hours"]


def test_a_year_is_the_longest_duration(post: Ask) -> None:
    year = timedelta(days=365) / timedelta(hours=1)

    assert post("calculate", {**P4D, "duration_hours": year})["calculation"]["duration_hours"] == 8760


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_are_refused(text: str) -> None:
    client = service().test_client()
    body = f'{{"region":"us-east-1","instance_type":"m7g.large","duration_hours":{text}}}'

    response = client.post("/api/v1/calculate", data=body, content_type="application/json")

    assert response.status_code == 400
    assert response.get_json()["errors"][0]["pointer"] == "#/duration_hours"


def test_a_tiny_emission_never_prints_as_zero(post: Ask) -> None:
    row = post("calculate", {**P4D, "instance_type": "m7g.large", "duration_hours": 1e-9})["calculation"]

    assert row["co2_emissions_g"] > 0
    assert row["co2_emissions_kg"] > 0
    assert row["power_consumption_kwh"] > 0


def test_a_retired_type_that_is_not_modelled_is_refused_with_both_reasons(post: Ask) -> None:
    detail = post("calculate", {"region": "azure:westeurope", "instance_type": "HB60rs"}, status=422)["detail"]

    assert detail.endswith("cannot be modelled: no source at hand describes its hardware; retired on 2024-08-31")


def test_a_retired_type_is_calculated_and_the_answer_has_the_day(post: Ask) -> None:
    body = {"region": "azure:westeurope", "instance_type": "Standard_NC6s_v3"}

    row = post("calculate", body)["calculation"]
    answer = post("compare", {"options": [body, {"region": "us-east-1", "instance_type": "m7g.large"}]})
    job = post("schedule", {**body, "duration_hours": 2})["machines"]

    assert row["co2_emissions_g"] > 0
    assert row["retired_on"] == answer["analysis"]["worst_option"]["retired_on"] == job["retired_on"] == "2025-09-30"
    assert "retired_on" not in answer["analysis"]["best_option"]
