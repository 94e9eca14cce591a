"""`Client`: typed questions to the real service; retries, time limits and the key against a service that misbehaves."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from carbon_client import CarbonError, Client, ProblemError, Retries, ServiceUnreachable
from carbon_client.retries import retry_after_seconds
from tests.clients.calls import Call, readme_calls
from tests.clients.python.conftest import NOWHERE, served
from tests.contract.document import DOCUMENT
from tests.fakes.access import access, record
from tests.fakes.service import service
from tools.make_client import operations

KEY = "secret-key-of-a-test"
METHODS = {(one.method.lower(), one.path): one for one in operations(DOCUMENT)}
CALLS = [call for call in readme_calls() if not call.as_text and "fields" not in call.query]


class Moody:
    """A service that answers GET and POST with the next of these responses, the last one for good."""

    def __init__(self, *answers: tuple[Any, int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.headers: list[dict[str, str]] = []
        self.app = Flask("moody")
        self.app.add_url_rule("/<path:path>", view_func=self.answer, methods=["GET", "POST"])

    def answer(self, path: str) -> Any:
        self.headers.append(dict(request.headers))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


GOOD: tuple[Any, int, dict[str, str]] = ({"status": "healthy"}, 200, {})
BUSY = ({"type": "/problems/busy", "title": "Busy", "status": 503, "detail": "busy"}, 503)


@pytest.fixture
def moody(request: pytest.FixtureRequest) -> Iterator[tuple[Moody, str]]:
    fake = Moody(*request.param)
    with served(fake.app) as url:  # type: ignore[arg-type]
        yield fake, url


def answers(*given: tuple[Any, int, dict[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("moody", [given], indirect=True)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.url)
def test_the_questions_of_the_readme_get_the_answers_of_the_service(call: Call, address: str) -> None:
    method = next(one for (verb, path), one in METHODS.items() if verb == call.method and _same(path, call.path))
    question = call.body if call.body is not None else call.query
    expected = service().test_client().open(call.url, method=call.method, json=call.body).get_json()

    with Client(address) as client:
        answer = getattr(client, method.name)(*call.path_values.values(), **question)

    assert {**answer, "request_id": ""} == {**expected, "request_id": ""}


def _same(path: str, documented: str) -> bool:
    return path.lower().replace("_", "") == documented.lower().replace("_", "")


def test_a_problem_has_its_members_and_names_every_wrong_field(address: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Client(address).optimize(workload="training", priority="carbon", regio="x", limit=0)  # type: ignore[call-arg]

    assert (caught.value.status, caught.value.type) == (400, "/problems/invalid-request")
    assert {one["pointer"] for one in caught.value.errors} == {"#/regio", "#/limit"}
    assert "#/regio: is not a known field; nearest: region" in str(caught.value)
    assert not caught.value.is_temporary


def test_a_name_that_is_not_known_comes_with_similar_ones(address: str) -> None:
    with pytest.raises(ProblemError, match=r"'us-wst-2' is not known; .*; nearest: us-west-2, "):
        Client(address).region("us-wst-2")


def test_a_name_with_a_slash_stays_one_part_of_the_path(address: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Client(address).region("../sources")

    assert caught.value.type in ("/problems/unknown-region", "/problems/not-found")


@answers((*BUSY, {"Retry-After": "7"}), (*BUSY, {}), GOOD)
def test_a_busy_service_is_asked_again_after_the_time_it_names(moody: tuple[Moody, str]) -> None:
    sleeps: list[float] = []

    assert Client(moody[1], sleep=sleeps.append).health()["status"] == "healthy"

    assert sleeps[0] == 7.0
    assert 0.5 <= sleeps[1] <= 1.0  # second delay: 1 s, of which at least half


@answers((*BUSY, {"Retry-After": "1"}))
def test_a_service_that_stays_busy_is_asked_four_times_at_most(moody: tuple[Moody, str]) -> None:
    sleeps: list[float] = []

    with pytest.raises(ProblemError) as caught:
        Client(moody[1], sleep=sleeps.append).health()

    assert caught.value.is_temporary
    assert (len(moody[0].headers), sleeps) == (4, [1.0, 1.0, 1.0])


@answers((*BUSY, {"Retry-After": "3600"}))
def test_a_wait_that_is_too_long_is_left_to_the_caller(moody: tuple[Moody, str]) -> None:
    sleeps: list[float] = []

    with pytest.raises(ProblemError):
        Client(moody[1], sleep=sleeps.append).health()

    assert sleeps == []


@answers(("<html>", 502, {}))
def test_what_is_not_an_answer_of_the_service_is_told_so(moody: tuple[Moody, str]) -> None:
    with pytest.raises(ServiceUnreachable, match="HTTP status 502"):
        Client(moody[1]).health()


@answers(("", 302, {"Location": "http://localhost:1/elsewhere"}))
def test_a_redirect_is_not_followed_with_the_key(moody: tuple[Moody, str]) -> None:
    with pytest.raises(ServiceUnreachable, match="redirects elsewhere"):
        Client(moody[1], KEY).health()

    assert len(moody[0].headers) == 1


@answers(GOOD)
def test_the_key_goes_into_one_header_and_no_netrc_replaces_it(
    moody: tuple[Moody, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    Client(moody[1], KEY).health()
    Client(moody[1]).health()

    assert moody[0].headers[0]["Authorization"] == f"Bearer {KEY}"
    assert "Authorization" not in moody[0].headers[1]


def test_a_key_opens_the_service_and_a_wrong_one_is_refused() -> None:
    with served(service(rules=access(record(KEY)))) as url:
        assert len(Client(url, KEY).regions(limit=1)["regions"]) == 1
        with pytest.raises(ProblemError) as caught:
            Client(url, "wrong").regions()

    assert caught.value.status == 401


@pytest.mark.parametrize("url", [NOWHERE, "http://no-such-host.invalid"])
def test_no_failure_shows_the_key(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    client = Client(url, KEY, sleep=lambda _: None)

    with pytest.raises(ServiceUnreachable) as caught:
        client.by_rank()

    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client)
    assert KEY not in shown


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", "two words", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="API key") as caught:
        Client(NOWHERE, key)

    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org", "http://", "http://user:word@example.org", "http://example.org?a=b"]
)
def test_an_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the address of the service") as caught:
        Client(url)

    assert "word@" not in str(caught.value)


def listener(answer: bytes, pause: float = 0.0, connections: int = 1) -> tuple[str, list[bytes]]:
    """A server that sends these bytes one by one, a pause after each, and hangs up; and the questions it got."""
    server = socket.create_server(("127.0.0.1", 0))
    questions: list[bytes] = []

    def serve() -> None:
        with server:
            for _ in range(connections):
                connection, _ = server.accept()
                with connection:
                    questions.append(connection.recv(65536))
                    for byte in answer:
                        time.sleep(pause)
                        try:
                            connection.sendall(bytes([byte]))
                        except OSError:
                            return

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}", questions


def test_an_answer_that_trickles_in_ends_with_the_time_limit() -> None:
    url, questions = listener(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 1_000, pause=0.02)

    with pytest.raises(ServiceUnreachable, match="within the time limit"):
        Client(url, timeout=0.5).health()

    assert len(questions) == 1


def test_a_question_whose_connection_breaks_is_asked_again_and_an_order_is_not() -> None:
    url, questions = listener(b"", connections=4)
    other, orders = listener(b"", connections=4)

    with pytest.raises(ServiceUnreachable, match="no connection"):
        Client(url, sleep=lambda _: None).calculate(region="us-east-1", instance_type="m7g.large")
    with pytest.raises(CarbonError):
        Client(other, sleep=lambda _: None).plan(jobs=[])

    assert (len(questions), len(orders)) == (4, 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 11 Feb 2026 10:31:00 GMT", 60.0),
        ("Wed, 11 Feb 2026 10:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, datetime(2026, 2, 11, 10, 30, tzinfo=UTC)) == seconds


def test_delays_double_up_to_the_longest() -> None:
    retries = Retries(count=10, longest_seconds=6.0)

    assert [retries.delay_seconds(attempt, None, 1.0) for attempt in range(6)] == [0.5, 1.0, 2.0, 4.0, 6.0, 6.0]
    assert retries.delay_seconds(10, None, 1.0) is None


def test_a_list_and_true_are_parameters_as_the_service_reads_them(address: str) -> None:
    client = Client(address)

    clouds = {row["provider"] for row in client.by_rank(provider=["aws", "gcp"])["regions"]}
    types = client.instances(power_modelled=True, limit=1)["total_instances"]

    assert clouds == {"aws", "gcp"}
    assert 0 < types < client.instances(limit=1)["total_instances"]
