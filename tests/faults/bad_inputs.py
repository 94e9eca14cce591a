"""Requests that no honest client sends: what each is, and which refusals it may get."""

from __future__ import annotations

import json
from dataclasses import dataclass

CALCULATE = "/api/v1/calculate"
GOOD = {"region": "eu-central-1", "instance_type": "m5.large"}
MEGABYTE = 1_000_000
SCHEDULE, FILTER, KEDA = "/v0/schedule/", "/k8s/filter", "/keda/aws:eu-north-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadInput:
    """Bytes as they go over the wire. statuses: the answers that are in order; closed: so is none at all."""

    name: str
    wire: bytes
    statuses: tuple[int, ...]
    closed: bool = False


def _request(method: str, target: str, body: bytes = b"", *headers: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1".encode(), b"Host: localhost", *headers]
    if body:
        lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body])


def _post(body: bytes | object, *headers: bytes) -> bytes:
    return _request("POST", CALCULATE, body if isinstance(body, bytes) else json.dumps(body).encode(), *headers)


def _to_batch(body: bytes) -> bytes:
    return _request("POST", "/emissions/average-carbon-intensity/batch", body)


def _to(path: str, body: bytes, *headers: bytes) -> bytes:
    return _request("POST", path, body, *headers)


def _chunked(*chunks: bytes) -> bytes:
    head = _request("POST", CALCULATE, b"", b"Content-Type: application/json", b"Transfer-Encoding: chunked")
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def _get(target: str, *headers: bytes) -> bytes:
    return _request("GET", target, b"", *headers)


_SPACES = b'{"region": "eu-central-1"' + b" " * (10 * MEGABYTE) + b"}"
_HEADER = b"X-Filler: " + b"a" * 100

BAD_INPUTS = (
    BadInput(name="10 MB body", wire=_post(_SPACES), statuses=(413,)),
    BadInput(name="10 MB body in chunks", wire=_chunked(*[b" " * MEGABYTE] * 10), statuses=(413,)),
    BadInput(name="10 MB announced, none sent", wire=_post({}, b"Content-Length: 10000000"), statuses=(400, 413)),
    BadInput(name="1 MB of [", wire=_post(b"[" * MEGABYTE), statuses=(400,)),
    BadInput(name="objects 20,000 deep", wire=_post(b'{"a":' * 20_000 + b"1" + b"}" * 20_000), statuses=(400,)),
    BadInput(name="10,000 unknown fields", wire=_post({f"f{n}": n for n in range(10_000)}), statuses=(400,)),
    BadInput(
        name="one field 10,000 times", wire=_post(b"{" + b'"region":"x",' * 10_000 + b'"region":"y"}'), statuses=(400,)
    ),
    BadInput(name="a list of 100,000", wire=_post({**GOOD, "region": ["x"] * 100_000}), statuses=(400,)),
    BadInput(name="a string of 900 kB", wire=_post({**GOOD, "region": "x" * 900_000}), statuses=(400,)),
    BadInput(name="NaN", wire=_post(b'{"region":"eu-central-1","duration_hours":NaN}'), statuses=(400,)),
    BadInput(name="1e999", wire=_post(b'{"region":"eu-central-1","duration_hours":1e999}'), statuses=(400,)),
    BadInput(name="a number of 100,000 digits", wire=_post(b'{"count":' + b"9" * 100_000 + b"}"), statuses=(400,)),
    BadInput(name="broken UTF-8", wire=_post(b'{"region":"\xff\xfe\xc3"}'), statuses=(400,)),
    BadInput(name="a lone surrogate", wire=_post(b'{"region":"\\ud800","instance_type":"m5.large"}'), statuses=(400,)),
    BadInput(name="NUL in a name", wire=_post({**GOOD, "region": "eu\0central"}), statuses=(400,)),
    BadInput(
        name="a type other than JSON",
        wire=_request("POST", CALCULATE, b"", b"Content-Type: text/xml"),
        statuses=(400, 415),
    ),
    BadInput(name="a schedule 20,000 deep", wire=_to(SCHEDULE, b'{"a":' * 20_000), statuses=(422,)),
    BadInput(name="a schedule of 10 MB", wire=_to(SCHEDULE, b" " * 10 * MEGABYTE), statuses=(413,)),
    BadInput(name="100,000 windows", wire=_to(SCHEDULE, b'{"windows":[' + b"{}," * 99_999 + b"{}]}"), statuses=(422,)),
    BadInput(name="nodes 100,000 deep", wire=_to(FILTER, b'{"Nodes":' * 100_000), statuses=(400,)),
    BadInput(name="10 MB of nodes", wire=_to(FILTER, b" " * 10 * MEGABYTE), statuses=(413,)),
    BadInput(name="a million empty nodes", wire=_to(FILTER, b'{"a":[' + b"{}," * MEGABYTE + b"{}]}"), statuses=(400,)),
    BadInput(name="4,000 bytes of thresholds", wire=_get(f"{KEDA}?thresholds=" + "1:1," * 990), statuses=(400,)),
    BadInput(name="200 headers", wire=_get("/v1/by-rank", *[_HEADER] * 200), statuses=(400, 431)),
    BadInput(name="5,000 headers", wire=_get("/v1/by-rank", *[_HEADER] * 5_000), statuses=(400, 431), closed=True),
    BadInput(name="a header of 100 kB", wire=_get("/v1/by-rank", _HEADER * 1000), statuses=(400, 431), closed=True),
    BadInput(name="a path of 100 kB", wire=_get("/v1/" + "a" * 100_000), statuses=(400, 414), closed=True),
    BadInput(name="4,000 bytes of query", wire=_get("/v1/by-rank?" + "limit=1&" * 490), statuses=(400,)),
    BadInput(name="an encoded NUL in the path", wire=_get("/v1/by-iata/%00"), statuses=(400, 404)),
    BadInput(name="dots in the path", wire=_get("/../../etc/passwd"), statuses=(400, 404)),
    BadInput(name="an address as the target", wire=_get("http://169.254.169.254/latest"), statuses=(400, 404)),
    BadInput(name="CONNECT", wire=_request("CONNECT", "example.org:443"), statuses=(400, 404, 405)),
    BadInput(name="1 MB of [ to another format", wire=_to_batch(b"[" * MEGABYTE), statuses=(400,)),
    BadInput(name="100,000 items to another format", wire=_to_batch(b"[" + b"1," * 100_000 + b"1]"), statuses=(400,)),
    BadInput(name="a place that is no text", wire=_to_batch(b'[{"location":{"a":[1]}}]'), statuses=(400,)),
    BadInput(name="NUL in a place", wire=_get("/emissions/bylocation?location=%00&time=%00"), statuses=(400,)),
    BadInput(name="an unknown method", wire=_request("BREW", "/health"), statuses=(400, 405, 501)),
    BadInput(
        name="length and chunks at once",
        wire=_request("POST", CALCULATE, b"{}", b"Transfer-Encoding: chunked"),
        statuses=(400,),
    ),
    BadInput(name="two lengths", wire=_post({}, b"Content-Length: 1"), statuses=(400,)),
    BadInput(name="a negative length", wire=_get("/health", b"Content-Length: -1"), statuses=(400,)),
    BadInput(name="a broken chunk", wire=_chunked()[:-5] + b"zz\r\n{}\r\n", statuses=(400,), closed=True),
    BadInput(
        name="no HTTP", wire=b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", statuses=(400,), closed=True
    ),
    BadInput(name="HTTP/9.9", wire=b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n", statuses=(400, 505)),
    BadInput(name="a header split in two", wire=_get("/health", b"X-A: b\n c"), statuses=(200, 400)),
)
