"""What the workers of several machines share: one hash in Redis, every field with the revision of its last write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from carbon.errors import StateUnavailable
from store.redis_link import PREFIX, RedisLink
from store.shared.changes import Changes, Mark
from store.shared.locks import ExpiringLock

VALUES = f"{PREFIX}{{shared}}:values"  # braces: a cluster puts the keys of one script on one node
REVISIONS = f"{PREFIX}{{shared}}:revisions"
LOCKS = f"{PREFIX}{{shared}}:lock:"
PROBE = f"{PREFIX}{{shared}}:probe"
DOCUMENT = f"{PREFIX}document:"
UNUSED_SECONDS = 30 * 86_400  # so long after the last write Redis drops all of it: values of older releases disappear
SWAP_TRIES = 25

# The hash has two fields that are no keys: '' holds the epoch of the store, '#' its newest revision.
_WRITE = f"""
local function write(key, value)
  redis.call('HSETNX', KEYS[1], '', ARGV[1])
  redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[1], '#', 1), key)
  redis.call('HSET', KEYS[1], key, value)
  redis.call('EXPIRE', KEYS[1], {UNUSED_SECONDS})
  redis.call('EXPIRE', KEYS[2], {UNUSED_SECONDS})
end
"""
_PUT = f"""{_WRITE}
for i = 2, #ARGV, 2 do write(ARGV[i], ARGV[i + 1]) end
"""
_SWAP = f"""{_WRITE}
if (redis.call('HGET', KEYS[1], ARGV[2]) or '') ~= ARGV[3] then return 0 end
write(ARGV[2], ARGV[4])
return 1
"""
# Gives all values if the mark is of another store or one of the two keys was evicted.
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
# A lock is free if there is none (PTTL -2), or if no release of ours wrote it: without an expiry (-1) or a distant one.
_TAKE = """
local milliseconds = redis.call('PTTL', KEYS[1])
if milliseconds >= 0 and milliseconds <= 2 * ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_FREE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class RedisCache:
    """A Store in Redis."""

    scope = "service"

    def __init__(self, link: RedisLink, *, lock_seconds: float, wait_seconds: float) -> None:
        """lock_seconds: after that a lock of a dead process is free. wait_seconds: longest wait for a lock."""
        self._link = link
        self._lock_milliseconds = round(1000 * lock_seconds)
        self._wait_seconds = wait_seconds

    @property
    def reports_itself(self) -> bool:
        """See Store: the link logs broken connections, but not commands that Redis refuses."""
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
        values: list[Any] = self._link.use(lambda client: client.hmget(VALUES, list(keys)))
        return values

    def put(self, values: Mapping[str, bytes]) -> None:
        self._script(_PUT, token_hex(8), *(part for pair in values.items() for part in pair))

    def swap(self, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
        for _ in range(SWAP_TRIES):
            (before,) = self.get([key])
            after = change(before)
            if after is None or self._script(_SWAP, token_hex(8), key, before or b"", after):
                return
        raise StateUnavailable(f"{key} (too many writers at once)")

    def lock(self, key: str) -> ExpiringLock:
        name = LOCKS + key

        def take(owner: str) -> bool:
            return bool(self._link.use(lambda client: client.eval(_TAKE, 1, name, owner, self._lock_milliseconds)))

        def free(owner: str) -> None:
            self._link.use(lambda client: client.eval(_FREE, 1, name, owner))

        return ExpiringLock(name=name, wait_seconds=self._wait_seconds, take=take, free=free)

    def put_document(self, key: str, body: bytes, seconds: float) -> None:
        """See Store."""
        self._link.use(lambda client: client.set(DOCUMENT + key, body, px=max(1, round(1000 * seconds))))

    def document(self, key: str) -> bytes | None:
        """See Store."""
        body: Any = self._link.use(lambda client: client.get(DOCUMENT + key))
        return None if body is None else bytes(body)

    def remove_document(self, key: str) -> None:
        """See Store."""
        self._link.use(lambda client: client.delete(DOCUMENT + key))

    def _script(self, text: str, *values: str | bytes | int) -> Any:
        return self._link.use(lambda client: client.eval(text, 2, VALUES, REVISIONS, *values))
