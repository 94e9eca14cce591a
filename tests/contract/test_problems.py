"""Every failure, on every route, is a problem of RFC 9457 tied to a request id."""

from __future__ import annotations

import gzip
import io
import logging
import re
from typing import Any

import pytest
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from werkzeug.test import TestResponse

from api.edge.problem_types import BY_ERROR
from app import create_app
from carbon import errors
from engine import Engine
from settings import Settings
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW, offline, service

POSTS = ("optimize", "calculate", "compare", "schedule", "plan")
ALL_PATHS = {re.sub(r"<[^>]+>", "x", str(rule)) for rule in offline().url_map.iter_rules()}
OTHER_FORMS = ("/emissions/", "/locations", "/v0/", "/k8s/")  # of other services: tests/foreign/test_refusals.py
PATHS = sorted(path for path in ALL_PATHS if not path.startswith(OTHER_FORMS))
CORE = {"type", "title", "status", "detail", "instance", "request_id"}


def assert_problem(response: TestResponse, status: int, kind: str) -> Any:
    body = response.get_json(force=True)
    assert response.status_code == status, body
    assert response.mimetype == "application/problem+json"
    assert body.keys() >= CORE
    assert (body["status"], body["type"]) == (status, f"/problems/{kind}")
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


def test_a_path_nobody_serves_is_a_404() -> None:
    body = assert_problem(offline().test_client().get("/api/v2/nothing"), 404, "not-found")

    assert body["instance"] == "/api/v2/nothing"


@pytest.mark.parametrize("path", PATHS)
def test_a_method_a_route_does_not_take_is_a_405_that_lists_those_it_takes(path: str) -> None:
    response = offline().test_client().patch(path)

    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["Allow"]


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_declared_json_is_a_415(endpoint: str, content_type: str | None) -> None:
    response = offline().test_client().post(f"/api/v1/{endpoint}", data=b"{}", content_type=content_type)

    assert_problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, identity", "identity, gzip", "x"])
def test_an_encoded_body_is_a_415_that_says_how_to_send_it(endpoint: str, encoding: str) -> None:
    body = gzip.compress(b'{"region":"us-east-1"}')

    response = (
        offline()
        .test_client()
        .post(f"/api/v1/{endpoint}", data=body, content_type="application/json", headers={"Content-Encoding": encoding})
    )

    problem = assert_problem(response, 415, "unsupported-media-type")
    assert problem["detail"] == f"the body is encoded ({encoding}): send it without Content-Encoding"
    assert response.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["identity", "Identity", " identity ", ""])
def test_a_body_that_says_it_is_not_encoded_is_taken(encoding: str) -> None:
    question = {"region": "us-east-1", "instance_type": "m7g.large"}
    environ = {"HTTP_CONTENT_ENCODING": encoding}

    response = offline().test_client().post("/api/v1/calculate", json=question, environ_overrides=environ)

    assert response.status_code == 200


@pytest.mark.parametrize("endpoint", POSTS)
def test_a_body_over_one_megabyte_is_a_413(endpoint: str) -> None:
    response = (
        offline().test_client().post(f"/api/v1/{endpoint}", data=b" " * 1_048_577, content_type="application/json")
    )

    assert_problem(response, 413, "body-too-large")


def test_a_body_of_unknown_length_is_cut_off_too() -> None:
    client = service(max_body_bytes=1024).test_client()

    response = client.post(
        "/api/v1/calculate",
        input_stream=io.BytesIO(b" " * 4096),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )

    assert_problem(response, 413, "body-too-large")


@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), NoMoreData()])
def test_a_body_that_breaks_off_or_comes_in_broken_chunks_is_a_400(error: Exception) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise error

    response = (
        offline()
        .test_client()
        .post(
            "/api/v1/calculate",
            input_stream=Broken(),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )
    )

    assert_problem(response, 400, "invalid-request")


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}x",
        b"\xff\xfe",
        b'{"region":"\\ud800"}',
        b'{"x":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_is_a_400_that_says_where(endpoint: str, body: bytes) -> None:
    response = offline().test_client().post(f"/api/v1/{endpoint}", data=body, content_type="application/json")

    problem = assert_problem(response, 400, "invalid-request")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#", "json_invalid")]
    assert re.search(r"line 1 column \d+", problem["errors"][0]["detail"])


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"'])
def test_a_body_that_is_no_object_is_a_400(endpoint: str, body: bytes) -> None:
    response = offline().test_client().post(f"/api/v1/{endpoint}", data=body, content_type="application/json")

    problem = assert_problem(response, 400, "invalid-request")
    assert problem["errors"][0]["pointer"] == "#"


@pytest.mark.parametrize("endpoint", POSTS)
def test_unknown_fields_are_refused_with_the_nearest_known_ones(endpoint: str) -> None:
    response = offline().test_client().post(f"/api/v1/{endpoint}", json={"duration_hour": 3})

    problem = assert_problem(response, 400, "invalid-request")
    error_at = {error["pointer"]: error for error in problem["errors"]}
    of_each_job = "jobs." if endpoint == "plan" else ""
    assert error_at["#/duration_hour"]["nearest"][0] == f"{of_each_job}duration_hours"


def test_a_thousand_unknown_fields_are_told_and_the_rest_counted_out() -> None:
    body = {f"field{number}": 1 for number in range(5000)}

    response = offline().test_client().post("/api/v1/calculate", json=body)

    assert len(assert_problem(response, 400, "invalid-request")["errors"]) == 1000


def test_a_field_name_with_a_slash_is_escaped_in_its_pointer() -> None:
    response = offline().test_client().post("/api/v1/schedule", json={"region": "us-east-1", "a/b~c": 1})

    assert assert_problem(response, 400, "invalid-request")["errors"][0]["pointer"] == "#/a~1b~0c"


class Broken(Engine):
    """An engine with a fault in it."""

    def source_states(self) -> Any:
        raise RuntimeError("the secret is 42")


def broken(app_env: str) -> Any:
    engine = Broken(cloud_map(), FakeReader())
    return create_app(Settings(app_env=app_env), engine, clock=lambda: NOW).test_client()


def test_a_fault_is_a_500_that_tells_nothing_and_one_log_line_with_its_id(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = broken("production").get("/ready", headers={"X-Request-ID": "mine-1"})

    assert_problem(response, 500, "internal-error")
    text = response.get_data(as_text=True)
    assert not any(word in text for word in ("secret", "RuntimeError", "Traceback", ".py"))
    (line,) = caplog.records
    assert line.request_id == "mine-1"  # type: ignore[attr-defined]
    assert line.exc_info


def test_while_developing_a_fault_shows_its_details() -> None:
    body = assert_problem(broken("development").get("/ready"), 500, "internal-error")

    assert body["detail"] == "RuntimeError: the secret is 42"
    assert any("source_states" in line for line in body["traceback"])


def test_every_error_a_caller_can_meet_has_a_status() -> None:
    met = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.CarbonError) and kind is not errors.CarbonError
    }

    assert met - set(BY_ERROR) == {errors.UnknownName, errors.Unsatisfiable}  # bases, which are never raised


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 128])
@pytest.mark.parametrize("path", ["/health", "/nothing", "/api/v1/regions/nowhere", "/docs"])
def test_a_usable_request_id_is_kept_on_every_answer(given: str, path: str) -> None:
    response = offline().test_client().get(path, headers={"X-Request-ID": given})

    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", "é", "a/b", "<script>", "x\u0661"])
def test_an_unusable_request_id_is_replaced(given: str) -> None:
    environ = {"HTTP_X_REQUEST_ID": given}
    response = offline().test_client().get("/api/v1/workloads", environ_overrides=environ)

    request_id = response.headers["X-Request-ID"]
    assert re.fullmatch(r"carbon_req_[0-9a-f]{32}", request_id)
    assert response.get_json()["request_id"] == request_id


def test_no_two_requests_share_an_id() -> None:
    client = offline().test_client()

    assert len({client.get("/health").headers["X-Request-ID"] for _ in range(100)}) == 100


@pytest.mark.parametrize("path", ["/health", "/nothing", "/api/v1/regions", "/openapi.json"])
def test_an_answer_may_run_load_and_frame_nothing(path: str) -> None:
    headers = offline().test_client().get(path).headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", [*PATHS, "/docs/swagger-ui.css", "/docs/start.js", "/nothing"])
def test_no_header_is_sent_twice(path: str) -> None:
    names = [name.lower() for name, _ in offline().test_client().get(path).headers]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", ["//health", "//example.org/health", "/api//v1/workloads", "/health/"])
def test_a_doubled_or_trailing_slash_leads_nowhere_else(path: str) -> None:
    response = offline().test_client().get("/", environ_overrides={"PATH_INFO": path})

    assert "Location" not in response.headers
