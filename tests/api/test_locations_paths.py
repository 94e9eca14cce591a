"""GET /v1/by-rank, by-provider, by-country and by-iata: which regions each lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map, open_regions

OPEN = open_regions()


def gids(answer: Any) -> set[str]:
    return {row["gid"] for row in answer["regions"]}


def test_by_rank_lists_all_regions_of_all_providers_greenest_first(get: Ask) -> None:
    answer = get("/v1/by-rank")

    intensities = [row["intensity"] for row in answer["regions"]]
    assert answer["total"] == len(answer["regions"]) == len(OPEN)
    assert gids(answer) == {region.gid for region in OPEN}
    assert intensities == sorted(intensities)


@pytest.mark.parametrize("provider", sorted(cloud_map().providers))
def test_by_provider_lists_one_clouds_regions(get: Ask, provider: str) -> None:
    answer = get(f"/v1/by-provider/{provider}")

    assert gids(answer) == {region.gid for region in OPEN if region.provider == provider}


def test_by_provider_takes_any_case(get: Ask) -> None:
    assert get("/v1/by-provider/DigitalOcean") == get("/v1/by-provider/digitalocean")


@pytest.mark.parametrize(("given", "country"), [("SE", "SE"), ("gb", "GB"), ("De", "DE")])
def test_by_country_takes_any_case(get: Ask, given: str, country: str) -> None:
    answer = get(f"/v1/by-country/{given}")

    assert gids(answer) == {region.gid for region in OPEN if region.country == country} != set()


@pytest.mark.parametrize("given", ["UK", "uk"])
def test_uk_is_answered_as_gb(get: Ask, given: str) -> None:
    assert get(f"/v1/by-country/{given}") == get("/v1/by-country/GB")


def test_by_iata_takes_an_exact_airport_in_any_case(get: Ask) -> None:
    answer = get("/v1/by-iata/arn")

    assert gids(answer) == {region.gid for region in OPEN if region.iata == "ARN"} != set()


@pytest.mark.parametrize(
    ("metro", "airports"),
    [
        ("LON", {"LHR", "LCY", "LGW", "STN", "LTN"}),
        ("sto", {"ARN", "BMA", "VST"}),
        ("PAR", {"CDG", "ORY"}),
        ("NYC", {"JFK", "LGA", "EWR"}),
        ("TYO", {"HND", "NRT"}),
    ],
)
def test_a_metro_code_stands_for_its_airports(get: Ask, metro: str, airports: set[str]) -> None:
    answer = get(f"/v1/by-iata/{metro}")

    assert gids(answer) == {region.gid for region in OPEN if region.iata in airports} != set()


def test_only_a_regions_own_airport_matches_and_the_others_are_shown(get: Ask) -> None:
    heathrow, gatwick = get("/v1/by-iata/LHR"), get("/v1/by-iata/LGW")

    assert all("LGW" in row["iataAlso"] for row in heathrow["regions"] if row["gid"] == "aws-eu-west-2")
    assert gatwick["regions"] == []


@pytest.mark.parametrize(
    ("path", "kind", "nearest"),
    [
        ("by-provider/awss", "unknown-provider", "aws"),
        ("by-country/Sweeden", "unknown-country", "SE"),
        ("by-country/XX", "unknown-country", None),
        ("by-iata/stockholm", "unknown-airport", "ARN"),
        ("by-iata/ZZZ", "unknown-airport", None),
    ],
)
def test_an_unknown_name_in_the_path_is_a_404_with_near_matches(
    get: Ask, path: str, kind: str, nearest: str | None
) -> None:
    problem = get(f"/v1/{path}", status=404)

    assert problem["type"] == f"/problems/{kind}"
    assert nearest is None or nearest in problem["nearest"]


@pytest.mark.parametrize("path", ["by-country/AQ", "by-country/is?provider=aws", "by-iata/TRF", "by-iata/bmA"])
def test_a_valid_name_without_regions_is_an_empty_list(get: Ask, path: str) -> None:
    answer = get(f"/v1/{path}")

    assert (answer["regions"], answer["total"]) == ([], 0)


@pytest.mark.parametrize("name", ["%00", "%ff", "..", "a" * 3000, "ß", "%F0%9F%8C%8D"])
@pytest.mark.parametrize("view", ["by-provider", "by-country", "by-iata"])
def test_a_strange_name_is_a_404_never_a_500(get: Ask, view: str, name: str) -> None:
    assert get(f"/v1/{view}/{name}", status=404)["type"].startswith("/problems/")


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("by-provider/aws?provider=aws&provider=gcp&country=SE", {"aws-eu-north-1"}),
        ("by-provider/aws?provider=gcp", set()),
        ("by-provider/aws?provider=all&country=se", {"aws-eu-north-1"}),
        ("by-country/SE?country=uk", set()),
        ("by-country/GB?country=uk&provider=aws", {"aws-eu-west-2"}),
        ("by-iata/ARN?country=SE&provider=gcp", {"gcp-europe-north2"}),
    ],
)
def test_a_parameter_beside_the_path_keeps_what_is_in_both(get: Ask, query: str, kept: set[str]) -> None:
    assert gids(get(f"/v1/{query}")) == kept
