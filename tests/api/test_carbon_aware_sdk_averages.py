"""The paths of the Carbon Aware SDK with averages of a time, and who may ask any of its paths."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.api.callers import KEY, bearer, client, guarded
from tests.api.carbon_aware_sdk import sample
from tests.fakes.access import access
from tests.fakes.grid import FakeReader, hour_of, known
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, service

HOUR = timedelta(hours=1)
TEN = hour_of(NOW)  # the clock says 10:30 on 2026-02-11
ONE, BATCH = "/emissions/average-carbon-intensity", "/emissions/average-carbon-intensity/batch"
PATHS = (
    *("/emissions/bylocation", "/emissions/bylocations", "/emissions/bylocations/best"),
    *("/emissions/forecasts/current", "/locations", ONE),
)


@pytest.fixture(scope="module")
def average_client() -> FlaskClient:
    past = FakePast({"US-MIDA-PJM": [readings(TEN - 3 * HOUR, [300.0, 100.0, 400.0])]})
    reader = FakeReader({"US-MIDA-PJM": known(NOW, [500.0, 600.0])})
    return service(reader, past=past).test_client()


def average(client: FlaskClient, start: str, end: str, status: int = 200, location: str = "eastus") -> Any:
    query = urlencode({"location": location, "startTime": start, "endTime": end})
    response = client.get(f"{ONE}?{query}")
    assert response.status_code == status, response.text
    return response.get_json(force=True)


def test_an_average_has_the_shape_of_the_sample(average_client: FlaskClient) -> None:
    answer = average(average_client, "2026-02-11T07:00:00Z", "2026-02-11T09:00:00Z")

    assert answer.keys() == sample("average").keys()
    assert answer == {
        "location": "eastus",
        "startTime": "2026-02-11T07:00:00+00:00",
        "endTime": "2026-02-11T09:00:00+00:00",
        "carbonIntensity": 200.0,
    }


def test_an_average_weighs_each_point_by_its_overlap(average_client: FlaskClient) -> None:
    answer = average(average_client, "2026-02-11T07:45:00Z", "2026-02-11T09:30:00Z")

    # (15 min x 300 + 60 min x 100 + 30 min x 400) / 105 min = 22,500 / 105
    assert answer["carbonIntensity"] == 214.286


def test_an_average_may_reach_into_the_hours_to_come(average_client: FlaskClient) -> None:
    answer = average(average_client, "2026-02-11T09:00:00Z", "2026-02-11T12:00:00Z")

    assert answer["carbonIntensity"] == 500.0  # of 400, 500 and 600


def test_an_average_follows_readings_that_arrive() -> None:
    sources = {"US-MIDA-PJM": [readings(TEN - 2 * HOUR, [20.0])]}
    caller = service(past=FakePast(sources)).test_client()
    span = ("2026-02-11T08:00:00Z", "2026-02-11T09:00:00Z")
    before = average(caller, *span)

    sources["US-MIDA-PJM"] = [readings(TEN - 2 * HOUR, [30.0])]

    assert [one["carbonIntensity"] for one in (before, average(caller, *span))] == [20.0, 30.0]


def test_offsets_are_honoured_and_the_answer_shows_the_same_moments_in_utc(average_client: FlaskClient) -> None:
    answer = average(average_client, "2026-02-11T08:00:00+01:00", "2026-02-11T03:00:00-05:00")

    assert (answer["startTime"], answer["endTime"]) == ("2026-02-11T07:00:00+00:00", "2026-02-11T08:00:00+00:00")
    assert answer["carbonIntensity"] == 300.0


@pytest.mark.parametrize("start", ["2026-02-11T06:59:00Z", "2026-02-01T00:00:00Z"])
def test_a_time_that_is_not_covered_is_a_400_and_never_a_zero(average_client: FlaskClient, start: str) -> None:
    problem = average(average_client, start, "2026-02-11T08:00:00Z", 400)

    assert problem["title"] == "InvalidOperationException"
    assert "the stored readings of US-MIDA-PJM lack" in problem["detail"]


@pytest.mark.parametrize("end", ["2026-02-11T08:00:00Z", "2026-02-11T07:00:00Z"])
def test_a_start_that_is_not_before_the_end_is_a_400_that_names_the_start(
    average_client: FlaskClient, end: str
) -> None:
    problem = average(average_client, "2026-02-11T08:00:00Z", end, 400)

    assert (problem["title"], problem["errors"].keys()) == ("ArgumentException", {"startTime"})


def test_every_missing_parameter_is_named(average_client: FlaskClient) -> None:
    problem = average_client.get(ONE).get_json(force=True)

    assert problem["status"] == 400
    assert problem["errors"] == {
        name: [f"The {name} field is required."] for name in ("location", "startTime", "endTime")
    }


def test_a_place_without_any_figure_has_no_average(average_client: FlaskClient) -> None:
    problem = average(average_client, "2026-02-11T11:00:00Z", "2026-02-11T12:00:00Z", 400, "GB-ZET")

    assert problem["title"] == "InvalidOperationException"


def test_a_batch_is_answered_in_its_order(average_client: FlaskClient) -> None:
    items = [
        {"location": "eastus", "startTime": "2026-02-11T09:00:00Z", "endTime": "2026-02-11T10:00:00Z"},
        {"Location": "us-east-2", "StartTime": "2026-02-11T07:00:00Z", "EndTime": "2026-02-11T08:00:00Z"},
    ]

    answer = average_client.post(BATCH, json=items).get_json(force=True)

    assert [(one["location"], one["carbonIntensity"]) for one in answer] == [("eastus", 400.0), ("us-east-2", 300.0)]


def test_one_wrong_item_refuses_the_batch_and_its_number_is_named(average_client: FlaskClient) -> None:
    right = {"location": "eastus", "startTime": "2026-02-11T09:00:00Z", "endTime": "2026-02-11T10:00:00Z"}

    response = average_client.post(BATCH, json=[right, {**right, "endTime": right["startTime"]}])

    assert response.status_code == 400
    assert response.get_json(force=True)["errors"] == {"startTime": ["item 1: must be earlier than endTime"]}


def test_an_unpadded_time_is_right_in_a_query_and_wrong_in_a_body(average_client: FlaskClient) -> None:
    start, end = "2026-2-11T7:00:00Z", "2026-2-11T8:00:00Z"

    in_query = average(average_client, start, end)
    in_body = average_client.post(BATCH, json=[{"location": "eastus", "startTime": start, "endTime": end}])

    assert in_query["carbonIntensity"] == 300.0
    assert in_body.get_json(force=True)["errors"].keys() == {"startTime", "endTime"}


def test_the_past_of_all_items_together_is_bounded(average_client: FlaskClient) -> None:
    item = {"location": "eastus", "startTime": "2025-08-01T00:00:00Z", "endTime": "2026-02-10T00:00:00Z"}

    problem = average_client.post(BATCH, json=[item, item]).get_json(force=True)

    assert problem["errors"].keys() == {"startTime"}


@pytest.mark.parametrize("path", ["bylocation", "ByLocations", "bylocations/best", "average-carbon-intensity"])
def test_whoever_holds_an_answer_about_the_past_asks_whether_it_still_holds(
    average_client: FlaskClient, path: str
) -> None:
    start, end = "2026-02-11T07:00:00Z", "2026-02-11T08:00:00Z"
    question = f"/emissions/{path}?location=eastus&time={start}&toTime={end}&startTime={start}&endTime={end}"

    first = average_client.get(question)
    again = average_client.get(question, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, no-cache")
    assert again.status_code == 304


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("spelled", [str, str.upper])
def test_every_path_needs_a_key_once_there_are_keys(path: str, spelled: Any) -> None:
    caller = guarded()

    refused = caller.get(spelled(path))
    allowed = caller.get(spelled(path), headers=bearer(KEY))

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    problem = refused.get_json(force=True)
    assert (problem["title"], problem["status"]) == ("Unauthorized", 401)
    assert allowed.status_code in (200, 400)


@pytest.mark.parametrize("path", [BATCH, "/emissions/forecasts/batch"])
def test_a_batch_needs_a_key_too_and_no_token_of_a_form(path: str) -> None:
    caller = guarded()

    assert caller.post(path, json=[]).status_code == 401
    assert caller.post(path, json=[], headers=bearer(KEY)).status_code == 400


def test_requests_are_limited_and_the_refusal_says_when_to_come_back() -> None:
    caller = client(access(rate="1 per minute"))

    first, second = (caller.get("/emissions/bylocation?location=DE") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second.headers["Retry-After"]) >= 1
    assert second.get_json(force=True)["title"] == "Too Many Requests"


def test_a_failure_of_ours_is_a_500_without_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    past = FakePast({})
    monkeypatch.setattr(past, "readings", lambda *question: 1 / 0)
    caller = service(past=past).test_client()

    response = caller.get("/emissions/bylocation?location=DE&time=2026-02-11T07:00:00Z")

    problem = response.get_json(force=True)
    assert problem == {"title": "InternalServerError", "status": 500, "traceId": response.headers["X-Request-ID"]}


def test_below_a_prefix_the_paths_are_the_same_and_the_bare_ones_are_gone() -> None:
    caller = service(compat_prefix="/casdk/v1").test_client()

    assert caller.get("/casdk/v1/emissions/byLocation?location=DE").status_code == 200
    assert caller.get("/CASDK/V1/locations").status_code == 200
    assert caller.get("/casdk/v1/locations/").status_code == 200
    assert caller.get("/casdk/v1/health", headers={"Accept": "text/plain"}).text == "Healthy"
    assert caller.get("/emissions/bylocation?location=DE").status_code == 404
    assert caller.get("/locations").status_code == 404
    assert caller.get("/casdk/v1/regions").status_code == 404


def test_below_a_prefix_a_key_is_needed_as_well() -> None:
    rules = guarded().application.extensions["carbon-optimizer"].access
    caller = client(rules, compat_prefix="/casdk")

    assert caller.get("/casdk/emissions/bylocation?location=DE").status_code == 401
    assert caller.get("/casdk/locations", headers=bearer(KEY)).status_code == 200


@pytest.mark.parametrize(
    ("accept", "is_text"),
    [
        ("text/plain", True),
        ("text/*", True),
        ("text/plain, application/json;q=0.9", True),
        ("text/plain, */*;q=0.1", True),
        ("*/*", False),
        (None, False),
        ("application/json, text/plain, */*", False),
        ("text/plain, */*", False),
        ("text/html", False),
        ("text/plain;q=0", False),
    ],
)
def test_health_is_text_only_for_those_who_rank_it_strictly_above_json(accept: str | None, is_text: bool) -> None:
    response = service().test_client().get("/health", headers={} if accept is None else {"Accept": accept})

    assert (response.status_code, response.mimetype) == (200, "text/plain" if is_text else "application/json")
    assert (response.text == "Healthy") is is_text
