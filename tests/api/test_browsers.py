"""What browsers are told: protective headers always, other origins only when named, gzip when asked."""

from __future__ import annotations

import gzip

import pytest

from tests.fakes.access import access, record
from tests.fakes.service import offline, service

ASKED = "/api/v1/regions"
PAGE = "https://app.example.org"
OTHER = "https://app.example.org.evil.example"
PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}


@pytest.mark.parametrize("path", ["/health", ASKED, "/v1/by-rank", "/docs", "/metrics", "/nothing", "/openapi.json"])
def test_every_answer_carries_the_protective_headers(path: str) -> None:
    headers = offline().test_client().get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_by_default_no_page_of_another_origin_may_ask() -> None:
    client = offline().test_client()

    answers = [client.get(ASKED, headers={"Origin": PAGE}), client.options(ASKED, headers=PREFLIGHT)]

    assert not [name for answer in answers for name, _ in answer.headers if name.startswith("Access-Control")]


def test_pages_of_the_named_origins_may_ask_and_no_others_and_never_with_credentials() -> None:
    client = service(cors_origins=f"https://b.example.org,{PAGE}").test_client()

    allowed, other, none = (client.get(ASKED, headers={"Origin": page} if page else {}) for page in (PAGE, OTHER, ""))

    assert allowed.headers["Access-Control-Allow-Origin"] == PAGE
    assert "RateLimit" in allowed.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    assert not [name for answer in (other, none) for name, _ in answer.headers if name.startswith("Access-Control")]
    assert all("Origin" in answer.headers["Vary"] for answer in (allowed, other, none))


def test_a_preflight_needs_no_key_and_a_refusal_can_be_read_by_the_page() -> None:
    client = service(rules=access(record("cao_k")), cors_origins=PAGE).test_client()

    preflight = client.options(ASKED, headers=PREFLIGHT)
    foreign = client.options(ASKED, headers={**PREFLIGHT, "Origin": OTHER})
    refused = client.get(ASKED, headers={"Origin": PAGE})

    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, PAGE)
    assert "X-API-Key" in preflight.headers["Access-Control-Allow-Headers"]
    assert (preflight.data, "Content-Type" in preflight.headers) == (b"", False)
    assert foreign.status_code == 401
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, PAGE)


def test_a_long_answer_is_compressed_when_asked() -> None:
    client = offline().test_client()
    plain = client.get("/v1/by-rank")

    packed = client.get("/v1/by-rank", headers={"Accept-Encoding": "br, gzip;q=0.5"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.content_length == len(packed.data) < len(plain.data) / 4
    assert packed.headers["ETag"] == plain.headers["ETag"]  # weak: the same answer in another form
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("encodings", ["", "br", "gzip;q=0", "identity"])
def test_who_does_not_take_gzip_gets_none(encodings: str) -> None:
    answer = offline().test_client().get("/v1/by-rank", headers={"Accept-Encoding": encodings})

    assert "Content-Encoding" not in answer.headers


def test_a_short_answer_is_sent_as_it_is() -> None:
    answer = offline().test_client().get("/health", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
