"""Damaged values and keys in Redis, and open paths that touch no store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from api.edge.access import Access
from app import create_app
from engine import Engine
from settings import Settings
from store.keys.shared import KEYS
from store.redis_link import PREFIX, RedisLink
from store.shared.redis_cache import LOCKS
from tests.fakes.clouds import cloud_map
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts
from tests.fakes.workers import store_at
from tests.store.damage import damaged_json, damages, damages_inside
from tests.store.damaged_places import NOW, Place, lived_in, reader_over
from wiring_stores import build_key_store

OPEN = (
    "/static/style.css",
    "/docs/guide",
    "/health",
    "/docs",
    "/openapi.json",
    "/problems/internal-error",
    "/nothing-here",
)


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as fake:
        yield fake


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No thread fails unnoticed, and none writes a traceback."""
    crashed: list[threading.ExceptHookArgs] = []
    usual, threading.excepthook = threading.excepthook, crashed.append
    yield
    threading.excepthook = usual
    assert not crashed
    assert not [record for record in caplog.records if record.exc_info]


# --- Redis


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


def test_every_request_is_answered_with_any_damaged_value_in_redis(
    redis: RedisServer, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    settings = Settings(
        data_dir=tmp_path / "var", redis_url=redis.url, rate_limit="60000 per minute"
    )  # none of some hundred questions is one too many
    place, client = lived_in(settings, upstream), Redis(port=redis.port)
    place.store().lock("left behind").acquire(wait=False)
    wrong = []
    for key, good in {key: client.dump(key) for key in client.scan_iter()}.items():
        assert good is not None
        for damage in (*_each(damages, client, key, good, place), *_each(damages_inside, client, key, good, place)):
            wrong.append((key, damage))
    assert not wrong


def _each(
    damage: Callable[[Redis, bytes], Iterator[str]], client: Redis, key: bytes, good: bytes, place: Place
) -> Iterator[object]:
    """The damages that an answer did not survive."""
    for damage_done in damage(client, key):
        statuses = place.statuses()
        if set(statuses.values()) != {200}:
            yield damage_done, statuses
        client.restore(key, 0, good, replace=True)


def test_a_lock_in_redis_without_an_expiry_is_free(redis: RedisServer) -> None:
    store = store_at(redis.url, wait_seconds=1.0)
    assert store is not None
    Redis(port=redis.port).set(f"{LOCKS}spoilt", b"x")

    assert store.lock("spoilt").acquire()


def test_a_damaged_record_of_a_key_in_redis_is_replaced_from_the_copy(
    redis: RedisServer, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "var", redis_url=redis.url)
    client = Redis(port=redis.port)
    client.flushall()
    store = build_key_store(settings, RedisLink(redis.url, telemetry=Counts()))
    store.create("one", rate=None, now=NOW)
    store.create("two", rate=None, now=NOW)
    store.records()
    name, good = next(iter(client.hgetall(PREFIX + KEYS).items()))

    client.hset(PREFIX + KEYS, name, b"damaged")
    store.records()

    assert client.hget(PREFIX + KEYS, name) == good
    assert isinstance(good, bytes)
    for damaged in damaged_json(good):
        client.hset(PREFIX + KEYS, name, damaged)
        assert {record.name for record in store.records()} == {"one", "two"}


# --- /health


class Untouchable:
    """A store, a source and a table of keys that must not be used."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was used")


@pytest.mark.parametrize("path", OPEN)
def test_an_open_path_touches_no_store(path: str, upstream: FakeElectricityMaps) -> None:
    engine = Engine(cloud_map(), reader_over(Untouchable(), upstream))  # type: ignore[arg-type]
    rules = Access(keys=Untouchable(), limiter=Untouchable(), rate="1 per minute")  # type: ignore[arg-type]
    client = create_app(Settings(), engine, rules=rules).test_client()

    assert client.get(path).status_code in (200, 302, 404)
