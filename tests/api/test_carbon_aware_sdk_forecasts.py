"""The paths of the Carbon Aware SDK with forecasts, those that hold now and those of earlier times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from store.history.readings import minute_of
from store.history.scores import IssuedForecast
from tests.api.carbon_aware_sdk import sample
from tests.fakes.grid import FakeReader, hour_of, known
from tests.fakes.scores import FakeScores
from tests.fakes.service import NOW, service

HOUR = timedelta(hours=1)
TEN = hour_of(NOW)  # the clock says 10:30 on 2026-02-11
# Two neighbours have these means: 214.5, 201.25, 188, 188, 197.75.
HOURS = (220.0, 209.0, 193.5, 182.5, 193.5, 202.0)
CURRENT, BATCH = "/emissions/forecasts/current", "/emissions/forecasts/batch"


def issued(hours_ago: int, *values: float, starts_in: int = 0, step_minutes: int = 60) -> IssuedForecast:
    """A forecast issued in an hour before the present one, from that hour on."""
    hour = minute_of(TEN) // 60 - hours_ago
    empty = np.zeros(0)
    return IssuedForecast(
        issued_hour=hour,
        starts_minute=60 * (hour + starts_in),
        step_minutes=step_minutes,
        values=np.array(values, np.float64),
        low=empty,
        high=empty,
    )


def client_of(forecasts: Mapping[str, Mapping[str, list[IssuedForecast]]] | None = None, **options: Any) -> FlaskClient:
    reader = FakeReader({"US-CAL-CISO": known(NOW, HOURS), "DE": known(NOW, [300.0] * 72)})
    return service(reader, scores=FakeScores(forecasts, **options)).test_client()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return client_of()


def current(client: FlaskClient, query: str, status: int = 200) -> Any:
    response = client.get(f"{CURRENT}?{query}")
    assert response.status_code == status, response.text
    return response.get_json(force=True)


def batch(client: FlaskClient, body: Any, status: int = 200) -> Any:
    response = client.post(BATCH, json=body)
    assert response.status_code == status, response.text
    return response.get_json(force=True)


def points(forecast: Mapping[str, Any], name: str = "forecastData") -> list[tuple[str, float]]:
    return [(point["timestamp"][11:16], point["value"]) for point in forecast[name]]


BOUNDS = "dataStartAt=2026-02-11T10:00:00Z&dataEndAt=2026-02-11T16:00:00Z"


def on_our_day(forecast: Any) -> Any:
    """The sample as if its third of March were our day, its call and its forecast those of our clock."""
    text = {"generatedAt": "2026-02-11T10:30:00+00:00", "requestedAt": "2026-02-11T10:30:00+00:00"}
    moved = {
        name: value.replace("2026-03-03", "2026-02-11")
        if isinstance(value, str)
        else [{**one, "timestamp": one["timestamp"].replace("2026-03-03", "2026-02-11")} for one in value]
        if isinstance(value, list)
        else value
        for name, value in forecast.items()
    }
    return {**moved, **text}


def test_a_forecast_with_a_window_is_the_sample(client: FlaskClient) -> None:
    assert current(client, f"location=westus&windowSize=120&{BOUNDS}") == [
        on_our_day(one) for one in sample("forecast")
    ]


def test_every_window_with_the_lowest_mean_is_optimal(client: FlaskClient) -> None:
    (forecast,) = current(client, f"location=westus&windowSize=120&{BOUNDS}")

    assert points(forecast, "optimalDataPoints") == [("12:00", 188.0), ("13:00", 188.0)]


def test_a_start_within_a_step_shifts_every_window(client: FlaskClient) -> None:
    (forecast,) = current(client, "location=westus&windowSize=60&dataStartAt=2026-02-11T10:30:00Z"
                          "&dataEndAt=2026-02-11T14:00:00Z")  # fmt: skip

    # (220 + 209) / 2, (209 + 193.5) / 2 and (193.5 + 182.5) / 2; the window from 13:30 would end after the bound.
    assert points(forecast) == [("10:30", 214.5), ("11:30", 201.25), ("12:30", 188.0)]


def test_without_a_window_the_steps_of_the_source_are_answered_and_the_size_is_0(client: FlaskClient) -> None:
    (forecast,) = current(client, f"location=westus&{BOUNDS}")

    assert forecast["windowSize"] == 0
    assert [value for _, value in points(forecast)] == list(HOURS)
    assert {point["duration"] for point in forecast["forecastData"]} == {60}
    assert points(forecast, "optimalDataPoints") == [("13:00", 182.5)]


def test_a_step_that_is_not_wholly_within_the_bounds_has_no_point(client: FlaskClient) -> None:
    (forecast,) = current(client, "location=westus&dataStartAt=2026-02-11T10:30:00Z&dataEndAt=2026-02-11T13:30:00Z")

    assert points(forecast) == [("11:00", 209.0), ("12:00", 193.5)]


def test_bounds_that_are_not_given_are_the_times_of_the_first_and_the_last_point(client: FlaskClient) -> None:
    (forecast,) = current(client, "location=eu-central-1")

    assert (forecast["dataStartAt"], forecast["dataEndAt"]) == (
        "2026-02-11T10:00:00+00:00",
        forecast["forecastData"][-1]["timestamp"],
    )
    assert forecast["dataEndAt"] == "2026-02-14T09:00:00+00:00"  # 72 hours, the last from 9 to 10


def test_the_forecast_ends_where_its_last_point_does(client: FlaskClient) -> None:
    current(client, "location=DE&dataEndAt=2026-02-14T10:00:00Z")

    problem = current(client, "location=DE&dataEndAt=2026-02-14T10:00:01Z", 400)

    assert problem["errors"].keys() == {"dataEndAt"}


@pytest.mark.parametrize(
    ("bounds", "fields"),
    [
        ("dataStartAt=2026-02-11T09:59:59Z", {"dataStartAt"}),
        ("dataStartAt=2026-02-11T09:00:00Z&dataEndAt=2026-03-11T10:00:00Z", {"dataStartAt", "dataEndAt"}),
        ("dataStartAt=2026-02-11T14:00:00Z&dataEndAt=2026-02-11T13:00:00Z", {"dataStartAt"}),
        ("dataStartAt=2026-02-11T14:00:00Z&dataEndAt=2026-02-11T14:00:00Z", {"dataStartAt"}),
        ("dataStartAt=2026-02-14T10:00:00Z", {"dataStartAt"}),
        ("dataStartAt=2026-02-14T09:30:00Z", {"dataStartAt"}),  # the last point begins at 9, which dataEndAt would say
    ],
    ids=["a start before it", "both outside", "in the wrong order", "an empty time", "its end", "in its last point"],
)
def test_bounds_outside_the_forecast_are_a_400_that_names_them(
    client: FlaskClient, bounds: str, fields: set[str]
) -> None:
    problem = current(client, f"location=DE&{bounds}", 400)

    assert (problem["title"], problem["errors"].keys()) == ("ArgumentException", fields)


@pytest.mark.parametrize("size", ["-1", "1.5", "two", "99999"])
def test_a_window_that_is_no_number_of_minutes_is_a_400(client: FlaskClient, size: str) -> None:
    assert current(client, f"location=DE&windowSize={size}", 400)["errors"].keys() == {"windowSize"}


def test_a_window_that_is_longer_than_the_bounds_has_no_point(client: FlaskClient) -> None:
    (forecast,) = current(client, f"location=westus&windowSize=600&{BOUNDS}")

    assert (forecast["forecastData"], forecast["optimalDataPoints"]) == ([], [])


def test_each_place_has_a_forecast_of_its_own_in_the_order_of_the_question(client: FlaskClient) -> None:
    forecasts = current(client, "location=westus&location=&location=DE")

    assert [forecast["location"] for forecast in forecasts] == ["westus", "DE"]


def test_a_forecast_of_usual_hours_says_so_in_a_header(client: FlaskClient) -> None:
    headers = client.get(f"{CURRENT}?location=FR").headers
    source = client.get(f"{CURRENT}?location=DE&dataEndAt=2026-02-11T16:00:00Z").headers

    assert (headers["X-Data-Quality"], source["X-Data-Quality"]) == ("baseline", "forecast")


def test_a_place_without_any_figure_is_a_400(client: FlaskClient) -> None:
    problem = current(client, "location=GB-ZET", 400)

    assert problem["title"] == "InvalidOperationException"
    assert "GB-ZET" in problem["detail"]


DE_FORECASTS = {
    "DE": {
        "electricity-maps-forecast": [
            issued(4, *[100.0] * 24),
            issued(2, 300.0, 200.0, 100.0, 100.0, 400.0),
            issued(1, *[500.0] * 24),
        ],
        "recent-hours-336h": [issued(2, *[700.0] * 24)],
    }
}


def test_a_batch_answers_with_the_newest_forecast_of_each_requested_time() -> None:
    client = client_of(DE_FORECASTS)

    forecasts = batch(
        client,
        [
            {"requestedAt": "2026-02-11T08:30:00.417Z", "location": "DE", "windowSize": 120},
            {"requestedAt": "2026-02-11T08:59:00+02:00", "location": "eu-central-1"},
        ],
    )

    first, second = forecasts
    assert (first["requestedAt"], first["generatedAt"]) == (
        "2026-02-11T08:30:00.417+00:00",
        "2026-02-11T08:00:00+00:00",
    )
    assert points(first) == [("08:00", 250.0), ("09:00", 150.0), ("10:00", 100.0), ("11:00", 250.0)]
    assert points(first, "optimalDataPoints") == [("10:00", 100.0)]
    assert (second["location"], second["generatedAt"]) == ("eu-central-1", "2026-02-11T06:00:00+00:00")
    assert {value for _, value in points(second)} == {100.0}


def test_of_a_forecast_as_issued_unknown_steps_have_no_point() -> None:
    client = client_of({"DE": {"x-forecast": [issued(2, 100.0, float("nan"), 300.0, 200.0)]}})
    item = {"requestedAt": "2026-02-11T08:30:00Z", "location": "DE"}

    (steps,) = batch(client, [item])
    (windows,) = batch(client, [{**item, "windowSize": 120}])

    assert points(steps) == [("08:00", 100.0), ("10:00", 300.0), ("11:00", 200.0)]
    assert points(windows) == [("10:00", 250.0)]


def test_a_time_of_which_no_forecast_is_stored_is_a_400() -> None:
    problem = batch(client_of(DE_FORECASTS), [{"requestedAt": "2026-02-01T08:30:00Z", "location": "DE"}], 400)

    assert problem["title"] == "InvalidOperationException"
    assert "no forecast of DE is stored" in problem["detail"]


def test_a_service_that_keeps_no_forecasts_answers_501() -> None:
    client = service().test_client()

    problem = batch(client, [{"requestedAt": "2026-02-11T08:30:00Z", "location": "DE"}], 501)

    assert (problem["title"], problem["status"]) == ("Not Implemented", 501)


def test_a_database_that_fails_is_a_503() -> None:
    assert batch(client_of(fails=True), [{"requestedAt": "2026-02-11T08:30:00Z", "location": "DE"}], 503)


@pytest.mark.parametrize("text", ["2026-3-1T04:05:06Z", "2026-03-01 04:05", "2026/03/01T04:05:06Z", "", 5])
def test_times_of_a_body_are_strictly_iso_8601(text: object) -> None:
    problem = batch(client_of(), [{"requestedAt": text, "location": "DE"}], 400)

    assert problem["title"] == sample("problem_validation")["title"]
    assert problem["errors"].keys() == {"requestedAt"}


def test_missing_fields_of_a_batch_are_named_as_on_the_wire_with_the_number_of_the_item() -> None:
    problem = batch(client_of(), [{"requestedAt": "2026-02-11T08:30:00Z", "location": "DE"}, {"location": ""}], 400)

    assert problem["errors"] == {
        "requestedAt": ["item 1: The requestedAt field is required."],
        "location": ["item 1: The location field is required."],
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[", 400),
        ("{}", 400),
        ("[]", 400),
        ("[1]", 400),
        ("null", 400),
        ("[" * 100_000, 400),
        ('[{"windowSize":NaN}]', 400),
    ],
)
def test_a_body_that_is_no_list_of_items_is_a_400(client: FlaskClient, body: str, status: int) -> None:
    response = client.post(BATCH, data=body, content_type="application/json")

    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.get_json(force=True)["title"] == sample("problem_validation")["title"]


def test_a_body_that_is_no_json_is_a_415_in_the_same_shape(client: FlaskClient) -> None:
    response = client.post(BATCH, data="x=1", content_type="application/x-www-form-urlencoded")

    assert response.status_code == 415
    assert response.get_json(force=True).keys() == {"title", "status", "detail", "traceId"}


def test_a_batch_of_more_than_a_hundred_items_is_a_400(client: FlaskClient) -> None:
    item = {"requestedAt": "2026-02-11T08:30:00Z", "location": "DE"}

    assert batch(client, [item] * 101, 400)["title"] == sample("problem_validation")["title"]
