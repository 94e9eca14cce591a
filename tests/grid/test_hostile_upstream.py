"""Whatever an upstream sends ends in a value or a SourceError, and nothing of it is kept and sent back."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.records import FORECAST, INTENSITY, SHARES, ZoneRecord
from grid.source import SourceError, SourceUnavailable
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from grid.upstream.gate import OUTAGE_AFTER_FAILURES
from net import HttpLimits
from store.shared.snapshot import Kind
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.upstream import Call, always, only, reply
from tests.store.damage import damaged_json

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
GOOD = json.dumps({"zone": "DE", "carbonIntensity": 311.2, "datetime": "2026-02-11T10:00:00.000Z"}).encode()
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
QUICK = HttpLimits(connect_seconds=1, read_seconds=0.3, total_seconds=1, retries=0)


def source_at(base_url: str, limits: HttpLimits = QUICK) -> ElectricityMaps:
    """A source that has asked nothing yet."""
    config = ElectricityMapsConfig(api_key=KEY, base_url=base_url, limits=limits)
    return ElectricityMaps(config, max_age_minutes=60, utc_now=lambda: NOW, sleep=lambda _seconds: None)


class RawServer:
    """Sends the same bytes in reply to every request, and stores the requests."""

    def __init__(self) -> None:
        self.reply = b""
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v4"

    @contextmanager
    def serving(self) -> Iterator[RawServer]:
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            thread.join()

    def _serve(self) -> None:
        with suppress(OSError):  # the end of the test
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):  # a client that had enough
                    self.requests.append(connection.recv(65_536))
                    connection.sendall(self.reply)
                    connection.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def raw() -> Iterator[RawServer]:
    with RawServer().serving() as server:
        yield server


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2}).serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def asked(ask: Callable[[], object]) -> object:
    """The value, or the reason there is none; any other exception is a failure of the test."""
    try:
        return ask()
    except SourceError as error:
        return error.reason


def sized(body: bytes, *headers: bytes) -> bytes:
    lines = (b"Content-Length: %d" % len(body), *headers)
    return OK + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


REPLIES = {
    **{f"chunk size {size!r}": CHUNKED + size + b"\r\nhello\r\n0\r\n\r\n" for size in (
        b"-5", b"-1", b"+5", b"0x5", b"1_0", b" 5", b"5;a=b", b"", b"zz", b"f" * 40, b"\xff", b"-" + b"f" * 40,
        b"5" * 9999,
    )},
    "chunk without an end": CHUNKED + b"5\r\nhelloXX",
    "trailers without an end": CHUNKED + b"0\r\n" + b"a: b\r\n" * 5000,
    "chunked and sized": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello",
    **{f"length {length!r}": OK + b"Content-Length: " + length + b"\r\n\r\nhello" for length in (
        b"-1", b"abc", b"1e3", b"5, 6", b"5, 5", b"9" * 400, b"", b"+5", b"1_0", b"\xb2",
    )},
    **{f"status {line!r}": line + b"\r\n\r\n" for line in (
        b"", b"HTTP/1.1", b"HTTP/1.1 ", b"HTTP/9.9 200 OK", b"HTTP/1.1 99999 x", b"HTTP/1.1 abc x", b"HTTP/1.1 -5 x",
        b"HTTP/1.1 000 x", b"HTTP/1.1 600 x", b"HTTP/1.1 200", b"HTTP/0.9 200 OK", b"ICY 200 OK", b"\xff\x00\xfe",
        b"HTTP/1.1 200 " + b"x" * 100_000, b"HTTP/1.1 101 Switching", b"HTTP/1.1 204 None", b"HTTP/1.1 304 Same",
        b"HTTP/1.1 200 \xff",
    )},
    "many times 100": b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
    "100 without an end": b"HTTP/1.1 100 Continue\r\n" + b"a: b\r\n" * 5000,
    **{f"header {line!r}": OK + line + b"\r\nContent-Length: 2\r\n\r\n{}" for line in (
        b"no colon", b": no name", b"a\x00b: c", b" folded: x", b"X: \xff\xfe", b"x" * 70_000 + b": y", b"a: b\r\n c",
        b"a: b\r\n" * 200, b"\xc3\xa9: x", b"a: b\nc: d", b"Content-Type: \xff/\xfe; charset=\xff", b"Connection: \xff",
        b"Transfer-Encoding: \xff", b"Keep-Alive: \xff", b"Content-Type: text/html; charset=" + b"x" * 9000,
    )},
    **{f"encoding {name!r}": sized(body, b"Content-Encoding: " + name) for name, body in (
        (b"gzip", b"no gzip"), (b"gzip", gzip.compress(GOOD)[:-9]), (b"deflate", b"\x00no"), (b"br", b"no"),
        (b"zstd", b"no"), (b"gzip, " * 50 + b"gzip", b"x"), (b"\xff", GOOD), (b"deflate, gzip", gzip.compress(b"x")),
        (b"gzip, deflate", zlib.compress(gzip.compress(GOOD))),
    )},
    "gzip of zeros": sized(gzip.compress(b"\0" * 50_000_000), b"Content-Encoding: gzip"),
    **{f"Retry-After {after!r}": b"HTTP/1.1 429 Slow\r\nRetry-After: " + after + b"\r\nContent-Length: 0\r\n\r\n"
       for after in (
        b"-5", b"9" * 400, b"9" * 5000, b"nan", b"inf", b"1e999", b"", b"\xff", b"Mon, 01 Jan 99999 00:00:00 GMT",
        b"Sat, 01 Jan 0000 00:00:00 GMT", b"Thu, 01 Jan 1970 00:00:00 +9999999999", b"31 Feb 2026", b"1, 2",
        b"Mon, 99 Foo 2026 99:99:99 ZZZ", b":", b"0 jan 0 0:0:0 0", b"Sat, 01 Jan 2026 00:00:00 -" + b"9" * 400,
    )},
    **{f"Location {place!r}": b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n"
       for place in (
        b"", b"http://[::1", b"//", b"\xff", b"http://127.0.0.1:1/", b"javascript:x", b"http://a:99999999/",
    )},
    **{f"body {body[:20]!r}": sized(body) for body in (
        b"", b"[" * 100_000, b"{}", b"null", b"\xff\xfe", b'{"zone": "\\ud800"}', b"1" * 5000, b'"\\u0000"', b"NaN",
        b'{"_disclaimer": ' + b"[" * 1020 + b"]" * 1020 + b"}",
        b'{"DE": {"access": ' + b"[" * 1020 + b"]" * 1020 + b"}}",
        b'{"forecast": [' + b"[" * 1020 + b"]" * 1020 + b"]}", b'{"zone": {"' + b"a" * 100_000 + b'": 1}}',
    )},
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "half a header": OK + b"Content-Le",
    "binary": bytes(range(256)) * 100,
    "TLS alert": b"\x15\x03\x01\x00\x02\x02\x46",
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_that_breaks_http_or_json_is_a_value_or_a_source_error(name: str, raw: RawServer) -> None:
    raw.reply = REPLIES[name]

    asked(lambda: source_at(raw.base_url).latest("DE"))


@given(st.data())
def test_a_good_reply_that_is_garbled_anywhere_is_a_value_or_a_source_error(
    raw: RawServer, data: st.DataObject
) -> None:
    good = data.draw(st.sampled_from((sized(GOOD), CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD))))
    start = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 4))
    raw.reply = good[:start] + data.draw(st.binary(max_size=6)) + good[start + cut :]

    asked(lambda: source_at(raw.base_url).latest("DE"))


def test_a_source_that_always_breaks_http_is_held_like_one_that_is_down(raw: RawServer) -> None:
    raw.reply = REPLIES["chunk size b'-5'"]
    source = source_at(raw.base_url)

    for _ in range(OUTAGE_AFTER_FAILURES):
        assert source.hold() is None
        with pytest.raises(SourceUnavailable):
            source._call("carbon-intensity/latest", "DE", lambda body: body)

    hold = source.hold()
    assert hold is not None
    assert hold.reason == "connection"


# --- bodies

CALLS: dict[str, tuple[Callable[[ElectricityMaps], object], Kind | None]] = {
    "zones": (lambda source: source.latest("DE"), INTENSITY),
    "carbon-intensity/latest": (lambda source: source.latest("DE"), INTENSITY),
    "carbon-intensity/forecast": (lambda source: source.forecast("DE"), FORECAST),
    "renewable-energy/latest": (lambda source: source.shares("DE"), SHARES),
    "carbon-free-energy/latest": (lambda source: source.shares("DE"), SHARES),
    "power-breakdown/latest": (lambda source: source.shares("DE"), SHARES),
}


@pytest.mark.parametrize("path", CALLS)
def test_every_body_is_a_value_that_can_be_stored_or_a_source_error(path: str, upstream: FakeElectricityMaps) -> None:
    ask, kind = CALLS[path]
    upstream.access = {"DE": ["carbon-intensity/*", "*"]} if "breakdown" not in path else {"DE": [path]}
    good = upstream.good(Call(path, "DE", {"horizonHours": "24"}, {"auth-token": KEY})).body

    for body in damaged_json(good):
        upstream.fault = only(path, always(reply(body)))
        value = asked(lambda: ask(source_at(upstream.base_url)))
        if kind is not None and not isinstance(value, str):
            record = ZoneRecord(value=value, good_until=NOW, reason=None, at=1.0, ttl_seconds=1.0)  # type: ignore[arg-type]
            assert kind.read(kind.encode(record)) == record, body[:200]


@pytest.mark.parametrize("time", ["9999-12-31T23:00:00.000Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:30:00-14:00"])
@pytest.mark.parametrize("place", [0, 3, -1])
def test_a_forecast_row_of_another_age_is_a_malformed_reply(
    time: str, place: int, upstream: FakeElectricityMaps
) -> None:
    upstream.access, upstream.fault = {"DE": ["*"]}, None
    body = json.loads(upstream.good(Call("carbon-intensity/forecast", "DE", {}, {"auth-token": KEY})).body)
    body["forecast"][place]["datetime"] = time
    upstream.fault = only("carbon-intensity/forecast", always(reply(body)))

    assert asked(lambda: source_at(upstream.base_url).forecast("DE")) in {
        "future",
        "stale",
        "wrong-shape",
        "bad-datetime",
    }


# --- what is kept


@pytest.mark.parametrize(
    "headers",
    [
        [b"Set-Cookie: a=b; Path=/"],
        [b"Set-Cookie: a=b; Domain=127.0.0.1; Max-Age=99999"],
        [b"Set-Cookie: n%d=%s" % (number, b"x" * 3000) for number in range(20)],
        [b"Set-Cookie2: a=b; Version=1"],
        [b"Set-Cookie: =\xff;;;;Expires=9999999"],
        [b'ETag: "secret"', b"Last-Modified: Wed, 11 Feb 2026 10:00:00 GMT"],
        [b"WWW-Authenticate: Basic realm=x", b"Authentication-Info: x", b"Alt-Svc: h2=x", b"Refresh: 0; url=/other"],
    ],
)
@pytest.mark.parametrize("status", [HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FOUND])
def test_nothing_an_upstream_sends_is_sent_back(headers: list[bytes], status: HTTPStatus, raw: RawServer) -> None:
    source = source_at(raw.base_url)
    plain = sized(GOOD, b"Connection: close")
    raw.reply, start = plain, len(raw.requests)
    for _ in range(2):
        asked(lambda: source._upstream._session.get("carbon-intensity/latest", {"zone": "DE"}))
        line = b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())
        raw.reply = sized(GOOD, *headers, b"Location: /v4/elsewhere", b"Connection: close").replace(OK, line)
    raw.reply = plain
    asked(lambda: source._upstream._session.get("carbon-intensity/latest", {"zone": "DE"}))

    before, *after = raw.requests[start:]
    assert len(after) == 2
    assert set(after) == {before}
