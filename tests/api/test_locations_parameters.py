"""The parameters of the scheduling API: what each keeps, and what each refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from carbon.reading import ZoneReading
from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader, flat, forecast, known, observation
from tests.fakes.service import NOW, service

STALE = ZoneReading(latest=observation(NOW, 20.0, hours_ago=2), forecast=forecast(NOW, [25.0] * 5))


def ask(path: str, readings: Mapping[str, ZoneReading] | None = None, **settings: Any) -> Any:
    response = service(FakeReader(readings), rules=None, **settings).test_client().get(path)

    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def errors(get: Ask, query: str) -> dict[str, tuple[str, list[str]]]:
    """Parameter -> code and near names of its error."""
    problem = get(f"/v1/by-rank?{query}", status=400)
    return {error["parameter"]: (error["code"], error.get("nearest", [])) for error in problem["errors"]}


def test_limit_shortens_the_list_but_not_the_total(get: Ask) -> None:
    answer = get("/v1/by-rank?limit=3")

    assert (len(answer["regions"]), answer["total"]) == (3, 374)


def test_provider_may_be_given_several_times(get: Ask) -> None:
    answer = get("/v1/by-rank?provider=aws&provider=GCP")

    assert {row["provider"] for row in answer["regions"]} == {"aws", "gcp"}


def test_exclude_takes_gids_keys_and_providers_in_any_case(get: Ask) -> None:
    left = get("/v1/by-country/FR?exclude=ovh&exclude=gcp-europe-west9&exclude=azure:FranceCentral&exclude=OCI")

    gids = {row["gid"] for row in left["regions"]}
    assert gids >= {"aws-eu-west-3", "scaleway-fr-par"}
    assert {"gcp-europe-west9", "azure-francecentral"}.isdisjoint(gids)
    assert {"ovh", "oci"}.isdisjoint(row["provider"] for row in left["regions"])


def test_what_exclude_does_not_know_is_an_error_with_near_names(get: Ask) -> None:
    assert errors(get, "exclude=aws-us-esat-1")["exclude"] == (
        "unknown_place",
        ["aws-us-west-1", "aws-us-east-1", "aws-us-west-2", "aws-us-east-2", "aws-eu-west-1"],
    )
    assert errors(get, "exclude=awss")["exclude"] == ("unknown_place", ["aws"])


def test_the_prices_are_for_the_type_named(get: Ask) -> None:
    answer = get("/v1/by-provider/aws?instanceType=M7G.large")

    assert {row["instanceType"] for row in answer["regions"]} == {"m7g.large"}


def test_the_prices_are_for_the_cheapest_type_of_the_shape(get: Ask) -> None:
    (row,) = get("/v1/by-rank?exclude=azure&country=SE&gpus=1&gpuModel=T4&limit=1")["regions"]

    assert (row["gid"], row["instanceType"], row["arch"]) == ("aws-eu-north-1", "g4dn.xlarge", "x86_64")


def test_an_arch_is_kept(get: Ask) -> None:
    assert {row["arch"] for row in get("/v1/by-provider/gcp?arch=arm64")["regions"]} == {"arm64"}


def test_a_type_beside_a_shape_is_a_400(get: Ask) -> None:
    assert errors(get, "instanceType=m7g.large&vcpus=2&memoryGb=8") == {"instanceType": ("type_and_shape", [])}


def test_max_intensity_and_max_price_keep_what_is_known_to_be_at_most_that(get: Ask) -> None:
    answer = get("/v1/by-rank?maxIntensity=100&maxPricePerHour=0.08")

    assert answer["regions"]
    assert all(row["intensity"] <= 100 for row in answer["regions"])
    assert all(row["instancePrice"]["perHour"] <= 0.08 for row in answer["regions"])


def test_with_spot_only_the_highest_price_is_a_spot_price_and_every_row_has_one(get: Ask) -> None:
    answer = get("/v1/by-rank?spot=only&maxPricePerHour=0.02")

    assert answer["regions"]
    assert all(row["spotPrice"]["perHour"] <= 0.02 for row in answer["regions"])


@pytest.mark.parametrize(
    ("query", "gid"),
    [
        ("partition=china&provider=aws", "aws-cn-north-1"),
        ("partition=gov&provider=aws", "aws-us-gov-west-1"),
        ("status=announced&provider=aws", "aws-sa-west-1"),
    ],
)
def test_partition_and_status_choose_others_than_open_commercial_regions(get: Ask, query: str, gid: str) -> None:
    assert gid in {row["gid"] for row in get(f"/v1/by-rank?{query}")["regions"]}


@pytest.mark.parametrize(
    ("query", "first"),
    [("", "GB"), ("tolerance=5", "SE"), ("tolerance=5%25", "SE"), ("tolerance=1", "SE"), ("tolerance=0.9", "GB")],
)
def test_within_a_tolerance_23_g_need_not_beat_24_g_at_a_higher_spot_score(query: str, first: str) -> None:
    # London has score 4 at 23 g, Stockholm 7 at 24 g; 23 + 1 and 23 x 1.05 = 24.15 reach 24, 23 + 0.9 does not.
    readings = {"SE-SE3": flat(NOW, 24.0), "GB": flat(NOW, 23.0), "FR": flat(NOW, 23.0)}

    rows = ask(f"/v1/by-provider/aws?{query}", readings)["regions"]

    assert next(row["country"] for row in rows if row["country"] in ("SE", "GB")) == first
    assert {row["country"]: row["spotScore"] for row in rows if row["country"] in ("SE", "GB")} == {"SE": 7, "GB": 4}


def test_duration_and_within_give_the_best_start_and_whether_the_job_fits() -> None:
    readings = {"SE-SE3": known(NOW, [100, 90, 40, 40, 90, 90])}

    (row,) = ask("/v1/by-provider/aws?country=SE&durationHours=2&within=4", readings)["regions"]

    assert (row["intensity"], row["notBefore"], row["notAfter"]) == (
        40.0,
        "2026-02-11T12:00:00+00:00",
        "2026-02-11T14:00:00+00:00",
    )
    assert (row["scheduleLimits"], row["fits"]) == ({"seconds": 7200, "minutes": 120, "hours": 2}, True)


def test_a_job_that_may_wait_is_told_what_waiting_saved_in_backtests_as_schedule_does() -> None:
    readings = {"SE-SE3": known(NOW, [100, 90, 40, 40, 90, 90])}

    client = service(FakeReader(readings)).test_client()

    (row,) = client.get("/v1/by-provider/aws?country=SE&durationHours=2&within=4").get_json()["regions"]
    question = {"region": "eu-north-1", "duration_hours": 2, "search_hours": 4}
    scheduled = client.post("/api/v1/schedule", json=question).get_json()

    expected = scheduled["expected_savings"]
    assert expected["low"] < expected["median"] < expected["high"]
    assert row["expectedSavings"] == {
        "median": expected["median"],
        "low": expected["low"],
        "high": expected["high"],
        "chanceOfSaving": expected["chance_of_saving"],
        "basis": expected["basis"],
    }
    assert (row["low"], row["high"]) == (scheduled["optimal_window"]["low"], scheduled["optimal_window"]["high"])
    assert row["low"] < 40 < row["high"]


def test_without_within_nothing_is_said_of_waiting(get: Ask) -> None:
    assert get("/v1/by-rank?limit=1")["regions"][0]["expectedSavings"] is None


def test_a_duration_that_does_not_fit_says_so() -> None:
    (row,) = ask("/v1/by-provider/aws?country=SE&durationHours=3", {"SE-SE3": known(NOW, [20, 20, 90])})["regions"]

    assert row["fits"] is False


def test_without_a_duration_nothing_is_said_to_fit(get: Ask) -> None:
    assert "fits" not in get("/v1/by-rank?limit=1")["regions"][0]


def test_with_estimates_excluded_the_stale_region_is_told_at_the_top() -> None:
    answer = ask("/v1/by-provider/aws?country=SE&estimates=exclude", {"SE-SE3": STALE})

    assert answer["regions"] == []
    assert answer["excluded"] == [{"gid": "aws-eu-north-1", "reason": "stale"}]


def test_with_estimates_included_the_stale_region_falls_to_its_estimate_marked() -> None:
    (row,) = ask("/v1/by-provider/aws?country=SE", {"SE-SE3": STALE})["regions"]

    assert (row["intensity"], row["isEstimate"], row["dataQuality"]) == (25.0, True, "forecast")
    assert row["fallbackReason"] == "stale"


@pytest.mark.parametrize(
    ("configured", "asked", "measured"), [(60, "", True), (60, "&maxAgeMinutes=29", False), (20, "", False)]
)
def test_max_age_minutes_is_the_callers_up_to_the_configured_one(configured: int, asked: str, measured: bool) -> None:
    # The value's interval ended at 10:00; it is 10:30.
    readings = {"SE-SE3": ZoneReading(latest=observation(NOW, 20.0, hours_ago=1))}

    (row,) = ask(f"/v1/by-provider/aws?country=SE{asked}", readings, max_age_minutes=configured)["regions"]

    assert (not row["isEstimate"]) is measured


def test_no_configuration_makes_a_value_older_than_an_hour_current() -> None:
    (row,) = ask("/v1/by-provider/aws?country=SE", {"SE-SE3": STALE}, max_age_minutes=1440)["regions"]

    assert row["fallbackReason"] == "stale"


def test_an_age_above_the_configured_one_is_an_error() -> None:
    client = service(max_age_minutes=30).test_client()

    problem = client.get("/v1/by-rank?maxAgeMinutes=31").get_json(force=True)

    assert [(error["parameter"], error["code"]) for error in problem["errors"]] == [
        ("maxAgeMinutes", "less_than_equal")
    ]
    assert client.get("/v1/by-rank?maxAgeMinutes=30").status_code == 200


def test_every_wrong_parameter_is_told_at_once(get: Ask) -> None:
    query = (
        "limit=0&provider=awss&country=XQ&exclude=x&instanceType=m7g.lrge&vcpus=0&memoryGb=x&gpus=-1&gpuModel=zzz"
        "&arch=riscv&durationHours=0&within=169&maxIntensity=-1&maxPricePerHour=nan&spot=yes&partition=moon&status=new"
        "&tolerance=5g&estimates=maybe&maxAgeMinutes=61&format=xml&fields=gid,idd&durationHour=1"
    )

    field_errors = errors(get, query)

    assert {name: code for name, (code, _) in field_errors.items()} == {
        "limit": "greater_than_equal",
        "provider": "unknown_provider",
        "country": "unknown_country",
        "exclude": "unknown_place",
        "instanceType": "unknown_instance_type",
        "vcpus": "greater_than",
        "memoryGb": "float_parsing",
        "gpus": "greater_than_equal",
        "gpuModel": "unknown_gpu_model",
        "arch": "not_one_of",
        "durationHours": "greater_than",
        "within": "less_than_equal",
        "maxIntensity": "greater_than_equal",
        "maxPricePerHour": "finite_number",
        "spot": "not_one_of",
        "partition": "not_one_of",
        "status": "not_one_of",
        "tolerance": "tolerance",
        "estimates": "not_one_of",
        "maxAgeMinutes": "less_than_equal",
        "format": "not_one_of",
        "fields": "not_one_of",
        "durationHour": "unknown_field",
    }


def test_an_unknown_field_is_refused_with_the_names_of_all_fields(get: Ask) -> None:
    (error,) = get("/v1/by-rank?fields=gid,region", status=400)["errors"]
    assert error["detail"].startswith("'region' is not a field; the fields are gid, id, intensity, spotScore, ")
    assert ", spotPrice.perHour, " in error["detail"]


def test_names_in_snake_case_are_no_parameters(get: Ask) -> None:
    assert errors(get, "memory_gb=8") == {"memory_gb": ("unknown_field", ["memoryGb", "maxMemoryGb"])}
