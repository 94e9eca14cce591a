"""The list of regions is made once for a minute, a question and a state of the data."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW

PATH = "/api/v1/regions?limit=3"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def client(clock: SteppedClock, reader: FakeReader) -> FlaskClient:
    return create_app(Settings(), Engine(cloud_map(), reader), rules=access(), clock=clock.utc_now).test_client()


def test_the_same_question_in_the_minute_is_answered_without_any_work(client: FlaskClient, reader: FakeReader) -> None:
    first = client.get(PATH, headers={"X-Request-ID": "first"})
    reader.reads.clear()

    second = client.get(PATH, headers={"X-Request-ID": "second"})

    assert reader.reads == []
    assert second.text == first.text.replace('"first"', '"second"')


def test_another_question_is_another_answer(client: FlaskClient) -> None:
    lists = [client.get(path).json for path in (PATH, "/api/v1/regions?limit=4", "/api/v1/regions?limit=3&sort=region")]

    assert [len(one["regions"]) for one in lists if one] == [3, 4, 3]
    assert len({one["regions"][0]["region"] for one in lists if one}) == 2


def test_the_next_minute_and_newer_data_are_answered_anew(
    client: FlaskClient, clock: SteppedClock, reader: FakeReader
) -> None:
    client.get(PATH)
    clock.advance(60)
    client.get(PATH)
    reader.known = "newer"
    client.get(PATH)

    assert len(reader.reads) == 3


def test_what_was_answered_while_the_data_changed_is_not_kept(
    client: FlaskClient, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reader.read

    def changing(*args: Any, **named: Any) -> Any:
        reader.known += "+"
        return read(*args, **named)

    monkeypatch.setattr(reader, "read", changing)
    client.get(PATH)
    reader.known = "from the start"  # the state before, as if the change had come in between

    client.get(PATH)

    assert len(reader.reads) == 2
