"""/v0/schedule/ and /v0/regions/ as CarbonAware's own client uses them. The clock stands at 2026-02-11T10:30:07Z."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest
from carbonaware_scheduler import CarbonawareScheduler, UnprocessableEntityError
from carbonaware_scheduler.types import CloudZone
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from app import create_app
from engine import Engine
from settings import Settings
from tests.api.callers import KEY, bearer, guarded
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known
from tests.fakes.service import NOW, offline, service

SAMPLES = Path(__file__).parents[1] / "fixtures" / "carbonaware"
GERMANY, SWEDEN = ("aws", "eu-central-1"), ("aws", "eu-north-1")
# From 10:00 on: a job of an hour that starts at 13:00 gets 100 in Germany.
HOURS = {GERMANY: [400.0, 400, 400, 100, 300, 300, 300], SWEDEN: [50.0, 40, 40, 40, 20, 20, 20]}
POUNDS = 1000 / 453.59237


def zone_of(place: tuple[str, str]) -> str:
    return cloud_map().regions[":".join(place)].zone


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"carbonaware_schedule_{name}.json").read_text())


def question(*places: tuple[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "windows": [{"start": "2026-02-11T10:30:00Z", "end": "2026-02-11T14:00:00Z"}],
        "duration": "PT1H",
        "zones": [{"provider": provider, "region": region} for provider, region in places or (GERMANY,)],
        **changes,
    }


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    readings = {zone_of(place): known(NOW, hours) for place, hours in HOURS.items()}
    return service(FakeReader(readings)).test_client()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, offline(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def shape(value: Any) -> Any:
    """The keys and types of an answer; a list has the shape of its first entry."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value)


def refused(client: FlaskClient, body: Any) -> list[dict[str, Any]]:
    response = client.post("/v0/schedule/", json=body)
    assert response.status_code == 422, response.text
    assert list(response.get_json()) == ["detail"]
    detail: list[dict[str, Any]] = response.get_json()["detail"]
    assert all(list(one) == ["loc", "msg", "type"] for one in detail)
    return detail


def test_an_answer_has_the_fields_and_types_of_the_sample(client: FlaskClient) -> None:
    body = deepcopy(sample("request"))
    body["windows"] = question()["windows"]

    answer = client.post("/v0/schedule/", json=body)

    assert answer.status_code == 200
    assert shape(answer.get_json()) == shape(sample("response"))
    assert len(answer.get_json()["options"]) == 2


@pytest.mark.parametrize("path", ["/v0/schedule/", "/v0/schedule"])
def test_intensities_are_ours_in_pounds_per_mwh_and_savings_in_percent(client: FlaskClient, path: str) -> None:
    answer = client.post(path, json=question(GERMANY)).get_json()

    assert answer["ideal"] == {
        "time": "2026-02-11T13:00:00Z",
        "zone": {"provider": "aws", "region": "eu-central-1"},
        "co2_intensity": 220.5,  # 100 g/kWh x 1000 / 453.59237
    }
    assert answer["naive_case"]["time"] == "2026-02-11T10:30:00Z"
    assert answer["naive_case"]["co2_intensity"] == 881.8  # 400 g/kWh
    assert answer["carbon_savings"]["vs_naive_case"] == 75.0
    assert answer["options"][0] == answer["ideal"]
    assert len(answer["options"]) == 3


def test_the_ideal_is_the_answer_of_our_own_schedule_for_one_window_and_one_zone(client: FlaskClient) -> None:
    own = {"region": "aws:eu-central-1", "duration_hours": 1, "search_hours": 3.5}

    window = client.post("/api/v1/schedule", json=own).get_json()["optimal_window"]
    ideal = client.post("/v0/schedule/", json=question(GERMANY)).get_json()["ideal"]

    assert datetime.fromisoformat(ideal["time"]) == datetime.fromisoformat(window["start_time"])
    assert ideal["co2_intensity"] == pytest.approx(window["avg_carbon_intensity"] * POUNDS, rel=1e-3)


def test_headers_say_how_good_the_figures_are_and_where_they_are_from(client: FlaskClient) -> None:
    forecast = client.post("/v0/schedule/", json=question(GERMANY)).headers
    usual = client.post("/v0/schedule/", json=question(GERMANY, ("aws", "us-east-1"))).headers

    assert (forecast["X-Data-Quality"], usual["X-Data-Quality"]) == ("forecast", "baseline")
    assert forecast["X-Data-Sources"] == "electricity-maps-forecast"
    assert usual["X-Data-Sources"] == "electricity-maps-forecast, profile"


def test_of_several_zones_the_cleanest_is_ideal_and_the_dirtiest_the_worst(client: FlaskClient) -> None:
    answer = client.post("/v0/schedule/", json=question(GERMANY, SWEDEN)).get_json()

    assert (answer["ideal"]["zone"]["region"], answer["ideal"]["time"]) == ("eu-north-1", "2026-02-11T14:00:00Z")
    assert answer["worst_case"]["zone"]["region"] == "eu-central-1"
    assert answer["naive_case"]["zone"]["region"] == "eu-north-1"  # the best region at once


def test_a_time_without_an_offset_is_utc(client: FlaskClient) -> None:
    bare = question(windows=[{"start": "2026-02-11T10:30:00", "end": "2026-02-11T14:00:00"}])

    assert (
        client.post("/v0/schedule/", json=bare).get_json() == client.post("/v0/schedule/", json=question()).get_json()
    )


def test_options_may_be_none(client: FlaskClient) -> None:
    assert client.post("/v0/schedule/", json=question(num_options=0)).get_json()["options"] == []
    assert len(client.post("/v0/schedule/", json=question(num_options=None)).get_json()["options"]) == 3


def windows(start: str, end: str) -> dict[str, Any]:
    return question(windows=[{"start": start, "end": end}])


@pytest.mark.parametrize(
    ("body", "place", "kind"),
    [
        (windows("2026-02-11T10:24:00Z", "2026-02-11T14:00:00Z"), ["windows", 0, "start"], "start_in_the_past"),
        (windows("2026-02-11T12:00:00Z", "2026-02-11T12:00:00Z"), ["windows", 0, "end"], "end_before_start"),
        (windows("2026-02-11T12:00:00Z", "2026-02-19T12:00:00Z"), ["windows", 0, "end"], "too_far_ahead"),
        (windows("2026-02-11T12:00:00Z", "9999-12-31T23:00:00-14:00"), ["windows", 0, "end"], "datetime"),
        (windows("soon", "2026-02-11T12:00:00Z"), ["windows", 0, "start"], "datetime_parsing"),
        (question(windows=[]), ["windows"], "too_short"),
        (question(windows="now"), ["windows"], "list_type"),
        (question(zones=[]), ["zones"], "too_short"),
        (question(("aws", "europe-west1")), ["zones", 0, "region"], "unknown_region"),
        (question(("awz", "eu-central-1")), ["zones", 0, "provider"], "unknown_provider"),
        (question(duration="PT0S"), ["duration"], "greater_than"),
        (question(duration="-PT1H"), ["duration"], "greater_than"),
        (question(duration="an hour"), ["duration"], "time_delta_parsing"),
        (question(duration="P9999999D"), ["duration"], "less_than_equal"),
        (question(num_options=-1), ["num_options"], "greater_than_equal"),
        (question(num_options=True), ["num_options"], "int_type"),
        ({}, ["windows"], "missing"),
        ([], [], "model_type"),
    ],
)
def test_what_is_wrong_is_a_422_that_names_the_field(
    client: FlaskClient, body: Any, place: list[Any], kind: str
) -> None:
    detail = refused(client, body)

    assert (detail[0]["loc"], detail[0]["type"]) == (["body", *place], kind)
    assert detail[0]["msg"]


def test_a_region_that_is_not_known_comes_with_similar_ones(client: FlaskClient) -> None:
    (detail,) = refused(client, question(("aws", "eu-centrl-1")))

    assert "; nearest: aws:eu-central-1, " in detail["msg"]


def test_every_wrong_field_is_named(client: FlaskClient) -> None:
    places = [one["loc"][1] for one in refused(client, {"windows": [], "zones": 1, "duration": 2.5, "x": 1})]

    assert set(places) >= {"windows", "zones", "x"}


def test_a_question_of_too_many_starts_is_refused_before_it_is_answered(client: FlaskClient) -> None:
    week = windows("2026-02-11T12:00:00Z", "2026-02-18T10:00:00Z")["windows"] * 100

    assert refused(client, question(*[GERMANY] * 500, windows=week))[0]["type"] == "too_many_starts"


@pytest.mark.parametrize(
    ("data", "status"), [("[" * 100_000, 422), ('{"a":' * 20_000, 422), ("{", 422), ("", 422), (" " * 1_100_000, 413)]
)
def test_a_body_that_is_no_json_deep_or_too_large_is_refused_in_the_same_shape(
    client: FlaskClient, data: str, status: int
) -> None:
    response = client.post("/v0/schedule/", data=data, content_type="application/json")

    assert response.status_code == status
    assert list(response.get_json()) == ["detail"]


def test_without_any_figure_the_answer_is_a_422_that_says_so_and_no_zero() -> None:
    unknown = replace(cloud_map(), profiles=cloud_map().profiles.without_figures())
    engine = Engine(unknown, FakeReader())
    app = create_app(Settings(), engine, rules=access(), clock=lambda: NOW)

    detail = refused(app.test_client(), question(GERMANY, SWEDEN))

    assert detail[0]["type"] == "intensity-unknown"


def test_every_region_that_the_published_client_names_is_served(client: FlaskClient) -> None:
    ours = {row["region"] for row in client.get("/v0/regions/").get_json()["regions"]}

    theirs = set(get_args(CloudZone.model_fields["region"].annotation))

    assert theirs - ours == set()


def test_a_region_of_another_name_is_answered_by_the_name_of_this_format(client: FlaskClient) -> None:
    for name in ("fr-strasbourg", "SBG"):
        answer = client.post("/v0/schedule/", json=question(("ovh", name))).get_json()

        assert answer["ideal"]["zone"] == {"provider": "ovh", "region": "fr-strasbourg"}


def test_keys_and_limits_are_refused_with_a_text_in_detail() -> None:
    without_key = guarded().post("/v0/schedule/", json=question())
    with_key = guarded().post("/v0/schedule/", json=question(), headers=bearer(KEY))
    limited = service(rules=access(rate="1 per minute")).test_client()
    limited.get("/v0/regions/")
    second = limited.get("/v0/regions/")

    assert (without_key.status_code, with_key.status_code, second.status_code) == (401, 200, 429)
    assert isinstance(without_key.get_json()["detail"], str)
    assert isinstance(second.get_json()["detail"], str)
    assert without_key.headers["WWW-Authenticate"]
    assert second.headers["Retry-After"]


def test_the_published_client_finds_the_best_start_by_its_base_url_alone(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARBONAWARE_SCHEDULER_BASE_URL", address)
    start = datetime(2026, 2, 11, 11, tzinfo=UTC)

    with CarbonawareScheduler() as client:
        answer = client.schedule.create(
            duration="PT2H",
            windows=[{"start": start, "end": start + timedelta(hours=9)}],
            zones=[{"provider": "aws", "region": "eu-north-1"}, {"provider": "gcp", "region": "us-west1"}],
            num_options=2,
        )

    assert start <= answer.ideal.time <= start + timedelta(hours=9)
    assert [one.co2_intensity for one in answer.options] == sorted(one.co2_intensity for one in answer.options)
    assert answer.ideal.zone.region == "eu-north-1"
    assert answer.worst_case.co2_intensity >= answer.median_case.co2_intensity >= answer.ideal.co2_intensity
    assert 0 <= answer.carbon_savings.vs_naive_case <= 100


def test_the_published_client_lists_regions_checks_health_and_raises_its_own_errors(address: str) -> None:
    with CarbonawareScheduler(base_url=address, max_retries=0) as client:
        regions = {(region.provider, region.region) for region in client.regions.list().regions}
        health = client.health.check()
        with pytest.raises(UnprocessableEntityError) as refusal:
            client.schedule.create(duration="PT1H", windows=[], zones=[])

    assert {("aws", "eu-north-1"), ("gcp", "us-west1"), ("azure", "westeurope"), ("ovh", "pl-warsaw")} <= regions
    assert health["status"]
    assert isinstance(refusal.value.body, dict)
    assert {tuple(one["loc"]) for one in refusal.value.body["detail"]} == {("body", "windows"), ("body", "zones")}
