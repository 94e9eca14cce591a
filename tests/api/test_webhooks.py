"""Webhooks as their owners manage them, over a real SQLite file. Sending is tested in tests/push."""

from __future__ import annotations

import logging
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.edge.access import Access, Judgement
from api.edge.exchange import service_of
from tests.fakes.access import access, record
from tests.fakes.service import service

WEBHOOKS = "/api/v1/webhooks"
URL = "https://ci.example.org/hooks/carbon"
SECRET = "0123456789abcdef0123456789abcdef"
CROSSING: dict[str, Any] = {"url": URL, "region": "ca-central-1", "below": 35, "hysteresis": 5}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return service(data_dir=tmp_path).test_client()


def create(client: FlaskClient, body: object = CROSSING, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(WEBHOOKS, json=body, headers=named)


def refused(client: FlaskClient, body: dict[str, object]) -> dict[str, str]:
    """The place of each wrong field and what is wrong with it."""
    response = create(client, body)
    assert response.status_code == 400, response.text
    return {error["pointer"]: error["detail"] for error in response.get_json()["errors"]}


def test_a_new_webhook_says_what_is_sent_and_shows_its_secret_once(client: FlaskClient) -> None:
    response = create(client)

    body = response.get_json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"{WEBHOOKS}/{body['id']}"
    assert response.headers["Cache-Control"] == "no-store"
    secret = body.pop("secret")
    assert secret.startswith("whsec_")
    assert len(secret) > 40
    assert body == {
        "id": body["id"],
        "url": URL,
        "events": ["crossing"],
        "zone": "CA-QC",
        "region": "aws:ca-central-1",
        "below": 35,
        "above": None,
        "hysteresis": 5,
        "created_at": "2026-02-11T10:30:07Z",
    }
    assert client.get(f"{WEBHOOKS}/{body['id']}").get_json() == body
    assert client.get(WEBHOOKS).get_json() == {"webhooks": [body]}


def test_a_secret_that_was_sent_is_used_and_kept_out_of_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    body = create(client, {"url": URL, "zone": "DE", "secret": SECRET}).get_json()

    assert body["secret"] == SECRET
    assert body["events"] == ["intensity"]
    assert SECRET not in caplog.text
    (stored,) = service_of(client.application).webhooks.webhooks("default")
    assert SECRET not in repr(stored)


def test_the_file_with_the_secrets_is_the_owners_alone(client: FlaskClient, tmp_path: Path) -> None:
    create(client)

    assert stat.S_IMODE((tmp_path / "webhooks.sqlite3").stat().st_mode) == 0o600


def test_an_answer_is_never_older_than_the_last_change(client: FlaskClient) -> None:
    before = client.get(WEBHOOKS)
    body = create(client).get_json()

    after = client.get(WEBHOOKS)

    assert before.get_json() == {"webhooks": []}
    assert [one["id"] for one in after.get_json()["webhooks"]] == [body["id"]]
    assert "ETag" not in after.headers


@pytest.mark.parametrize(
    ("change", "place", "detail"),
    [
        ({"url": "http://ci.example.org/"}, "#/url", "must begin with https://"),
        ({"url": "https://user:pw@ci.example.org/"}, "#/url", "must have no user name"),
        ({"url": "https://ci.example.org:22/"}, "#/url", "must have the port 443"),
        ({"url": "https://169.254.169.254/latest"}, "#/url", "clouds give credentials"),
        ({"url": "https://10.0.0.1/"}, "#/url", "not public"),
        ({"region": None}, "#/zone", "is required, or region"),
        ({"zone": "DE"}, "#/zone", "cannot be combined with region"),
        ({"zone": "DE", "region": None, "above": 50}, "#/above", "cannot be combined with below"),
        ({"below": None}, "#/hysteresis", "needs below or above"),
        ({"below": None, "hysteresis": 0, "events": ["crossing"]}, "#/events", "crossing needs below or above"),
        ({"events": ["intensity"]}, "#/events", "must contain crossing"),
        ({"events": ["crossing", "crossing"]}, "#/events", "each event once"),
        ({"events": ["crosing"]}, "#/events/0", "must be one of"),
        ({"secret": "short"}, "#/secret", "at least 24"),
        ({"bellow": 3}, "#/bellow", "is not a known field"),
        ({"region": "ca-centrl-1"}, "#/region", "is not known"),
        ({"below": 0}, "#/below", "greater than 0"),
    ],
)
def test_a_refusal_names_the_field_and_what_to_change(
    client: FlaskClient, change: dict[str, object], place: str, detail: str
) -> None:
    body = {name: value for name, value in {**CROSSING, **change}.items() if value is not None}

    assert detail in refused(client, body)[place]


def test_all_wrong_fields_are_named_at_once(client: FlaskClient) -> None:
    wrong = refused(client, {"url": "ftp://a", "secret": "x", "events": ["storm"]})

    assert wrong.keys() == {"#/url", "#/zone", "#/events/0", "#/secret"}


def test_a_host_that_the_operator_allows_may_be_private_and_plain_http(tmp_path: Path) -> None:
    client = service(data_dir=tmp_path, webhook_allow="ci.corp.example,10.1.0.0/16").test_client()

    assert create(client, {**CROSSING, "url": "http://ci.corp.example:8080/hook"}).status_code == 201
    assert create(client, {**CROSSING, "url": "http://10.1.2.3/hook"}).status_code == 201
    assert create(client, {**CROSSING, "url": "http://10.2.0.1/hook"}).status_code == 400


def test_a_repeated_request_makes_no_second_webhook_and_shows_the_secret_again(client: FlaskClient) -> None:
    first = create(client, Idempotency_Key="deploy-17").get_json()

    second = create(client, Idempotency_Key="deploy-17").get_json()

    assert second == first
    assert len(client.get(WEBHOOKS).get_json()["webhooks"]) == 1


def test_the_key_of_a_repeated_request_is_for_one_body(client: FlaskClient) -> None:
    create(client, Idempotency_Key="deploy-17")

    response = create(client, {**CROSSING, "below": 36}, Idempotency_Key="deploy-17")

    assert response.status_code == 409
    assert response.get_json()["type"] == "/problems/webhook-conflict"


def test_more_webhooks_than_allowed_are_refused_until_one_is_removed(tmp_path: Path) -> None:
    client = service(data_dir=tmp_path, webhooks=1).test_client()
    webhook_id = create(client).get_json()["id"]

    refusal = create(client)
    removal = client.delete(f"{WEBHOOKS}/{webhook_id}")

    assert refusal.status_code == 429
    assert "remove one with DELETE" in refusal.get_json()["detail"]
    assert (removal.status_code, removal.data) == (204, b"")
    assert create(client).status_code == 201


def test_a_removed_webhook_is_unknown_with_all_its_deliveries(client: FlaskClient) -> None:
    url = f"{WEBHOOKS}/{create(client).get_json()['id']}"
    delivery = client.post(f"{url}/test").get_json()

    client.delete(url)

    answers = [
        client.get(url),
        client.delete(url),
        client.get(f"{url}/deliveries"),
        client.post(f"{url}/test"),
        client.post(f"{url}/deliveries/{delivery['id']}/replay"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert {answer.get_json()["type"] for answer in answers} == {"/problems/unknown-webhook"}


def test_a_test_is_listed_and_only_one_is_under_way(client: FlaskClient) -> None:
    url = f"{WEBHOOKS}/{create(client).get_json()['id']}"

    first, second = client.post(f"{url}/test"), client.post(f"{url}/test")

    assert first.status_code == 202
    assert first.headers["Location"] == f"{url}/deliveries"
    assert first.get_json()["status"] == "pending"
    assert client.get(f"{url}/deliveries").get_json() == {"total": 1, "deliveries": [first.get_json()]}
    assert client.get(f"{url}/deliveries?status=dead").get_json() == {"total": 0, "deliveries": []}
    assert second.status_code == 429
    assert "is under way" in second.get_json()["detail"]


def test_what_is_pending_cannot_be_replayed(client: FlaskClient) -> None:
    url = f"{WEBHOOKS}/{create(client).get_json()['id']}"
    delivery = client.post(f"{url}/test").get_json()

    response = client.post(f"{url}/deliveries/{delivery['id']}/replay")

    assert response.status_code == 409
    assert "wait until it is delivered or dead" in response.get_json()["detail"]


class ByKey(Access):
    """Rules under which each key is a tenant of its own."""

    def judge(self, *args: Any) -> Judgement:
        judgement = super().judge(*args)
        return replace(judgement, tenant=judgement.caller)


def test_a_tenant_sees_its_own_webhooks_alone(tmp_path: Path) -> None:
    one, other = "cao_" + "k" * 43, "cao_" + "o" * 43
    rules = access(record(one, name="one"), record(other, name="other"))
    app = service(data_dir=tmp_path, rules=ByKey(keys=rules.keys, limiter=rules.limiter, rate=rules.rate))
    client = app.test_client()
    webhook_id = create(client, X_API_Key=one, Idempotency_Key="same").get_json()["id"]

    theirs = create(client, X_API_Key=other, Idempotency_Key="same").get_json()["id"]

    headers = {"X-API-Key": other}
    assert theirs != webhook_id
    assert [row["id"] for row in client.get(WEBHOOKS, headers=headers).get_json()["webhooks"]] == [theirs]
    for answer in (
        client.get(f"{WEBHOOKS}/{webhook_id}", headers=headers),
        client.get(f"{WEBHOOKS}/{webhook_id}/deliveries", headers=headers),
        client.post(f"{WEBHOOKS}/{webhook_id}/test", headers=headers),
        client.delete(f"{WEBHOOKS}/{webhook_id}", headers=headers),
    ):
        assert answer.status_code == 404
    assert client.get(f"{WEBHOOKS}/{webhook_id}", headers={"X-API-Key": one}).status_code == 200


def test_a_service_with_keys_asks_for_one(tmp_path: Path) -> None:
    client = service(data_dir=tmp_path, rules=access(record("cao_" + "k" * 43))).test_client()

    assert create(client).status_code == 401
    assert client.get(WEBHOOKS).status_code == 401


def test_a_webhook_for_budgets_needs_no_place(client: FlaskClient) -> None:
    created = client.post("/api/v1/webhooks", json={"url": URL, "events": ["budget"]})

    assert created.status_code == 201
    assert (created.get_json()["zone"], created.get_json()["events"]) == (None, ["budget"])
