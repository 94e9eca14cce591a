"""The access log: one JSON line a request, with its id and without anything a caller may want to hide."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from api.edge.logs import configure, formatter
from tests.fakes.access import access, record
from tests.fakes.service import service

ROOT = Path(__file__).resolve().parents[2]
KEY = "cao_" + "k" * 43


Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def level(caplog: pytest.LogCaptureFixture) -> None:
    """INFO, as in production."""
    caplog.set_level(logging.INFO)


def lines(capsys: Capture) -> list[dict[str, object]]:
    """What was written to stderr since the last call: one JSON object a line."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_every_request_is_a_line_with_its_id_route_status_and_time(capsys: Capture) -> None:
    client = service(rules=access(record(KEY, name="ci"))).test_client()
    client.get("/api/v1/regions/eu-north-1", headers={"X-API-Key": KEY, "X-Request-ID": "my-id"})
    client.get("/nothing")

    answered, missing = lines(capsys)

    assert 0 < answered.pop("milliseconds") < 60_000  # type: ignore[operator]
    assert answered.pop("bytes", 0) > 100  # type: ignore[operator]
    assert str(answered.pop("time")).endswith("Z")
    assert answered == {
        "level": "INFO",
        "logger": "access",
        "request_id": "my-id",
        "method": "GET",
        "path": "/api/v1/regions/eu-north-1",
        "route": "/api/v1/regions/<region>",
        "status": 200,
        "client": "127.0.0.1",
        "caller": "key/ci",
    }
    assert (missing["route"], missing["status"], missing["caller"]) == (None, 404, None)


def test_no_query_header_or_body_is_in_a_line(capsys: Capture) -> None:
    client = service(rules=access(record(KEY))).test_client()

    client.post(
        "/api/v1/calculate?key=hidden-1", headers={"X-API-Key": "hidden-2", "Cookie": "hidden-3"}, json=["hidden-4"]
    )

    (line,) = lines(capsys)
    assert "hidden" not in json.dumps(line)


def test_a_path_cannot_break_a_line(capsys: Capture) -> None:
    service().test_client().get('/a"\n{}%ff' + "x" * 1000)

    (line,) = lines(capsys)
    assert str(line["path"]).startswith('/a"')
    assert len(str(line["path"])) == 256


@pytest.mark.parametrize(
    "character", ["\u2028", "\u2029", "\x85", "\u202e", "\u2066", "\x7f", "\x9b", "\ufeff", "ä", "😀"]
)
def test_a_line_is_printable_ascii_and_still_says_which_character_it_was(
    character: str, capsys: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    service().test_client().get(f"/a{character}b")
    logging.getLogger("test").warning("a%sb", character)

    texts = [*capsys.readouterr().err.splitlines(), *map(formatter().format, caplog.records)]

    assert len(texts) == 2
    assert all(re.fullmatch(r"[ -~]+", text) for text in texts)
    assert [json.loads(text).get("path") or json.loads(text)["message"] for text in texts] == [
        f"/a{character}b",
        f"a{character}b",
    ]


def test_a_key_in_a_path_or_in_any_other_line_is_hidden(capsys: Capture, caplog: pytest.LogCaptureFixture) -> None:
    service().test_client().get(f"/v1/{KEY}")
    logging.getLogger("test").warning("of %s", KEY)

    texts = [*capsys.readouterr().err.splitlines(), *map(formatter().format, caplog.records)]

    assert len(texts) == 2
    assert all("cao_[hidden]" in text and KEY not in text for text in texts)


def test_the_development_server_logs_no_request_with_its_query() -> None:
    code = "import app; app.configured(app.Settings()).run(port=0)"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ, stderr=subprocess.PIPE) as server:  # noqa: S603
        assert server.stderr is not None
        log = ""
        while not (port := re.search(r"http://127\.0\.0\.1:(\d+)", log)):
            log += server.stderr.readline().decode()
        for line in (
            b"GET /?key=hidden HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /hidden hidden hidden\r\n\r\n",
            b"hidden\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", int(port[1]))) as connection:
                connection.sendall(line)
                connection.recv(100)
        server.terminate()
        log += server.stderr.read().decode()

    assert '"path":"/"' in log
    assert "hidden" not in log


def test_a_log_that_is_configured_again_has_one_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    configure("INFO")
    again = len(root.handlers)
    root.handlers.clear()  # as gunicorn does at a reload

    configure("INFO")
    configure("INFO")

    assert (again, len(root.handlers)) == (1, 1)


def test_the_access_log_can_be_switched_off(capsys: Capture) -> None:
    service(access_log="off").test_client().get("/health")

    assert lines(capsys) == []


def test_above_the_level_info_no_request_is_logged(capsys: Capture, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    service().test_client().get("/health")

    assert lines(capsys) == []


class FullDisk(io.StringIO):
    """A stream that cannot be written to."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", FullDisk())

    answer = service().test_client().get("/health")

    assert answer.status_code == 200
