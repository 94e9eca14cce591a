"""Where state is kept: in files below DATA_DIR, in Redis or in a database. Opens nothing.

The client of Redis is imported only where REDIS_URL is set: with it a start takes a tenth of a second longer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from settings import Settings, SettingsError
from store.history.history import History
from store.keys.table import KeyTable
from store.limits.rate_limit import Counter
from store.limits.sqlite_counter import FileCounter
from store.push.event_log import EventLog
from store.push.sqlite_log import SqliteLog
from store.shared.changes import Store
from store.shared.sqlite_cache import SqliteCache
from telemetry import SILENT, Telemetry

if TYPE_CHECKING:
    from store.keys.shared import SharedKeys
    from store.redis_link import RedisLink

CALLS_UNDER_ONE_LOCK = 3  # a forecast is requested with up to three horizons
LOCK_MARGIN_SECONDS = 5.0
COUNT_SECONDS = 5.0  # a file of counts that stays locked for so long counts as unusable; under load 1 s was seen


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_redis(settings: Settings, telemetry: Telemetry = SILENT, *, for_command: bool = False) -> RedisLink | None:
    """The connection to Redis that all stores of one process share; None without REDIS_URL. Opens nothing.

    for_command: an operator waits for it, not a request. Raises SettingsError.
    """
    if not settings.redis_url:
        return None
    from store.redis_link import COMMAND_SECONDS, TIMEOUT_SECONDS, RedisLink, UnusableUrl

    seconds = COMMAND_SECONDS if for_command else TIMEOUT_SECONDS
    try:
        return RedisLink(settings.redis_url, telemetry=telemetry, timeout_seconds=seconds)
    except UnusableUrl as error:
        raise SettingsError([f"REDIS_URL has an option that the Redis client does not support ({error})"]) from error


def build_store(settings: Settings, redis: RedisLink | None) -> Store:
    """What all workers share: in Redis, or in a file of this machine. Opens nothing."""
    waits = {
        "lock_seconds": CALLS_UNDER_ONE_LOCK * settings.upstream_total_seconds + LOCK_MARGIN_SECONDS,
        "wait_seconds": settings.upstream_deadline_seconds,
    }
    if not redis:
        return SqliteCache(settings.data_dir, **waits)
    from store.shared.redis_cache import RedisCache

    return RedisCache(redis, **waits)


def build_event_log(settings: Settings, redis: RedisLink | None) -> EventLog:
    """The events of the last hour: in Redis, or in a file of this machine. Opens nothing."""
    if not redis:
        return SqliteLog(settings.data_dir)
    from store.push.redis_log import RedisLog

    return RedisLog(redis)


def build_history(
    settings: Settings, telemetry: Telemetry = SILENT, clock: Callable[[], datetime] = utc_now
) -> History:
    """The readings and forecasts that were received. Opens nothing. Raises SettingsError if a package is missing."""
    if settings.database_url and find_spec("psycopg") is None:
        raise SettingsError(["DATABASE_URL is set, but psycopg is not installed: install requirements-postgres.txt"])
    url, days = settings.database_url, settings.history_days
    return History(settings.data_dir, url, days=days, telemetry=telemetry, utc_now=clock)


def build_key_store(settings: Settings, redis: RedisLink | None, *, busy_seconds: float = 5.0) -> KeyTable | SharedKeys:
    """The API keys: in Redis with a copy under DATA_DIR, or only there. busy_seconds: longest wait to write."""
    table = KeyTable(settings.data_dir, busy_seconds=busy_seconds)
    if not redis:
        return table
    from store.keys.shared import SharedKeys

    return SharedKeys(redis, table)


def build_counter(settings: Settings, redis: RedisLink | None) -> Counter:
    """Counts of requests: of all machines with Redis, of all workers of this machine without it."""
    if not redis:
        return FileCounter(settings.data_dir, busy_seconds=COUNT_SECONDS)
    from store.limits.redis_counter import RedisCounter

    return RedisCounter(redis)
