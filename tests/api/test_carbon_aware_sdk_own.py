"""The paths of the Carbon Aware SDK for a place whose factor is the operator's own: it holds at every time."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import REGIONS, ZONES, overlaid
from tests.fakes.scores import FakeScores
from tests.fakes.service import NOW


@cache
def client() -> FlaskClient:
    engine = Engine(overlaid(zones=ZONES, regions=REGIONS), FakeReader(), scores=FakeScores())
    return create_app(Settings(rate_limit="off"), engine, rules=access(), clock=lambda: NOW).test_client()


def get(path: str) -> Any:
    answer = client().get(f"/emissions/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Data-Sources"] == "overlay:zones.csv"
    return answer.get_json()


def test_the_past_has_the_own_factor() -> None:
    rows = get("bylocation?location=own:dc1&time=2026-02-01T08:30:00Z&toTime=2026-02-01T10:00:00Z")

    assert [(row["time"][11:16], row["rating"]) for row in rows] == [("08:00", 100.0), ("09:00", 100.0)]


def test_an_average_has_the_own_factor() -> None:
    span = "startTime=2026-02-01T08:30:00Z&endTime=2026-02-11T12:00:00Z"

    assert get(f"average-carbon-intensity?location=own:dc1&{span}")["carbonIntensity"] == 100.0


def test_forecasts_of_now_and_of_earlier_times_have_the_own_factor() -> None:
    (now,) = get("forecasts/current?location=own:dc1&windowSize=60")
    item = {"requestedAt": "2026-02-01T08:30:00Z", "location": "own:dc1"}
    (earlier,) = client().post("/emissions/forecasts/batch", json=[item]).get_json()

    assert {point["value"] for point in now["forecastData"] + earlier["forecastData"]} == {100.0}
    assert (earlier["dataStartAt"], len(earlier["forecastData"])) == ("2026-02-01T08:00:00+00:00", 72)


def test_the_own_place_is_listed() -> None:
    assert "dc1" in client().get("/locations").get_json()
