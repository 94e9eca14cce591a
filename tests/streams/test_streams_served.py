"""Streams of a real gunicorn: what they tell, what they replay, and that the API does not notice them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from websocket import WebSocket, create_connection
from websocket._exceptions import WebSocketBadStatusException

from tests.fakes.patience import PATIENCE_SECONDS
from tests.faults.client import ask
from tests.faults.server import THREADS, Gunicorn, wait_until
from tests.streams.stream_clients import STREAM, Newsroom, following

MOST = 24
SETTINGS = {"STREAMS": str(MOST), "STREAMS_PER_CALLER": str(MOST)}
GERMANY = "zone=DE"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    """A service of one worker."""
    with Gunicorn(tmp_path_factory.mktemp("streams"), SETTINGS, workers=1) as server:
        yield server


@pytest.fixture(scope="module")
def news(service: Gunicorn) -> Newsroom:
    room = Newsroom(service.data)
    room.tell("XX", 1.0)  # a log that nobody has written to has no id yet
    return room


def open_socket(service: Gunicorn, query: str, origin: str | None = None) -> WebSocket:
    url = f"ws://127.0.0.1:{service.port}/api/v1/ws?{query}"
    return create_connection(url, timeout=PATIENCE_SECONDS, origin=origin, suppress_origin=origin is None)


def places(service: Gunicorn) -> int:
    """How many streams the worker has room for, found by opening as many."""
    with ExitStack() as stack:
        count = 0
        while count <= MOST:
            response = stack.enter_context(
                requests.get(
                    f"http://127.0.0.1:{service.port}{STREAM}?{GERMANY}", stream=True, timeout=PATIENCE_SECONDS
                )
            )
            if response.status_code != 200:
                break
            count += 1
        return count


def test_a_stream_begins_with_the_present_values_as_the_api_gives_them(service: Gunicorn, news: Newsroom) -> None:
    zone = ask(service.port, "/api/v1/zones/DE").json()["zone_details"]
    with following(service.port, f"{GERMANY}&region=us-east-1") as client:
        first, second = client.take(2)
        headers = client.response.headers

    assert (first.name, first.data["zone"], first.data["regions"]) == ("current", "DE", [])
    assert (second.name, second.data["regions"]) == ("current", ["aws:us-east-1"])
    assert first.data["carbon_intensity"] == zone["current_carbon_intensity"]
    names = ("is_estimate", "data_quality", "source", "datetime", "age_seconds", "fallback_reason")
    assert {name: first.data[name] for name in names} == {name: zone[name] for name in names}
    assert (first.id, second.id) == (None, news.ids()[-1])
    assert headers["Content-Type"].startswith("text/event-stream")
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-cache", "no")
    assert "ETag" not in headers


def test_changes_and_crossings_follow_each_with_an_id(service: Gunicorn, news: Newsroom) -> None:
    with following(service.port, "zone=FR&below=1&hysteresis=2") as client:
        client.next()
        news.tell("FR", 50.0, 0.5, 2.0, 3.0)
        events = client.take(6)

    assert [(event.name, event.data["carbon_intensity"]) for event in events] == [
        ("intensity", 50.0),
        ("intensity", 0.5),
        ("crossing", 0.5),
        ("intensity", 2.0),
        ("intensity", 3.0),
        ("crossing", 3.0),
    ]
    ids = news.ids()[-4:]
    assert [event.id for event in events] == [ids[0], ids[1], f"{ids[1]}.1", ids[2], ids[3], f"{ids[3]}.1"]
    assert events[2].data["crossing"] == {"side": "below", "limit": 1.0, "hysteresis": 2.0, "state": "entered"}
    assert events[5].data["crossing"]["state"] == "left"
    assert events[1].data["previous_carbon_intensity"] == 50.0


def test_an_unknown_value_is_told_as_null_and_crosses_nothing(service: Gunicorn, news: Newsroom) -> None:
    with following(service.port, "zone=PL&below=10000") as client:
        assert client.next().data["crossed"] == ["below"]
        news.tell("PL", None, 700.0)
        events = client.take(2)

    assert [(event.name, event.data["carbon_intensity"]) for event in events] == [
        ("intensity", None),
        ("intensity", 700.0),
    ]


def test_a_stream_of_crossings_alone_tells_no_other_change(service: Gunicorn, news: Newsroom) -> None:
    with following(service.port, "zone=SE&event=crossing&above=5000") as client:
        client.next()
        news.tell("SE", 10.0, 6000.0)
        assert client.next().name == "crossing"


@pytest.mark.parametrize("part", [0, 1])
def test_what_was_missed_is_told_in_order_and_once(service: Gunicorn, news: Newsroom, part: int) -> None:
    query = "zone=ES&above=100&zone=IT"
    news.tell("ES", 50.0)
    before = len(news.ids())
    news.tell("ES", 150.0)
    news.tell("IT", 20.0)
    news.tell("ES", 160.0, 90.0)
    ids = news.ids()[before:]
    last = ids[0] if part == 0 else f"{ids[0]}.1"
    with following(service.port, query, last_event_id=last) as client:
        events = client.take(5 if part == 0 else 4)
        news.tell("ES", 95.0)
        newest = client.next()

    missed = [ids[1], ids[2], ids[3]]
    assert [event.id for event in events if event.name == "intensity"] == missed
    crossings = [event.id for event in events if event.name == "crossing"]
    assert crossings == [f"{ids[0]}.1", f"{ids[3]}.1"][part:]
    assert newest.data["carbon_intensity"] == 95.0


def test_the_id_may_be_a_parameter_for_clients_that_cannot_set_the_header(service: Gunicorn, news: Newsroom) -> None:
    before = len(news.ids())
    news.tell("PT", 50.0, 60.0)
    with following(service.port, f"zone=PT&last_event_id={news.ids()[before]}") as client:
        assert client.next().data["carbon_intensity"] == 60.0


def test_who_was_away_for_too_long_is_told_so_before_the_present_values(service: Gunicorn, news: Newsroom) -> None:
    with following(service.port, GERMANY, last_event_id="1") as client:
        gap, now = client.take(2)

    assert (gap.name, gap.id, now.name) == ("gap", None, "current")
    assert gap.data["event"] == "gap"


def test_a_number_that_no_store_can_compare_is_no_id(service: Gunicorn, news: Newsroom) -> None:
    too_large = str(2**63)
    with following(service.port, GERMANY, last_event_id=too_large) as client:
        assert client.next().name == "current"
    with following(service.port, GERMANY, last_event_id=str(2**63 - 1)) as client:
        assert client.next().name == "gap"

    assert ask(service.port, f"{STREAM}?{GERMANY}&last_event_id={too_large}").status == 400


def test_a_long_replay_is_told_whole(service: Gunicorn, news: Newsroom) -> None:
    before = len(news.ids())
    news.tell("NL", *map(float, range(1, 1302)))
    ids = news.ids()[before:]
    with following(service.port, "zone=NL", last_event_id=ids[0]) as client:
        events = client.take(1300)

    assert [event.id for event in events] == ids[1:]


def test_a_websocket_tells_the_same_messages(service: Gunicorn, news: Newsroom) -> None:
    with following(service.port, "zone=GB&below=1") as client:
        connection = open_socket(service, "zone=GB&below=1")
        first = json.loads(connection.recv())
        assert client.next().data == first
        news.tell("GB", 50.0, 0.5)
        events = [event.data for event in client.take(3)]
        messages = [json.loads(connection.recv()) for _ in range(3)]
        connection.close()

    assert messages == events


def test_a_websocket_goes_on_behind_an_id_and_answers_pings(service: Gunicorn, news: Newsroom) -> None:
    before = len(news.ids())
    news.tell("AT", 50.0, 60.0)
    connection = open_socket(service, f"zone=AT&last_event_id={news.ids()[before]}")
    assert json.loads(connection.recv())["carbon_intensity"] == 60.0
    connection.send("words that mean nothing here")
    connection.ping("a ping")
    news.tell("AT", 70.0)
    frames = [connection.recv_data(control_frame=True) for _ in range(2)]
    connection.close()

    assert (10, b"a ping") in frames  # a pong
    assert 70.0 in [json.loads(data)["carbon_intensity"] for code, data in frames if code == 1]


def test_pages_of_other_origins_open_no_websocket(service: Gunicorn) -> None:
    with pytest.raises(WebSocketBadStatusException) as refusal:
        open_socket(service, GERMANY, origin="https://elsewhere.example")
    assert refusal.value.status_code == 403
    open_socket(service, GERMANY, origin=f"http://127.0.0.1:{service.port}").close()


def test_a_wrong_question_is_refused_over_both_with_every_wrong_field(service: Gunicorn) -> None:
    answer = ask(service.port, f"{STREAM}?zone=DEE&below=-1")
    with pytest.raises(WebSocketBadStatusException) as refusal:
        open_socket(service, "zone=DEE")

    assert answer.status == 400
    assert {error["parameter"] for error in answer.json()["errors"]} == {"zone", "below"}
    assert refusal.value.status_code == 400


def test_a_question_without_a_place_and_a_websocket_without_a_handshake_are_told_what_to_do(service: Gunicorn) -> None:
    without, no_handshake = ask(service.port, STREAM), ask(service.port, f"/api/v1/ws?{GERMANY}")

    assert (without.status, without.json()["errors"][0]["code"]) == (400, "no_place")
    assert (no_handshake.status, no_handshake.json()["status"]) == (426, 426)


def test_the_api_answers_while_as_many_streams_are_open_as_may_be_and_the_next_one_is_told_to_wait(
    service: Gunicorn, news: Newsroom
) -> None:
    wait_until(lambda: places(service) == MOST, "the streams of other tests have ended")
    with ExitStack() as stack:
        clients = [stack.enter_context(following(service.port, GERMANY)) for _ in range(MOST)]
        assert MOST > THREADS
        for client in clients:
            client.next()
        refused = requests.get(f"http://127.0.0.1:{service.port}{STREAM}?{GERMANY}", timeout=PATIENCE_SECONDS)
        answers = [ask(service.port, "/api/v1/regions?limit=1").status for _ in range(2 * THREADS)]
        news.tell("DE", 123.0)
        values = {client.next().data["carbon_intensity"] for client in clients}

    assert set(answers) == {200}
    assert values == {123.0}
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert refused.json()["type"] == "/problems/busy"


def test_places_are_free_again_when_clients_have_gone(service: Gunicorn) -> None:
    wait_until(lambda: places(service) == MOST, "all places are free")


def test_a_burst_of_events_drops_nobody_who_reads_and_a_client_that_does_not_read_delays_nobody(
    service: Gunicorn, news: Newsroom
) -> None:
    with socket.socket() as slow, following(service.port, "zone=BE") as other:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", service.port))
        slow.sendall(f"GET {STREAM}?zone=BE HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        other.next()
        wait_until(lambda: bool(slow.recv(1, socket.MSG_PEEK)), "the stream has begun")
        news.tell("BE", *map(float, range(1, 2001)))
        values = [event.data["carbon_intensity"] for event in other.take(2000)]

    assert values == list(map(float, range(1, 2001)))
