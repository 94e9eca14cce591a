"""GET /api/v1/regions, /api/v1/regions/{region} and /api/v1/zones/{zone}."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from carbon.intensity import Quality
from carbon.reading import Shares, ZoneReading
from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader, hour_of, observation
from tests.fakes.service import NOW, service


def test_without_a_filter_the_open_aws_regions_come_greenest_first(get: Ask) -> None:
    answer = get("/api/v1/regions")

    intensities = [row["carbon_intensity"] for row in answer["regions"]]
    assert answer["total_regions"] == len(answer["regions"]) == 34
    assert {row["provider"] for row in answer["regions"]} == {"aws"}
    assert intensities == sorted(intensities)


def test_all_lists_every_open_region_of_every_cloud(get: Ask) -> None:
    answer = get("/api/v1/regions?provider=all")

    assert answer["total_regions"] == 374
    assert len({row["provider"] for row in answer["regions"]}) == 15


def test_provider_and_country_may_be_given_several_times(get: Ask) -> None:
    answer = get("/api/v1/regions?provider=aws&provider=gcp&country=SE&country=fi")

    assert {(row["provider"], row["country"]) for row in answer["regions"]} == {
        ("aws", "SE"),
        ("gcp", "SE"),
        ("gcp", "FI"),
    }


def test_total_regions_counts_before_the_limit(get: Ask) -> None:
    answer = get("/api/v1/regions?limit=3")

    assert (answer["total_regions"], len(answer["regions"])) == (34, 3)


def test_a_retired_zone_key_finds_the_regions_of_its_successor(get: Ask) -> None:
    answer = get("/api/v1/regions?zone=US-MIDW-PJM")

    assert {row["zone"] for row in answer["regions"]} == {"US-MIDA-PJM"}


def test_regions_sort_by_renewable_share_or_by_id(get: Ask) -> None:
    by_share = [row["renewable_percentage"] for row in get("/api/v1/regions?sort=renewable_percentage")["regions"]]
    by_id = [row["region"] for row in get("/api/v1/regions?sort=region")["regions"]]

    assert by_share == sorted(by_share, reverse=True)
    assert by_id == sorted(by_id)


def test_every_wrong_parameter_is_told_at_once(get: Ask) -> None:
    query = "provider=awss&country=XX&zone=DEX&sort=colour&limit=0&limit=3&region=us-east-1"

    problem = get(f"/api/v1/regions?{query}", status=400)

    assert sorted((error["parameter"], error["code"]) for error in problem["errors"]) == [
        ("country", "unknown_country"),
        ("limit", "greater_than_equal"),
        ("limit", "repeated"),
        ("provider", "unknown_provider"),
        ("region", "unknown_field"),
        ("sort", "not_one_of"),
        ("zone", "unknown_zone"),
    ]


def test_a_region_shows_now_and_the_next_24_hours(get: Ask) -> None:
    details = get("/api/v1/regions/us-west-2")["region_details"]

    forecast = details["forecast_24h"]
    assert forecast["minimum"] <= forecast["average"] <= forecast["maximum"]
    assert details["hourly_forecast"][0]["datetime"] == "2026-02-11T10:00:00Z"
    assert details["timestamp"] == "2026-02-11T10:30:00Z"


def test_optimal_hours_are_nine_hours_of_the_day_or_none(get: Ask) -> None:
    hours = get("/api/v1/regions/us-west-2")["region_details"]["optimal_hours_utc"]

    assert len(hours) in (0, 9)
    assert all(0 <= hour <= 23 for hour in hours)


def test_live_shares_are_marked_live() -> None:
    shares = Shares(
        zone="US-NW-PACW",
        renewable_share=0.4321,
        fossil_free_share=0.5,
        starts_at=hour_of(NOW),
        quality=Quality.ESTIMATED,
        source="electricity-maps",
    )
    reader = FakeReader({"US-NW-PACW": ZoneReading(latest=observation(NOW, 250.0))}, shares={"US-NW-PACW": shares})
    client = service(reader).test_client()

    details = client.get("/api/v1/regions/us-west-2").get_json()["region_details"]

    assert (details["renewable_percentage"], details["renewable_percentage_basis"]) == (43.21, "live")
    assert details["renewable_percentage_as_of"] == "2026-02-11T10:00:00Z"


def test_annual_shares_are_marked_annual(get: Ask) -> None:
    assert get("/api/v1/regions/us-west-2")["region_details"]["renewable_percentage_basis"] == "annual"


@pytest.mark.parametrize("path", ["gcp:europe-north1", "europe-north1?provider=gcp", "europe-north1"])
def test_a_region_of_another_cloud_is_named_with_or_without_it(get: Ask, path: str) -> None:
    assert get(f"/api/v1/regions/{path}")["region_details"]["provider"] == "gcp"


def test_an_unknown_region_is_a_404_with_the_nearest_names(get: Ask) -> None:
    problem = get("/api/v1/regions/us-esat-1", status=404)

    assert problem["type"] == "/problems/unknown-region"
    assert "us-east-1" in problem["nearest"]


def test_an_id_that_several_clouds_share_is_a_400_with_their_names(get: Ask) -> None:
    problem = get("/api/v1/regions/fr-par", status=400)

    assert problem["type"] == "/problems/ambiguous-region"
    assert problem["nearest"] == ["linode:fr-par", "scaleway:fr-par"]


@pytest.mark.parametrize("region", ["%00", "%ff", "..", "a" * 3000, "aws:", ":", "%F0%9F%8C%8D"])
def test_a_strange_region_is_a_404_never_a_500(client: FlaskClient, region: str) -> None:
    assert client.get(f"/api/v1/regions/{region}").status_code == 404


def test_a_zone_shows_its_year_and_its_regions(get: Ask) -> None:
    details = get("/api/v1/zones/ca-qc")["zone_details"]

    assert details["zone"] == "CA-QC"
    assert details["annual"]["source"]
    assert {"region": "ca-central-1", "provider": "aws", "zone": "CA-QC", "partition": "commercial"} in details[
        "regions"
    ]


def test_a_retired_zone_key_is_answered_with_the_current_one(get: Ask) -> None:
    assert get("/api/v1/zones/US-MIDW-PJM")["zone_details"]["zone"] == "US-MIDA-PJM"


def test_an_unknown_zone_is_a_404_with_the_nearest_names(get: Ask) -> None:
    problem = get("/api/v1/zones/CA-QX", status=404)

    assert problem["type"] == "/problems/unknown-zone"
    assert "CA-QC" in problem["nearest"]


def test_a_corrected_level_is_shown_beside_the_published_one_in_zone_and_region(get: Ask) -> None:
    zone = get("/api/v1/zones/AU-VIC")["zone_details"]
    region = get("/api/v1/regions/ap-southeast-4")["region_details"]

    assert (zone["annual"]["carbon_intensity"], zone["annual"]["published_carbon_intensity"]) == (848, 474)
    assert (zone["annual"]["level_status"], zone["annual"]["method"]) == ("corrected", "official_direct_x_ratio")
    assert zone["note"].startswith("level corrected: ")
    assert (region["zone_level_status"], region["zone_note"]) == ("corrected", zone["note"])


def test_a_doubtful_level_is_marked_in_zone_and_region(get: Ask) -> None:
    zone = get("/api/v1/zones/KR")["zone_details"]
    region = get("/api/v1/regions/ap-northeast-2")["region_details"]

    assert zone["annual"]["level_status"] == region["zone_level_status"] == "doubtful"
    assert zone["annual"]["published_carbon_intensity"] is None
    assert region["zone_note"] == zone["note"]
    assert "8.9 %" in zone["note"]


def test_every_answer_that_rests_on_a_corrected_level_says_so_in_its_source(get: Ask, post: Ask) -> None:
    # Melbourne lies in AU-VIC, whose level is corrected and has a shape; Hong Kong's has none. Oregon's is uncontested.
    for region, source in {
        "ap-southeast-4": "profile-corrected",
        "ap-east-1": "annual-corrected",
        "us-west-2": "profile",
    }.items():
        machine = {"region": region, "instance_type": "m7g.large"}
        emission = post("calculate", machine)["calculation"]
        placed = post("optimize", {"workload": "general", "priority": "carbon", "regions": [region]})
        ranked = get("/v1/by-rank?provider=aws")["regions"]

        assert emission["source"] == emission["carbon_intensity_used_origin"]["source"] == source
        assert placed["recommendation"]["recommendations"][0]["source"] == source
        assert post("schedule", {**machine, "duration_hours": 2})["start_now"]["source"] == source
        assert get(f"/api/v1/regions/{region}")["region_details"]["source"] == source
        assert next(row["source"] for row in ranked if row["id"] == region) == source
