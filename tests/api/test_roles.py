"""What a key may do: `read` asks, `write` stores what is its tenant's, `admin` sets what limits the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.roles import declared, needed, needs
from carbon.roles import Role
from tests.fakes.access import access, record
from tests.fakes.service import service

ROW = {"id": "a", "start": "2026-02-10T08:00:00Z", "hours": 1, "region": "aws:us-east-1", "instance_type": "m7g.large"}
QUESTION = {
    "jobs": [{"id": "one", "duration_hours": 4, "instance_type": "m7g.large", "home": "aws:us-east-1"}],
}
PIPELINE = {
    "provider": "github",
    "pipeline": "acme/shop/Test",
    "run_id": "7",
    "jobs": [{"id": "build", "start": "2026-02-10T08:00:00Z", "seconds": 60, "runner": "ubuntu-latest"}],
}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A service whose keys are called as their roles."""
    rules = access(*(record(role, name=role, role=role) for role in Role))
    return service(rules=rules, data_dir=tmp_path).test_client()


def send(client: FlaskClient, role: str, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, json=body, headers={"X-API-Key": role})


def test_a_role_includes_those_before_it() -> None:
    assert [[one.includes(other) for other in Role] for one in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_a_refusal_names_the_role_that_is_needed_and_that_of_the_key(client: FlaskClient) -> None:
    response = send(client, "read", "/api/v1/usage", {"rows": [ROW]})

    problem = response.get_json(force=True)
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    assert problem["type"] == "/problems/role-insufficient"
    assert (problem["needed_role"], problem["role"]) == ("write", "read")
    assert problem["detail"] == "this needs a key with the role write, and the role of this key is read"
    # RFC 6750, 3.1
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="write"'


def test_what_is_refused_is_not_stored_and_a_key_that_may_write_stores_it(client: FlaskClient) -> None:
    statuses = [send(client, role, "/api/v1/usage", {"rows": [ROW]}).status_code for role in ("read", "write")]

    stored = client.get("/api/v1/usage/a", headers={"X-API-Key": "read"})
    assert statuses == [403, 200]
    assert stored.get_json()["usage"]["id"] == "a"
    deleted = [client.delete("/api/v1/usage/a", headers={"X-API-Key": role}).status_code for role in ("read", "write")]
    assert deleted == [403, 204]


def test_a_key_that_reads_asks_by_post_what_is_not_stored(client: FlaskClient) -> None:
    assert send(client, "read", "/api/v1/plan", QUESTION).status_code == 200
    assert send(client, "read", "/api/v1/ci/report", {**PIPELINE, "store": False}).status_code == 200
    assert send(client, "read", "/graphql", {"query": "{ __typename }"}).status_code == 200


def test_the_same_question_is_refused_where_its_answer_would_be_stored(client: FlaskClient) -> None:
    assert send(client, "read", "/api/v1/plan", {**QUESTION, "background": True}).status_code == 403
    assert send(client, "read", "/api/v1/ci/report", PIPELINE).status_code == 403
    listed = client.get("/api/v1/usage?from=2026-02-10", headers={"X-API-Key": "read"}).get_json()
    assert listed["total"] == 0


def test_without_any_key_everybody_may_do_everything(tmp_path: Path) -> None:
    client = service(data_dir=tmp_path).test_client()

    assert client.post("/api/v1/usage", json={"rows": [ROW]}).status_code == 200


def test_an_endpoint_that_changes_something_and_declares_no_role_needs_the_highest() -> None:
    def view() -> str:
        return ""

    assert (needed(view, "GET"), needed(view, "HEAD"), needed(view, "OPTIONS")) == (Role.READ,) * 3
    assert {needed(view, method) for method in ("POST", "PUT", "PATCH", "DELETE")} == {Role.ADMIN}
    assert (declared(view), declared(needs(Role.WRITE)(view))) == (None, Role.WRITE)


JOB = {"region": "us-east-1", "duration_hours": 1}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/optimize", {"workload": "general", "priority": "carbon"}),
        ("/api/v1/schedule", JOB),
        ("/api/v1/plan", QUESTION),
        ("/api/v1/plan", {**QUESTION, "background": True}),
    ],
)
def test_a_key_that_only_reads_asks_but_records_nothing(client: FlaskClient, path: str, body: dict[str, Any]) -> None:
    recorded = send(client, "read", path, {**body, "record": True})

    listed = client.get("/api/v1/decisions", headers={"X-API-Key": "read"}).get_json()
    assert (recorded.status_code, listed["total"]) == (403, 0)


def test_a_key_that_only_reads_sees_a_decision_and_does_not_remove_it(client: FlaskClient) -> None:
    path = f"/api/v1/decisions/{send(client, 'write', '/api/v1/schedule', {**JOB, 'record': True}).json['decision_id']}"

    assert client.get(path, headers={"X-API-Key": "read"}).status_code == 200
    assert client.delete(path, headers={"X-API-Key": "read"}).status_code == 403
    assert client.delete(path, headers={"X-API-Key": "write"}).status_code == 204
