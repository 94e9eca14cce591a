"""POST /api/v1/calculate with a start in the past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from carbon.intensity import Quality, Signal
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, service

HOUR = timedelta(hours=1)
TEN = hour_of(NOW)
PAST = FakePast({"CA-QC": [readings(TEN - 3 * HOUR, [20.0, 40.0, None], quality=Quality.ESTIMATED)]})


def calculate(start_at: str | None, hours: float, past: FakePast = PAST) -> Any:
    body = {"region": "ca-central-1", "instance_type": "m6g.large", "duration_hours": hours}
    client = service(FakeReader(), past=past).test_client()
    response = client.post("/api/v1/calculate", json=body if start_at is None else {**body, "start_at": start_at})
    return {"http": response.status_code, **response.get_json(force=True)}


def test_the_stored_readings_are_used_and_described() -> None:
    answer = calculate("2026-02-11T07:00:00Z", 2)

    row = answer["calculation"]
    assert row["carbon_intensity_used"] == 30.0  # the mean of 20 and 40
    assert row["co2_emissions_g"] == pytest.approx(30.0 * row["power_consumption_kwh"], rel=1e-3)
    origin = row["carbon_intensity_used_origin"]
    assert origin["data_quality"] == "estimated"
    assert (origin["source"], origin["datetime"], origin["age_seconds"]) == ("one", "2026-02-11T07:00:00Z", 5400)
    assert (origin["low"], origin["high"]) == (None, None)


def test_the_data_version_names_the_readings() -> None:
    now, past = calculate(None, 2), calculate("2026-02-11T07:00:00Z", 2)

    assert past["data_version"] != now["data_version"]


def test_a_gap_is_a_422_that_names_it() -> None:
    problem = calculate("2026-02-11T07:00:00Z", 3)

    assert (problem["http"], problem["type"]) == (422, "/problems/history-incomplete")
    assert problem["missing"] == [{"starts_at": "2026-02-11T09:00:00Z", "ends_at": "2026-02-11T10:00:00Z"}]


def test_a_start_in_the_present_hour_needs_no_history() -> None:
    assert calculate("2026-02-11T10:10:00Z", 2, FakePast({}, fails=True))["http"] == 200


def test_a_database_that_fails_is_a_503() -> None:
    problem = calculate("2026-02-11T07:00:00Z", 2, FakePast({}, fails=True))

    assert (problem["http"], problem["type"]) == (503, "/problems/state-unavailable")


@pytest.mark.parametrize(
    ("start_at", "code"),
    [
        ("2026-02-11T10:31:00Z", "in_the_future"),
        ("2016-01-01T00:00:00Z", "too_early"),
        ("2026-02-11", "datetime"),
    ],
)
def test_a_wrong_start_is_named(start_at: str, code: str) -> None:
    problem = calculate(start_at, 2)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/start_at", code)]


def test_a_marginal_question_uses_the_stored_marginal_readings_alone() -> None:
    stored = {"CA-QC": [readings(TEN - 3 * HOUR, [700.0, 900.0])]}
    question = {"region": "ca-central-1", "instance_type": "m6g.large", "duration_hours": 2, "signal": "marginal"}
    question |= {"start_at": "2026-02-11T07:00:00Z"}
    marginal = service(FakeReader(), past=FakePast(stored, signal=Signal.MARGINAL)).test_client()
    average = service(FakeReader(), past=FakePast(stored)).test_client()

    answer, refused = (client.post("/api/v1/calculate", json=question) for client in (marginal, average))

    assert answer.get_json()["calculation"]["carbon_intensity_used"] == 800.0
    assert (refused.status_code, refused.get_json(force=True)["type"]) == (422, "/problems/history-incomplete")
