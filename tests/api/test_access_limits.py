"""How many requests a caller may send, and how callers are told apart."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.access import Access, client_of
from carbon.errors import Busy, StateUnavailable
from store.keys.ring import KeyRing
from store.limits.rate_limit import Count, RateLimiter, in_memory
from tests.api.callers import ASKED, KEY, OTHER, REVOKED, bearer, client, guarded
from tests.fakes.access import access, record
from tests.fakes.clock import SteppedClock
from tests.fakes.service import NOW


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


def statuses(asking: FlaskClient, times: int, **how: Any) -> list[int]:
    return [asking.get(ASKED, **how).status_code for _ in range(times)]


def test_exactly_60_of_61_requests_pass_and_the_last_is_told_when_to_come_back(clock: SteppedClock) -> None:
    asking = client(access(rate="60 per minute", clock=clock))
    first = asking.get(ASKED)
    clock.advance(18)
    rest = statuses(asking, 59)

    refused = asking.get(ASKED)

    problem = refused.get_json(force=True)
    assert (first.status_code, rest) == (200, [200] * 59)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert (problem["type"], problem["detail"]) == (
        "/problems/rate-limited",
        "at most 60 requests in 60 s are allowed; retry after 42 s",
    )
    assert refused.headers["Retry-After"] == "42"  # the first request is forgotten after 60 - 18 s


def test_every_limited_answer_says_the_limit_and_what_is_left(clock: SteppedClock) -> None:
    asking = client(access(rate="60 per minute", clock=clock))
    asking.get(ASKED)
    clock.advance(18)

    answers = [asking.get(ASKED), asking.get("/api/v1/nothing"), asking.post("/api/v1/calculate")]

    assert [answer.status_code for answer in answers] == [200, 404, 415]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=60;w=60'}
    assert [answer.headers["RateLimit"] for answer in answers] == [f'"default";r={left};t=42' for left in (58, 57, 56)]
    assert not any("Retry-After" in answer.headers for answer in answers)


def test_what_is_public_is_neither_counted_nor_refused() -> None:
    asking = guarded(rate="1 per minute")
    statuses(asking, 2)

    paths = ("/sign-in", "/health", "/ready", "/docs", "/openapi.json", "/problems/not-found")

    answers = [asking.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [200] * 6
    assert not any("RateLimit" in answer.headers for answer in answers)


def test_with_the_limit_off_no_answer_speaks_of_one() -> None:
    answer = client(access(rate="off")).get(ASKED)

    assert not {"RateLimit", "RateLimit-Policy"} & set(answer.headers.keys())


def test_each_key_has_a_limit_of_its_own_wherever_it_is_used() -> None:
    asking = guarded(rate="2 per minute")

    one = [
        asking.get(ASKED, headers=bearer(KEY), environ_base={"REMOTE_ADDR": address}).status_code
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    ]
    other = asking.get(ASKED, headers=bearer(OTHER)).status_code

    assert (one, other) == ([200, 200, 429], 200)


@pytest.mark.parametrize(("own", "policy"), [("3 per second", '"default";q=3;w=1'), ("off", None)])
@pytest.mark.parametrize("general", ["1 per minute", "off"])
def test_a_keys_own_rate_wins_over_the_general_one(own: str, policy: str | None, general: str) -> None:
    asking = client(access(record(KEY, rate=own), rate=general))

    answers = [asking.get(ASKED, headers=bearer(KEY)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.headers.get("RateLimit-Policy") for answer in answers} == {policy}


def test_without_keys_each_address_has_a_limit_of_its_own() -> None:
    asking = client(access(rate="2 per minute"))

    codes_of_address = {
        address: statuses(asking, 3, environ_base={"REMOTE_ADDR": address})
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1")
    }

    assert list(codes_of_address.values()) == [[200, 200, 429]] * 3


def test_missing_and_wrong_keys_count_together_for_their_address_and_not_for_the_right_key() -> None:
    asking = guarded(rate="3 per minute")

    failed = [asking.get(ASKED, headers=headers) for headers in ({}, bearer("a"), bearer("b"), bearer("c"), {})]
    right = asking.get(ASKED, headers=bearer(KEY))
    elsewhere = asking.get(ASKED, headers=bearer("d"), environ_base={"REMOTE_ADDR": "192.0.2.9"})

    assert [answer.status_code for answer in failed] == [401, 401, 401, 429, 429]
    assert failed[0].headers["RateLimit"] == '"default";r=2;t=60'
    assert "WWW-Authenticate" not in failed[3].headers
    assert (right.status_code, right.headers["RateLimit"]) == (200, '"default";r=2;t=60')
    assert elsewhere.status_code == 401


def forwarded(asking: FlaskClient, *chains: str) -> list[int]:
    headers = [{"X-Forwarded-For": chain} if chain else {} for chain in chains]
    return [asking.get(ASKED, headers=header).status_code for header in headers]


def test_x_forwarded_for_is_ignored_unless_a_proxy_is_trusted() -> None:
    asking = client(access(rate="1 per minute"))

    assert forwarded(asking, "192.0.2.1", "192.0.2.2", "192.0.2.3, 192.0.2.4") == [200, 429, 429]


def test_behind_one_trusted_proxy_its_entry_alone_counts_whatever_the_client_wrote_before_it() -> None:
    asking = client(access(rate="1 per minute"), trusted_proxies=1)

    status_codes = forwarded(asking, "192.0.2.1", "192.0.2.2", "203.0.113.5, 192.0.2.1", "192.0.2.9, 192.0.2.3")

    assert status_codes == [200, 200, 429, 200]  # the third is the first client with an entry made up


def test_behind_two_trusted_proxies_the_last_but_one_entry_counts() -> None:
    asking = client(access(rate="1 per minute"), trusted_proxies=2)

    status_codes = forwarded(asking, "192.0.2.1, 10.0.0.1", "203.0.113.5, 192.0.2.1, 10.0.0.2", "192.0.2.2, 10.0.0.1")

    assert status_codes == [200, 429, 200]


def test_a_chain_shorter_than_the_trusted_proxies_counts_for_the_peer() -> None:
    asking = client(access(rate="1 per minute"), trusted_proxies=2)

    assert forwarded(asking, "192.0.2.1", "192.0.2.2", "") == [200, 429, 429]


def test_while_it_is_not_known_whether_there_are_keys_the_api_is_a_503_and_not_ready_and_health_lives() -> None:
    def broken() -> Any:
        raise StateUnavailable("keys.sqlite3")

    asking = client(Access(keys=KeyRing(broken), limiter=in_memory(), rate="off"))

    answers = [asking.get(path) for path in (ASKED, "/ready", "/health")]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].get_json(force=True)["type"] == "/problems/state-unavailable"
    assert answers[0].headers["Retry-After"] == "5"


def test_ready_says_who_may_ask_and_how_often() -> None:
    opened = client(access(rate="60 per minute")).get("/ready").get_json()
    closed = guarded(rate="off").get("/ready").get_json()

    assert opened["access"] == {
        "keys_configured": False,
        "keys_stale": False,
        "rate_limit": "60 per minute",
        "rate_limit_scope": "worker",
        "rate_limit_on_store_error": "local",
        "rate_limit_failing": False,
        "detail": "open to everybody; the limit is per address",
    }
    assert (closed["access"]["keys_configured"], closed["access"]["rate_limit"]) == (True, "off")
    assert closed["access"]["detail"] == "a key is required; there is no limit"


def test_ready_is_degraded_while_the_keys_in_force_are_old_ones(clock: SteppedClock) -> None:
    records = [record(KEY)]
    rules = Access(
        keys=KeyRing(lambda: tuple(records), monotonic=clock.monotonic),
        limiter=in_memory(monotonic=clock.monotonic),
        rate="off",
    )
    asking = client(rules)
    before = asking.get("/ready").get_json()
    records.clear()
    clock.advance(5)

    after = asking.get("/ready").get_json()

    assert (before["degraded"], before["access"]["keys_stale"]) == (False, False)
    assert (after["degraded"], after["access"]["keys_stale"]) == (True, True)


class Crowded:
    """A Counter at which no request gets its turn."""

    scope, trouble_logged = "machine", False

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        raise Busy("too many requests are waiting to be counted")


def test_a_request_whose_turn_to_be_counted_does_not_come_is_refused_as_busy() -> None:
    limiter = RateLimiter(Crowded(), on_store_error="open")
    body = BytesIO(b"{}" * 500)

    answer = client(Access(keys=KeyRing(lambda: ()), limiter=limiter, rate="60 per minute")).post(
        "/api/v1/calculate", input_stream=body, content_type="application/json", headers={"Content-Length": "1000"}
    )

    assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/busy")
    assert answer.headers["Retry-After"] == "1"
    assert body.read() == b""
    assert not limiter.failing


def test_of_an_address_that_is_too_long_only_the_beginning_is_remembered() -> None:
    asking = guarded(rate="60 per minute")
    client_of.cache_clear()

    for end in ("a", "b"):
        asking.get(ASKED, environ_overrides={"REMOTE_ADDR": "1" * 8000 + end})

    assert client_of.cache_info().currsize == 1


def test_no_key_right_or_wrong_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asking = guarded(rate="3 per minute")

    bodies = [
        asking.open(path, method=method, headers=headers, json={"x": 1}).get_data(as_text=True)
        for headers in (bearer(KEY), {"X-API-Key": KEY}, bearer(REVOKED), {"X-API-Key": "cao_wrong"})
        for method, path in (("GET", ASKED), ("POST", "/api/v1/calculate"), ("GET", "/api/v1/regions/nowhere"))
    ]

    output = caplog.text + "".join(bodies) + "".join(str(vars(line)) for line in caplog.records)
    assert not [key for key in (KEY, REVOKED, "cao_wrong") if key in output]
