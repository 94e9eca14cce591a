"""Who may ask, and how often: /v1 and /api/v1 take a key once there are any, and so many requests a minute."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from tests.api.callers import ASKED, KEY, REVOKED, bearer, client, guarded
from tests.fakes.access import access, record
from tests.fakes.service import offline

OPEN = [
    *("/static/<name>", "/docs", "/docs/<name>", "/openapi.json", "/problems/<name>", "/sign-in", "/sign-out"),
    *("/health", "/metrics", "/ready", "/docs/guide", "/docs/guide/<name>"),
]
MISSING = 'Bearer realm="api"'
WRONG = 'Bearer realm="api", error="invalid_token"'


def test_without_a_key_configured_everybody_may_ask() -> None:
    assert client(access()).get(ASKED).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        bearer(KEY),
        {"Authorization": f"bearer {KEY}"},
        {"Authorization": f"Bearer  {KEY} "},
        {"X-API-Key": KEY},
        {"X-API-Key": f" {KEY} "},
        {"Authorization": "Basic dXNlcjpwYXNz", "X-API-Key": KEY},
        {"Authorization": f"Bearer {KEY}", "X-API-Key": "something else"},
    ],
)
def test_a_key_is_sent_as_bearer_or_as_x_api_key(headers: dict[str, str]) -> None:
    assert guarded().get(ASKED, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"X-API-Key": ""}, {"Authorization": "Bearer"}, {"Authorization": f"Basic {KEY}"}]
)
def test_once_there_are_keys_a_request_without_one_is_a_401_that_says_how(headers: dict[str, str]) -> None:
    response = guarded().get(ASKED, headers=headers)

    problem = response.get_json(force=True)
    assert (response.status_code, response.mimetype) == (401, "application/problem+json")
    assert response.headers["WWW-Authenticate"] == MISSING
    assert problem["type"] == "/problems/key-required"
    assert problem["detail"] == "send an API key as Authorization: Bearer KEY or as X-API-Key: KEY"


@pytest.mark.parametrize("key", [REVOKED, "cao_unknown", KEY[:-1], KEY + "x", KEY.upper(), "é", "\x01", "x" * 8000])
def test_a_wrong_key_is_a_401_that_tells_revoked_from_unknown_to_nobody(key: str) -> None:
    environ = {"HTTP_X_API_KEY": key}

    response = guarded().get(ASKED, environ_overrides=environ)

    problem = response.get_json(force=True)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, WRONG)
    assert (problem["type"], problem["detail"]) == ("/problems/key-refused", "this API key is unknown or was revoked")
    assert key not in problem["detail"] + problem["title"]


def test_when_every_key_is_revoked_the_service_stays_closed() -> None:
    asking = client(access(record(REVOKED, revoked=True)))

    assert asking.get(ASKED).status_code == 401
    assert asking.get(ASKED, headers=bearer(REVOKED)).status_code == 401


@pytest.mark.parametrize("rule", sorted({str(rule) for rule in offline().url_map.iter_rules()}))
def test_every_route_but_the_public_ones_needs_a_key_and_is_limited(rule: str) -> None:
    path = re.sub(r"<[^>]+>", "x", rule)

    response = guarded(rate="60 per minute").options(path)

    assert (response.status_code == 401) == (rule not in OPEN)
    assert ("RateLimit" in response.headers) == (rule not in OPEN)


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/nothing", "/v1", "/v1/by-rank", "/v1/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_who_has_no_key_does_not_learn_what_there_is(path: str, method: str) -> None:
    assert guarded().open(path, method=method).status_code == 401


@pytest.mark.parametrize(("size", "read"), [(1_048_576, 1_048_576), (1_048_577, 0)])
def test_a_key_is_asked_for_before_the_body_is_looked_at_and_the_body_is_read_away(size: int, read: int) -> None:
    body = BytesIO(b" " * size)

    response = guarded().post("/api/v1/calculate", input_stream=body, content_length=size, content_type="text/plain")

    assert response.status_code == 401
    assert body.tell() == read  # one over the limit is not worth reading


@pytest.mark.parametrize("path", ["/api/v10", "/v10/x", "/api/v2/x", "/nothing"])
def test_paths_beside_the_api_are_a_404_for_everybody(path: str) -> None:
    assert guarded().get(path).status_code == 404
