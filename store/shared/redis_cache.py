"""What the workers of several machines share: one hash in Redis, every field with the revision of its last write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from secrets import token_hex
from typing import Any, TypeVar

from dogpile.cache.api import CacheMutex
from redis import Redis
from redis.exceptions import LockError
from redis.lock import Lock

from carbon.errors import StateUnavailable
from store.redis_link import RedisLink
from store.shared.changes import Changes, Mark
from store.shared.locks import ExpiringLock

T = TypeVar("T")

VALUES = "{carbon-optimizer}:values"  # braces: all keys on one node of a cluster
REVISIONS = "{carbon-optimizer}:revisions"
LOCKS = "{carbon-optimizer}:lock:"
PROBE = "{carbon-optimizer}:probe"
SWAP_TRIES = 25
_NEVER_EXPIRES = -1  # as Redis answers TTL

# Fields of the hash that are no keys: which store this is, and the newest revision.
_PUT = """
redis.call('HSETNX', KEYS[1], '', ARGV[1])
for i = 2, #ARGV, 2 do
  local revision = redis.call('HINCRBY', KEYS[1], '#', 1)
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[2], revision, ARGV[i])
end
"""
_SWAP = """
local found = redis.call('HGET', KEYS[1], ARGV[2])
if (found or '') ~= ARGV[3] then return 0 end
redis.call('HSETNX', KEYS[1], '', ARGV[1])
local revision = redis.call('HINCRBY', KEYS[1], '#', 1)
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
redis.call('ZADD', KEYS[2], revision, ARGV[2])
return 1
"""
# Everything, if the mark is of another store or one of the two keys was evicted.
_CHANGES = """
local epoch = redis.call('HGET', KEYS[1], '') or ''
local newest = redis.call('HGET', KEYS[1], '#') or '0'
local whole = redis.call('HLEN', KEYS[1]) == redis.call('ZCARD', KEYS[2]) + 2
if epoch ~= ARGV[1] or not whole then
  return {epoch, newest, 1, redis.call('HGETALL', KEYS[1])}
end
local pairs = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '+inf')) do
  pairs[#pairs + 1] = key
  pairs[#pairs + 1] = redis.call('HGET', KEYS[1], key)
end
return {epoch, newest, 0, pairs}
"""


class RedisCache:
    """A Store in Redis."""

    scope = "service"

    def __init__(self, link: RedisLink, *, lock_seconds: float, wait_seconds: float) -> None:
        """lock_seconds: after that a lock of a dead process is free. wait_seconds: longest wait for a lock."""
        self._link = link
        self._lock_seconds = lock_seconds
        self._wait_seconds = wait_seconds

    @property
    def reports_itself(self) -> bool:
        """See Store: the link tells of connections, not of commands that are refused."""
        return self._link.failing

    def probe(self) -> None:
        self._link.use(lambda client: client.set(PROBE, b"", ex=60))

    def changes(self, since: Mark) -> Changes:
        epoch, newest, renewed, pairs = self._script(_CHANGES, since.epoch, since.revision)
        values = dict(zip(pairs[::2], pairs[1::2], strict=True))
        try:
            mark = Mark(epoch.decode(), int(newest))
        except ValueError as error:
            raise StateUnavailable(VALUES) from error
        return Changes(
            mark=mark,
            values={key.decode(errors="replace"): value for key, value in values.items() if key not in (b"", b"#")},
            renewed=bool(renewed) and (mark.epoch != since.epoch or bool(epoch)),
        )

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        found: list[Any] = self._link.use(lambda client: client.hmget(VALUES, list(keys)))
        return found

    def put(self, values: Mapping[str, bytes]) -> None:
        self._script(_PUT, token_hex(8), *(part for pair in values.items() for part in pair))

    def swap(self, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
        for _ in range(SWAP_TRIES):
            (found,) = self.get([key])
            value = change(found)
            if value is None or self._script(_SWAP, token_hex(8), key, found or b"", value):
                return
        raise StateUnavailable(f"{key} (too many writers at once)")

    def lock(self, key: str) -> CacheMutex:
        name = LOCKS + key

        def lock_of(client: Redis) -> Lock:
            return Lock(client, name, timeout=self._lock_seconds, thread_local=False)

        def try_to_take(client: Redis, owner: str) -> bool:
            taken = bool(lock_of(client).acquire(blocking=False, token=owner))
            if not taken:
                seconds = client.ttl(name)
                if seconds == _NEVER_EXPIRES or seconds > 2 * self._lock_seconds:  # no lock of ours
                    client.delete(name)
            return taken

        def take(owner: str) -> bool:
            return self._link.use(lambda client: try_to_take(client, owner))

        def free(owner: str) -> None:
            def release(client: Redis) -> None:
                lock = lock_of(client)
                lock.local.token = owner.encode()
                with suppress(LockError):  # it expired
                    lock.release()

            self._link.use(release)

        def is_held() -> bool:
            return bool(self._link.use(lambda client: lock_of(client).locked()))

        return ExpiringLock(name, wait_seconds=self._wait_seconds, take=take, free=free, is_held=is_held)

    def _script(self, text: str, *values: str | bytes | int) -> Any:
        return self._link.use(lambda client: client.eval(text, 2, VALUES, REVISIONS, *values))
