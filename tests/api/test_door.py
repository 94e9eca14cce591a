"""The one layer before Flask: what reaches an endpoint, whose answers are kept, and what becomes of failures."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import Blueprint, Response
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from api.edge.access import Access, Judgement, Ticket
from api.edge.exchange import request_id
from tests.fakes.access import access, record
from tests.fakes.service import service

LIST = "/api/v1/workloads"


class TwoTenants(Access):
    """Rules under which every key is a tenant of its own."""

    def judge(self, key: str | None, address: str, ticket: Ticket | None = None) -> Judgement:
        return replace(super().judge(key, address, ticket), tenant=key or "")


@pytest.fixture
def tenants() -> FlaskClient:
    rules = access(record("cao_a", name="a"), record("cao_b", name="b"))
    return service(rules=TwoTenants(keys=rules.keys, limiter=rules.limiter, rate=rules.rate)).test_client()


def test_two_tenants_have_different_tags_for_the_same_question(tenants: FlaskClient) -> None:
    first, second, again = (tenants.get(LIST, headers={"X-API-Key": key}) for key in ("cao_a", "cao_b", "cao_a"))

    assert first.headers["ETag"] != second.headers["ETag"]
    assert first.headers["ETag"] == again.headers["ETag"]


def test_the_tag_of_one_tenant_is_no_304_for_another(tenants: FlaskClient) -> None:
    tag = tenants.get(LIST, headers={"X-API-Key": "cao_a"}).headers["ETag"]

    own, other = (
        tenants.get(LIST, headers={"X-API-Key": key, "If-None-Match": tag}).status_code for key in ("cao_a", "cao_b")
    )

    assert (own, other) == (304, 200)


def test_a_kept_answer_of_one_tenant_is_never_given_to_another() -> None:
    rules = access(record("cao_a", name="a"), record("cao_b", name="b"))
    app = service(rules=TwoTenants(keys=rules.keys, limiter=rules.limiter, rate=rules.rate))
    calls = count_calls(app)
    client = app.test_client()

    for key in ("cao_a", "cao_b", "cao_a", "cao_b"):
        client.get("/api/v1/counted", headers={"X-API-Key": key})

    assert calls == [1, 1]  # one for each tenant


def count_calls(app: APIFlask) -> list[int]:
    """Give the app an endpoint that notes its calls."""
    calls: list[int] = []
    blueprint = Blueprint("counted", __name__)

    @blueprint.get("/api/v1/counted")
    def counted() -> Response:
        calls.append(1)
        return Response("{}", content_type="application/json")

    app.register_blueprint(blueprint)
    return calls


def test_a_streamed_answer_leaves_piece_by_piece_and_is_neither_tagged_nor_kept_nor_compressed() -> None:
    app, sent = service(), list[int]()
    blueprint = Blueprint("pieces", __name__)

    @blueprint.get("/api/v1/pieces")
    def answer() -> Response:
        def pieces() -> Iterator[str]:
            for number in range(3):
                sent.append(number)
                yield f"data: {number}\n\n" + "x" * 2000

        return Response(pieces(), mimetype="text/plain")

    app.register_blueprint(blueprint)
    head: list[Any] = []
    environ = EnvironBuilder("/api/v1/pieces", headers=[("Accept-Encoding", "gzip")]).get_environ()

    body = iter(app(environ, lambda status, headers: head.extend((status, dict(headers)))))  # type: ignore[arg-type]
    first = next(body)

    assert first.startswith(b"data: 0")
    assert sent == [0]
    assert head[0] == "200 OK"
    assert head[1]["Cache-Control"] == "no-store"
    assert not {"ETag", "Content-Encoding", "Content-Length"} & head[1].keys()


@dataclass(frozen=True)
class Broken(Access):
    """Rules with an error in them."""

    def judge(self, key: str | None, address: str, ticket: Ticket | None = None) -> Judgement:
        raise ZeroDivisionError("a mistake")


def test_an_error_before_flask_is_a_500_that_is_logged_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    rules = access()
    client = service(rules=Broken(keys=rules.keys, limiter=rules.limiter, rate="off")).test_client()

    answer = client.post("/api/v1/calculate", data=b"{}", headers={"X-Request-ID": "mine"})

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Request-ID"] == "mine"
    (line,) = (line for line in caplog.records if line.levelno == logging.ERROR)
    assert line.exc_info is not None
    assert line.exc_info[0] is ZeroDivisionError
    assert 'route="/api/v1/calculate",status="500"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("path", ["//v1/by-rank", "///api/v1/workloads", "/api/v1/\u00e9", "/v1/by-rank"])
def test_no_spelling_of_a_path_that_flask_routes_goes_around_the_key(path: str) -> None:
    client = service(rules=access(record("cao_k"))).test_client()

    answer = client.get("/", environ_overrides={"PATH_INFO": path.encode().decode("latin-1")})

    assert answer.status_code == 401


def test_the_id_of_a_request_ends_with_it() -> None:
    service().test_client().get("/health")

    assert request_id() == "-"
