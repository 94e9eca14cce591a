"""Every answer to GET that is read from the data says how long it stays the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access, record
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW, offline, service

PATHS = (
    "/v1/by-rank?limit=3",
    "/v1/by-provider/hetzner",
    "/v1/by-country/DE",
    "/v1/by-iata/LON",
    "/api/v1/regions?limit=3",
    "/api/v1/regions/us-east-1",
    "/api/v1/zones/DE",
    "/api/v1/instances?q=m7g",
    "/api/v1/workloads",
    "/api/v1/sources",
    "/api/v1/zones/FR/sources",
    "/api/v1/zones/FR/forecast?hours=3",
    "/openapi.json",
)
WRONG = (
    ("/v1/by-rank?limit=0", 400),
    ("/v1/by-provider/nobody", 404),
    ("/api/v1/regions?limit=x", 400),
    ("/api/v1/regions/nowhere", 404),
    ("/api/v1/zones/NOWHERE", 404),
    ("/api/v1/instances?arch=z80", 400),
    ("/api/v1/nothing", 404),
)
KEY = "cao_" + "k" * 43
every_path = pytest.mark.parametrize("path", PATHS)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def client(clock: SteppedClock, reader: FakeReader) -> FlaskClient:
    return create_app(Settings(), Engine(cloud_map(), reader), rules=access(), clock=clock.utc_now).test_client()


def test_every_path_that_is_read_under_v1_and_api_v1_is_tried_here() -> None:
    rules = [rule for rule in offline().url_map.iter_rules() if "GET" in (rule.methods or ())]
    # See test_history, test_forecast_skill, test_plans, tests/streams, test_webhooks, test_usage, test_decisions, ...
    webhooks = ("/webhooks", "/<webhook_id>", "/deliveries")
    usage = ("/usage", "/usage/<usage_id:usage_id>", "/usage/report", "/usage/comparison")
    ledger = ("/decisions", "/decisions/<decision_id>", "/savings", "/budgets", "/budgets/<budget_name>")
    others = ("/history", "/forecast/skill", "/<plan_id>", "/stream", "/ws", *webhooks, *usage, *ledger)
    guarded = [
        str(rule) for rule in rules if str(rule).startswith(("/v1/", "/api/v1/")) and not str(rule).endswith(others)
    ]

    untried = [rule for rule in guarded if not any(re.fullmatch(pattern_of(rule), path) for path in PATHS)]

    assert guarded
    assert untried == []


def pattern_of(rule: str) -> str:
    return re.sub(r"<[^>]+>", "[^/?]+", rule) + r"(\?.*)?"


@every_path
def test_an_answer_has_a_weak_tag_and_may_be_kept_to_the_end_of_the_minute(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert re.fullmatch(r'W/"[0-9a-f]{24}"', headers["ETag"])
    assert headers["Cache-Control"] == "public, max-age=53"  # it is 10:30:07


@every_path
def test_a_client_that_holds_the_answer_gets_a_304(client: FlaskClient, reader: FakeReader, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    reader.reads.clear()

    response = client.get(path, headers={"If-None-Match": tag})

    assert (response.status_code, response.get_data(), response.headers["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in response.headers
    assert reader.reads == []


@every_path
def test_the_same_question_in_the_minute_has_the_same_answer_but_for_its_id(
    client: FlaskClient, reader: FakeReader, path: str
) -> None:
    first = client.get(path, headers={"X-Request-ID": "first"})
    reader.reads.clear()

    second = client.get(path, headers={"X-Request-ID": "the-second"})

    assert second.text == first.text.replace('"request_id":"first"', '"request_id":"the-second"')
    assert second.headers["X-Request-ID"] == "the-second"
    assert second.headers["ETag"] == first.headers["ETag"]
    assert reader.reads == []


@pytest.mark.parametrize("given", ["status", "success", "s", "x" * 128, "request_id"])
def test_a_kept_answer_carries_the_id_of_each_request(client: FlaskClient, given: str) -> None:
    for request_id in (given, "another", given):
        answer = client.get("/api/v1/workloads", headers={"X-Request-ID": request_id}).get_json()

        assert (answer["status"], answer["request_id"]) == ("success", request_id)
        assert len(answer["workloads"]) > 1


@every_path
def test_the_next_minute_has_another_tag(client: FlaskClient, clock: SteppedClock, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    clock.advance(53)

    response = client.get(path, headers={"If-None-Match": tag})

    assert response.status_code == 200
    assert response.headers["ETag"] != tag


@every_path
def test_a_star_is_a_304_for_a_right_request(client: FlaskClient, path: str) -> None:
    for _ in ("made", "kept"):
        response = client.get(path, headers={"If-None-Match": "*"})

        assert (response.status_code, response.get_data()) == (304, b"")
        assert response.headers["ETag"] == client.head(path).headers["ETag"]


@pytest.mark.parametrize(("path", "status"), WRONG)
def test_a_star_is_no_304_for_a_wrong_request(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path, headers={"If-None-Match": "*"})

    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


@every_path
def test_once_there_are_keys_only_their_holders_may_keep_what_needs_one(path: str) -> None:
    client = service(rules=access(record(KEY))).test_client()

    headers = client.get(path, headers={"X-API-Key": KEY}).headers

    scope = "public" if path == "/openapi.json" else "private"
    assert headers["Cache-Control"] == f"{scope}, max-age=53"


def test_the_document_is_the_same_whatever_query_it_is_asked_for_with(client: FlaskClient) -> None:
    plain, asked = client.get("/openapi.json"), client.get("/openapi.json?number=1", headers={"Accept": "text/csv"})

    assert (asked.headers["ETag"], asked.get_data()) == (plain.headers["ETag"], plain.get_data())


@every_path
def test_no_header_is_sent_twice(client: FlaskClient, path: str) -> None:
    for _ in ("made", "kept"):
        names = [name.lower() for name, _ in client.get(path, headers={"Accept-Encoding": "gzip"}).headers]

        assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", ["/v1/by-rank?limit=3", "/api/v1/regions", "/api/v1/regions/us-east-1"])
def test_an_answer_that_rests_on_two_states_of_the_data_is_kept_for_neither(
    client: FlaskClient, reader: FakeReader, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    read = reader.read

    def changing(*args: Any, **named: Any) -> Any:
        reader.known = "newer"
        return read(*args, **named)

    monkeypatch.setattr(reader, "read", changing)
    client.get(path)
    reader.reads.clear()

    client.get(path)

    assert len(reader.reads) == 1


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_what_changes_by_the_second_is_never_kept(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers
