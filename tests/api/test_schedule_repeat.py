"""POST /api/v1/schedule for jobs that come back. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from json import dumps

import pytest

from api.questions.names import Facts
from api.questions.schedule import ScheduleRequest
from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map
from tests.fakes.service import NOW

NIGHTLY = {"cron": "0 9 * * *", "time_zone": "Europe/Berlin", "flex_hours": 10, "until": "2026-02-14T12:00:00Z"}
JOB = {"region": "us-west-2", "duration_hours": 3, "instance_type": "m7g.large"}
ALONE = ("optimal_window", "expected_savings", "latest_start_time")


def test_each_run_has_the_window_that_it_would_have_alone(post: Ask) -> None:
    answer = post("schedule", {**JOB, "repeat": NIGHTLY})

    # 09:00 in Berlin in winter is 08:00 UTC. That of today may start until 18:00, so it counts from now on: 7.5 h.
    runs = answer["occurrences"]
    assert [run["scheduled_at"] for run in runs] == [f"2026-02-{day}T08:00:00Z" for day in (11, 12, 13, 14)]
    today = post("schedule", {**JOB, "search_hours": 7.5})
    tomorrow = post("schedule", {**JOB, "start_after": runs[1]["scheduled_at"], "search_hours": 10})
    for run, alone in ((runs[0], today), (runs[1], tomorrow)):
        assert {field: run[field] for field in ALONE} == {field: alone[field] for field in ALONE}
        assert run["start_as_scheduled"] == alone["start_now"]
        assert run["savings_percentage"] == alone["savings_potential"]["start_now_vs_optimal_percentage"]
    assert runs[0]["latest_start_time"] == "2026-02-11T18:00:00Z"


def test_the_other_fields_describe_the_first_run(post: Ask) -> None:
    answer = post("schedule", {**JOB, "repeat": NIGHTLY})

    today = post("schedule", {**JOB, "search_hours": 7.5})
    for field in set(today) - {"request_id"}:
        assert answer[field] == today[field], field


def test_the_totals_are_those_of_all_runs_that_can_be_scheduled(post: Ask) -> None:
    day_off = [{"start": "2026-02-12T00:00:00Z", "end": "2026-02-13T00:00:00Z"}]

    answer = post("schedule", {**JOB, "repeat": NIGHTLY, "exclude": day_off})

    runs, totals = answer["occurrences"], answer["occurrence_totals"]
    assert [run["optimal_window"] is None for run in runs] == [False, True, False, False]
    assert "excluded" in runs[1]["reason"]
    assert (totals["scheduled"], totals["not_scheduled"]) == (3, 1)
    grams, at_once = (
        sum(run[name]["co2_emissions_g"] for run in runs if run[name])
        for name in ("optimal_window", "start_as_scheduled")
    )
    assert totals["co2_emissions_g"] == pytest.approx(grams, rel=1e-3)
    assert totals["start_as_scheduled_co2_g"] == pytest.approx(at_once, rel=1e-3)
    assert totals["savings_co2_g"] == pytest.approx(at_once - grams, abs=0.01)
    assert totals["savings_percentage"] == pytest.approx(100 * (1 - grams / at_once), abs=0.2)


def test_totals_without_machines_are_of_intensities(post: Ask) -> None:
    totals = post("schedule", {"region": "us-west-2", "repeat": NIGHTLY})["occurrence_totals"]

    assert {"co2_emissions_g", "savings_co2_g"}.isdisjoint(totals)
    assert totals["savings_percentage"] > 0


def test_each_run_has_the_best_of_several_places(post: Ask) -> None:
    where = {"regions": ["us-west-2", "us-west-1"], "duration_hours": 3, "repeat": NIGHTLY}

    runs = post("schedule", where)["occurrences"]

    for run in runs[1:]:
        alone = {**where, "repeat": None, "start_after": run["scheduled_at"], "search_hours": 10}
        best = post("schedule", alone)
        assert (run["region"], run["optimal_window"]) == (best["region"], best["optimal_window"])


def test_a_run_beyond_the_caller_s_own_forecast_has_its_reason(post: Ask) -> None:
    series = {"starts_at": "2026-02-11T10:00:00Z", "step_minutes": 60, "values": [300, 200, 100, 200, 300] * 6}

    runs = post("schedule", {**JOB, "repeat": NIGHTLY, "forecast": series})["occurrences"]

    # 30 hours reach until 16:00 of the 12th: today and tomorrow.
    assert [run["optimal_window"] is not None for run in runs] == [True, True, False, False]
    assert "reason" in runs[2]


def test_interruptible_runs_and_phases_can_repeat(post: Ask) -> None:
    job = {"region": "us-west-2", "repeat": NIGHTLY}

    pausing = post("schedule", {**job, "duration_hours": 4, "interruptible": True})
    phases = post("schedule", {**job, "phases": [{"hours": 1, "power_w": 10}, {"hours": 2, "power_w": 500}]})

    assert all(run["optimal_window"]["segments"] for run in pausing["occurrences"])
    assert phases["occurrence_totals"]["co2_emissions_g"] > 0


def test_a_batch_takes_repeats_too_but_only_some(post: Ask) -> None:
    answer = post("schedule/batch", {"jobs": [{**JOB, "repeat": NIGHTLY}, {**JOB, "repeat": {**NIGHTLY, "cron": "x"}}]})

    alone = post("schedule", {**JOB, "repeat": NIGHTLY})
    assert answer["results"][0]["schedule"]["occurrences"] == alone["occurrences"]
    assert answer["results"][1]["problem"]["errors"][0]["pointer"] == "#/jobs/1/repeat/cron"
    error = post("schedule/batch", {"jobs": [{**JOB, "repeat": NIGHTLY}] * 51}, status=400)["errors"][0]
    assert (error["pointer"], error["code"]) == ("#/jobs", "too_many_repeats")


@pytest.mark.parametrize(
    ("more", "pointer", "code", "words"),
    [
        ({"cron": "0 9 * *"}, "#/repeat/cron", "cron", "5 fields"),
        ({"cron": "0 25 * * *"}, "#/repeat/cron", "cron", "Bad hour"),
        ({"time_zone": "Europe/Berln"}, "#/repeat/time_zone", "not_one_of", "IANA"),
        ({"flex_hours": 21.5}, "#/repeat", "runs_overlap", "at most 21"),
        ({"cron": "0 * * * *", "flex_hours": 0}, "#/repeat", "runs_overlap", "rarer cron or a shorter job"),
        ({"until": "2026-12-31T00:00:00Z"}, "#/repeat", "too_many_runs", "set until to 2026-08-29T07:00:00Z"),
        ({"cron": "0 9 1 3 *"}, "#/repeat", "no_run", "due at 2026-03-01T08:00:00Z"),
    ],
)
def test_a_repeat_that_cannot_be_answered_says_what_to_change(
    post: Ask, more: dict[str, object], pointer: str, code: str, words: str
) -> None:
    error = post("schedule", {**JOB, "repeat": {**NIGHTLY, **more}}, status=400)["errors"][0]

    assert (error["pointer"], error["code"]) == (pointer, code)
    assert words in error["detail"]


@pytest.mark.parametrize("field", [{"deadline": "2026-02-13T00:00:00Z"}, {"search_hours": 5}])
def test_repeat_takes_the_place_of_deadline_and_search_hours(post: Ask, field: dict[str, object]) -> None:
    error = post("schedule", {**JOB, **field, "repeat": NIGHTLY}, status=400)["errors"][0]

    assert (error["pointer"], error["code"]) == ("#/repeat", "repeat_or_deadline")
    assert "flex_hours" in error["detail"]


def test_many_runs_in_many_places_are_costly_or_refused(post: Ask) -> None:
    facts = Facts(mapping=cloud_map(), now=NOW, max_age_minutes=120)

    def request(**more: object) -> ScheduleRequest:
        return ScheduleRequest.model_validate_json(dumps({**JOB, "repeat": NIGHTLY, **more}), context=facts)

    assert not request().is_costly(facts)
    assert request(repeat={**NIGHTLY, "until": "2026-03-14T12:00:00Z"}).is_costly(facts)
    everywhere = {"providers": ["all"], "repeat": {**NIGHTLY, "until": "2026-05-01T00:00:00Z"}}
    error = post("schedule", everywhere, status=400)["errors"][0]
    assert error["code"] == "too_many_places"
    assert "an earlier until" in error["detail"]
