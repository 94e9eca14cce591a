"""The one thread that serves all streams of a process, on clocks that the tests move."""

from __future__ import annotations

import socket
import time as time_module
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import time

import orjson
import pytest

from carbon.events import Event
from push.hub import Hub
from push.messages import MOST_RECEIVED_BYTES, Framing, Message, ServerSentEvents
from push.places import Places, StreamsFull
from push.stream import MOST_WAITING_BYTES, NEVER, Stream
from push.websocket import WebSocket
from tests.fakes.patience import PATIENCE_SECONDS
from tests.faults.server import wait_until
from tests.streams.stream_clients import Newsroom


class Everything:
    """A Follower of one zone that is told the value alone."""

    def __init__(self, caller: str = "key/ci", expires_at: float = NEVER) -> None:
        self.zones = frozenset({"DE"})
        self.caller = caller
        self.first: Sequence[Message] = [Message(kind="current", body=b"{}")]
        self.cursor = 0
        self.expires_at = expires_at

    def messages(self, event: Event) -> list[Message]:
        return [Message(kind=event.kind, body=orjson.dumps(event.now.gco2e_per_kwh), id=str(event.id))]


class Desk:
    """A hub with its log and its clock, and the callers that may follow."""

    def __init__(self, folder: Path) -> None:
        self.now = 1000.0
        self.revoked: set[str] = set()
        self.news = Newsroom(folder)
        self.places = Places(3, 2)
        self.hub = Hub(
            self.news.log,
            places=self.places,
            may_follow=lambda caller: caller not in self.revoked,
            utc_seconds=lambda: time() + self.now - 1000.0,
            monotonic=lambda: self.now,
        )

    @contextmanager
    def client(self, follower: Everything | None = None, framing: Framing | None = None) -> Iterator[socket.socket]:
        """What the client of a stream reads from."""
        follower = follower or Everything()
        self.places.reserve(follower.caller, follower.zones)
        theirs, ours = socket.socketpair()
        theirs.settimeout(PATIENCE_SECONDS)
        self.hub.take(Stream(follower, framing or ServerSentEvents()), ours, b"HTTP\r\n\r\n")
        with theirs:
            yield theirs

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.hub._ring()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.hub.leave()
    desk.hub.wait()


def read_until(client: socket.socket, text: bytes) -> bytes:
    received = b""
    while text not in received:
        piece = client.recv(65_536)
        assert piece, received
        received += piece
    return received


def rest_of(client: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while piece := client.recv(65_536):
            received += piece
    return received


def test_a_stream_begins_with_its_head_and_tells_events_as_they_come(desk: Desk) -> None:
    with desk.client() as client:
        assert read_until(client, b"{}\n\n") == b"HTTP\r\n\r\nevent: current\ndata: {}\n\n"
        desk.news.tell("FR", 1.0)
        desk.news.tell("DE", 2.0)
        desk.pass_by(1)
        assert read_until(client, b"2.0\n\n").startswith(b"id: ")


def test_a_stream_that_begins_between_two_looks_is_told_each_event_once(desk: Desk) -> None:
    with desk.client() as first:
        read_until(first, b"{}\n\n")
        desk.news.tell("DE", 1.0)
        with desk.client(Everything("key/other")) as second:
            told = read_until(second, b"1.0\n\n")
            desk.pass_by(1)
            read_until(first, b"1.0\n\n")
            desk.news.tell("DE", 2.0)
            desk.pass_by(1)
            told += read_until(second, b"2.0\n\n")

    assert told.count(b"1.0\n\n") == 1


def test_a_stream_without_events_is_given_a_comment_every_15_seconds(desk: Desk) -> None:
    with desk.client() as client:
        read_until(client, b"{}\n\n")
        desk.pass_by(14)
        desk.pass_by(1)
        assert read_until(client, b"\n\n") == b":\n\n"


def test_a_websocket_without_events_is_given_a_ping(desk: Desk) -> None:
    with desk.client(framing=WebSocket()) as client:
        read_until(client, b"{}")
        desk.pass_by(15)
        assert client.recv(100) == b"\x89\x00"


def test_a_client_that_takes_nothing_is_told_and_dropped_and_what_waits_for_it_is_bounded(desk: Desk) -> None:
    with desk.client() as client:
        read_until(client, b"{}\n\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(10):
            desk.news.tell("DE", *map(float, range(2000)))
        desk.pass_by(1)
        wait_until(lambda: any(not one.is_live for one in desk.hub._streams.values()), "it has fallen behind")
        (stream,) = desk.hub._streams.values()
        waiting = stream._size
        desk.pass_by(31)
        wait_until(lambda: stream.is_ending, "it counts as slow")
        received = rest_of(client)

    assert waiting <= MOST_WAITING_BYTES + 1000
    assert b"retry: " in received
    assert received.split(b"\n\n")[-2].endswith(b"}")
    assert b'"reason":"slow"' in received.split(b"\n\n")[-2]
    wait_until(lambda: desk.places.taken == 0, "its place is free")


@pytest.mark.parametrize("what", ["the key was revoked", "the sign-in is over"])
def test_a_stream_ends_within_seconds_when_its_permission_does(desk: Desk, what: str) -> None:
    follower = Everything(expires_at=time() + 3600)
    with desk.client(follower) as client, desk.client(Everything("key/other")) as other:
        read_until(client, b"{}\n\n")
        if what == "the key was revoked":
            desk.revoked.add("key/ci")
            desk.pass_by(2)
        else:
            desk.pass_by(3601)
        received = rest_of(client)
        desk.news.tell("DE", 7.0)
        desk.pass_by(1)
        read_until(other, b"7.0\n\n")

    assert b'"reason":"key"' in received


def test_streams_end_with_a_hint_when_the_process_does(desk: Desk) -> None:
    with desk.client() as client, desk.client(Everything("key/other"), WebSocket()) as other:
        for one in (client, other):
            read_until(one, b"{}")
        desk.hub.leave()
        received, frames = rest_of(client), rest_of(other)

    assert b"\nevent: end\n" in received
    assert b'"reason":"restart"' in received
    assert b"restart" in frames
    wait_until(lambda: desk.places.taken == 0, "their places are free")


def test_a_client_that_comes_while_the_process_ends_is_closed_at_once(desk: Desk) -> None:
    desk.hub.leave()
    with desk.client() as client:
        assert rest_of(client) == b""
    assert desk.places.taken == 0


def test_a_client_that_sends_without_end_is_closed(desk: Desk) -> None:
    with desk.client() as client:
        read_until(client, b"{}\n\n")
        with suppress(OSError):
            for _ in range(2 * MOST_RECEIVED_BYTES // 1000):
                client.sendall(b"x" * 1000)
        rest_of(client)
    wait_until(lambda: desk.places.taken == 0, "its place is free")


@pytest.mark.parametrize("framing", [ServerSentEvents, WebSocket])
def test_a_client_that_answers_pings_for_days_is_not_closed(framing: type[Framing]) -> None:
    stream, pong = framing(), b"\x8a\x80\0\0\0\0"
    for _ in range(2 * MOST_RECEIVED_BYTES // len(pong)):
        stream.heartbeat()
        stream.receive(pong)

    assert not stream.is_closed


def test_a_websocket_that_breaks_the_protocol_is_closed(desk: Desk) -> None:
    with desk.client(framing=WebSocket()) as client:
        read_until(client, b"{}")
        client.sendall(b"\xff\xff\xff\xff\xff\xff")
        assert b"\x88" in rest_of(client)  # a close frame


def test_there_are_so_many_places_of_all_callers_and_of_each(desk: Desk) -> None:
    with ExitStack() as stack:
        for caller in ("key/ci", "key/ci", "key/other"):
            stack.enter_context(desk.client(Everything(caller)))
        with pytest.raises(StreamsFull, match="STREAMS"):
            desk.places.reserve("key/third", ["DE"])
        desk.places.release("key/other", ["DE"])
        with pytest.raises(StreamsFull, match="STREAMS_PER_CALLER"):
            desk.places.reserve("key/ci", ["DE"])
        desk.places.reserve("key/other", ["DE"])
        assert desk.places.zones() == ["DE"]


def test_the_thread_of_the_streams_survives_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("an error of ours")

    monkeypatch.setattr(time_module, "sleep", lambda seconds: None)
    with desk.client() as client:
        read_until(client, b"{}\n\n")
        with monkeypatch.context() as patch:
            patch.setattr(desk.hub, "_look", broken)
            desk.pass_by(1)
        desk.news.tell("DE", 5.0)
        desk.pass_by(1)
        read_until(client, b"5.0\n\n")
