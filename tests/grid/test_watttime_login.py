"""WattTime: one login for all calls, replies that do not arrive, and secrets."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from carbon.intensity import Signal
from carbon.reading import ZoneReading
from grid.live.flights import REPEAT_SECONDS
from grid.source import SourceError, SourceRefused
from grid.sources import watttime
from grid.sources.watttime.zones import REGIONS
from tests.fakes.background import reader_of
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import eventually
from tests.fakes.upstream import Answer, Call, Fault, always, dropped, only, reply, truncated
from tests.fakes.watttime import BASIC, PASSWORD, USER, FakeWattTime
from tests.grid.watttime_clients import (
    ACCESS,
    CALIFORNIA,
    HISTORICAL,
    NOW,
    paths,
    settings,
    settled_marginal,
    source,
)

SECONDS_OF_A_TOKEN = 1800.0


@pytest.fixture
def server() -> Iterator[FakeWattTime]:
    with FakeWattTime().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


# --- the login


def test_one_login_serves_all_calls_until_its_token_ends(server: FakeWattTime) -> None:
    clock = SteppedClock(NOW)
    server.utc_now = clock.utc_now
    reader = reader_of(watttime.ENTRY, clock.utc_now, **settings(server))

    settled_marginal(reader, CALIFORNIA, now=clock.utc_now(), forecast=True)
    settled_marginal(reader, "DE", now=clock.utc_now(), forecast=True)
    assert (server.logins, paths(server).count(ACCESS), paths(server).count(HISTORICAL)) == (1, 1, 2)

    clock.advance(SECONDS_OF_A_TOKEN)
    time.sleep(REPEAT_SECONDS)
    reader.open(Signal.MARGINAL).read([CALIFORNIA], now=clock.utc_now(), forecast=False)
    assert eventually(lambda: server.logins == 2)


def test_a_token_that_is_not_accepted_is_followed_by_one_new_login(server: FakeWattTime) -> None:
    california = source(server)
    california.latest(CALIFORNIA)
    server.end_tokens()

    california.latest(CALIFORNIA)

    assert server.logins == 2
    assert california.state().state == "ok"


def test_a_new_token_that_is_not_accepted_either_is_a_refusal(server: FakeWattTime) -> None:
    server.fault = lambda call, good: good if call.path == "login" else reply("", 401)
    california = source(server)

    with pytest.raises(SourceRefused):
        california.latest(CALIFORNIA)

    assert server.logins == 2
    assert california.hold() is not None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply("<!doctype html><html><p>not signed in</p></html>", 403, Content_Type="text/html"), "bad-key"),
        (reply("<html><title>401</title></html>", 401, Content_Type="text/html"), "bad-key"),
        (reply("<html><body>please sign in</body></html>", 200, Content_Type="text/html"), "not-json"),
        (reply({"token": None}), "wrong-shape"),
        (reply({"token": ""}), "wrong-shape"),
        (reply({"token": "two words"}), "wrong-shape"),
        (reply({"token": "x" * 8193}), "wrong-shape"),
        (reply([]), "wrong-shape"),
        (reply({}, 404), "login-failed"),
        (reply({}, 429), "rate-limited"),
        (reply({}, 500), "server-error"),
    ],
)
def test_a_failed_login_says_why_and_sends_no_other_call(answer: Answer, reason: str, server: FakeWattTime) -> None:
    server.fault = always(answer)

    with pytest.raises(SourceError) as error:
        source(server).latest(CALIFORNIA)

    assert error.value.reason == reason
    assert paths(server) == ["login"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(dropped, "connection"), (truncated, "truncated"), (always(reply("<html>")), "not-json")],
)
def test_a_value_that_does_not_arrive_says_why(fault: Fault, reason: str, server: FakeWattTime) -> None:
    server.fault = only(HISTORICAL, fault)

    with pytest.raises(SourceError) as error:
        source(server).latest(CALIFORNIA)

    assert error.value.reason == reason


@pytest.mark.parametrize("missing", ["watttime_user", "watttime_password"])
def test_without_an_account_nothing_is_called(missing: str, server: FakeWattTime) -> None:
    reader = reader_of(watttime.ENTRY, NOW, **settings(server, **{missing: None}))

    assert settled_marginal(reader, CALIFORNIA, now=NOW).reason == "no-key"
    assert server.calls == []


def test_no_secret_is_in_a_log_an_error_or_a_state(server: FakeWattTime, caplog: pytest.LogCaptureFixture) -> None:
    def repeats(call: Call, good: Answer) -> Answer:
        text = f"{USER} {PASSWORD} {call.headers.get('authorization')} is wrong"
        return good if call.path in ("login", ACCESS) else reply({"error": text}, 400)

    server.fault = repeats
    california = source(server)

    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as error:
        california.latest(CALIFORNIA)
    server.fault = lambda call, good: reply({"error": f"{USER} {PASSWORD} {BASIC}"}, 403)
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as denied:
        source(server).latest(CALIFORNIA)

    written = "".join((caplog.text, str(error.value), str(denied.value), repr(california.state())))
    for secret in (PASSWORD, USER, BASIC, "token-number"):
        assert secret not in written


def test_an_average_question_is_never_answered_with_a_marginal_value(server: FakeWattTime) -> None:
    reader = reader_of(watttime.ENTRY, NOW, **settings(server))

    average = reader.open().read([CALIFORNIA], now=NOW, forecast=True)[CALIFORNIA]

    assert average == ZoneReading(reason="no-source")  # no source was asked
    assert server.calls == []


def test_each_zone_has_its_surest_region() -> None:
    assert REGIONS[CALIFORNIA].key == "CAISO_NORTH"
    assert REGIONS["GB"].key == "UK"
    assert REGIONS["US-MIDA-PJM"].key == "PJM_DC"  # the first of its two parts
    assert "CN" not in REGIONS  # its name is not sure
