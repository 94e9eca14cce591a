"""What the graph answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Ask = Callable[..., Any]


def test_a_region_is_asked_for_by_name_and_answered_with_the_fields_that_are_named(ask: Ask) -> None:
    data = ask('{region(region: "aws:eu-north-1") {region_details {region zone} now {provider}}}')

    assert data == {
        "region": {"region_details": {"region": "eu-north-1", "zone": "SE-SE3"}, "now": {"provider": "aws"}}
    }


def test_regions_are_listed_greenest_first(ask: Ask) -> None:
    data = ask("{regions(limit: 3) {total_regions regions {carbon_intensity}}}")

    figures = [row["carbon_intensity"] for row in data["regions"]["regions"]]
    assert len(figures) == 3
    assert figures == sorted(figures)
    assert data["regions"]["total_regions"] > 3


def test_null_is_as_if_an_argument_were_left_out(ask: Ask) -> None:
    query = """query ($n: Int, $sort: RegionSort, $job: ScheduleRequest!) {
        regions(offset: $n, sort: $sort, limit: 2) {regions {region}}
        schedule(input: $job) {optimal_window {start_time}}
    }"""
    job = {"region": "us-east-1", "duration_hours": 2}

    without = ask(query, job=job)
    with_nulls = ask(query, n=None, sort=None, job={**job, "risk": None, "exclude": None, "count": None})

    assert with_nulls == without
