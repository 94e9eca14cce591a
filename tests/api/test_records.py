"""The access log: one JSON line a request, with its id and without anything a caller may want to hide."""

from __future__ import annotations

import json
import logging

import pytest

from api.logs import AccessFormatter
from tests.fakes.access import access, record
from tests.fakes.service import service

KEY = "cao_" + "k" * 43


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(AccessFormatter().format(line)) for line in caplog.records if line.name == "access"]


def test_every_request_is_a_line_with_its_id_route_status_and_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = service(rules=access(record(KEY, name="ci"))).test_client()
    client.get("/api/v1/regions/eu-north-1", headers={"X-API-Key": KEY, "X-Request-ID": "my-id"})
    client.get("/nothing")

    answered, missing = lines(caplog)

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


def test_no_query_header_or_body_is_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = service(rules=access(record(KEY))).test_client()

    client.post(
        "/api/v1/calculate?key=hidden-1", headers={"X-API-Key": "hidden-2", "Cookie": "hidden-3"}, json=["hidden-4"]
    )

    assert len(lines(caplog)) == 1
    assert "hidden" not in json.dumps(lines(caplog))


def test_a_path_cannot_break_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    service().test_client().get('/a"\n{}%ff' + "x" * 1000)

    (line,) = lines(caplog)
    assert str(line["path"]).startswith('/a"')
    assert len(str(line["path"])) == 256
    assert "\n" not in AccessFormatter().format(next(one for one in caplog.records if one.name == "access"))


def test_the_access_log_can_be_switched_off(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    service(access_log="off").test_client().get("/health")

    assert lines(caplog) == []
