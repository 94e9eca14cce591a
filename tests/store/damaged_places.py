"""A service that has lived, and copies of what it stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from api.edge.exchange import NAME
from app import create_app
from carbon.intensity import Signal
from carbon.reading import Percentile
from engine import Engine
from grid.records import BESIDE, KINDS, PAST, PAST_RANGE, PERCENTILE, TOKEN, Beside, Fact, Token, ZoneRecord, record_key
from grid.registry import build_reader
from grid.source import GridReader
from grid.upstream.pace import Pace
from grid.upstream.quota import Budget
from settings import Settings
from store.shared.changes import Store
from store.shared.state import SharedState
from tests.fakes.clouds import cloud_map
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.patience import eventually
from tests.fakes.workers import store_at
from wiring_stores import build_key_store, build_redis

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)
ZONES = ("DE", "FR")


def reader_over(store: Store, upstream: FakeElectricityMaps) -> GridReader:
    """What a process that was just started reads."""
    settings = Settings(
        sources="electricity-maps", el_maps_api_key=KEY, el_maps_base_url=upstream.base_url, upstream_retries=0
    )
    return build_reader(settings, store=store, record=lambda signal, value: None)


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
    """Where a service keeps its state, two keys that are in force there, and where a plan of the first one is."""

    settings: Settings
    keys: tuple[str, str]
    upstream: FakeElectricityMaps
    plan: str = ""

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
        if self.plan:  # one that is damaged does not exist any more; a store that fails is a 503
            status = client.get(self.plan, headers={"X-API-Key": self.keys[0]}).status_code
            statuses["plan"] = 200 if status in (404, 503, statuses["key 0"]) else status
        return statuses

    def submit(self) -> str:
        """The path of a finished plan in the background, with the first key."""
        engine = Engine(cloud_map(), reader_over(self.store(), self.upstream))
        job = {"id": "one", "duration_hours": 1, "home": "aws:eu-central-1", "instance_type": "m6g.large"}
        app, headers = create_app(self.settings, engine), {"X-API-Key": self.keys[0]}
        client = app.test_client()
        response = client.post("/api/v1/plan", json={"jobs": [job], "background": True}, headers=headers)
        path = str(response.headers["Location"])
        assert eventually(lambda: client.get(path, headers=headers).get_json()["status"] == "done")
        app.extensions[NAME].plans.leave()  # or its thread would go on with a store that is gone
        return path


def lived_in(settings: Settings, upstream: FakeElectricityMaps) -> Place:
    """A place that has something of everything a service keeps."""
    table = build_key_store(settings, build_redis(settings))
    keys = (table.create("one", rate=None, now=NOW), table.create("two", rate="50000 per minute", now=NOW))
    table.create("three", rate=None, now=NOW)
    table.revoke("three", now=NOW)
    place = Place(settings, keys, upstream)
    assert set(place.statuses().values()) == {200}
    reader = reader_over(place.store(), upstream)
    read_everything(reader)
    reader._readers[0]._refresher._governor._budget = Budget(calls_per_hour=1000)  # type: ignore[attr-defined]
    read_everything(reader)
    reader._readers[0]._refresher._governor.write_demand()  # type: ignore[attr-defined]
    shared, moment = SharedState(place.store(), KINDS), datetime.now(UTC)
    clock = moment.timestamp()
    Pace("a-source", shared, seconds=7.0, utc_now=lambda: datetime.now(UTC)).take()
    shared.put(PAST, record_key("electricity-maps", Signal.AVERAGE_LIFECYCLE, "DE"), Fact(at=clock))
    shared.put(PAST_RANGE, record_key("electricity-maps", Signal.AVERAGE_LIFECYCLE, "DE"), Fact(at=clock, figure=9.0))
    shared.put(TOKEN, "a-source", Token(at=clock, text="a-token"))
    shared.put(BESIDE, "a-source/DE", Beside(at=clock, figures={"FR": 250.0}))
    percentile = Percentile(zone="DE", percentile=37.0, starts_at=moment, ends_at=moment, source="a-source")
    record = ZoneRecord(value=percentile, good_until=moment, reason=None, at=clock, ttl_seconds=300.0)
    shared.put(PERCENTILE, record_key("a-source", Signal.MARGINAL, "DE"), record)
    return replace(place, plan=place.submit())
