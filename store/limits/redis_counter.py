"""Requests counted in Redis: the workers of all machines count together."""

from __future__ import annotations

from typing import Any

from redis import Redis

from store.limits.rate_limit import Count
from store.redis_link import PREFIX, RedisLink

HITS = f"{PREFIX}hits:"
# A value is the ascending list of the times of requests inside the window, in microseconds of Redis' own clock, so that
# all machines use one clock. The script returns whether the request counts, how many are counted, and the age of the
# oldest one. A value that is no such list is deleted, and counting begins anew.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
local function first()
    local entry = redis.pcall('LINDEX', KEYS[1], 0) or now
    local time = type(entry) ~= 'table' and tonumber(entry)
    if time and time <= now + window * 1000000 then return time end
    redis.call('DEL', KEYS[1])
    return now
end
local oldest = first()
while oldest <= now - window * 1000000 do
    redis.call('LPOP', KEYS[1])
    oldest = first()
end
local used = redis.call('LLEN', KEYS[1])
if used >= tonumber(ARGV[1]) then
    return {0, used, now - oldest}
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('EXPIRE', KEYS[1], window + 1)
return {1, used + 1, now - oldest}
"""


class RedisCounter:
    """A Counter over Redis with one call a request: the `limits` library needs a second one for the remaining count."""

    scope = "service"

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._script: Any = link.script(_SCRIPT)

    @property
    def trouble_logged(self) -> bool:
        """Whether Redis does not answer at all, which the link has logged."""
        return self._link.failing

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """See Counter."""

        def ask(client: Redis) -> Any:
            return self._script(keys=(HITS + caller,), args=(limit, window_seconds), client=client)

        allowed, used, age = self._link.use(ask)
        return Count(allowed=bool(allowed), used=used, reset_seconds=window_seconds - age / 1_000_000)
