"""POST /api/v1/schedule. The clock stands at 2026-02-11T10:30:07Z; what decides is the minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.api.conftest import Ask

OREGON = {"region": "us-west-2", "duration_hours": 4}


def test_the_window_is_as_long_as_the_job_and_starts_within_24_hours(post: Ask) -> None:
    answer = post("schedule", OREGON)

    window = answer["optimal_window"]
    start, end = (datetime.fromisoformat(window[name]) for name in ("start_time", "end_time"))
    came = datetime.fromisoformat(answer["timestamp"])
    assert end - start == timedelta(hours=4)
    assert came <= start <= came + timedelta(hours=24)


def test_the_saving_is_start_now_minus_the_optimal_mean_in_percent_of_start_now(post: Ask) -> None:
    answer = post("schedule", OREGON)

    now, best = answer["start_now"]["avg_carbon_intensity"], answer["optimal_window"]["avg_carbon_intensity"]
    saving = answer["savings_potential"]
    assert saving["start_now_vs_optimal_gco2_kwh"] == pytest.approx(now - best, abs=0.1)
    assert saving["start_now_vs_optimal_percentage"] == pytest.approx((now - best) / now * 100, abs=0.1)
    assert saving["current_vs_optimal_gco2_kwh"] == pytest.approx(answer["current_intensity"] - best, abs=0.1)


def test_start_now_is_the_later_of_now_and_start_after(post: Ask) -> None:
    past = post("schedule", {**OREGON, "start_after": "2020-01-01T00:00:00Z"})
    later = post("schedule", {**OREGON, "start_after": "2026-02-11T15:00:00+01:00"})

    assert past["start_now"]["start_time"] == "2026-02-11T10:30:00Z"
    assert later["start_now"]["start_time"] == "2026-02-11T14:00:00Z"


def test_with_a_deadline_the_job_ends_by_it(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "deadline": "2026-02-11T18:00:00Z"})

    assert answer["optimal_window"]["end_time"] <= "2026-02-11T18:00:00Z"


def test_a_job_that_does_not_fit_is_a_422_with_the_earliest_finish(post: Ask) -> None:
    problem = post("schedule", {**OREGON, "deadline": "2026-02-11T12:00:00Z"}, status=422)

    assert problem["type"] == "/problems/does-not-fit"
    assert problem["earliest_finish"] == "2026-02-11T14:30:00Z"


def test_the_next_best_windows_are_no_better_than_the_best(post: Ask) -> None:
    answer = post("schedule", OREGON)

    best = answer["optimal_window"]["avg_carbon_intensity"]
    others = [window["avg_carbon_intensity"] for window in answer["next_best_windows"]]
    assert others == sorted(others)
    assert all(other >= best for other in others)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("start_after", "2026-02-12T00:00:00", "timezone_aware"),
        ("deadline", "2026-02-12T00:00:00", "timezone_aware"),
        ("deadline", "2026-02-12", "datetime"),
        ("deadline", "1770854400", "datetime"),
        ("deadline", 1770854400, "datetime"),
        ("deadline", "2026-02-30T00:00:00Z", "datetime_from_date_parsing"),
        ("deadline", "9999-12-31T23:00:00-14:00", "datetime"),
        ("start_after", "0001-01-01T00:00:00+14:00", "datetime"),
        ("deadline", "2027-02-12T00:00:00Z", "too_far_ahead"),
        ("search_hours", 0.5, "greater_than_equal"),
        ("search_hours", 169, "less_than_equal"),
        ("duration_hours", 0, "greater_than"),
        ("region", "us-wst-2", "unknown_region"),
    ],
)
def test_a_wrong_field_is_refused(post: Ask, field: str, value: object, code: str) -> None:
    problem = post("schedule", {**OREGON, field: value}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"#/{field}", code)]


def test_a_deadline_before_the_start_is_refused(post: Ask) -> None:
    body = {**OREGON, "start_after": "2026-02-12T12:00:00Z", "deadline": "2026-02-12T12:00:00Z"}

    assert post("schedule", body, status=400)["errors"][0]["code"] == "deadline_before_start"


def test_a_search_of_a_week_may_start_later_than_one_of_a_day(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "search_hours": 168})

    assert (
        answer["optimal_window"]["avg_carbon_intensity"]
        <= (post("schedule", OREGON)["optimal_window"]["avg_carbon_intensity"])
    )
