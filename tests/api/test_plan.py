"""POST /api/v1/plan. The clock stands at 2026-02-11T10:30, and no live value exists."""

from __future__ import annotations

from math import hypot
from statistics import NormalDist
from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.api.plan_questions import AWS, EVENINGS, JOB, MACHINE, OWN_JOB, PAUSES, PRICED, place, plan


@pytest.mark.parametrize("interruptible", PAUSES)
def test_a_job_runs_where_and_when_schedule_finds_the_least_emissions(post: Ask, interruptible: Any) -> None:
    regions = [JOB["home"], *AWS]
    times = {"duration_hours": 4, "deadline": "2026-02-13T09:20:00Z", "interruptible": interruptible}
    alone = [post("schedule", {**times, "region": region, "instance_type": "m7g.large"}) for region in regions]
    grams = {place(answer): answer["optimal_window"]["co2_emissions_g"] for answer in alone}

    answer = plan(post, {**JOB, **times, "regions": AWS})

    (row,), (other,) = answer["assignments"], answer["alternatives"]
    first, second = sorted(grams, key=lambda key: grams[key])[:2]
    assert (place(row), row["co2_emissions_g"]) == (first, grams[first])
    assert (place(other), other["co2_emissions_g"]) == (second, grams[second])
    assert row["window"]["start_time"] == alone[regions.index(first)]["optimal_window"]["start_time"]


def test_places_that_are_not_looked_at_are_not_among_the_best(post: Ask) -> None:
    # Runs of at least 4 h: the lowest hours of a zone, by which places are left out, are far below what a run can have.
    times = {"duration_hours": 9, "interruptible": {"min_run_minutes": 240}, "deadline": "2026-02-14T10:00:00Z"}
    question = {**times, "providers": ["aws"], "instance_type": "m7g.large", "max_options": 100}
    ranking = post("schedule", question)
    rows = sorted((row["optimal_window"]["co2_emissions_g"], place(row)) for row in (ranking, *ranking["options"]))

    for job in ({"home": None, "providers": ["aws"]}, {"home": rows[4][1], "regions": [name for _, name in rows[5:]]}):
        answer = plan(post, {**JOB, **times, **job})
        first = 4 if job["home"] else 0
        choices = [answer["assignments"][0], answer["alternatives"][0]]
        assert [row["co2_emissions_g"] for row in choices] == [grams for grams, _ in rows[first : first + 2]]


def test_with_a_carbon_price_the_sum_of_cost_and_emissions_decides(post: Ask) -> None:
    job = {**JOB, "regions": ["aws:sa-east-1"], "duration_hours": 1}
    # Sao Paulo's grid is cleaner than that of Virginia, its machines are dearer.
    green, cheap = plan(post, job), plan(post, job, objective=PRICED)
    dear_carbon = plan(post, job, objective={"carbon_price_usd_per_tonne": 100_000})

    assert [place(answer["assignments"][0]) for answer in (green, cheap, dear_carbon)] == [
        "aws:sa-east-1",
        "aws:us-east-1",
        "aws:sa-east-1",
    ]
    assert cheap["assignments"][0]["cost_usd"] < green["assignments"][0]["cost_usd"]


def test_a_move_that_saves_less_than_its_transfer_is_not_made(post: Ask) -> None:
    job = {**JOB, "regions": ["aws:us-west-2"]}
    saved = plan(post, job)["savings"]["co2_emissions_g"]
    # Between both regions a GB takes 0.001 kWh; the mean of both grids is some 320 g/kWh, so that a GB emits 0.3 g.
    few, many = (plan(post, {**job, "data_gb": gb}) for gb in (saved, 10 * saved))

    (row,) = few["assignments"]
    assert place(row) == "aws:us-west-2"
    assert row["transfer"]["energy_kwh"] == pytest.approx(saved / 1000, rel=1e-3)
    assert row["transfer"]["cost_usd"] == pytest.approx(saved * 0.02, rel=1e-3)
    assert row["co2_emissions_g"] == pytest.approx(
        row["window"]["co2_emissions_g"] + row["transfer"]["co2_emissions_g"], rel=1e-3
    )
    assert row["transfer"]["high_co2_emissions_g"] == pytest.approx(60 * row["transfer"]["co2_emissions_g"], rel=1e-3)
    assert place(many["assignments"][0]) == "aws:us-east-1"
    assert many["assignments"][0]["transfer"] is None


def test_figures_of_a_transfer_can_be_the_callers_own(post: Ask) -> None:
    own = {"data_gb": 2, "data_in": "ibm:eu-de", "usd_per_gb": 0.5, "kwh_per_gb": 0.1}
    answer = plan(post, {**JOB, **own}, objective=PRICED)

    (row,) = answer["assignments"]
    assert (row["transfer"]["cost_usd"], row["transfer"]["energy_kwh"]) == (1.0, 0.2)
    assert row["transfer"]["low_co2_emissions_g"] == row["transfer"]["high_co2_emissions_g"]


def test_a_job_whose_transfer_has_no_price_needs_one_where_cost_decides(post: Ask) -> None:
    job = {**JOB, "data_gb": 2, "data_in": "ibm:eu-de"}

    assert plan(post, job)["assignments"][0]["cost_usd"] is None
    (row,) = plan(post, job, objective=PRICED)["unplaced"]
    assert row["constraint"] == "usd_per_gb"
    assert "send usd_per_gb" in row["detail"]


def test_places_too_far_from_the_users_are_left_out(post: Ask) -> None:
    berlin = {"lat": 52.5, "lon": 13.4}
    near, nowhere = (
        plan(post, {**JOB, "regions": AWS, "latency_from": {**berlin, "max_ms": most}}) for most in (60, 1)
    )

    # Frankfurt is 420 km away, about 10 ms; Stockholm 810 km, about 18 ms; both in America more than 100 ms.
    rows = [*near["assignments"], *near["alternatives"]]
    assert {place(row) for row in rows} == {"aws:eu-north-1", "aws:eu-central-1"}
    assert nowhere["unplaced"] == [
        {
            "job": "one",
            "constraint": "latency_from",
            "detail": "no region of the job can run it; in 4 of 4: too far from the users; raise max_ms, or name "
            "regions nearer to the users",
            "removed": {"too far from the users": 4},
        }
    ]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"deadline": "2026-02-11T12:00:00Z"}, "deadline"),
        ({"deadline": "2026-02-11T12:00:00Z", "blackout": EVENINGS}, "deadline"),
        ({"deadline": "2026-02-11T22:00:00Z", "duration_hours": 9, "blackout": EVENINGS}, "blackout"),
        (
            {"deadline": "2026-02-11T22:00:00Z", "duration_hours": 9, "blackout": EVENINGS, "interruptible": True},
            "blackout",
        ),
        (
            {
                "deadline": "2026-02-11T15:00:00Z",
                "exclude": [{"start": "2026-02-11T11:00:00Z", "end": "2026-02-11T15:00:00Z"}],
            },
            "exclude",
        ),
        ({"max_price_per_hour": 0.01}, "max_price_per_hour"),
        ({"home": None, "regions": ["gcp:europe-north1"]}, "instance_type"),
        ({"home": "aws:us-gov-west-1", "spot": True, "instance_type": "m7i.large"}, "spot"),
        ({"home": None, "providers": ["aws"], "countries": ["LI"]}, "places"),
    ],
)
def test_a_job_that_cannot_run_names_what_excludes_it(post: Ask, fields: dict[str, Any], constraint: str) -> None:
    answer = plan(post, {**JOB, **fields}, {**JOB, "id": "two"})

    assert [(row["job"], row["constraint"]) for row in answer["unplaced"]] == [("one", constraint)]
    assert [row["job"] for row in answer["assignments"]] == ["two"]
    assert answer["totals"]["co2_emissions_g"] == answer["assignments"][0]["co2_emissions_g"]


def test_the_baseline_is_each_job_at_once_at_home_or_in_the_median_region(post: Ask) -> None:
    at_once = {
        place(answer): answer["start_now"]["co2_emissions_g"]
        for answer in (
            post("schedule", {"duration_hours": 4, "region": region, "instance_type": "m7g.large"}) for region in AWS
        )
    }
    answer = plan(post, JOB, {**JOB, "id": "two", "home": None, "regions": AWS})

    home, median = answer["baseline"]["assignments"]
    assert (place(home), home["basis"], home["window"]["start_time"]) == (
        "aws:us-east-1",
        "home",
        "2026-02-11T10:30:00Z",
    )
    assert (median["basis"], median["co2_emissions_g"]) == ("median region", sorted(at_once.values())[1])
    saved = answer["baseline"]["co2_emissions_g"] - answer["totals"]["co2_emissions_g"]
    assert answer["savings"]["co2_emissions_g"] == pytest.approx(saved, rel=1e-3)


def test_savings_are_surer_the_farther_apart_the_grids_are(post: Ask) -> None:
    sure = plan(post, {**JOB, "regions": ["aws:eu-north-1"]})["savings"]
    stays = plan(post, {**JOB, "deadline": "2026-02-11T14:30:00Z"})["savings"]

    assert sure["chance_of_saving"] > 0.99
    assert stays == {"co2_emissions_g": 0.0, "percentage": 0.0, "cost_usd": 0.0, "chance_of_saving": 0.0}


def test_savings_are_less_sure_where_the_networks_energy_is_open(post: Ask) -> None:
    job = {**JOB, "regions": ["aws:us-west-2"], "data_gb": 1}
    fixed, ranged = plan(post, {**job, "kwh_per_gb": 0.001}), plan(post, job)
    transfer, saved = ranged["assignments"][0]["transfer"], ranged["savings"]["co2_emissions_g"]

    # Both plans save as much. What the grids leave open follows from the first, the network's part from its range.
    normal = NormalDist()
    grids = saved / normal.inv_cdf(fixed["savings"]["chance_of_saving"])
    network = (transfer["high_co2_emissions_g"] - transfer["low_co2_emissions_g"]) / 2.563
    chance = normal.cdf(saved / hypot(grids, network))
    assert ranged["savings"]["chance_of_saving"] == pytest.approx(chance, abs=0.002)
    assert chance < fixed["savings"]["chance_of_saving"] - 0.02


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"jobs": []}, "#/jobs", "too_short"),
        ({"jobs": [JOB, JOB]}, "#/jobs", "not_unique"),
        ({"jobs": [{**JOB, "home": None}]}, "#/jobs/0/instance_type", "missing"),
        ({"jobs": [{**JOB, "regions": AWS, "providers": "all"}]}, "#/jobs/0/instance_type", "one_place"),
        ({"jobs": [{**JOB, "data_in": "us-west-2"}]}, "#/jobs/0/data_in", "missing"),
        ({"jobs": [{**JOB, "home": None, "regions": AWS, "data_gb": 1}]}, "#/jobs", "missing"),
        ({"jobs": [{**JOB, "deadline": "2026-03-11T10:30:00Z"}]}, "#/jobs/0/deadline", "too_far_ahead"),
        ({"jobs": [{**JOB, "machine": MACHINE}]}, "#/jobs/0/instance_type", "machine_or_instance_type"),
        ({"jobs": [{**JOB, "instance_type": None}]}, "#/jobs/0/instance_type", "missing"),
        ({"jobs": [{**OWN_JOB, "spot": True}]}, "#/jobs/0/spot", "instance_type_missing"),
        ({"jobs": [{**OWN_JOB, "max_price_per_hour": 1}]}, "#/jobs/0/max_price_per_hour", "instance_type_missing"),
        ({"jobs": [JOB, OWN_JOB], "objective": PRICED}, "#/objective", "instance_type_missing"),
        ({"jobs": [JOB], "risk": "cautious", "signal": "marginal"}, "#/risk", "risk_without_ranges"),
    ],
)
def test_a_wrong_question_says_what_to_change(post: Ask, body: dict[str, Any], pointer: str, code: str) -> None:
    problem = post("plan", body, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_an_exact_search_of_too_many_segments_is_refused(post: Ask) -> None:
    limited = {"interruptible": {"max_segments": 3}, "duration_hours": 24, "deadline": "2026-02-18T10:00:00Z"}
    problem = post("plan", {"jobs": [{**JOB, **limited, "id": str(number)} for number in range(20)]}, status=400)

    assert problem["errors"][0]["code"] == "search_too_large"
