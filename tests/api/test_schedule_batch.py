"""POST /api/v1/schedule/batch. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from json import dumps
from typing import Any

import pytest

from api.endpoints.schedule_batch import ScheduleBatchRequest
from api.questions.names import Facts
from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map
from tests.fakes.service import NOW

HEAD = {"status", "request_id", "timestamp", "data_version", "zone_notes", "fact_notes", "signal"}
OREGON = {"region": "us-west-2", "duration_hours": 4}
TOO_LATE = {**OREGON, "deadline": "2026-02-11T12:00:00Z"}
JOBS: list[dict[str, Any]] = [
    OREGON,
    {"regions": ["us-west-2", "gcp:europe-north1"], "duration_hours": 2, "max_options": 1},
    {**OREGON, "interruptible": {"max_segments": 2}, "risk": "cautious"},
    {**OREGON, "instance_type": "m7g.large", "carbon_price_usd_per_tonne": 100},
]


def alone(post: Ask, job: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = post("schedule", job, status=status)
    return {name: value for name, value in answer.items() if name not in HEAD or status != 200}


def test_each_job_is_answered_as_if_it_were_sent_alone(post: Ask) -> None:
    answer = post("schedule/batch", {"jobs": JOBS})

    assert [result["index"] for result in answer["results"]] == [0, 1, 2, 3]
    assert [result["schedule"] for result in answer["results"]] == [alone(post, job) for job in JOBS]
    assert (answer["scheduled"], answer["problems"]) == (4, 0)


def test_a_wrong_job_and_one_that_does_not_fit_leave_the_others_alone(post: Ask) -> None:
    wrong = {"region": "us-wst-2", "duration_hours": 0, "colour": "green"}
    answer = post("schedule/batch", {"jobs": [OREGON, wrong, TOO_LATE, "job", OREGON]})

    results = answer["results"]
    assert (answer["scheduled"], answer["problems"]) == (2, 3)
    assert results[0]["schedule"] == results[4]["schedule"] == alone(post, OREGON)
    assert [(error["pointer"], error["code"]) for error in results[1]["problem"]["errors"]] == [
        ("#/jobs/1/region", "unknown_region"),
        ("#/jobs/1/duration_hours", "greater_than"),
        ("#/jobs/1/colour", "unknown_field"),
    ]
    assert "us-west-2" in results[1]["problem"]["errors"][0]["nearest"]
    assert results[3]["problem"]["errors"][0]["pointer"] == "#/jobs/3"


def test_the_problem_of_a_job_is_that_of_the_job_alone(post: Ask) -> None:
    problem = post("schedule/batch", {"jobs": [TOO_LATE]})["results"][0]["problem"]

    by_itself = alone(post, TOO_LATE, 422)
    assert (problem["type"], problem["status"]) == ("/problems/does-not-fit", 422)
    assert {**problem, "request_id": "", "instance": ""} == {**by_itself, "request_id": "", "instance": ""}


def test_jobs_of_two_signals_are_not_mixed(post: Ask) -> None:
    marginal, average = post("schedule/batch", {"jobs": [{**OREGON, "signal": "marginal"}, OREGON]})["results"]

    assert (marginal["signal"], marginal["problem"]["type"]) == ("marginal", "/problems/intensity-unknown")
    assert average["schedule"] == alone(post, OREGON)
    assert "signal" not in average


@pytest.mark.parametrize(
    ("jobs", "code"),
    [
        ([], "too_short"),
        ([OREGON] * 1001, "too_long"),
        ([{"providers": "all", "duration_hours": 4}] * 50, "too_many_places"),
        (
            [{**OREGON, "duration_hours": 12, "search_hours": 168, "interruptible": {"max_segments": 3}}] * 80,
            "too_many_places",
        ),
    ],
)
def test_a_batch_has_limits(post: Ask, jobs: list[object], code: str) -> None:
    error = post("schedule/batch", {"jobs": jobs}, status=400)["errors"][0]

    assert (error["pointer"], error["code"]) == ("#/jobs", code)


@pytest.mark.parametrize(
    ("jobs", "is_costly"),
    [
        ([OREGON] * 5, False),
        ([OREGON] * 50, True),
        ([{**OREGON, "interruptible": {"restart_minutes": 5}, "search_hours": 168}], True),
        ([{"regions": ["nowhere"]}], False),
    ],
)
def test_a_batch_of_more_than_a_few_places_counts_as_costly(jobs: list[object], is_costly: bool) -> None:
    facts = Facts(mapping=cloud_map(), now=NOW, max_age_minutes=120)
    request = ScheduleBatchRequest.model_validate_json(dumps({"jobs": jobs}), context=facts)

    assert request.is_costly(facts) is is_costly
