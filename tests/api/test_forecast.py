"""POST /api/v1/forecast and GET /api/v1/zones/{zone}/forecast; the clock of the service says 10:30 on 2026-02-11."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, service

DAY = [300.0 + 10 * hour for hour in range(24)]
TWO_WEEKS = {"starts_at": "2023-03-01T06:00:00Z", "values": DAY * 14}


def test_the_forecast_begins_where_the_history_ends_whatever_the_present_is(post: Ask) -> None:
    answer = post("forecast", {"zone": "DE", "history": TWO_WEEKS, "horizon_hours": 48})

    # Fourteen days after 2023-03-01T06:00; the clock of the service stands in 2026.
    starts = [row["starts_at"] for row in answer["forecast"]]
    assert (starts[0], starts[-1], len(starts)) == ("2023-03-15T06:00:00Z", "2023-03-17T05:00:00Z", 48)
    assert answer["method"] == "recent-hours-336h"


def test_a_day_that_repeats_is_expected_again_with_a_range_around_it(post: Ask) -> None:
    answer = post("forecast", {"zone": "an island", "history": TWO_WEEKS})

    for row, usual in zip(answer["forecast"], DAY, strict=True):
        assert row["value"] == pytest.approx(usual, rel=0.05)
        assert row["low"] <= row["value"] <= row["high"]


def test_the_skill_is_that_of_zones_with_a_like_share_of_fossil_free_electricity(post: Ask) -> None:
    germany = post("forecast", {"zone": "DE", "history": TWO_WEEKS})["skill"]
    island = post("forecast", {"zone": "an island", "history": TWO_WEEKS})["skill"]

    assert (germany["zones"], island["zones"]) == ("mixed", "all")
    assert [day["day"] for day in germany["days"]] == [1, 2, 3, 4, 5, 6, 7]
    assert all(75 <= day["coverage_percentage"] <= 85 for day in germany["days"])


def test_a_region_is_forecast_as_its_zone(post: Ask) -> None:
    by_region = post("forecast", {"region": "eu-central-1", "history": TWO_WEEKS})
    by_zone = post("forecast", {"zone": "DE", "history": TWO_WEEKS})

    assert (by_region["region"], by_region["zone"]) == ("aws:eu-central-1", "DE")
    assert by_region["forecast"] == by_zone["forecast"]


def test_steps_shorter_than_an_hour_count_as_their_hourly_mean(post: Ask) -> None:
    halves = [value + side for value in DAY * 14 for side in (-20.0, 20.0)]
    history = {"starts_at": "2023-03-01T06:00:00Z", "step_minutes": 30, "values": halves}

    answer = post("forecast", {"zone": "DE", "history": history})

    assert answer["forecast"] == post("forecast", {"zone": "DE", "history": TWO_WEEKS})["forecast"]


def test_a_history_that_ends_within_an_hour_is_continued_from_the_next_full_hour(post: Ask) -> None:
    history = {"starts_at": "2023-03-01T06:00:00Z", "step_minutes": 30, "values": [400.0] * 47}

    answer = post("forecast", {"zone": "DE", "history": history})

    # 23.5 hours later it is 05:30.
    assert answer["forecast"][0]["starts_at"] == "2023-03-02T06:00:00Z"


@pytest.mark.parametrize(
    ("values", "method"),
    [
        (DAY * 14, "recent-hours-336h"),
        (DAY * 7, "recent-hours-168h"),
        (DAY, "recent-hours-24h"),
        ([*[None] * 23, 400.0], "profile-scaled-to-live"),
        ([None] * 24, "profile"),
        ([], "profile"),
    ],
)
def test_with_less_history_a_simpler_method_answers_still_with_a_range(
    post: Ask, values: list[float | None], method: str
) -> None:
    history = {"starts_at": "2023-03-01T06:00:00Z", "values": values}

    answer = post("forecast", {"zone": "DE", "history": history})

    assert answer["method"] == method
    assert all(row["low"] <= row["value"] <= row["high"] for row in answer["forecast"])


def test_a_zone_that_is_not_in_the_catalog_needs_a_value(post: Ask) -> None:
    history = {"starts_at": "2023-03-01T06:00:00Z", "values": [None, None]}

    problem = post("forecast", {"zone": "an island", "history": history}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/history/values", "no_values")]


def test_a_single_value_of_an_unknown_zone_stays_without_a_range(post: Ask) -> None:
    history = {"starts_at": "2023-03-01T06:00:00Z", "values": [412.0]}

    answer = post("forecast", {"zone": "an island", "history": history})

    assert answer["method"] == "mean-day"
    assert {(row["value"], row["low"], row["high"]) for row in answer["forecast"]} == {(412.0, None, None)}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"zone": None}, "#/region", "missing"),
        ({"region": "eu-central-1"}, "#/region", "zone_or_region"),
        ({"horizon_hours": 169}, "#/horizon_hours", "less_than_equal"),
        ({"history": {**TWO_WEEKS, "step_minutes": 7}}, "#/history/step_minutes", "not_a_divisor"),
        ({"history": {**TWO_WEEKS, "starts_at": "2023-03-01T06:10:00Z"}}, "#/history/starts_at", "not_on_a_step"),
        ({"history": {**TWO_WEEKS, "starts_at": "1969-03-01T06:00:00Z"}}, "#/history/starts_at", "out_of_range"),
        ({"history": {**TWO_WEEKS, "values": [-1.0]}}, "#/history/values/0", "greater_than_equal"),
    ],
)
def test_a_wrong_question_is_refused_with_its_field(
    post: Ask, changes: dict[str, object], pointer: str, code: str
) -> None:
    problem = post("forecast", {"zone": "DE", "history": TWO_WEEKS, **changes}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_the_outlook_of_a_zone_has_the_hours_of_its_regions_details(get: Ask) -> None:
    ahead = get("/api/v1/zones/CA-QC/forecast")
    hours = get("/api/v1/regions/ca-central-1")["region_details"]["hourly_forecast"]

    assert [row["starts_at"] for row in ahead["forecast"]] == [hour["starts_at"] for hour in hours]
    assert [row["value"] for row in ahead["forecast"]] == [hour["carbon_intensity"] for hour in hours]
    assert [row["high"] for row in ahead["forecast"]] == [hour["high"] for hour in hours]
    assert (ahead["basis"], ahead["skill"]) == ("outlook", None)


def test_a_forecast_from_stored_hours_is_that_of_the_same_hours_sent(post: Ask) -> None:
    first = hour_of(NOW) - timedelta(hours=336)
    past = FakePast({"DE": [readings(first, DAY * 14)]})
    client = service(FakeReader(), past=past).test_client()

    stored = client.get("/api/v1/zones/DE/forecast?basis=recent-hours&hours=48").get_json()
    history = {"starts_at": first.isoformat(), "values": DAY * 14}
    sent = post("forecast", {"zone": "DE", "history": history, "horizon_hours": 48})

    assert stored["forecast"][0]["starts_at"] == "2026-02-11T10:00:00Z"
    assert {row["source"] for row in stored["forecast"]} == {"recent-hours-336h"}
    assert [row["value"] for row in stored["forecast"]] == [row["value"] for row in sent["forecast"]]
    assert stored["skill"] == sent["skill"]


def test_without_stored_hours_that_forecast_is_the_profile_and_says_so(get: Ask) -> None:
    own = get("/api/v1/zones/CA-QC/forecast?basis=recent-hours")["forecast"]
    outlook = get("/api/v1/zones/CA-QC/forecast")["forecast"]

    assert {(row["source"], row["data_quality"]) for row in own} == {("profile", "baseline")}
    assert [row["value"] for row in own] == [row["value"] for row in outlook]


@pytest.mark.parametrize(("query", "name"), [("hours=169", "hours"), ("hours=0", "hours"), ("basis=tea", "basis")])
def test_a_wrong_parameter_of_a_zones_forecast_is_refused(get: Ask, query: str, name: str) -> None:
    problem = get(f"/api/v1/zones/CA-QC/forecast?{query}", status=400)

    assert [error["parameter"] for error in problem["errors"]] == [name]
