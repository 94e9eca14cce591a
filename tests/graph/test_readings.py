"""One reading of a zone for a whole request, and what is not known stays null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.exchange import service_of
from app import create_app
from carbon.reading import ZoneReading
from engine import Engine
from grid.live.live_source import ReadPolicy
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, service
from tests.graph.selections import differences, everything


def ask(client: FlaskClient, query: str) -> Any:
    body = client.post("/graphql", json={"query": query}).get_json()
    assert "errors" not in body, body["errors"]
    return body["data"]


def test_each_zone_is_fetched_once_however_many_fields_need_it() -> None:
    clock = SteppedClock(NOW)
    source = FakeLiveSource(clock.utc_now)
    reader = reader_of(source, ReadPolicy(), utc_now=clock.utc_now, monotonic=clock.monotonic, jitter=lambda: 1.0)
    client = create_app(Settings(), Engine(cloud_map(), reader), rules=access(), clock=lambda: NOW).test_client()
    edges = "forecast(hours: 4) {forecast {value}} zone_details {current_carbon_intensity}"

    data = ask(client, f"{{a: regions(limit: 5) {{regions {{zone {edges}}}}} b: regions {{total_regions}}}}")

    calls = [zone for kind, zone in source.calls if kind == "latest"]
    assert len(calls) == len(set(calls))
    assert {row["zone"] for row in data["a"]["regions"]} <= set(calls)
    assert all(row["zone_details"]["current_carbon_intensity"] == 300 for row in data["a"]["regions"])


def test_zones_are_read_together() -> None:
    reader = FakeReader()
    client = service(reader).test_client()

    ask(client, "{zones(limit: 30) {zones {zone}}}")

    assert [len(zones) for zones, _ in reader.reads] == [30]


def test_questions_of_one_signal_share_a_session() -> None:
    client = service().test_client()
    opened: list[object] = []
    engine = service_of(client.application).engine
    begin = engine.at
    engine.at = lambda now: opened.append(now) or begin(now)  # type: ignore[method-assign, func-returns-value]

    ask(client, '{a: regions(limit: 1) {status} b: regions(limit: 2) {status} zone(zone: "DE") {status}}')

    assert opened == [NOW.replace(second=0, microsecond=0)]


def test_the_past_is_that_of_the_json_interface() -> None:
    past = FakePast({"SE-SE3": [readings(NOW.replace(hour=6, minute=0, second=0, microsecond=0), [20.0, None, 41.2])]})
    client = service(past=past).test_client()
    answer = client.get("/api/v1/regions/aws:eu-north-1/history?start=2026-02-11T04:00:00Z").get_json()

    query = f'history(start: "2026-02-11T04:00:00Z") {everything("RegionHistoryAnswer")}'
    graph = ask(client, f'{{region(region: "aws:eu-north-1") {{{query}}}}}')["region"]["history"]

    assert len(graph["points"]) == 2
    assert [each for each in differences(graph, answer) if not each.startswith(".request_id:")] == []


def test_a_store_that_fails_leaves_the_other_fields_alone() -> None:
    client = service(past=FakePast({}, fails=True)).test_client()

    body = client.post(
        "/graphql", json={"query": '{zone(zone: "DE") {zone_details {zone} history {total}}}'}
    ).get_json()

    assert body["data"]["zone"] == {"zone_details": {"zone": "DE"}, "history": None}
    assert body["errors"][0]["extensions"]["type"] == "/problems/state-unavailable"


def test_what_is_not_known_is_null_and_never_0() -> None:
    client = service().test_client()
    query = """{
        regions(signal: marginal, provider: "all") {total_regions regions {carbon_intensity} excluded {region reason}}
        region(region: "aws:eu-north-1", signal: marginal) {
            region_details {current_carbon_intensity low high percentile sources {carbon_intensity}}
        }
        zone(zone: "DE", signal: marginal) {zone_details {current_carbon_intensity low high}}
    }"""

    data = ask(client, query)

    assert data["regions"]["regions"] == []
    assert len(data["regions"]["excluded"]) == data["regions"]["total_regions"] or data["regions"]["excluded"]
    details = data["region"]["region_details"]
    assert [details[name] for name in ("current_carbon_intensity", "low", "high", "percentile")] == [None] * 4
    assert set(data["zone"]["zone_details"].values()) == {None}


def test_a_signal_of_one_question_is_not_that_of_the_next() -> None:
    client = service().test_client()

    data = ask(
        client,
        '{a: zone(zone: "DE", signal: marginal) {signal zone_details {current_carbon_intensity}} '
        'b: zone(zone: "DE") {signal zone_details {current_carbon_intensity}}}',
    )

    assert (data["a"]["signal"], data["b"]["signal"]) == ("marginal", None)
    assert data["b"]["zone_details"]["current_carbon_intensity"] > 0


def test_notes_belong_to_the_answer_that_they_are_about() -> None:
    client = service().test_client()

    data = ask(
        client,
        '{a: region(region: "us-east-1a", provider: "aws") {zone_notes {name}} '
        'b: region(region: "us-east-1", provider: "aws") {zone_notes {name}}}',
    )

    assert data["a"]["zone_notes"] == [{"name": "us-east-1a"}]
    assert data["b"]["zone_notes"] is None


class Broken(FakeReader):
    """A reader with a fault of its own."""

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        raise RuntimeError("a secret")


def test_a_fault_of_the_service_is_one_error_that_shows_an_id_alone(caplog: pytest.LogCaptureFixture) -> None:
    client = service(Broken()).test_client()

    body = client.post("/graphql", json={"query": "{instances(limit: 1) {status} regions {status}}"}).get_json()

    (error,) = body["errors"]
    assert body["data"] == {"instances": {"status": "success"}, "regions": None}
    assert error["extensions"]["type"] == "/problems/internal-error"
    assert error["extensions"]["request_id"] in error["message"]
    assert "secret" not in str(body)
    assert "a secret" in caplog.text
