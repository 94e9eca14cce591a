"""The one place that picks the grid sources, their cache and the stores; knows no Flask."""

from __future__ import annotations

from engine import Engine
from grid.registry import build_reader
from mapping import CloudMap
from settings import Settings, SettingsError
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

CALLS_UNDER_ONE_LOCK = 3  # a forecast is asked for with up to three horizons
LOCK_MARGIN_SECONDS = 5.0
COUNT_SECONDS = 5.0  # a file of counts that stays locked for so long cannot be used; under load 1 s was seen


def build_redis(settings: Settings, telemetry: Telemetry = SILENT) -> RedisLink | None:
    """What all stores of one process share to reach Redis; None without REDIS_URL. Opens nothing.

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
    return Engine(CloudMap.load(), build_reader(settings, store=store, telemetry=telemetry))


def build_key_store(settings: Settings, redis: RedisLink | None, *, busy_seconds: float = 5.0) -> KeyTable | SharedKeys:
    """The API keys: in Redis with a copy under DATA_DIR, or there alone. busy_seconds: longest wait to write."""
    table = KeyTable(settings.data_dir, busy_seconds=busy_seconds)
    return SharedKeys(redis, table) if redis else table


def build_keys(settings: Settings, redis: RedisLink | None) -> KeyRing:
    """The API keys as requests ask for them; nothing is read before the first does."""
    store = build_key_store(settings, redis, busy_seconds=0.1)
    behind = (lambda: store.behind) if isinstance(store, SharedKeys) else (lambda: False)
    return KeyRing(store.records, behind=behind)


def build_limiter(settings: Settings, redis: RedisLink | None, telemetry: Telemetry = SILENT) -> RateLimiter:
    """Counts for all machines with Redis, for all workers of this one without; makes no file before the first count."""
    counter = RedisCounter(redis) if redis else FileCounter(settings.data_dir, busy_seconds=COUNT_SECONDS)
    return RateLimiter(counter, on_store_error=settings.rate_limit_on_store_error, telemetry=telemetry)
