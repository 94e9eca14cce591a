"""The one HTTP session: limits, retries, and what it never does with a key."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from deadlines import DeadlineResponse
from net import USER_AGENT, HttpClient, HttpLimits, ReplyTooLarge, _Session
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.fakes.patience import HANG_SECONDS, promptly
from tests.fakes.upstream import Answer, always, dropped, first, reply, slow, truncated

HEADERS = {"auth-token": "secret-key"}
START = datetime(2026, 3, 3, 9, 42, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 300}).serving() as fake:
        yield fake


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


def client(clock: SteppedClock | None = None, **limits: float) -> HttpClient:
    bounds = HttpLimits(**{"read_seconds": HANG_SECONDS, "total_seconds": HANG_SECONDS, **limits})  # type: ignore[arg-type]
    return HttpClient(bounds) if clock is None else HttpClient(bounds, monotonic=clock.monotonic, sleep=clock.sleep)


def get(http: HttpClient, server: FakeElectricityMaps) -> tuple[int, bytes, float | None]:
    answer = http.get(f"{server.base_url}/zones", params={"a": "b"}, headers=HEADERS)
    return answer.status, answer.body, answer.retry_after_seconds


def test_every_call_names_the_product_and_carries_its_headers_and_parameters(server: FakeElectricityMaps) -> None:
    get(client(), server)

    call = server.calls[0]
    assert call.headers["user-agent"] == USER_AGENT
    assert call.headers["auth-token"] == "secret-key"
    assert call.query == {"a": "b"}


def test_one_thread_keeps_its_connection(server: FakeElectricityMaps) -> None:
    http = client()

    get(http, server)
    get(http, server)

    assert http.calls == 2
    assert server.connections == 1


def test_a_compressed_body_arrives_unpacked(server: FakeElectricityMaps) -> None:
    server.fault = always(Answer(body=gzip.compress(b'{"a":1}'), headers={"Content-Encoding": "gzip"}))

    status, body, _ = get(client(), server)

    assert (status, body) == (200, b'{"a":1}')


def test_a_redirect_is_returned_and_not_followed_with_the_key(server: FakeElectricityMaps) -> None:
    elsewhere = f"{server.base_url}/elsewhere"
    server.fault = always(reply("moved", 302, Location=elsewhere))

    status, _, _ = get(client(), server)

    assert status == 302
    assert server.paths() == ["zones"]


def test_credentials_of_a_netrc_file_are_never_sent(
    server: FakeElectricityMaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password private\n")
    monkeypatch.setenv("NETRC", str(netrc))

    get(client(), server)

    assert "authorization" not in server.calls[0].headers


@pytest.mark.usefixtures("no_network")
def test_a_proxy_of_the_environment_is_used_and_its_replies_have_a_deadline_too(
    server: FakeElectricityMaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.base_url.removesuffix("/v4"))
    http = client(retries=0, read_seconds=0.3)

    answer = http.get("http://grid.example/v4/zones", params={}, headers=HEADERS)
    server.fault = always(Answer(body=b"x" * 1000, bytes_per_pause=1, pause_seconds=0.05))

    assert answer.status == 200
    with pytest.raises(requests.Timeout):
        http.get("http://grid.example/v4/zones", params={}, headers=HEADERS)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(wait_seconds=HANG_SECONDS), id="nothing comes"),
        pytest.param(Answer(body=b"x" * 1000, bytes_per_pause=1, pause_seconds=0.05), id="the body trickles"),
        pytest.param(Answer(trickle_headers=True, pause_seconds=0.05), id="the headers trickle"),
    ],
)
def test_the_read_timeout_holds_for_the_whole_reply(server: FakeElectricityMaps, answer: Answer) -> None:
    server.fault = always(answer)
    http = client(retries=0, read_seconds=0.3)

    with promptly(), pytest.raises(requests.Timeout):
        get(http, server)


def test_all_attempts_together_keep_the_total(server: FakeElectricityMaps) -> None:
    server.fault = always(Answer(wait_seconds=HANG_SECONDS))
    http = client(retries=1000, read_seconds=0.2, total_seconds=0.8)

    with promptly(), pytest.raises(requests.Timeout):
        get(http, server)

    assert len(server.calls) >= 2


def test_waiting_for_the_turn_of_a_call_does_not_count_in_its_total(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    http = HttpClient(
        HttpLimits(total_seconds=2.0, retries=0),
        before=lambda: clock.advance(8.0),  # as where a source asks for a pause between calls
        monotonic=clock.monotonic,
        sleep=clock.sleep,
    )

    assert get(http, server)[0] == 200


def test_a_body_over_the_limit_is_refused_before_it_is_read_whole(server: FakeElectricityMaps) -> None:
    server.fault = always(Answer(body=b"x" * 300_000, promised_length=10**9))

    with pytest.raises(ReplyTooLarge):
        get(client(retries=0, max_body_bytes=100_000), server)


def test_a_small_compressed_body_that_unpacks_over_the_limit_is_refused(server: FakeElectricityMaps) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)  # some 50 kB
    server.fault = always(Answer(body=bomb, headers={"Content-Encoding": "gzip"}))

    with pytest.raises(ReplyTooLarge):
        get(client(retries=0, max_body_bytes=100_000), server)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(always(reply("<html>", 503)), id="503"),
        pytest.param(always(reply({"error": "Too many requests"}, 429)), id="429"),
        pytest.param(dropped, id="connection closed"),
        pytest.param(lambda call, good: truncated(call, good), id="body cut short"),
    ],
)
def test_trouble_is_tried_again_after_growing_pauses(
    server: FakeElectricityMaps, clock: SteppedClock, fault: object
) -> None:
    server.fault = first(2, fault)  # type: ignore[arg-type]

    status, _, _ = get(client(clock, retries=2), server)

    assert status == 200
    assert len(server.calls) == 3
    # 0.25 s and 0.5 s, each between half and one and a half times as long
    assert 0.125 <= clock.slept[0] <= 0.375
    assert 0.25 <= clock.slept[1] <= 0.75


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
def test_an_answer_is_not_asked_for_twice(server: FakeElectricityMaps, clock: SteppedClock, status: int) -> None:
    server.fault = always(reply({}, status))

    answered, _, _ = get(client(clock), server)

    assert answered == status
    assert len(server.calls) == 1


def test_retries_end_with_the_last_answer(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    server.fault = always(reply("<html>down</html>", 503))

    status, body, _ = get(client(clock, retries=2), server)

    assert (status, body) == (503, b"<html>down</html>")
    assert len(server.calls) == 3


def test_retry_after_replaces_the_pause(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    server.fault = first(1, always(reply({}, 429, Retry_After="7")))

    status, _, _ = get(client(clock, total_seconds=10), server)

    assert status == 200
    assert clock.slept == [7.0]


def test_a_retry_after_beyond_the_total_gives_up_at_once_and_is_passed_on(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = always(reply({}, 429, Retry_After="120"))

    status, _, retry_after_seconds = get(client(clock, total_seconds=10), server)

    assert (status, retry_after_seconds) == (429, 120.0)
    assert clock.slept == []


def test_retry_after_may_be_a_date(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    server.fault = always(reply({}, 503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(minutes=5))))

    _, _, retry_after_seconds = get(client(clock), server)

    assert retry_after_seconds is not None
    assert 290 < retry_after_seconds <= 300


def test_a_senseless_retry_after_counts_as_none(server: FakeElectricityMaps, clock: SteppedClock) -> None:
    server.fault = always(reply({}, 503, Retry_After="soon"))

    _, _, retry_after_seconds = get(client(clock), server)

    assert retry_after_seconds is None


def test_no_time_is_slept_away_when_nothing_is_left_of_the_total(
    server: FakeElectricityMaps, clock: SteppedClock
) -> None:
    server.fault = always(reply({}, 503))

    get(client(clock, total_seconds=0.1), server)

    assert clock.slept == []


def test_the_answer_after_a_timeout_belongs_to_the_new_question(server: FakeElectricityMaps) -> None:
    server.fault = first(1, slow(1.0))
    http = client(retries=1, read_seconds=0.3)

    status, body, _ = get(http, server)

    assert status == 200
    assert body.startswith(b'{"DE"')


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_urllib3_uses_our_connections_whose_timeout_is_for_the_whole_reply(scheme: str) -> None:
    adapter = _Session().get_adapter(f"{scheme}://example.org")
    assert isinstance(adapter, HTTPAdapter)

    pool = adapter.poolmanager.connection_from_url(f"{scheme}://example.org")

    assert pool._new_conn().response_class is DeadlineResponse
