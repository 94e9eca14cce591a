"""Countries by code, name or group, in every endpoint that takes them."""

from __future__ import annotations

import pytest

from tests.api.conftest import Ask
from tests.fakes.clouds import open_regions

GENERAL = {"workload": "general", "priority": "carbon", "providers": "all", "limit": 500}
UNION = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)
SERVED = {region.country for region in open_regions()}


@pytest.mark.parametrize("name", ["GB", "UK", "GBR", "United Kingdom", "great britain"])
def test_a_country_has_the_same_names_everywhere(get: Ask, post: Ask, name: str) -> None:
    placed = post("optimize", {**GENERAL, "countries": [name]})["recommendation"]

    assert {row["city"] for row in get(f"/api/v1/regions?provider=aws&country={name}")["regions"]} == {"London"}
    assert {row["country"] for row in get(f"/v1/by-rank?country={name}")["regions"]} == {"GB"}
    assert get(f"/v1/by-country/{name}") == get("/v1/by-country/GB")
    assert "aws:eu-west-2" in {f"{row['provider']}:{row['region']}" for row in placed["recommendations"]}


@pytest.mark.parametrize(("group", "members"), [("EU", {*UNION}), ("eea", {*UNION, "IS", "LI", "NO"})])
def test_a_group_stands_for_its_members_in_every_list(get: Ask, group: str, members: set[str]) -> None:
    served = members & SERVED

    assert {row["country"] for row in get(f"/api/v1/regions?provider=all&country={group}")["regions"]} == served
    assert {row["country"] for row in get(f"/v1/by-rank?country={group}")["regions"]} == served
    assert {row["country"] for row in get(f"/v1/by-country/{group}")["regions"]} == served


def test_all_countries_of_the_eu_may_be_named_and_those_without_a_region_are_told(get: Ask, post: Ask) -> None:
    unserved = [country for country in UNION if country not in SERVED]
    assert "HU" in unserved

    metadata = post("optimize", {**GENERAL, "countries": list(UNION)})["recommendation"]["metadata"]
    query = "&".join(f"country={country}" for country in UNION)

    assert metadata["countries_without_regions"] == unserved
    assert get(f"/api/v1/regions?provider=all&{query}")["countries_without_regions"] == unserved
    assert get(f"/v1/by-rank?{query}")["countriesWithoutRegions"] == sorted(unserved)
    assert get("/v1/by-country/HU")["countriesWithoutRegions"] == ["HU"]


def test_a_country_counts_as_without_regions_if_the_clouds_asked_for_have_none(get: Ask) -> None:
    # Finland has regions of Google Cloud, Hetzner and UpCloud, but none of AWS.
    assert get("/api/v1/regions?provider=aws&country=FI&country=SE")["countries_without_regions"] == ["FI"]
    assert get("/api/v1/regions?provider=gcp&country=FI&country=SE")["countries_without_regions"] == []


def test_if_no_country_has_a_region_the_422_names_them(post: Ask) -> None:
    problem = post("optimize", {**GENERAL, "countries": ["HU", "Iceland"]}, status=422)

    assert problem["countries_without_regions"] == ["HU", "IS"]


def test_by_rank_takes_several_countries_and_several_providers(get: Ask) -> None:
    rows = get("/v1/by-rank?country=SE&country=FI&provider=aws&provider=gcp")["regions"]

    assert {(row["provider"], row["country"]) for row in rows} == {("aws", "SE"), ("gcp", "FI"), ("gcp", "SE")}


def test_an_unknown_country_is_told_by_its_place_with_what_is_near(post: Ask) -> None:
    problem = post("optimize", {**GENERAL, "countries": ["SE", "Germani"]}, status=400)

    (error,) = problem["errors"]
    assert (error["pointer"], error["code"], error["nearest"][0]) == ("#/countries/1", "unknown_country", "DE")
