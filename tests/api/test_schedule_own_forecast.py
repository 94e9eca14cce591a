"""POST /api/v1/schedule with a forecast of the caller's own. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest

from carbon.reading import ZoneReading
from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader
from tests.fakes.service import service

# 300 from 10:00 to 14:00, 100 to 16:00, then 300, by the hour for two days.
HOURLY = {"starts_at": "2026-02-11T10:00:00Z", "step_minutes": 60, "values": [300] * 4 + [100, 100] + [300] * 42}
JOB = {"region": "us-west-2", "duration_hours": 2}


def times(window: dict[str, Any]) -> tuple[str, str]:
    return window["start_time"], window["end_time"]


def test_the_window_is_that_of_the_caller_s_figures_and_says_so(post: Ask) -> None:
    answer = post("schedule", {**JOB, "forecast": HOURLY})

    window = answer["optimal_window"]
    assert times(window) == ("2026-02-11T14:00:00Z", "2026-02-11T16:00:00Z")
    assert (window["avg_carbon_intensity"], window["source"], window["data_quality"]) == (100, "request", "forecast")
    assert (window["low"], window["high"], answer["expected_savings"]) == (None, None, None)
    assert (answer["current_intensity"], answer["source"]) == (300, "request")
    assert answer["savings_potential"]["start_now_vs_optimal_percentage"] == pytest.approx(66.67)


class Counting(FakeReader):
    """Counts how often it is read."""

    count = 0

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        self.count += 1
        return super().read(zones, now=now, forecast=forecast)


def test_no_source_is_asked() -> None:
    reader = Counting()
    client = service(reader).test_client()

    client.post("/api/v1/schedule", json={**JOB, "forecast": HOURLY})
    with_forecast = reader.count
    client.post("/api/v1/schedule", json=JOB)

    assert (with_forecast, reader.count) == (0, 1)


def test_machines_emit_by_the_caller_s_figures(post: Ask) -> None:
    answer = post("schedule", {**JOB, "instance_type": "m7g.large", "forecast": HOURLY})

    energy_kwh = answer["machines"]["power_consumption_kwh"]
    assert answer["optimal_window"]["co2_emissions_g"] == pytest.approx(100 * energy_kwh, rel=1e-3)
    assert answer["start_now"]["co2_emissions_g"] == pytest.approx(300 * energy_kwh, rel=1e-3)


def test_a_step_without_a_value_is_not_used(post: Ask) -> None:
    gap = {**HOURLY, "values": [300] * 4 + [100, None] + [100] + [300] * 41}

    whole = post("schedule", {**JOB, "forecast": gap})
    cut = post("schedule", {**JOB, "forecast": gap, "interruptible": {"max_segments": 2}})

    # With 15:00 unknown, one piece has 14:00 or 16:00 and an hour at 300; two segments have both.
    assert whole["optimal_window"]["avg_carbon_intensity"] == 200
    assert [part["start_time"] for part in cut["optimal_window"]["segments"]] == [
        "2026-02-11T14:00:00Z",
        "2026-02-11T16:00:00Z",
    ]


def test_the_job_runs_in_the_times_that_the_forecast_covers(post: Ask) -> None:
    late = {"starts_at": "2026-02-11T12:00:00Z", "values": [300, 300, 100]}

    answer = post("schedule", {**JOB, "forecast": late})

    # Of 12:00 to 15:00 the best two hours are the last ones, 200 on average; now is not covered.
    assert times(answer["start_now"]) == ("2026-02-11T12:00:00Z", "2026-02-11T14:00:00Z")
    assert times(answer["optimal_window"]) == ("2026-02-11T13:00:00Z", "2026-02-11T15:00:00Z")
    assert answer["current_intensity"] is None


def test_a_forecast_that_is_too_short_for_the_job_is_refused(post: Ask) -> None:
    short = {"starts_at": "2026-02-11T10:00:00Z", "values": [300, 300]}

    problem = post("schedule", {**JOB, "forecast": short}, status=422)

    # From 10:30 on one and a half hours of two.
    assert (problem["type"], problem["unknown_zones"][0]["reason"]) == (
        "/problems/intensity-unknown",
        "beyond-forecast",
    )


def test_each_region_has_its_own_series_and_the_best_wins(post: Ask) -> None:
    flat = {"starts_at": "2026-02-11T10:00:00Z", "values": [150] * 48}
    quarters = {"starts_at": "2026-02-11T10:00:00Z", "step_minutes": 15, "values": [200] * 192}
    regions = ["gcp:europe-north1", "us-west-2", "eu-central-1"]
    forecast = {"us-west-2": HOURLY, "gcp:europe-north1": flat, "eu-central-1": quarters}

    answer = post("schedule", {"regions": regions, "duration_hours": 2, "forecast": forecast})

    assert times(answer["optimal_window"]) == ("2026-02-11T14:00:00Z", "2026-02-11T16:00:00Z")
    rows = [(row["region"], row["optimal_window"]["avg_carbon_intensity"]) for row in (answer, *answer["options"])]
    assert rows == [("us-west-2", 100), ("europe-north1", 150), ("eu-central-1", 200)]


def test_a_year_can_be_searched_with_a_forecast_and_a_week_without(post: Ask) -> None:
    year = {"starts_at": "2026-02-11T10:00:00Z", "values": [300] * 8000 + [50] + [300] * 759}

    answer = post("schedule", {**JOB, "duration_hours": 1, "search_hours": 8700, "forecast": year})

    # 8000 hours after 2026-02-11T10:00 are 333 days and 8 hours: 2027-01-10T18:00.
    assert answer["optimal_window"]["start_time"] == "2027-01-10T18:00:00Z"
    problem = post("schedule", {**JOB, "search_hours": 169}, status=400)
    assert problem["errors"][0]["pointer"] == "#/search_hours"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"forecast": {**HOURLY, "starts_at": "2026-02-11T10:20:00Z"}}, "#/forecast", "not_on_a_step"),
        ({"forecast": {**HOURLY, "values": [-1]}}, "#/forecast/values/0", "greater_than_equal"),
        ({"forecast": {**HOURLY, "step_minutes": 7}}, "#/forecast/step_minutes", "not_one_of"),
        ({"forecast": {"values": [1]}}, "#/forecast", "missing"),
        ({"forecast": {"us-west-2": HOURLY}}, "#/forecast", "one_series"),
        ({"region": None, "regions": ["us-west-2"], "forecast": HOURLY}, "#/forecast", "one_series"),
        ({"region": None, "regions": ["us-west-2"], "forecast": {"us-east-1": HOURLY}}, "#/forecast", "other_regions"),
        ({"region": None, "providers": ["aws"], "forecast": HOURLY}, "#/forecast", "needs_regions"),
        ({"signal": "marginal", "forecast": HOURLY}, "#/signal", "signal_or_forecast"),
        (
            {"region": None, "regions": ["us-west-2"], "forecast": {"us-west-2": {**HOURLY, "values": ["a"]}}},
            "#/forecast/us-west-2/values/0",
            "float_type",
        ),
    ],
)
def test_a_wrong_forecast_is_refused(post: Ask, change: dict[str, object], pointer: str, code: str) -> None:
    problem = post("schedule", {**JOB, **change}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_more_values_than_a_year_of_quarter_hours_are_refused(post: Ask) -> None:
    half = {"starts_at": "2026-02-11T10:00:00Z", "values": [1] * 17_521}
    body = {"regions": ["us-west-2", "us-east-1"], "forecast": {"us-west-2": half, "us-east-1": half}}

    problem = post("schedule", body, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/forecast", "too_long")]


def test_more_than_a_thousand_gaps_are_refused(post: Ask) -> None:
    holes = {"starts_at": "2026-02-11T10:00:00Z", "step_minutes": 5, "values": [1, None] * 1001}

    problem = post("schedule", {**JOB, "forecast": holes}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/forecast", "too_many_gaps")]
