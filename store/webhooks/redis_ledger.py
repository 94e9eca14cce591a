"""The ledger of several machines, in Redis: for each folder a hash, and a sorted set of what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.redis_link import PREFIX, RedisLink
from store.webhooks.ledger import Due, Place, Write

ROOT = f"{PREFIX}{{webhooks}}"  # braces: a cluster puts the keys of one script on one node
_ENTRIES, _DUE, _FOLDERS = f"{ROOT}:entries:", f"{ROOT}:due:", f"{ROOT}:folders"
# After a change the set of folders has each by the time of its first entry that is due.
_NOTE = f"""
local function note(folder)
  local first = redis.call('ZRANGE', '{_DUE}' .. folder, 0, 0, 'WITHSCORES')
  if first[2] then redis.call('ZADD', '{_FOLDERS}', first[2], folder) else redis.call('ZREM', '{_FOLDERS}', folder) end
end
"""
# ARGV: the number of expected entries, then folder, name, 1 or 0 for whether there is one, value; then the writes:
# folder, name, 1 or 0, value, time or ''.
_COMMIT = f"""{_NOTE}
local count = tonumber(ARGV[1])
for i = 2, 1 + 4 * count, 4 do
  local value = redis.call('HGET', '{_ENTRIES}' .. ARGV[i], ARGV[i + 1])
  if ARGV[i + 2] == '0' and value then return 0 end
  if ARGV[i + 2] == '1' and value ~= ARGV[i + 3] then return 0 end
end
local folders = {{}}
for i = 2 + 4 * count, #ARGV, 5 do
  local folder, name = ARGV[i], ARGV[i + 1]
  folders[folder] = true
  redis.call('ZREM', '{_DUE}' .. folder, name)
  if ARGV[i + 2] == '0' then
    redis.call('HDEL', '{_ENTRIES}' .. folder, name)
  else
    redis.call('HSET', '{_ENTRIES}' .. folder, name, ARGV[i + 3])
    if ARGV[i + 4] ~= '' then redis.call('ZADD', '{_DUE}' .. folder, ARGV[i + 4], name) end
  end
end
for folder in pairs(folders) do note(folder) end
return 1
"""
_FIRST_DUE = f"""
local found = {{}}
for _, folder in ipairs(redis.call('ZRANGEBYSCORE', '{_FOLDERS}', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local name = redis.call('ZRANGE', '{_DUE}' .. folder, 0, 0)[1]
  local value = name and redis.call('HGET', '{_ENTRIES}' .. folder, name)
  if value then
    found[#found + 1] = folder
    found[#found + 1] = name
    found[#found + 1] = value
  end
end
return found
"""
_REMOVE = f"""{_NOTE}
redis.call('DEL', '{_ENTRIES}' .. ARGV[1], '{_DUE}' .. ARGV[1])
note(ARGV[1])
"""


class RedisLedger:
    """A Ledger in Redis, as durable as that Redis is; see copied_ledger.py."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    def get(self, folder: str, name: str) -> bytes | None:
        """See Ledger."""
        value: Any = self._link.use(lambda client: client.hget(_ENTRIES + folder, name))
        return None if value is None else bytes(value)

    def folder(self, folder: str) -> Mapping[str, bytes]:
        """See Ledger."""
        entries: Any = self._link.use(lambda client: client.hgetall(_ENTRIES + folder))
        return {name.decode(errors="replace"): value for name, value in entries.items()}

    def count(self, folder: str) -> int:
        """See Ledger."""
        count: Any = self._link.use(lambda client: client.hlen(_ENTRIES + folder))
        return int(count)

    def first_due(self, now: float, most: int) -> Sequence[Due]:
        """See Ledger."""
        rows = self._script(_FIRST_DUE, repr(now), most)
        names = [part.decode(errors="replace") for part in rows]
        return [Due(names[at], names[at + 1], bytes(rows[at + 2])) for at in range(0, len(rows), 3)]

    def commit(self, writes: Sequence[Write], expected: Mapping[Place, bytes | None] | None = None) -> bool:
        """See Ledger."""
        parts: list[str | bytes | int] = [len(expected or {})]
        for (folder, name), value in (expected or {}).items():
            parts += [folder, name, int(value is not None), value or b""]
        for one in writes:
            due_at = "" if one.due_at is None else repr(one.due_at)
            parts += [one.folder, one.name, int(one.value is not None), one.value or b"", due_at]
        return bool(self._script(_COMMIT, *parts))

    def remove_folder(self, folder: str) -> None:
        """See Ledger."""
        self._script(_REMOVE, folder)

    def tend(self) -> None:
        """Nothing."""

    def _script(self, text: str, *values: str | bytes | int) -> Any:
        return self._link.use(lambda client: client.eval(text, 1, _FOLDERS, *values))
