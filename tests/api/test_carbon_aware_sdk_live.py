"""A past that was never stored is fetched from the source by the question about it, where its plan has the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from settings import Settings
from tests.fakes.access import access
from tests.fakes.electricity_maps import KEY, PAST_RANGE, FakeElectricityMaps
from tests.fakes.own_facts import write
from tests.fakes.patience import HANG_SECONDS, eventually
from tests.fakes.upstream import Answer, always, only, reply

PAST = "carbon-intensity/history"
HOUR = timedelta(hours=1)
LONG_AGO = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=30)


def client_of(server: FakeElectricityMaps, folder: Path, **settings: object) -> FlaskClient:
    values: dict[str, object] = {
        "data_dir": folder,
        "el_maps_api_key": KEY,
        "el_maps_base_url": server.base_url,
        "el_maps_calls_per_hour": "off",
        "upstream_deadline_seconds": HANG_SECONDS,
        "sources": "electricity-maps",
        **settings,
    }
    return create_app(Settings(**values), rules=access()).test_client()  # type: ignore[arg-type]


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def path_of(hours_ago: int) -> str:
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    return f"/emissions/bylocation?location=eu-central-1&time={moment:%Y-%m-%dT%H:%M:%SZ}"


def test_the_last_day_is_fetched_once_and_then_answered(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        client = client_of(server, tmp_path)

        assert eventually(lambda: client.get(path_of(5)).status_code == 200)

        assert [row["rating"] for row in client.get(path_of(6)).get_json()] == [311.2]
        assert sum(call.path == PAST for call in server.calls) == 1


@pytest.mark.parametrize("hours_ago", [5, 100])
def test_a_plan_without_the_past_leaves_it_unknown(tmp_path: Path, hours_ago: int) -> None:
    with FakeElectricityMaps({"DE": 311.2}, access={"DE": ["carbon-intensity/latest"]}).serving() as server:
        client = client_of(server, tmp_path)

        client.get("/emissions/bylocation?location=eu-central-1")

        assert client.get(path_of(hours_ago)).status_code == 204
        assert server.count(PAST) == server.count(PAST_RANGE) == 0


def past(path: str, first: datetime, last: datetime, *locations: str) -> str:
    """The path of a question about places over [first, last)."""
    places = "&".join(f"location={location}" for location in locations)
    return f"{path}?{places}&time={first:%Y-%m-%dT%H:%M:%SZ}&toTime={last:%Y-%m-%dT%H:%M:%SZ}"


def test_hours_of_long_ago_are_fetched_within_the_question_and_only_once(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        server.past = {LONG_AGO: 280.5}
        client = client_of(server, tmp_path)
        path = past("/emissions/bylocation", LONG_AGO, LONG_AGO + 2 * HOUR, "eu-central-1")

        answers = [client.get(path) for _ in range(3)]

        rows = answers[0].get_json()
        assert [(row["rating"], row["duration"]) for row in rows] == [(280.5, "01:00:00"), (311.2, "01:00:00")]
        assert {answer.get_data() for answer in answers} == {answers[0].get_data()}
        assert answers[0].headers["X-Data-Quality"] == "measured"
        assert answers[0].headers["X-Data-Sources"] == "electricity-maps"
        assert server.count(PAST_RANGE) == 1


def test_another_worker_answers_from_what_was_fetched(tmp_path: Path) -> None:
    path = past("/emissions/bylocation", LONG_AGO, LONG_AGO + 2 * HOUR, "eu-central-1")
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        first, second = client_of(server, tmp_path), client_of(server, tmp_path)

        assert first.get(path).get_json() == second.get(path).get_json()
        assert server.count(PAST_RANGE) == 1


def test_an_estimated_hour_stays_estimated(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        server.estimated = {LONG_AGO}
        client = client_of(server, tmp_path)

        answer = client.get(past("/emissions/bylocation", LONG_AGO, LONG_AGO + HOUR, "eu-central-1"))

        assert answer.headers["X-Data-Quality"] == "estimated"


def test_the_hours_of_all_places_are_fetched_for_the_best_of_them(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as server:
        client = client_of(server, tmp_path)
        span = (LONG_AGO, LONG_AGO + HOUR, "eu-central-1", "eu-west-3")

        best = client.get(past("/emissions/bylocations/best", *span)).get_json()
        every = client.get(past("/emissions/bylocations", *span)).get_json()

        assert [(row["location"], row["rating"]) for row in best] == [("eu-west-3", 41.2)]
        assert [row["rating"] for row in every] == [311.2, 41.2]
        assert server.count(PAST_RANGE) == 2


def test_a_mean_of_hours_of_long_ago_is_made_of_what_was_fetched(tmp_path: Path) -> None:
    """(200 + 300) / 2 = 250 g."""
    with FakeElectricityMaps({"DE": 300.0}).serving() as server:
        server.past = {LONG_AGO: 200.0}
        client = client_of(server, tmp_path)
        item = {"location": "eu-central-1", "startTime": iso(LONG_AGO), "endTime": iso(LONG_AGO + 2 * HOUR)}

        one = client.get("/emissions/average-carbon-intensity", query_string=item).get_json()
        many = client.post("/emissions/average-carbon-intensity/batch", json=[item]).get_json()

        assert [one["carbonIntensity"], many[0]["carbonIntensity"]] == [250.0, 250.0]
        assert server.count(PAST_RANGE) == 1


def test_calculate_counts_a_run_of_long_ago_by_what_was_fetched(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        client = client_of(server, tmp_path)
        query = {"region": "eu-central-1", "instance_type": "m5.large", "duration_hours": 2, "start_at": iso(LONG_AGO)}

        answer = client.post("/api/v1/calculate", json=query)

        assert answer.status_code == 200, answer.get_json()
        assert answer.get_json()["calculation"]["carbon_intensity_used"] == 311.2
        assert server.count(PAST_RANGE) == 1


def test_the_list_of_the_history_shows_what_was_stored_and_fetches_nothing(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        client = client_of(server, tmp_path)
        span = {"start": iso(LONG_AGO), "end": iso(LONG_AGO + HOUR)}

        client.get("/api/v1/zones/DE/history", query_string=span)

        assert server.count(PAST_RANGE) == 0


@pytest.mark.parametrize("answer", [reply({"error": "down"}, 500), reply("<html>")])
def test_trouble_of_the_source_leaves_the_past_unknown(tmp_path: Path, answer: Answer) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        server.fault = only(PAST_RANGE, always(answer))
        client = client_of(server, tmp_path, upstream_retries=0)
        span = {"location": "eu-central-1", "startTime": iso(LONG_AGO), "endTime": iso(LONG_AGO + HOUR)}

        points = client.get(past("/emissions/bylocation", LONG_AGO, LONG_AGO + HOUR, "eu-central-1"))
        mean = client.get("/emissions/average-carbon-intensity", query_string=span)

        assert (points.status_code, mean.status_code) == (204, 400)
        assert server.count(PAST_RANGE) == 1


def test_without_a_history_no_call_is_sent_for_the_past(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        client = client_of(server, tmp_path, history_days=0)

        assert client.get(path_of(100)).status_code == 204
        assert server.count(PAST_RANGE) == 0


def test_a_zone_with_a_factor_of_the_operator_is_not_asked_for(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    write(overlay, zones="zone,country,gco2e_per_kwh,basis,source,as_of\nDE,DE,100,location,meter,2026\n")
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        client = client_of(server, tmp_path, overlay_dir=overlay)

        answer = client.get(past("/emissions/bylocation", LONG_AGO, LONG_AGO + HOUR, "eu-central-1"))

        assert [row["rating"] for row in answer.get_json()] == [100.0]
        assert server.count(PAST_RANGE) == 0
