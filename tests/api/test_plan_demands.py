"""What a job of a plan may demand of its times, machine and price. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.api.plan_questions import AWS, EVENINGS, JOB, MACHINE, OWN_JOB, PAUSES, place, plan


@pytest.mark.parametrize("interruptible", PAUSES)
@pytest.mark.parametrize(
    "demands",
    [
        {"exclude": [{"start": "2026-02-11T11:00:00Z", "end": "2026-02-11T20:30:00Z"}]},
        {"blackout": EVENINGS},
        {"machine": MACHINE, "instance_type": None, "utilization": 0.9, "pue": 1.3},
        {"max_price_per_hour": 0.09},
    ],
)
def test_a_job_may_demand_what_schedule_lets_it_demand(post: Ask, demands: dict[str, Any], interruptible: Any) -> None:
    job = {"duration_hours": 4, "deadline": "2026-02-13T09:20:00Z", "interruptible": interruptible, **demands}
    job = {"instance_type": "m7g.large", **job}
    alone = post("schedule", {**job, "regions": [JOB["home"], *AWS]})

    answer = plan(post, {**JOB, **job, "home": None, "regions": [JOB["home"], *AWS]})

    (row,), (other,) = answer["assignments"], answer["alternatives"]
    assert (place(row), row["window"]) == (place(alone), alone["optimal_window"])
    assert (place(other), other["window"]) == (place(alone["options"][0]), alone["options"][0]["optimal_window"])


@pytest.mark.parametrize("interruptible", [None, True])
def test_the_baseline_keeps_out_of_the_times_excluded(post: Ask, interruptible: Any) -> None:
    exclude = [{"start": "2026-02-11T12:00:00Z", "end": "2026-02-11T13:00:00Z"}]
    job = {"duration_hours": 4, "exclude": exclude, "interruptible": interruptible, "instance_type": "m7g.large"}
    alone = post("schedule", {**job, "region": JOB["home"]})

    (row,) = plan(post, {**JOB, **job})["baseline"]["assignments"]

    assert row["window"] == alone["start_now"]
    # In one piece from 13:00 on; else from 10:30 to 12:00 and on from 13:00.
    assert row["window"]["end_time"] == ("2026-02-11T15:30:00Z" if interruptible else "2026-02-11T17:00:00Z")


def test_a_job_that_pauses_says_in_how_many_parts_it_runs(post: Ask) -> None:
    # 10:30 to 12:00 and 13:00 to 15:30 is all the time there is.
    exclude = [{"start": "2026-02-11T12:00:00Z", "end": "2026-02-11T13:00:00Z"}]
    job = {**JOB, "exclude": exclude, "interruptible": True}
    early = {**job, "deadline": "2026-02-11T15:30:00Z"}

    (row,) = plan(post, early)["assignments"]
    assert len(row["window"]["segments"]) == 2
    assert row["why"] == (
        "No other place or time emits less than aws:us-east-1 as early as it can run, in 2 parts, "
        "the transfer of data included."
    )

    (row,) = plan(post, {**early, "regions": ["aws:eu-north-1"]})["assignments"]
    assert row["why"].startswith("In aws:eu-north-1 from 2026-02-11 10:30 UTC to 2026-02-11 15:30 UTC in 2 parts it ")


def test_a_job_that_starts_at_once_and_pauses_later_is_not_said_to_run_at_once(post: Ask) -> None:
    # Germany's grid is cleanest in the middle of the day: today until 13:00, and tomorrow from 10:00 on.
    job = {**JOB, "duration_hours": 6, "home": "aws:eu-central-1", "interruptible": True}

    (row,) = plan(post, {**job, "deadline": "2026-02-12T22:30:00Z"})["assignments"]

    assert len(row["window"]["segments"]) == 2
    assert row["why"].startswith(
        "In aws:eu-central-1 from 2026-02-11 10:30 UTC to 2026-02-12 13:30 UTC in 2 parts it emits "
    )


@pytest.mark.parametrize("interruptible", PAUSES)
def test_a_cautious_plan_takes_the_lowest_90th_centile(post: Ask, interruptible: Any) -> None:
    job = {"duration_hours": 4, "deadline": "2026-02-16T09:20:00Z", "interruptible": interruptible}
    question = {**job, "regions": [JOB["home"], *AWS], "instance_type": "m7g.large"}
    alone = post("schedule", {**question, "risk": "cautious"})

    answer = plan(post, {**JOB, **question}, risk="cautious")

    row = answer["assignments"][0]
    assert (place(row), row["window"]) == (place(alone), alone["optimal_window"])
    assert place(answer["alternatives"][0]) == place(alone["options"][0])


def test_a_job_on_a_machine_of_the_callers_own_says_how_it_was_calculated(post: Ask) -> None:
    (row,) = plan(post, OWN_JOB)["assignments"]

    assert (row["instance_type"], row["machine"]["vcpus"], row["cost_usd"]) == (None, 16, None)


def test_a_plan_of_the_callers_own_is_priced_and_compared_with_the_best(post: Ask) -> None:
    pieces = [
        {"start_time": "2026-02-11T12:00:00Z", "end_time": "2026-02-11T14:00:00Z"},
        {"start_time": "2026-02-11T20:00:00Z", "end_time": "2026-02-11T22:00:00Z"},
    ]
    job = {**JOB, "interruptible": True, "regions": ["aws:eu-north-1"]}
    own = {"job": "one", "region": "eu-central-1", "segments": pieces}
    halves = [
        post("schedule", {"duration_hours": 2, "region": "eu-central-1", "start_after": piece["start_time"],
                          "instance_type": "m7g.large"})["start_now"]["co2_emissions_g"]
        for piece in pieces
    ]  # fmt: skip

    answer = plan(post, job, assignments=[own])

    (row,), (best,) = answer["assignments"], answer["alternatives"]
    assert (place(row), row["co2_emissions_g"]) == ("aws:eu-central-1", pytest.approx(sum(halves), rel=1e-3))
    assert [segment["start_time"] for segment in row["window"]["segments"]] == [p["start_time"] for p in pieces]
    assert place(best) == "aws:eu-north-1"
    assert best["more_co2_emissions_g"] < 0
    times = "from 2026-02-11 12:00 UTC to 2026-02-11 22:00 UTC in 2 parts"
    assert row["why"].startswith(f"You chose aws:eu-central-1 {times};")


@pytest.mark.parametrize(
    ("start", "end", "constraint"),
    [
        ("2026-02-11T10:00:00Z", "2026-02-11T14:00:00Z", "start_after"),
        ("2026-02-13T12:00:00Z", "2026-02-13T16:00:00Z", "deadline"),
        ("2026-02-11T12:00:00Z", "2026-02-11T15:00:00Z", "duration_hours"),
        ("2026-02-11T15:00:00Z", "2026-02-11T19:00:00Z", "blackout"),
        ("2026-02-12T00:00:00Z", "2026-02-12T04:00:00Z", "exclude"),
    ],
)
def test_an_assignment_that_breaks_a_demand_of_its_job_is_unplaced(
    post: Ask, start: str, end: str, constraint: str
) -> None:
    own = {"job": "one", "region": "us-east-1", "segments": [{"start_time": start, "end_time": end}]}
    exclude = [{"start": "2026-02-12T03:00:00Z", "end": "2026-02-12T05:00:00Z"}]

    (row,) = plan(post, {**JOB, "blackout": EVENINGS, "exclude": exclude}, assignments=[own])["unplaced"]

    assert row["constraint"] == constraint


@pytest.mark.parametrize(
    ("interruptible", "constraint"),
    [
        (None, "interruptible"),  # in one piece
        ({"max_segments": 1}, "interruptible"),
        ({"min_run_minutes": 150}, "interruptible"),
        ({"restart_minutes": 10}, "duration_hours"),  # the second segment needs 10 minutes more
    ],
)
def test_the_segments_of_an_assignment_follow_the_rules_of_its_job(
    post: Ask, interruptible: Any, constraint: str
) -> None:
    pieces = [
        {"start_time": "2026-02-11T12:00:00Z", "end_time": "2026-02-11T14:00:00Z"},
        {"start_time": "2026-02-11T20:00:00Z", "end_time": "2026-02-11T22:00:00Z"},
    ]
    own = [{"job": "one", "region": "us-east-1", "segments": pieces}]

    (row,) = plan(post, {**JOB, "interruptible": interruptible}, assignments=own)["unplaced"]

    assert row["constraint"] == constraint


def test_a_price_that_is_too_low_for_all_places_is_answered_with_the_lowest(post: Ask) -> None:
    (row,) = plan(post, {**JOB, "max_price_per_hour": 0.01})["unplaced"]

    # m7g.large costs 0.0816 USD an hour in Virginia.
    assert "the lowest price of these regions is 0.0816 USD; raise it" in row["detail"]


def test_many_different_times_with_many_blackouts_are_refused(post: Ask) -> None:
    blackout = [{"from": f"{hour:02d}:00", "to": f"{hour:02d}:10"} for hour in range(0, 20, 2)]
    job = {**JOB, "blackout": blackout, "deadline": "2026-02-25T10:00:00Z"}
    jobs = [{**job, "id": str(number), "duration_hours": 1 + number / 100} for number in range(80)]

    # 14 days with 10 blackouts, for each of 80 jobs: 11,200 times.
    problem = post("plan", {"jobs": jobs}, status=400)

    assert problem["errors"][0]["code"] == "search_too_large"
    assert post("plan", {"jobs": [{**job, "id": str(number)} for number in range(80)]})["unplaced"] == []


@pytest.mark.parametrize(
    ("field", "value", "instead"),
    [
        ("phases", [{"hours": 4, "utilization": 0.5}], "send the mean of its phases as utilization"),
        ("repeat", {"cron": "0 2 * * *"}, "send each run as a job of its own"),
        ("search_hours", 24, "set deadline"),
        ("forecast", {}, "POST /api/v1/schedule takes your own forecast"),
    ],
)
def test_what_only_schedule_takes_is_refused_with_what_to_do_instead(
    post: Ask, field: str, value: object, instead: str
) -> None:
    of_job = post("plan", {"jobs": [{**JOB, field: value}]}, status=400)["errors"]
    of_plan = post("plan", {"jobs": [JOB], field: value}, status=400)["errors"]

    assert [(row["pointer"], row["code"]) for row in of_job] == [(f"#/jobs/0/{field}", "unknown_field")]
    assert [row["pointer"] for row in of_plan] == [f"#/{field}"]
    assert instead in of_job[0]["detail"]
