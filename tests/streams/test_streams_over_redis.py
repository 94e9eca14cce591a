"""Streams of two services that share nothing but one Redis: each tells what the other has logged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.push.redis_log import RedisLog
from store.redis_link import RedisLink
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts
from tests.faults.server import Gunicorn
from tests.streams.stream_clients import Newsroom, following

GERMANY = "zone=DE"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


@pytest.fixture
def ports(tmp_path: Path, redis: RedisServer) -> Iterator[tuple[int, int]]:
    """Two services of one worker each, with folders of their own."""
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        settings = {"REDIS_URL": redis.url, "LIVE": "off"}
        one, other = (stack.enter_context(Gunicorn(folder, settings, workers=1)) for folder in folders)
        yield one.port, other.port


class RedisNewsroom(Newsroom):
    """Writes events into the log in Redis."""

    def __init__(self, redis: RedisServer) -> None:
        self.log = RedisLog(RedisLink(redis.url, telemetry=Counts()))  # type: ignore[assignment]
        self._grams = {}


def test_clients_of_two_services_are_told_the_same_events_with_the_same_ids(
    ports: tuple[int, int], redis: RedisServer
) -> None:
    news = RedisNewsroom(redis)
    with following(ports[0], GERMANY) as one, following(ports[1], GERMANY) as other:
        for client in (one, other):
            client.next()

        news.tell("DE", 311.0, 290.0)

        told = [[(event.id, event.data["carbon_intensity"]) for event in client.take(2)] for client in (one, other)]
    assert told[0] == told[1]
    assert [grams for _, grams in told[0]] == [311.0, 290.0]


def test_who_comes_back_to_the_other_service_has_missed_nothing(ports: tuple[int, int], redis: RedisServer) -> None:
    news = RedisNewsroom(redis)
    with following(ports[0], GERMANY) as client:
        client.next()
        news.tell("DE", 311.0)
        last = client.next().id
    news.tell("DE", 290.0)

    with following(ports[1], GERMANY, last_event_id=last) as client:
        assert client.next().data["carbon_intensity"] == 290.0
