"""The paths of the Carbon Aware SDK with emissions of a time: shapes as in its samples, and each of its ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from store.history.readings import Readings
from tests.api.carbon_aware_sdk import sample
from tests.fakes.grid import FakeReader, hour_of, known
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, service

HOUR = timedelta(hours=1)
TEN = hour_of(NOW)  # the clock says 10:30 on 2026-02-11
PAST = {
    "IE": [readings(TEN - 3 * HOUR, [271.5, 263.0, 270.0])],
    "DE": [readings(TEN - 3 * HOUR, [300.0, 263.0, 310.0])],
}
AHEAD = {"IE": known(NOW, [280.0, 270.0, 260.0])}


def client_of(
    past: Mapping[str, Sequence[Readings]] = PAST, ahead: Mapping[str, ZoneReading] = AHEAD, **settings: Any
) -> FlaskClient:
    return service(FakeReader(ahead), past=FakePast(past), **settings).test_client()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return client_of()


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.get_json(force=True) if response.data else None


SEVEN_TO_NINE = "time=2026-02-11T07:00:00Z&toTime=2026-02-11T09:00:00Z"


def test_past_points_have_the_shape_of_the_sample(client: FlaskClient) -> None:
    rows = get(client, f"/emissions/bylocation?location=northeurope&{SEVEN_TO_NINE}")

    expected = [
        {**row, "time": f"2026-02-11T0{hour}:00:00+00:00"}
        for row, hour in zip(sample("emissions"), (7, 8), strict=True)
    ]
    assert rows == expected


def test_without_a_time_the_point_that_holds_now_is_answered(client: FlaskClient) -> None:
    rows = get(client, "/emissions/bylocation?location=northeurope")

    assert rows == [
        {"location": "northeurope", "time": "2026-02-11T10:00:00+00:00", "rating": 280.0, "duration": "01:00:00"}
    ]


def test_a_time_without_an_end_means_the_point_that_holds_then(client: FlaskClient) -> None:
    rows = get(client, "/emissions/bylocation?location=IE&time=2026-02-11T08:45:00Z")

    assert [(row["time"], row["rating"]) for row in rows] == [("2026-02-11T08:00:00+00:00", 263.0)]


def test_a_time_that_reaches_beyond_the_present_is_answered_from_both(client: FlaskClient) -> None:
    path = "/emissions/bylocation?location=IE&time=2026-02-11T09:30:00Z&toTime=2026-02-11T11:30:00Z"

    assert [row["rating"] for row in get(client, path)] == [270.0, 280.0, 270.0]


@pytest.mark.parametrize(
    "path",
    [
        *("/emissions/byLocation", "/Emissions/bylocation", "/EMISSIONS/BYLOCATION", "/emissions/ByLocation"),
        *("/emissions/bylocation/", "/Emissions/byLocation/"),
    ],
)
def test_routes_are_read_without_regard_to_case_or_to_a_slash_at_the_end(client: FlaskClient, path: str) -> None:
    assert len(get(client, f"{path}?location=IE")) == 1


@pytest.mark.parametrize("name", ["northeurope", "NorthEurope", "azure:northeurope", "eu-west-1", "IE", "ie"])
def test_a_place_is_a_region_by_its_id_or_with_its_provider_or_a_zone_in_any_case(
    client: FlaskClient, name: str
) -> None:
    rows = get(client, f"/emissions/bylocation?location={name}")

    assert [(row["location"], row["rating"]) for row in rows] == [(name, 280.0)]


@pytest.mark.parametrize("name", ["nowhere", "aws:nowhere", "nocloud:eastus"])
def test_an_unknown_place_is_a_400_with_the_name_of_the_exception(client: FlaskClient, name: str) -> None:
    problem = get(client, f"/emissions/bylocation?location={name}", 400)

    assert problem.keys() == sample("problem").keys()
    assert (problem["title"], problem["status"], problem["errors"]) == ("ArgumentException", 400, {})
    assert "nowhere" in problem["detail"] or "nocloud" in problem["detail"]


def test_an_unknown_place_comes_with_similar_names_or_with_the_path_that_lists_all(client: FlaskClient) -> None:
    similar = get(client, "/emissions/bylocation?location=northeurop", 400)["detail"]
    other = get(client, "/emissions/bylocation?location=nowhere", 400)["detail"]

    assert "; nearest: " in similar
    assert other.endswith("; /locations lists all names")


@pytest.mark.parametrize("query", ["", "location=", "location=%20", "locations=IE"])
def test_a_missing_place_is_a_400_whose_errors_name_the_parameter(client: FlaskClient, query: str) -> None:
    problem = get(client, f"/emissions/bylocation?{query}", 400)

    expected = sample("problem_validation")
    assert problem.keys() == expected.keys()
    assert (problem["type"], problem["title"]) == (expected["type"], expected["title"])
    assert problem["errors"] == {"location": ["The location field is required."]}


def test_of_several_places_the_empty_ones_are_dropped(client: FlaskClient) -> None:
    rows = get(client, f"/emissions/bylocations?location=IE&location=&location=eu-central-1&{SEVEN_TO_NINE}")

    assert [(row["location"], row["rating"]) for row in rows] == [
        *(("IE", 271.5), ("IE", 263.0)),
        *(("eu-central-1", 300.0), ("eu-central-1", 263.0)),
    ]
    assert get(client, "/emissions/bylocations?location=&location=", 400)["errors"].keys() == {"location"}


def test_best_are_all_points_that_are_as_low_as_the_lowest(client: FlaskClient) -> None:
    rows = get(client, f"/emissions/bylocations/best?location=IE&location=DE&{SEVEN_TO_NINE}")

    assert [(row["location"], row["time"][11:13], row["rating"]) for row in rows] == [
        ("IE", "08", 263.0),
        ("DE", "08", 263.0),
    ]


@pytest.mark.parametrize("path", ["bylocation", "bylocations", "bylocations/best"])
def test_a_time_of_which_nothing_is_stored_is_a_204_and_never_a_zero(client: FlaskClient, path: str) -> None:
    response = client.get(f"/emissions/{path}?location=IE&time=2026-02-01T00:00:00Z")

    assert (response.status_code, response.data) == (204, b"")
    assert "Content-Type" not in response.headers


def test_a_place_without_any_figure_is_a_204() -> None:
    assert client_of(ahead={}).get("/emissions/bylocation?location=XX").status_code == 400
    assert client_of(ahead={}).get("/emissions/bylocation?location=GB-ZET").status_code == 204


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-2-11T7:05:06Z", "07"),
        ("2026-02-11T08:05:06%2B01:00", "07"),
        ("2026-02-11T08:05:06+01:00", "07"),  # the plus sign arrives as a space
        ("2026-02-11T02:35:00-05:00", "07"),
        ("2026-02-11 07:05", "07"),
        ("2026/2/11 7:05", "07"),
        ("2026-02-11T07:05:06.1234567Z", "07"),
    ],
)
def test_times_of_a_query_are_read_leniently_and_their_offset_counts(client: FlaskClient, text: str, hour: str) -> None:
    rows = get(client, f"/emissions/bylocation?location=IE&time={text}")

    assert [row["time"] for row in rows] == [f"2026-02-11T{hour}:00:00+00:00"]


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30T10:00:00Z", "0001-01-01", "9999-12-31", "1"])
def test_a_time_that_cannot_be_read_is_a_400_that_names_it(client: FlaskClient, text: str) -> None:
    problem = get(client, f"/emissions/bylocation?location=IE&time={text}", 400)

    assert problem["errors"] == {"time": [f"The value '{text}' is not valid."]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("toTime=2026-02-11T09:00:00Z", "time"),
        ("time=2026-02-11T09:00:00Z&toTime=2026-02-11T08:00:00Z", "time"),
        ("time=2024-02-11T09:00:00Z&toTime=2026-02-11T08:00:00Z", "time"),
        ("time=2026-02-11T09:00:00Z&toTime=2026-03-11T08:00:00Z", "toTime"),
    ],
    ids=["an end alone", "an end before its start", "too long", "too far ahead"],
)
def test_a_time_that_makes_no_sense_is_a_400_that_names_it(client: FlaskClient, query: str, field: str) -> None:
    problem = get(client, f"/emissions/bylocation?location=IE&{query}", 400)

    assert problem["title"] == "ArgumentException"
    assert problem["errors"].keys() == {field}
    assert problem["detail"] == f"{field} {problem['errors'][field][0]}"


def test_names_of_parameters_are_read_without_regard_to_case_and_others_are_ignored(client: FlaskClient) -> None:
    rows = get(client, "/emissions/bylocation?Location=IE&TIME=2026-02-11T08:00:00Z&api-version=1")

    assert [row["rating"] for row in rows] == [263.0]


def test_headers_say_the_worst_quality_and_the_sources() -> None:
    past = {"IE": [readings(TEN - 2 * HOUR, [1.0, 2.0], quality=Quality.ESTIMATED)]}
    path = "/emissions/bylocation?location=IE&time=2026-02-11T08:00:00Z&toTime=2026-02-11T09:00:00Z"

    headers = client_of(past).get(path).headers

    assert (headers["X-Data-Quality"], headers["X-Data-Sources"]) == ("estimated", "one")


def test_durations_of_a_day_have_the_days_before_the_clock() -> None:
    past = {"IE": [readings(TEN - 34 * HOUR, [1.0], minutes=1440)]}

    rows = get(client_of(past), "/emissions/bylocation?location=IE&time=2026-02-10T08:00:00Z")

    assert [row["duration"] for row in rows] == ["1.00:00:00"]


@pytest.mark.parametrize("path", ["bylocation", "bylocations", "bylocations/best"])
def test_readings_that_arrive_are_in_the_next_answer(path: str) -> None:
    past = {"IE": [readings(TEN - 2 * HOUR, [20.0])]}
    client = client_of(past)
    question = f"/emissions/{path}?location=IE&time=2026-02-11T08:00:00Z"
    before = get(client, question)

    past["IE"] = [readings(TEN - 2 * HOUR, [30.0])]

    assert [row["rating"] for row in before + get(client, question)] == [20.0, 30.0]


def test_a_database_that_fails_is_a_503_in_the_same_shape() -> None:
    client = service(FakeReader(), past=FakePast({}, fails=True)).test_client()

    problem = get(client, "/emissions/bylocation?location=IE&time=2026-02-11T08:00:00Z", 503)

    assert problem.keys() == {"title", "status", "detail", "traceId"}


def test_places_are_listed_by_name_with_their_coordinates(client: FlaskClient) -> None:
    places = get(client, "/locations")

    expected = sample("locations")
    assert all(place.keys() == expected["eastus"].keys() for place in places.values())
    assert places["northeurope"]["name"] == "northeurope"
    assert places["northeurope"]["latitude"] == pytest.approx(expected["northeurope"]["latitude"], abs=0.1)
    assert places["IE"] == {"latitude": None, "longitude": None, "name": "IE"}
    assert {"eu-central-1", "gcp:europe-west3"} & places.keys()


def test_every_listed_place_can_be_asked_for(client: FlaskClient) -> None:
    names = list(get(client, "/locations"))

    statuses = {
        name: client.get("/emissions/bylocation", query_string={"location": name}).status_code for name in names
    }

    assert len(names) > 400
    assert {name: status for name, status in statuses.items() if status not in (200, 204)} == {}
