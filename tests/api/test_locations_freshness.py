"""How long an answer stays the same, and what a client or a proxy may keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access, record
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW, service

PATH = "/v1/by-rank?limit=3"
KEY = "cao_" + "k" * 43


@dataclass
class Running:
    """A service whose clock and data a test moves."""

    client: FlaskClient
    clock: SteppedClock
    reader: FakeReader

    def ask(self, path: str = PATH, **headers: str) -> TestResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def running() -> Running:
    clock, reader = SteppedClock(NOW), FakeReader()
    app = create_app(Settings(), Engine(cloud_map(), reader), rules=access(), clock=clock.utc_now)
    return Running(app.test_client(), clock, reader)


def test_an_answer_has_a_weak_tag(running: Running) -> None:
    tag = running.ask().headers["ETag"]

    assert tag.startswith('W/"')
    assert tag.endswith('"')


def test_who_holds_the_answer_gets_a_304_before_any_work(running: Running) -> None:
    tag = running.ask().headers["ETag"]
    running.reader.reads.clear()

    response = running.ask(If_None_Match=f'"other", {tag}')

    assert (response.status_code, response.get_data()) == (304, b"")
    assert response.headers["ETag"] == tag
    assert running.reader.reads == []


def test_within_the_minute_the_same_question_has_the_same_answer_and_tag(running: Running) -> None:
    first = running.ask()
    running.clock.advance(52.5)  # 10:30:59.75

    second = running.ask()

    assert (second.get_data(), second.headers["ETag"]) == (first.get_data(), first.headers["ETag"])


def test_who_asks_the_same_within_the_minute_is_answered_without_any_work(running: Running) -> None:
    first = running.ask(X_Request_ID="first")
    running.reader.reads.clear()

    second = running.ask(X_Request_ID="second")

    assert (second.get_data(), second.headers["Content-Type"]) == (first.get_data(), first.headers["Content-Type"])
    assert second.headers["X-Request-ID"] == "second"
    assert running.reader.reads == []


def test_what_was_answered_while_the_data_changed_is_not_kept(running: Running) -> None:
    read = running.reader.read

    def changing(*args: Any, **named: Any) -> Any:
        running.reader.known += "+"
        return read(*args, **named)

    running.reader.read = changing  # type: ignore[method-assign]
    running.ask()
    running.reader.known = "from the start"  # the state before, as if the change had come in between
    running.reader.reads.clear()

    running.ask()

    assert len(running.reader.reads) == 1


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_an_answer_to_another_method_is_neither_kept_nor_tagged(running: Running, method: str) -> None:
    other = running.client.open(PATH, method=method)

    assert "ETag" not in other.headers
    assert running.ask().get_json()["total"] == 374
    assert running.client.open(PATH, method=method).status_code == other.status_code


def test_head_is_described_like_get(running: Running) -> None:
    head, get = running.client.head(PATH), running.ask()

    assert head.get_data() == b""
    assert {name: head.headers[name] for name in ("ETag", "Content-Length", "Vary")} == {
        name: get.headers[name] for name in ("ETag", "Content-Length", "Vary")
    }


def test_the_next_minute_has_another_tag(running: Running) -> None:
    tag = running.ask().headers["ETag"]
    running.clock.advance(53)

    response = running.ask(If_None_Match=tag)

    assert response.status_code == 200
    assert response.headers["ETag"] != tag


def test_new_data_have_another_tag_within_the_minute(running: Running) -> None:
    tag = running.ask().headers["ETag"]
    running.reader.known = "newer"

    assert running.ask(If_None_Match=tag).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/by-rank?limit=4",
        "/v1/by-rank",
        "/v1/by-rank?limit=3&format=text",
        "/v1/by-provider/aws?limit=3",
    ],
)
def test_another_question_has_another_tag(running: Running, path: str) -> None:
    tag = running.ask().headers["ETag"]

    assert running.ask(path, If_None_Match=tag).status_code == 200


def test_another_form_of_the_same_answer_has_another_tag(running: Running) -> None:
    tag = running.ask().headers["ETag"]

    assert running.ask(If_None_Match=tag, Accept="text/csv").status_code == 200
    assert running.ask(If_None_Match=tag, Accept="application/json").status_code == 304


@pytest.mark.parametrize("given", ["", "nonsense", '"', "W/"])
def test_what_names_no_answer_of_ours_is_answered_in_full(running: Running, given: str) -> None:
    assert running.ask(If_None_Match=given).status_code == 200


@pytest.mark.parametrize(("seconds", "left"), [(0, 53), (52, 1), (53, 60)])
def test_it_may_be_kept_to_the_end_of_the_minute(running: Running, seconds: int, left: int) -> None:
    running.clock.advance(seconds)  # it is 10:30:07 at first

    assert running.ask().headers["Cache-Control"] == f"public, max-age={left}"


def test_once_there_are_keys_only_their_holder_may_keep_it() -> None:
    client = service(rules=access(record(KEY))).test_client()

    response = client.get(PATH, headers={"X-API-Key": KEY})
    again = client.get(PATH, headers={"X-API-Key": KEY, "If-None-Match": response.headers["ETag"]})
    refused = client.get(PATH, headers={"If-None-Match": response.headers["ETag"]})

    assert response.headers["Cache-Control"] == "private, max-age=53"
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "private, max-age=53")
    assert (refused.status_code, refused.headers["Cache-Control"]) == (401, "no-store")


@pytest.mark.parametrize("headers", [{}, {"Accept": "text/plain"}])
def test_proxies_are_told_which_headers_decide(running: Running, headers: dict[str, str]) -> None:
    response = running.ask(**headers)

    assert response.headers["Vary"] == "Accept, Accept-Encoding, Authorization, X-API-Key"
    assert running.ask(If_None_Match=response.headers["ETag"], **headers).headers["Vary"] == response.headers["Vary"]


@pytest.mark.parametrize("path", ["/v1/by-rank?limit=0", "/v1/by-iata/ZZZ"])
def test_a_failure_is_never_kept_and_has_no_tag(running: Running, path: str) -> None:
    response = running.ask(path)

    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_no_header_is_sent_twice(running: Running) -> None:
    names = [name.lower() for name, _ in running.ask().headers]

    assert sorted(names) == sorted(set(names))
