"""POST /api/v1/schedule for jobs that may pause. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from json import dumps

import pytest

from api.questions.names import Facts
from api.questions.schedule import ScheduleRequest
from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map
from tests.fakes.service import NOW

OREGON = {"region": "us-west-2", "duration_hours": 6, "search_hours": 48}


def hours(segment: dict[str, str]) -> float:
    start, end = (datetime.fromisoformat(segment[name]) for name in ("start_time", "end_time"))
    return (end - start).total_seconds() / 3600


def test_the_segments_are_as_long_as_the_job_and_their_mean_is_that_of_the_window(post: Ask) -> None:
    window = post("schedule", {**OREGON, "interruptible": True})["optimal_window"]

    segments = window["segments"]
    assert sum(map(hours, segments)) == pytest.approx(6)
    assert all(before["end_time"] < after["start_time"] for before, after in pairwise(segments))
    assert (window["start_time"], window["end_time"]) == (segments[0]["start_time"], segments[-1]["end_time"])
    mean = sum(hours(segment) * segment["avg_carbon_intensity"] for segment in segments) / 6
    assert window["avg_carbon_intensity"] == pytest.approx(mean, rel=1e-3)
    assert window["low"] < window["avg_carbon_intensity"] < window["high"]


def test_fewer_freedoms_never_lower_the_mean(post: Ask) -> None:
    ways: list[object] = [True, {"max_segments": 3}, {"max_segments": 2, "min_run_minutes": 120}, False]
    means = [
        post("schedule", {**OREGON, "interruptible": way})["optimal_window"]["avg_carbon_intensity"] for way in ways
    ]

    assert means == sorted(means)
    assert means[0] < means[-1]


def test_the_best_window_of_one_piece_is_the_first_alternative(post: Ask) -> None:
    whole = post("schedule", OREGON)["optimal_window"]
    answer = post("schedule", {**OREGON, "interruptible": {"max_segments": 4, "restart_minutes": 5}})

    assert len(answer["optimal_window"]["segments"]) > 1
    first = answer["next_best_windows"][0]
    assert (first["start_time"], first["end_time"]) == (whole["start_time"], whole["end_time"])
    assert [segment["start_time"] for segment in first["segments"]] == [whole["start_time"]]
    assert answer["expected_savings"] is None
    assert answer["grid_minutes"] == 5


def test_a_restart_costs_machine_time_energy_and_money(post: Ask) -> None:
    job = {**OREGON, "duration_hours": 10, "instance_type": "m7g.large"}
    whole = post("schedule", job)["machines"]
    answer = post("schedule", {**job, "interruptible": {"max_segments": 2, "restart_minutes": 6}})

    # On the grid of 5 minutes, 6 minutes are two steps: the second segment adds 10 minutes to the 10 h.
    machines, window = answer["machines"], answer["optimal_window"]
    assert len(window["segments"]) == 2
    assert window["duration_hours"] == pytest.approx(10 + 1 / 6, rel=1e-3)
    for part, name in ((machines, "power_consumption_kwh"), (machines["cost"], "on_demand_usd")):
        before = {**whole, **whole["cost"]}[name]
        assert part[name] == pytest.approx(before * (10 + 1 / 6) / 10, rel=1e-3)
    grams = machines["power_consumption_kwh"] * window["avg_carbon_intensity"]
    assert window["co2_emissions_g"] == pytest.approx(grams, rel=1e-3)
    saving = answer["start_now"]["co2_emissions_g"] - window["co2_emissions_g"]
    assert answer["savings_potential"]["start_now_vs_optimal_co2_g"] == pytest.approx(saving, abs=0.1)


def test_a_blackout_pauses_the_job(post: Ask) -> None:
    # Four hours of every eight are closed; no gap is as long as the job.
    closed = [{"from": "12:00", "to": "16:00"}, {"from": "20:00", "to": "00:00"}, {"from": "04:00", "to": "08:00"}]
    post("schedule", {**OREGON, "blackout": closed}, status=422)
    answer = post("schedule", {**OREGON, "blackout": closed, "interruptible": True})

    # 10:30 to 12:00, 16:00 to 20:00, and half an hour from midnight on.
    assert [(part["start_time"][11:16], hours(part)) for part in answer["start_now"]["segments"]] == [
        ("10:30", 1.5),
        ("16:00", 4.0),
        ("00:00", 0.5),
    ]
    assert answer["next_best_windows"] == []
    for part in answer["optimal_window"]["segments"]:
        assert not any(
            clock <= part["start_time"][11:16] < end for clock, end in (("12:00", "16:00"), ("20:00", "24:00"))
        )


@pytest.mark.parametrize(
    ("more", "is_costly"),
    [
        ({"interruptible": True, "search_hours": 168}, False),
        ({"interruptible": {"restart_minutes": 5}}, False),
        ({"interruptible": {"restart_minutes": 5}, "search_hours": 168}, True),
        ({"interruptible": {"max_segments": 5}, "deadline": "2026-02-18T00:00:00Z"}, True),
        ({"interruptible": True, "deadline": "2026-06-18T00:00:00Z"}, True),
    ],
)
def test_a_search_of_many_ways_to_pause_counts_as_costly(more: dict[str, object], is_costly: bool) -> None:
    facts = Facts(mapping=cloud_map(), now=NOW, max_age_minutes=120)
    request = ScheduleRequest.model_validate_json(
        dumps({"region": "us-west-2", "duration_hours": 6, **more}), context=facts
    )

    assert request.is_costly(facts) is is_costly


def test_without_interruptible_the_answer_has_no_segments(post: Ask) -> None:
    answer = post("schedule", OREGON)

    assert "segments" not in answer["optimal_window"]
    assert "grid_minutes" not in answer


@pytest.mark.parametrize(
    ("interruptible", "pointer", "code"),
    [
        ("yes", "", "interruptible"),
        ({"max_segments": 0}, "/max_segments", "greater_than_equal"),
        ({"min_run_minutes": -1}, "/min_run_minutes", "greater_than_equal"),
        ({"restart": 5}, "/restart", "unknown_field"),
    ],
)
def test_a_wrong_interruption_is_refused(post: Ask, interruptible: object, pointer: str, code: str) -> None:
    problem = post("schedule", {**OREGON, "interruptible": interruptible}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"#/interruptible{pointer}", code)]


def test_a_search_that_is_too_large_is_refused_with_what_to_change(post: Ask) -> None:
    body = {
        "region": "us-west-2",
        "duration_hours": 1000,
        "deadline": "2026-12-11T00:00:00Z",
        "interruptible": {"max_segments": 3},
    }

    error = post("schedule", body, status=400)["errors"][0]

    assert (error["pointer"], error["code"]) == ("#/interruptible", "search_too_large")
    assert "nearer deadline" in error["detail"]


def test_a_job_shorter_than_a_second_may_pause_too(post: Ask) -> None:
    job = {"region": "us-west-2", "duration_hours": 1e-8, "interruptible": {"max_segments": 3, "restart_minutes": 5}}

    window = post("schedule", job)["optimal_window"]

    assert window["avg_carbon_intensity"] > 0
    assert len(window["segments"]) == 1
