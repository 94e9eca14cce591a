"""Records that this service never wrote: each counts as absent or as a failed store, and no question fails for it.

Every file, table, column, key and kind is found by looking at what the service made, so that a new one is damaged too.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis

from api.edge.access import Access
from app import create_app
from engine import Engine
from grid.records import KINDS
from grid.registry import build_reader
from grid.source import GridReader, SourceUnavailable
from grid.upstream.pace import Pace
from grid.upstream.quota import Budget
from settings import Settings
from store.keys.ring import REFRESH_SECONDS, KeyRing
from store.keys.shared import KEYS
from store.keys.table import KeyTable
from store.redis_link import PREFIX, RedisLink
from store.shared.changes import START, Store
from store.shared.redis_cache import LOCKS
from store.shared.snapshot import Kind
from store.shared.sqlite_cache import SqliteCache
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts
from tests.fakes.workers import store_at
from tests.store.damage import CELLS, Cell, cells, damaged_json, damages, damages_inside, empty_tables
from wiring import build_key_store, build_redis

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)
ZONES = ("DE", "FR")
OPEN = ("/", "/health", "/docs", "/openapi.json", "/problems/internal-error", "/nothing-here")


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as fake:
        yield fake


def reader_over(store: Store, upstream: FakeElectricityMaps) -> GridReader:
    """What a process that was just started reads."""
    settings = Settings(
        sources="electricity-maps", el_maps_api_key=KEY, el_maps_base_url=upstream.base_url, upstream_retries=0
    )
    return build_reader(settings, store=store)


def read_everything(reader: GridReader) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    snapshot = reader.open()
    assert set(snapshot.read(ZONES, now=now, forecast=True)) == set(ZONES)
    snapshot.shares("DE", now=now)
    snapshot.peek(ZONES, now=now)
    assert snapshot.version
    reader.states()


@dataclass(frozen=True)
class Place:
    """Where a service keeps its state, and two keys that are in force there."""

    settings: Settings
    keys: tuple[str, str]
    upstream: FakeElectricityMaps

    def store(self) -> Store:
        store = store_at(self.settings.redis_url or str(self.settings.data_dir), wait_seconds=0.5)
        assert store is not None
        return store

    def statuses(self) -> dict[str, int]:
        """The answers of a process that was just started."""
        engine = Engine(cloud_map(), reader_over(self.store(), self.upstream))
        client = create_app(self.settings, engine).test_client()
        statuses = {path: client.get(path).status_code for path in ("/health", "/ready")}
        for number, key in enumerate(self.keys):
            headers = {"X-API-Key": key}
            statuses[f"key {number}"] = client.get("/v1/by-country/DE", headers=headers).status_code
        return statuses


def lived_in(settings: Settings, upstream: FakeElectricityMaps) -> Place:
    """A place that has something of everything a service keeps."""
    table = build_key_store(settings, build_redis(settings))
    keys = (table.create("one", rate=None, now=NOW), table.create("two", rate="500 per minute", now=NOW))
    table.create("three", rate=None, now=NOW)
    table.revoke("three", now=NOW)
    place = Place(settings, keys, upstream)
    assert set(place.statuses().values()) == {200}
    reader = reader_over(place.store(), upstream)
    read_everything(reader)
    reader._readers[0]._refresher._governor._budget = Budget(calls_per_hour=1000)  # type: ignore[attr-defined]
    read_everything(reader)
    reader._readers[0]._refresher._governor.write_demand()  # type: ignore[attr-defined]
    pace = Pace("a-source", SharedState(place.store(), KINDS), seconds=7.0, utc_now=lambda: datetime.now(UTC))
    pace.take()
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, upstream: FakeElectricityMaps) -> Place:
    """Files of a service on one machine."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("lived") / "var", rate_limit="600 per minute")
    place = lived_in(settings, upstream)
    assert place.store().lock("left behind").acquire(wait=False)
    return place


@pytest.fixture
def copy(folder: Place, tmp_path: Path) -> Callable[[], Place]:
    """Makes the files anew for each damage."""

    def copied() -> Place:
        shutil.rmtree(tmp_path / "var", ignore_errors=True)
        shutil.copytree(folder.settings.data_dir, tmp_path / "var")
        settings = Settings(data_dir=tmp_path / "var", rate_limit=folder.settings.rate_limit)
        return Place(settings, folder.keys, folder.upstream)

    return copied


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No thread fails unnoticed, and none writes a traceback."""
    crashed: list[threading.ExceptHookArgs] = []
    usual, threading.excepthook = threading.excepthook, crashed.append
    yield
    threading.excepthook = usual
    assert not crashed
    assert not [record for record in caplog.records if record.exc_info]


def one_key_at_most(statuses: dict[str, int]) -> bool:
    """Whether all is well but for one key, which is not known any more."""
    lost = [name for name, status in statuses.items() if status != 200]
    return not lost or (len(lost) == 1 and lost[0].startswith("key") and statuses[lost[0]] == 401)


# --- files


def test_the_damaged_files_hold_a_row_of_every_table(folder: Place) -> None:
    assert empty_tables(folder.settings.data_dir) == set()


def test_every_request_is_answered_with_any_damaged_cell_of_a_file(copy: Callable[[], Place]) -> None:
    wrong = []
    for cell in cells(copy().settings.data_dir):
        for value in CELLS:
            place = copy()
            if cell.write(place.settings.data_dir, value) and not one_key_at_most(statuses := place.statuses()):
                wrong.append((cell, repr(value)[:20], statuses))
    assert not wrong


def test_a_text_that_is_no_utf_8_fails_no_question(copy: Callable[[], Place]) -> None:
    wrong = []
    for cell in cells(copy().settings.data_dir):
        place = copy()
        cell.write_bad_text(place.settings.data_dir)
        statuses = place.statuses()
        # A damaged key is refused. Without any readable key the valid keys are unknown, so every request is refused.
        allowed = {200, 401, 503} if cell.table == "keys" else {200}
        if statuses["/health"] != 200 or not set(statuses.values()) <= allowed:
            wrong.append((cell, statuses))
    assert not wrong


@pytest.mark.parametrize("cell", ["id", "name", "sha256", "created_at", "revoked_at", "rate"])
def test_a_key_that_was_known_stays_in_force_when_its_record_is_damaged(
    copy: Callable[[], Place], cell: str, caplog: pytest.LogCaptureFixture
) -> None:
    place, clock = copy(), SteppedClock(NOW)
    ring = KeyRing(build_key_store(place.settings, None).records, monotonic=clock.monotonic)
    assert all(ring.find(key) for key in place.keys)

    damaged = Cell("keys.sqlite3", "keys", cell).write(place.settings.data_dir, b"\xff")
    KeyTable(place.settings.data_dir, busy_seconds=1).create("new", rate=None, now=NOW)
    clock.advance(REFRESH_SECONDS)

    assert damaged
    assert all(ring.find(key) for key in place.keys)
    assert ring.stale()
    assert "unreadable keys" in caplog.text


def test_with_only_damaged_key_records_every_request_is_refused(
    copy: Callable[[], Place], caplog: pytest.LogCaptureFixture
) -> None:
    place = copy()
    Cell("keys.sqlite3", "keys", "created_at").write_bad_text(place.settings.data_dir)

    assert set(place.statuses().values()) == {200, 503}
    assert "unreadable keys" in caplog.text


# --- values


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_readings_continue_with_any_damaged_value(
    kind: Kind, folder: Place, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    values = folder.store().changes(since=START).values
    samples = {key: raw for key, raw in values.items() if key.startswith(f"{kind.name}:")}
    assert samples, "lived_in makes no value of this kind"
    key, raw = next(iter(samples.items()))
    store = SqliteCache(tmp_path / "var", lock_seconds=5, wait_seconds=0.5)
    store.put(values)

    for damaged in damaged_json(raw):
        store.put({key: damaged})
        read_everything(reader_over(store, upstream))
        store.put({key: raw})


def test_an_unreadable_value_is_replaced_by_the_one_of_this_process(
    folder: Place, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    store = SqliteCache(tmp_path / "var", lock_seconds=5, wait_seconds=0.5)
    store.put(folder.store().changes(since=START).values)
    source = reader_over(store, upstream)._readers[0]._source  # type: ignore[attr-defined]
    turn = source._gate.health.turn
    store.put({"health:electricity-maps": b"damaged"})

    source._gate.failed(SourceUnavailable("timeout"))

    assert source._gate.health.turn == turn + 1
    assert source._gate.health.failing


# --- Redis


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


def test_every_request_is_answered_with_any_damaged_value_in_redis(
    redis: RedisServer, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "var", redis_url=redis.url, rate_limit="600 per minute")
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
