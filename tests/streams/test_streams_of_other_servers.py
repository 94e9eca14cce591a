"""Streams where the server hands over no connection, such as Flask's own: a thread passes on each, so only a few."""

from __future__ import annotations

from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

import pytest
from apiflask import APIFlask

from api.edge.exchange import service_of
from api.streams.connection import MOST_PASSED_ON
from carbon.intensity import Quality
from carbon.reading import Observation, ZoneReading
from carbon.units import HOUR
from tests.fakes.access import access, record
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW, service
from tests.streams.stream_clients import STREAM, SentEvent, sent_events

GERMANY = f"{STREAM}?zone=DE"


def measured(grams: float) -> ZoneReading:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    value = Observation(
        zone="DE",
        gco2e_per_kwh=grams,
        starts_at=hour,
        ends_at=hour + HOUR,
        quality=Quality.MEASURED,
        source="a-source",
    )
    return ZoneReading(latest=value)


@pytest.fixture
def app(tmp_path: Path) -> APIFlask:
    return service(data_dir=tmp_path)


def events_of(response: object) -> object:
    def lines() -> object:
        text = ""
        for piece in response.response:  # type: ignore[attr-defined]
            *whole, text = (text + piece.decode()).split("\n")
            yield from whole

    return sent_events(lines())  # type: ignore[arg-type]


def test_what_the_publisher_sees_is_told_with_the_value_before(tmp_path: Path) -> None:
    reader = FakeReader({"DE": measured(200.0)})
    app = service(reader, data_dir=tmp_path)
    publisher = service_of(app).publisher
    with closing(app.test_client().get(f"{GERMANY}&below=150")) as response:
        events = events_of(response)
        first: SentEvent = next(events)  # type: ignore[call-overload]
        publisher.look()
        reader._readings["DE"] = measured(100.0)
        publisher._utc_now = lambda: NOW + HOUR / 60
        publisher.look()
        change, crossing = next(events), next(events)  # type: ignore[call-overload]

    assert (first.data["carbon_intensity"], first.data["crossed"]) == (200.0, [])
    assert (change.data["previous_carbon_intensity"], change.data["carbon_intensity"]) == (200.0, 100.0)
    assert (change.data["data_quality"], change.data["source"]) == ("measured", "a-source")
    assert datetime.fromisoformat(change.data["timestamp"]) == (NOW + HOUR / 60).replace(second=0, microsecond=0)
    assert crossing.data["crossing"]["state"] == "entered"


def test_only_a_few_streams_hold_a_thread_and_the_next_caller_is_told_what_to_do(app: APIFlask) -> None:
    client = app.test_client()
    with ExitStack() as stack:
        for _ in range(MOST_PASSED_ON):
            response = stack.enter_context(closing(client.get(GERMANY)))
            assert response.status_code == 200
        refused = client.get(GERMANY)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert "gunicorn.conf.py" in refused.get_data(as_text=True)


def test_a_websocket_is_refused_with_what_to_do(app: APIFlask) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    client = app.test_client()
    answers = [client.get("/api/v1/ws?zone=DE", headers=handshake)]
    answers.append(client.get("/api/v1/ws?zone=DE", headers={**handshake, "Sec-WebSocket-Version": "8"}))
    answers.append(client.get("/api/v1/ws?zone=DE", headers={**handshake, "Sec-WebSocket-Key": "short"}))

    assert [answer.status_code for answer in answers] == [501, 426, 400]
    assert (answers[1].headers["Upgrade"], answers[1].headers["Sec-WebSocket-Version"]) == ("websocket", "13")


def test_streams_need_a_key_where_there_are_keys(tmp_path: Path) -> None:
    app = service(rules=access(record("cao_secret")), data_dir=tmp_path)
    client = app.test_client()

    assert client.get(GERMANY).status_code == 401
    assert client.get("/api/v1/ws?zone=DE").status_code == 401
    with closing(client.get(GERMANY, headers={"X-API-Key": "cao_secret"})) as response:
        assert response.status_code == 200
    assert service_of(app).access.still_allows("key/ci")
    assert not service_of(app).access.still_allows("key/gone")
    assert not service_of(app).access.still_allows("address/127.0.0.1")


def test_a_stream_has_neither_tag_nor_place_among_the_answers_of_the_minute(app: APIFlask) -> None:
    client = app.test_client()
    head = client.head(GERMANY)
    with closing(client.get(GERMANY, headers={"If-None-Match": "*"})) as response:
        headers = response.headers

    assert response.status_code == 200
    assert "ETag" not in headers
    assert headers["Cache-Control"] == "no-cache"
    assert (head.status_code, head.headers["Content-Type"]) == (200, "text/event-stream")
    assert service_of(app).hub.places.taken <= 1


@pytest.mark.parametrize(
    ("query", "regions"),
    [("provider=gcp&provider=azure", {"gcp", "azure"}), ("provider=all", {"aws", "gcp", "azure"})],
)
def test_a_provider_stands_for_its_regions(app: APIFlask, query: str, regions: set[str]) -> None:
    with closing(app.test_client().get(f"{STREAM}?{query}")) as response:
        event: SentEvent = next(events_of(response))  # type: ignore[call-overload]

    assert event.data["regions"]
    assert {key.partition(":")[0] for key in event.data["regions"]} <= regions or query == "provider=all"


@pytest.mark.parametrize(("parameter", "value"), [("last_event_id", "x"), ("event", "all"), ("below", "nan")])
def test_a_wrong_parameter_is_named(app: APIFlask, parameter: str, value: str) -> None:
    answer = app.test_client().get(f"{GERMANY}&{parameter}={value}")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["parameter"] == parameter
