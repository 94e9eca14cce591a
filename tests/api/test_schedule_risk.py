"""POST /api/v1/schedule with risk. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

import pytest

from tests.api.conftest import Ask

JOB = {"region": "us-west-2", "duration_hours": 3, "search_hours": 72}
SERIES = {"starts_at": "2026-02-11T10:00:00Z", "step_minutes": 60, "values": [300] * 100}


def test_a_cautious_window_is_at_most_as_high_as_the_expected_one(post: Ask) -> None:
    expected, cautious = (
        post("schedule", {**JOB, "risk": risk})["optimal_window"] for risk in ("expected", "cautious")
    )

    assert cautious["high"] <= expected["high"]
    assert cautious["avg_carbon_intensity"] >= expected["avg_carbon_intensity"]
    assert post("schedule", JOB)["optimal_window"] == expected


def test_cautious_places_are_in_the_order_of_high(post: Ask) -> None:
    answer = post("schedule", {"providers": ["aws"], "duration_hours": 3, "risk": "cautious", "max_options": 40})

    highs = [row["optimal_window"]["high"] for row in (answer, *answer["options"])]
    assert highs == sorted(highs)


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"risk": "bold"}, "not_one_of", "expected"),
        ({"risk": "cautious", "forecast": SERIES}, "risk_without_ranges", "forecast"),
        ({"risk": "cautious", "signal": "marginal"}, "risk_without_ranges", "marginal"),
    ],
)
def test_a_risk_that_cannot_be_judged_is_refused(post: Ask, more: dict[str, object], code: str, words: str) -> None:
    error = post("schedule", {**JOB, **more}, status=400)["errors"][0]

    assert (error["pointer"], error["code"]) == ("#/risk", code)
    assert words in error["detail"]
