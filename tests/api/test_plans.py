"""POST /api/v1/plan with background, GET and DELETE /api/v1/plans/{id}, over a real SQLite file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.edge.exchange import service_of
from background.desk import PlanDesk, decode, encode
from carbon.queued_plans import QueuedPlan
from carbon.roles import TENANT
from pid import process_name
from planning.plan.queue import MOST_PLANS, MOST_UNFINISHED_OF_CALLER
from tests.fakes.access import access, record
from tests.fakes.service import NOW, service

JOB: dict[str, Any] = {
    "id": "one",
    "duration_hours": 4,
    "instance_type": "m7g.large",
    "home": "aws:us-east-1",
    "regions": ["aws:eu-north-1", "aws:us-west-2"],
}
QUESTION: dict[str, Any] = {"jobs": [JOB]}
IN_BACKGROUND = {**QUESTION, "background": True}
PATIENCE_SECONDS = 20.0
PER_REQUEST = ("request_id",)


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return service(data_dir=tmp_path).test_client()


@pytest.fixture
def busy(client: FlaskClient) -> FlaskClient:
    """A machine that makes another plan: those that are submitted now wait."""
    desk = desk_of(client)
    desk.submit(b"{}", "key/other", TENANT, "r")
    assert desk.claim(process_name(), "a run of another worker") is not None
    return client


def desk_of(client: FlaskClient) -> PlanDesk:
    return service_of(client.application).plans.desk


def submit(client: FlaskClient, question: object = IN_BACKGROUND, key: str | None = None) -> TestResponse:
    return client.post("/api/v1/plan", json=question, headers={} if key is None else {"X-API-Key": key})


def ended(client: FlaskClient, url: str) -> Any:
    """The plan once it has ended."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while (body := client.get(url).get_json())["status"] in ("waiting", "running"):
        assert time.monotonic() < limit, body
        time.sleep(0.02)
    return body


def test_a_plan_in_the_background_is_accepted_and_says_where_it_will_be(busy: FlaskClient) -> None:
    response = submit(busy)

    body = response.get_json()
    assert response.status_code == 202
    assert response.headers["Location"] == body["url"] == f"/api/v1/plans/{body['id']}"
    assert int(response.headers["Retry-After"]) >= 1
    assert body == {
        "id": body["id"],
        "status": "waiting",
        "progress_percent": 0,
        "created_at": "2026-02-11T10:30:07Z",
        "expires_at": "2026-02-12T10:30:07Z",
        "url": body["url"],
        "detail": None,
        "plan": None,
    }
    assert busy.get(body["url"]).get_json() == body


def test_what_comes_of_it_is_what_the_direct_answer_is(client: FlaskClient) -> None:
    direct = submit(client, QUESTION).get_json()

    accepted = submit(client)
    body = ended(client, accepted.get_json()["url"])

    assert (body["status"], body["progress_percent"], body["detail"]) == ("done", 100, None)
    assert body["plan"]["request_id"] == accepted.headers["X-Request-ID"]
    assert {**body["plan"], "request_id": ""} == {**direct, "request_id": ""}


def test_the_id_cannot_be_guessed(busy: FlaskClient) -> None:
    ids = {submit(busy).get_json()["id"] for _ in range(2)}

    assert len(ids) == 2
    assert all(len(bytes.fromhex(name)) == 16 for name in ids)


def test_what_is_wrong_in_a_question_is_said_at_once(client: FlaskClient) -> None:
    response = submit(client, {**IN_BACKGROUND, "jobs": [{**JOB, "home": "aws:us-esat-1"}]})

    assert response.status_code == 400
    assert response.get_json(force=True)["errors"][0]["pointer"] == "#/jobs/0/home"
    assert desk_of(client).counts() == {}


def test_a_question_that_becomes_invalid_while_it_waits_fails_with_the_field(client: FlaskClient) -> None:
    # As it would be after its deadline; checked at once it is refused.
    plan = desk_of(client).submit(b'{"jobs": [{"id": "one"}]}', "address/x", TENANT, "r")
    service_of(client.application).plans.look()

    body = client.get(f"/api/v1/plans/{plan.id}").get_json()
    assert body["status"] == "failed"
    assert "jobs/0/duration_hours is required" in body["detail"]


def test_a_plan_without_an_answer_fails_with_the_reason_of_a_direct_one(client: FlaskClient) -> None:
    marginal = {**IN_BACKGROUND, "signal": "marginal"}
    direct = submit(client, {**marginal, "background": False}).get_json()

    body = ended(client, submit(client, marginal).get_json()["url"])

    assert body["status"] == "done"  # its job is unplaced, as it would be at once
    assert body["plan"]["unplaced"] == direct["unplaced"]


def test_deleting_cancels_a_plan_and_may_be_repeated(busy: FlaskClient) -> None:
    url = submit(busy).get_json()["url"]

    responses = [busy.delete(url) for _ in range(2)]

    assert [(response.status_code, response.get_data()) for response in responses] == [(204, b"")] * 2
    assert busy.get(url).get_json()["status"] == "cancelled"


def test_deleting_a_plan_that_is_done_removes_it(client: FlaskClient) -> None:
    url = submit(client).get_json()["url"]
    ended(client, url)

    assert client.delete(url).status_code == 204
    for response in (client.get(url), client.delete(url)):
        assert response.status_code == 404
        assert response.get_json(force=True)["type"] == "/problems/unknown-plan"


def test_only_keys_of_the_tenant_that_made_a_plan_read_or_cancel_it(tmp_path: Path) -> None:
    rules = access(
        record("mine", name="1", tenant="search"),
        record("team", name="2", tenant="search"),
        record("other", name="3", tenant="shop"),
    )
    client = service(rules=rules, data_dir=tmp_path).test_client()
    desk_of(client).submit(b"{}", "key/4", TENANT, "r")
    desk_of(client).claim(process_name(), "a run of another worker")
    url = submit(client, key="mine").get_json()["url"]

    for method in ("GET", "DELETE"):
        response = client.open(url, method=method, headers={"X-API-Key": "other"})
        assert (response.status_code, response.get_json(force=True)["title"]) == (404, "The plan is not known")
        assert client.open(url, method=method).status_code == 401
    for key in ("mine", "team"):
        assert client.get(url, headers={"X-API-Key": key}).get_json()["status"] == "waiting"
    assert client.delete(url, headers={"X-API-Key": "team"}).status_code == 204


def test_one_caller_has_few_plans_under_way_and_is_told_what_to_do(busy: FlaskClient) -> None:
    urls = [submit(busy).get_json()["url"] for _ in range(MOST_UNFINISHED_OF_CALLER)]

    refused = submit(busy)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "cancel one with DELETE" in refused.get_json(force=True)["detail"]
    busy.delete(urls[0])
    assert submit(busy).status_code == 202


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(busy: FlaskClient) -> None:
    plans = [QueuedPlan(id=str(n), caller=f"key/{n}", request_id="r", created_at=NOW) for n in range(MOST_PLANS)]
    desk_of(busy)._store.put({"plans:queue": encode(tuple(plans))})

    refused = submit(busy)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert "the queue of plans is full" in refused.get_json(force=True)["detail"]


def test_a_place_for_costly_requests_is_not_needed(busy: FlaskClient) -> None:
    places = service_of(busy.application).costly_places
    while places.acquire(blocking=False):
        pass

    assert submit(busy, QUESTION).status_code == 503
    assert submit(busy).status_code == 202


def test_a_plan_is_never_answered_from_a_cache(busy: FlaskClient) -> None:
    response = busy.get(submit(busy).get_json()["url"])

    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_metrics_tell_how_many_plans_wait_and_how_many_ended(client: FlaskClient) -> None:
    url = submit(client).get_json()["url"]
    ended(client, url)
    desk = desk_of(client)
    desk.submit(b"{}", "key/other", TENANT, "r")
    desk.claim(process_name(), "a run of another worker")
    submit(client)

    text = client.get("/metrics").get_data(as_text=True)

    for line in ('cao_plans{state="waiting"} 1.0', 'cao_plans{state="running"} 1.0', 'cao_plans{state="done"} 1.0'):
        assert line in text
    assert 'cao_plan_ends_total{state="done"} 1.0' in text


def test_a_store_that_cannot_be_used_is_a_503(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "shared.sqlite3").mkdir()

    for response in (submit(client), client.get("/api/v1/plans/1"), client.delete("/api/v1/plans/1")):
        assert response.status_code == 503
        assert response.get_json(force=True)["type"] == "/problems/state-unavailable"


def test_the_queue_of_another_release_counts_as_empty() -> None:
    for raw in (None, b"", b"{", b"[1]", b'[{"id": "1", "state": "asleep"}]', b'[{"id": "1", "colour": "red"}]'):
        assert decode(raw) == ()
