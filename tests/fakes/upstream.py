"""The machinery of imitated upstreams: a real HTTP server on loopback, and faults to switch on."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.patience import eventually


@dataclass(frozen=True)
class Call:
    """One request as it arrived; zone is "" where none was given; at: when, on time.monotonic's clock."""

    path: str
    zone: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""
    pairs: tuple[tuple[str, str], ...] = ()
    at: float = field(default_factory=time.monotonic, compare=False)

    def each(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter that is sent several times."""
        return tuple(value for key, value in self.pairs if key == name)


@dataclass(frozen=True)
class Answer:
    """A whole reply. bytes_per_pause: send the body in pieces of that size, pause_seconds apart."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_seconds: float = 0.0
    bytes_per_pause: int = 0
    pause_seconds: float = 0.0
    promised_length: int | None = None
    trickle_headers: bool = False


Fault = Callable[[Call, Answer], Answer | None]


def reply(body: Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer, or text as it is. Underscores in header names stand for dashes."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(status=status, body=raw, headers={name.replace("_", "-"): text for name, text in headers.items()})


def always(answer: Answer) -> Fault:
    """The same answer to everything."""
    return lambda _call, _good: answer


def only(path: str, fault: Fault, zone: str | None = None) -> Fault:
    """The fault on one path, of one zone if given; everything else is answered well."""
    return lambda call, good: fault(call, good) if call.path == path and zone in (None, call.zone) else good


def first(count: int, fault: Fault) -> Fault:
    """The fault for the first `count` calls."""
    count_left = [count]

    def limited(call: Call, good: Answer) -> Answer | None:
        count_left[0] -= 1
        return fault(call, good) if count_left[0] >= 0 else good

    return limited


def changed(**fields: Any) -> Fault:
    """The good JSON answer with some fields replaced."""
    return lambda _call, good: reply({**json.loads(good.body), **fields})


def slow(seconds: float) -> Fault:
    """The good answer after a while."""
    return lambda _call, good: Answer(status=good.status, body=good.body, wait_seconds=seconds)


def dropped(_call: Call, _good: Answer) -> None:
    """The connection closes without an answer."""


def truncated(_call: Call, good: Answer) -> Answer:
    """Half the promised body, then the connection closes."""
    return Answer(body=good.body[: len(good.body) // 2], promised_length=len(good.body))


class FakeUpstream(ABC):
    """A real HTTP server on loopback: what it was asked, how many calls ran at once, and a fault to switch on.

    A subclass answers in `good`, and names in `prefix` the part of the path that belongs to the base URL.
    """

    prefix = ""

    def __init__(self, *, port: int = 0) -> None:
        """port: where to listen; 0: any that is free."""
        self.fault: Fault | None = None
        self.utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.calls: list[Call] = []
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)

    @abstractmethod
    def good(self, call: Call) -> Answer:
        """The answer without a fault."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    @contextmanager
    def serving(self) -> Iterator[Self]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()  # ends every wait of a hanging answer
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def calls_to(self, path: str, *, at_least: int = 0) -> int:
        """How often a path was asked; waits for so many calls, which are made in the background."""
        eventually(lambda: self.count(path) >= at_least)
        return self.count(path)

    def paths(self) -> list[str]:
        return [f"{call.path} {call.zone}".strip() for call in self.calls]

    def count(self, path: str, zone: str | None = None) -> int:
        return sum(call.path == path and zone in (None, call.zone) for call in self.calls)

    def answer(self, call: Call) -> Answer | None:
        with self._lock:
            self.calls.append(call)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            good = self.good(call)
            answer = good if self.fault is None else self.fault(call, good)
            if answer is not None and answer.wait_seconds:
                self._closing.wait(answer.wait_seconds)
            return None if self._closing.is_set() else answer  # open connections are closed
        finally:
            with self._lock:
                self._at_once -= 1

    def wait_between_pieces(self, seconds: float) -> bool:
        """False once the server is closing."""
        return not self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], fake: FakeUpstream) -> None:
        super().__init__(address, _Handler)
        self.fake = fake

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up in the middle are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.fake.connections += 1

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        pairs = tuple(parse_qsl(parts.query))
        query = dict(pairs)
        path = "/".join(parts.path.split("/")[1 + self.server.fake.prefix.count("/") :])
        headers = {name.lower(): text for name, text in self.headers.items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.fake.answer(Call(path, query.get("zone", ""), query, headers, self.command, body, pairs))
        if answer is None:
            self.close_connection = True
            return
        if answer.trickle_headers:
            self._trickle(answer, b"HTTP/1.1 200 OK\r\nX-Endless: " + b"x" * 10_000)
            return
        self.send_response(answer.status)
        length = len(answer.body) if answer.promised_length is None else answer.promised_length
        for name, text in {"Content-Type": "application/json", "Content-Length": str(length), **answer.headers}.items():
            self.send_header(name, text)
        self.end_headers()
        if answer.bytes_per_pause:
            self._trickle(answer, answer.body)
        else:
            self.wfile.write(answer.body)
        self.close_connection = self.close_connection or length != len(answer.body)

    def _trickle(self, answer: Answer, data: bytes) -> None:
        step = max(1, answer.bytes_per_pause)
        for start in range(0, len(data), step):
            self.wfile.write(data[start : start + step])
            self.wfile.flush()
            if not self.server.fake.wait_between_pieces(answer.pause_seconds):
                break
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
