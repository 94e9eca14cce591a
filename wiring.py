"""The only composition root: picks the grid sources, caches, stores and observers. Knows no routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from api.edge import costly
from api.edge.access import Access
from api.edge.exchange import Service
from api.edge.metrics import Metrics
from carbon.intensity import Signal
from engine import Engine
from grid.plausibility import plausible_floors
from grid.registry import build_reader
from mapping import CloudMap
from settings import VERSION, Settings, SettingsError
from store.history.history import History
from store.keys.ring import KeyRing
from store.keys.shared import SharedKeys
from store.keys.table import KeyTable
from store.limits.rate_limit import RateLimiter
from store.limits.redis_counter import RedisCounter
from store.limits.sqlite_counter import FileCounter
from store.redis_link import RedisLink, UnusableUrl
from store.shared.redis_cache import RedisCache
from store.shared.sqlite_cache import SqliteCache
from telemetry import SILENT, Telemetry

if TYPE_CHECKING:
    from api.edge.tracing import Tracer

CALLS_UNDER_ONE_LOCK = 3  # a forecast is requested with up to three horizons
LOCK_MARGIN_SECONDS = 5.0
COUNT_SECONDS = 5.0  # a file of counts that stays locked for so long counts as unusable; under load 1 s was seen


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_service(
    settings: Settings,
    engine: Engine | None = None,
    rules: Access | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Service:
    """Everything that requests share. Opens no store and calls no source.

    engine, rules: built from the settings if None. clock: aware UTC times. Raises SettingsError.
    """
    metrics = Metrics() if settings.metrics == "on" else None
    telemetry = metrics or SILENT
    redis = build_redis(settings, telemetry)
    return Service(
        engine=engine or build_engine(settings, redis, telemetry),
        settings=settings,
        access=rules or build_access(settings, redis, telemetry),
        metrics=metrics,
        clock=clock,
        costly_places=costly.places(settings.threads),
    )


def build_tracer(settings: Settings) -> Tracer | None:
    """What traces requests, if TRACING is on. Its packages are an extra. Raises SettingsError if they are missing."""
    if settings.tracing != "on":
        return None
    try:
        from api.edge.tracing import Tracer
    except ModuleNotFoundError as error:
        missing = f"TRACING is on, but {error.name} is not installed: install requirements-tracing.txt"
        raise SettingsError([missing]) from error
    return Tracer(VERSION)


def build_redis(settings: Settings, telemetry: Telemetry = SILENT) -> RedisLink | None:
    """The connection to Redis that all stores of one process share; None without REDIS_URL. Opens nothing.

    Raises SettingsError.
    """
    if not settings.redis_url:
        return None
    try:
        return RedisLink(settings.redis_url, telemetry=telemetry)
    except UnusableUrl as error:
        raise SettingsError([f"REDIS_URL has an option that the Redis client does not support ({error})"]) from error


def build_engine(settings: Settings, redis: RedisLink | None = None, telemetry: Telemetry = SILENT) -> Engine:
    """An engine over the shipped catalog and the live sources the settings allow."""
    waits = {
        "lock_seconds": CALLS_UNDER_ONE_LOCK * settings.upstream_total_seconds + LOCK_MARGIN_SECONDS,
        "wait_seconds": settings.upstream_deadline_seconds,
    }
    store = RedisCache(redis, **waits) if redis else SqliteCache(settings.data_dir, **waits)
    mapping = CloudMap.load()
    history = build_history(settings, telemetry)
    record = history.record if settings.history_days else _ignored
    floors = plausible_floors(mapping)
    reader = build_reader(settings, store=store, telemetry=telemetry, floors=floors, record=record, zones=mapping.zones)
    return Engine(mapping, reader, history)


def build_history(
    settings: Settings, telemetry: Telemetry = SILENT, clock: Callable[[], datetime] = utc_now
) -> History:
    """The readings and forecasts that were received. Opens nothing. Raises SettingsError if a package is missing."""
    if settings.database_url and find_spec("psycopg") is None:
        raise SettingsError(["DATABASE_URL is set, but psycopg is not installed: install requirements-postgres.txt"])
    url, days = settings.database_url, settings.history_days
    return History(settings.data_dir, url, days=days, telemetry=telemetry, utc_now=clock)


def _ignored(signal: Signal, value: object) -> None:
    """Stores nothing."""


def build_key_store(settings: Settings, redis: RedisLink | None, *, busy_seconds: float = 5.0) -> KeyTable | SharedKeys:
    """The API keys: in Redis with a copy under DATA_DIR, or only there. busy_seconds: longest wait to write."""
    table = KeyTable(settings.data_dir, busy_seconds=busy_seconds)
    return SharedKeys(redis, table) if redis else table


def build_access(settings: Settings, redis: RedisLink | None, telemetry: Telemetry = SILENT) -> Access:
    """The rules of access. Keys are read, and files made, when the first request needs them.

    Requests are counted for all machines with Redis, for all workers of this machine without it.
    """
    store = build_key_store(settings, redis, busy_seconds=0.1)
    behind = (lambda: store.behind) if isinstance(store, SharedKeys) else (lambda: False)
    counter = RedisCounter(redis) if redis else FileCounter(settings.data_dir, busy_seconds=COUNT_SECONDS)
    limiter = RateLimiter(counter, on_store_error=settings.rate_limit_on_store_error, telemetry=telemetry)
    return Access(keys=KeyRing(store.records, behind=behind), limiter=limiter, rate=settings.rate_limit)
