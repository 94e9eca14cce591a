"""Parts of a cloud with their own customers: commercial, government, China, sovereign."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map

GENERAL = {"workload": "general", "priority": "carbon"}


def partitions(rows: list[dict[str, Any]]) -> set[str]:
    return {cloud_map().regions[f"{row['provider']}:{row['region']}"].partition for row in rows}


@pytest.mark.parametrize(("region", "partition"), [("us-gov-west-1", "gov"), ("cn-north-1", "china")])
def test_asked_from_a_region_only_its_partition_competes(post: Ask, region: str, partition: str) -> None:
    answer = post("optimize", {**GENERAL, "region": region, "limit": 100})["recommendation"]

    assert partitions(answer["recommendations"]) == {partition}
    assert answer["metadata"]["partition"] == partition


def test_naming_regions_of_one_partition_is_asking_for_it(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "regions": ["cn-north-1", "cn-northwest-1"]})["recommendation"]

    assert partitions(answer["recommendations"]) == {"china"}


def test_without_a_region_only_commercial_regions_compete(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "limit": 500})["recommendation"]

    assert partitions(answer["recommendations"]) == {"commercial"}


def test_all_lets_every_partition_compete_if_the_caller_says_so(post: Ask) -> None:
    body = {**GENERAL, "region": "us-gov-west-1", "partition": "all", "limit": 500}

    answer = post("optimize", body)["recommendation"]

    assert partitions(answer["recommendations"]) >= {"commercial", "gov", "china"}


def test_advice_across_partitions_says_so(post: Ask) -> None:
    body = {**GENERAL, "region": "us-gov-west-1", "partition": "all", "duration_hours": 1000}

    answer = post("optimize", body)["recommendation"]

    (advice,) = [hint for hint in answer["service_optimization_details"] if hint["kind"] == "region"]
    assert "(partition commercial) instead of" in advice["text"]
    assert "aws:us-gov-west-1 (partition gov)" in advice["text"]


def test_advice_within_a_partition_does_not_mention_it(post: Ask) -> None:
    body = {**GENERAL, "region": "ap-south-1", "duration_hours": 1000}

    answer = post("optimize", body)["recommendation"]

    (advice,) = [hint for hint in answer["service_optimization_details"] if hint["kind"] == "region"]
    assert advice["from"] == "aws:ap-south-1"
    assert "partition" not in advice["text"]


def test_a_region_of_another_partition_than_the_one_that_competes_is_listed_but_refused(post: Ask) -> None:
    answer = post("optimize", {**GENERAL, "region": "us-gov-west-1", "partition": "commercial"})["recommendation"]

    requested = answer["recommendations"][-1]
    assert (requested["region"], requested["qualifies"], requested["refused_by"]) == (
        "us-gov-west-1",
        False,
        ["partition"],
    )


def test_what_runs_today_in_a_partition_is_compared_with_that_partition(post: Ask) -> None:
    current = {"region": "cn-north-1", "instance_type": "m6g.large"}

    answer = post("optimize", {**GENERAL, "current": current})["recommendation"]

    assert answer["metadata"]["partition"] == "china"


def test_what_the_partition_removes_is_counted(post: Ask) -> None:
    # The regions named are of two partitions, so that the commercial one competes.
    problem = post("optimize", {**GENERAL, "regions": ["cn-north-1", "us-gov-west-1"]}, status=422)

    assert problem["removed"]["partition"] > 0
    assert sum(problem["removed"].values()) == problem["candidates"]


@pytest.mark.parametrize("partition", ["commercial", "gov", "china", "sovereign"])
def test_regions_and_by_rank_list_the_partition_that_is_asked_for(get: Ask, partition: str) -> None:
    keys = {r.key for r in cloud_map().regions.values() if (r.partition, r.status) == (partition, "available")}

    regions = get(f"/api/v1/regions?provider=all&partition={partition}")["regions"]
    ranked = get(f"/v1/by-rank?partition={partition}")["regions"]

    assert {f"{row['provider']}:{row['region']}" for row in regions} == keys
    assert {f"{row['provider']}:{row['id']}" for row in ranked} == keys


def test_all_in_regions_and_by_rank_is_every_partition(get: Ask) -> None:
    available = sum(region.status == "available" for region in cloud_map().regions.values())

    assert get("/api/v1/regions?provider=all&partition=all")["total_regions"] == available
    assert get("/v1/by-rank?partition=all")["total"] == available
