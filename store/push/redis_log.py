"""The events that the workers of all machines share: a sorted set and a hash in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.push.event_log import LIFETIME, MICROSECONDS, MOST_EVENTS, LogPart, StoredLook
from store.redis_link import PREFIX, RedisLink

EVENTS = f"{PREFIX}{{push}}:events"  # braces: a cluster puts the keys of one script on one node
LOOK = f"{PREFIX}{{push}}:look"
UNUSED_SECONDS = 2 * 3600
KEPT_MICROSECONDS = round(LIFETIME.total_seconds()) * MICROSECONDS

# Ids fit into a Lua number exactly up to 2^53, which microseconds reach in the year 2255. A member of the set begins
# with its id, so that two equal bodies are two events. begins_after: see the other store.
_APPEND = f"""
local number = redis.call('HGET', KEYS[2], 'number') or '0'
if number ~= ARGV[1] then return 0 end
local first = tonumber(ARGV[2])
redis.call('HSETNX', KEYS[2], 'begins_after', string.format('%.0f', first - 1))
local newest = tonumber(redis.call('HGET', KEYS[2], 'newest') or redis.call('HGET', KEYS[2], 'begins_after'))
if first <= newest then first = newest + 1 end
local id = first
for i = 5, #ARGV do
  local name = string.format('%.0f', id)
  redis.call('ZADD', KEYS[1], name, name .. ':' .. ARGV[i])
  redis.call('HSET', KEYS[2], 'newest', name)
  id = id + 1
end
local function drop(rows)
  for _, row in ipairs(rows) do
    redis.call('ZREM', KEYS[1], row)
    redis.call('HSET', KEYS[2], 'begins_after', string.match(row, '^%d+'))
  end
end
drop(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', first - {KEPT_MICROSECONDS})))
drop(redis.call('ZRANGE', KEYS[1], 0, -{MOST_EVENTS} - 1))
redis.call('HSET', KEYS[2], 'number', number + 1, 'at', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'body', ARGV[4]) end
redis.call('EXPIRE', KEYS[1], {UNUSED_SECONDS})
redis.call('EXPIRE', KEYS[2], {UNUSED_SECONDS})
return 1
"""
_BEHIND = """
local begins = redis.call('HGET', KEYS[2], 'begins_after') or '0'
local newest = redis.call('HGET', KEYS[2], 'newest') or begins
return {begins, newest, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'LIMIT', 0, ARGV[2])}
"""


class RedisLog:
    """An EventLog in Redis."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def look(self) -> StoredLook:
        """See EventLog."""
        row: Any = self._link.use(lambda client: client.hmget(LOOK, ["number", "at", "body"]))
        number, at, body = row
        return StoredLook(number=int(number or 0), at=float(at or 0.0), body=body)

    def append(self, before: StoredLook, look: bytes | None, events: Sequence[bytes], at: float) -> bool:
        """See EventLog."""
        return bool(self._script(_APPEND, before.number, round(at * MICROSECONDS), repr(at), look or b"", *events))

    def behind(self, after: int, most: int) -> LogPart:
        """See EventLog."""
        begins_after, newest, rows = self._script(_BEHIND, after, most)
        pairs = (row.partition(b":") for row in rows)
        return LogPart(
            events=tuple((int(name), body) for name, _, body in pairs),
            newest=int(newest),
            is_gapless=0 < int(begins_after) <= after <= int(newest),
        )

    def _script(self, text: str, *values: str | bytes | int) -> Any:
        return self._link.use(lambda client: client.eval(text, 2, EVENTS, LOOK, *values))
