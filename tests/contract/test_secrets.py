"""No byte of a request that may be secret is in a file or a log line of a real gunicorn, however broken it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from settings import Settings
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.faults.client import Question, ask
from tests.faults.server import Gunicorn, upstream_settings, wait_until
from wiring_stores import build_key_store

NOW = datetime(2026, 2, 11, tzinfo=UTC)

SECRET = b"Tr0ub4dor-and-3"
FIRST = b"GET /v1/by-rank?limit=1 HTTP/1.1\r\nHost: a\r\n"
REQUESTS = {
    "a header without a colon": FIRST + b"X-API-Key " + SECRET + b"\r\n\r\n",
    "a header with a space before the colon": FIRST + b"X-API-Key" + SECRET + b" : x\r\n\r\n",
    "a header with a bad name": FIRST + b"X(" + SECRET + b"): x\r\n\r\n",
    "a header with a bad value": FIRST + b"X-API-Key: " + SECRET + b"\0\r\n\r\n",
    "a folded header": FIRST + b"X-API-Key: x\r\n " + SECRET + b"\r\n\r\n",
    "a header that is too long": FIRST + b"X-API-Key: " + SECRET * 2000 + b"\r\n\r\n",
    "too many headers": FIRST + (b"X-API-Key: " + SECRET + b"\r\n") * 100 + b"\r\n",
    "a head that ends early": FIRST + b"X-API-Key: " + SECRET,
    "a request line of one word": b"GET" + SECRET + b"\r\n\r\n",
    "a request line without a version": b"GET /?key=" + SECRET + b"\r\n\r\n",
    "a bad version": b"GET /?key=" + SECRET + b" HTTP/" + SECRET + b"\r\nHost: a\r\n\r\n",
    "a bad method": SECRET + b" / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a bad target": b"GET http://[" + SECRET + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a request line that is too long": b"GET /?key=" + SECRET * 500 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a bad length": FIRST + b"Content-Length: " + SECRET + b"\r\n\r\n",
    "a bad transfer coding": FIRST + b"Transfer-Encoding: " + SECRET + b"\r\n\r\n",
    "a bad expectation": FIRST + b"Expect: " + SECRET + b"\r\n\r\n",
    "a bad chunk": b"POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + SECRET + b"\r\n\r\n",
    "two schemes": FIRST + b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\nX-API-Key: " + SECRET + b"\r\n\r\n",
    "a query": b"GET /v1/by-rank?key=" + SECRET + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a bad query": b"GET /v1/by-rank?limit=" + SECRET + b"&\xff=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
    "a key": FIRST + b"Authorization: Bearer " + SECRET + b"\r\nCookie: " + SECRET + b"\r\n\r\n",
    "a body": b"POST /api/v1/calculate HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n\"" + SECRET + b"\"",
    "half a body": b"POST /api/v1/calculate HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n\"" + SECRET,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SECRET,
    "TLS": b"\x16\x03\x01" + SECRET,
    "a proxy line": b"PROXY TCP4 " + SECRET + b" 127.0.0.1 1 2\r\n" + FIRST + b"\r\n",
    "SCRIPT_NAME": FIRST + b"SCRIPT_NAME: /" + SECRET + b"\r\n\r\n",
    "SCRIPT-NAME": FIRST + b"Script-Name: /" + SECRET + b"\r\nPath-Info: /" + SECRET + b"\r\n\r\n",
}  # fmt: skip


def test_every_file_of_a_served_folder_is_the_owners_alone(tmp_path: Path) -> None:
    """In a folder that is open to all, under a umask that hides nothing."""
    before = os.umask(0)
    try:
        (tmp_path / "var").mkdir(mode=0o777)
        key = build_key_store(Settings(data_dir=tmp_path / "var"), None).create("ci", rate=None, now=NOW)
        metrics = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "var" / "metrics"), "RATE_LIMIT": "60 per minute"}
        with (
            FakeElectricityMaps({"DE": 311.2}).serving() as upstream,
            Gunicorn(tmp_path, {**upstream_settings(upstream.base_url), **metrics}) as server,
        ):
            assert ask(server.port, Question(path="/v1/by-country/DE", key=key)).status == 200
            modes = {path.name: path.stat().st_mode & 0o7777 for path in server.data.rglob("*") if path.is_file()}
    finally:
        os.umask(before)

    databases = {f"{name}.sqlite3{kind}" for name in ("keys", "hits", "shared") for kind in ("", "-wal", "-shm")}
    assert databases <= set(modes)
    assert any(name.endswith(".db") for name in modes)  # of the metrics
    assert set(modes.values()) == {0o600}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    folder = tmp_path_factory.mktemp("secrets")
    environ = {"LOG_LEVEL": "DEBUG", "GUNICORN_CMD_ARGS": "--access-logfile -"}
    with Gunicorn(folder, environ, workers=1) as server:
        yield server


def answer(server: Gunicorn, wire: bytes) -> bytes:
    """All that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection, suppress(ConnectionError):
        connection.sendall(wire)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))
    return b""


@pytest.mark.parametrize("name", REQUESTS)
def test_what_may_be_secret_in_a_request_is_in_no_log_line(name: str, server: Gunicorn) -> None:
    before = {file: len(text) for file, text in server.written().items()}

    body = answer(server, REQUESTS[name])

    answer(server, b"GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    def written_since() -> dict[str, bytes]:
        return {file: text[before.get(file, 0) :] for file, text in server.written().items()}

    # A thread copies the server's output into its log, so the last line may come after the answer.
    wait_until(lambda: b'"path":"/after"' in b"".join(written_since().values()), "the last request in the log")
    written = written_since()
    assert not [file for file, text in written.items() if SECRET in text]
    assert SECRET not in body.partition(b"\r\n\r\n")[0]
    assert not body.startswith(b"HTTP/1.1 500")


@pytest.mark.parametrize("header", ["SCRIPT_NAME", "Script-Name", "PATH_INFO", "Path-Info"])
@pytest.mark.parametrize("path", ["/metrics", "/hidden/metrics", "/v1/by-rank", "/hidden/v1/by-rank"])
def test_no_header_changes_which_path_is_asked_for(header: str, path: str, server: Gunicorn) -> None:
    plain = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" % path.encode()

    statuses = [
        answer(server, wire).split()[1]
        for wire in (
            plain + b"\r\n",
            plain + header.encode() + b": /hidden\r\n\r\n",
            plain + header.encode() + b": /metrics\r\n\r\n",
        )
    ]

    assert len(set(statuses)) == 1
