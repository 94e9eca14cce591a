"""The one place that picks the grid sources, their cache and the stores; knows no Flask."""

from __future__ import annotations

from engine import Engine
from grid.live.refresher import ReadPolicy
from grid.registry import build_reader
from grid.sources.electricity_maps.client import ElectricityMapsConfig
from grid.upstream.quota import Budget
from mapping import CloudMap
from net import HttpLimits
from settings import Settings, SettingsError
from store.hits import FileCounter
from store.keyring import KeyRing
from store.keys import KeyTable
from store.rate_limit import RateLimiter
from store.redis_cache import RedisCache
from store.redis_hits import RedisCounter
from store.redis_link import RedisLink, UnusableUrl
from store.shared_keys import SharedKeys
from store.sqlite_cache import SqliteCache
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
    policy = _policy(settings)
    waits = {
        "lock_seconds": CALLS_UNDER_ONE_LOCK * settings.upstream_total_seconds + LOCK_MARGIN_SECONDS,
        "wait_seconds": policy.deadline_seconds,
    }
    store = RedisCache(redis, **waits) if redis else SqliteCache(settings.data_dir, **waits)
    reader = build_reader(
        _electricity_maps(settings), policy, store=store, budget=_budget(settings), telemetry=telemetry
    )
    return Engine(CloudMap.load(), reader)


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


def _electricity_maps(settings: Settings) -> ElectricityMapsConfig | None:
    if settings.el_maps_api_key is None:
        return None
    return ElectricityMapsConfig(
        api_key=settings.el_maps_api_key,
        base_url=settings.el_maps_base_url,
        limits=HttpLimits(
            connect_seconds=settings.upstream_connect_timeout_seconds,
            read_seconds=settings.upstream_read_timeout_seconds,
            total_seconds=settings.upstream_total_seconds,
            retries=settings.upstream_retries,
        ),
    )


def _budget(settings: Settings) -> Budget:
    match settings.el_maps_calls_per_hour:
        case "auto":
            return Budget(auto=True)
        case "off":
            return Budget()
        case number:
            return Budget(calls_per_hour=int(number))


def _policy(settings: Settings) -> ReadPolicy:
    return ReadPolicy(
        intensity_ttl_seconds=settings.intensity_ttl_seconds,
        forecast_ttl_seconds=settings.forecast_ttl_seconds,
        failure_ttl_seconds=settings.failure_ttl_seconds,
        deadline_seconds=settings.upstream_deadline_seconds,
        max_age_minutes=settings.max_age_minutes,
        calls_at_once=settings.upstream_concurrency,
    )
