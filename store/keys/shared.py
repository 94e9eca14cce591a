"""API keys in Redis, with a copy in the file of every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from redis import Redis

from carbon.errors import StateUnavailable
from store.keys.table import (
    KeyRecord,
    KeyTable,
    UnreadableKeys,
    checked_record,
    new_key,
    not_in_force,
    refuse_name,
    taken,
)
from store.redis_link import RedisLink

KEY = "cao:1:keys"  # a hash: id -> record as JSON; what is not set is ""
_READ = """
local function read(text)
    local readable, record = pcall(cjson.decode, text)
    return readable and type(record) == 'table' and record or {}
end
"""
_CREATE = f"""{_READ}
local new = read(ARGV[1])
for _, text in ipairs(redis.call('HVALS', KEYS[1])) do
    local known = read(text)
    if known.name == new.name and known.revoked_at == '' then return 0 end
end
redis.call('HSET', KEYS[1], new.id, ARGV[1])
return 1
"""
_REVOKE = f"""{_READ}
local found = 0
local pairs = redis.call('HGETALL', KEYS[1])
for i = 1, #pairs, 2 do
    local known = read(pairs[i + 1])
    if known.revoked_at == '' and (known.name == ARGV[1] or known.id == ARGV[1]) then
        known.revoked_at = ARGV[2]
        redis.call('HSET', KEYS[1], pairs[i], cjson.encode(known))
        found = found + 1
    end
end
return found
"""
# Of each record two arguments: itself, and the unreadable text that it replaces, "" if there is none.
_MERGE = f"""{_READ}
for i = 1, #ARGV, 2 do
    local new = read(ARGV[i])
    local known = redis.call('HGET', KEYS[1], new.id)
    if not known or known == ARGV[i + 1] or (new.revoked_at ~= '' and read(known).revoked_at == '') then
        redis.call('HSET', KEYS[1], new.id, ARGV[i])
    end
end
"""


class SharedKeys:
    """The keys of a service on several machines.

    A record is never deleted and a revocation never undone, so that two copies have one union: a machine that was
    away, a Redis that came back empty and keys of the time before Redis all end in the same set, and no key that was
    revoked comes back. While Redis does not answer the copy stands in, and nothing can be created or revoked.
    """

    def __init__(self, link: RedisLink, copy: KeyTable) -> None:
        self._link = link
        self._copy = copy
        self._create, self._revoke, self._merge = (link.script(text) for text in (_CREATE, _REVOKE, _MERGE))

    @property
    def behind(self) -> bool:
        """Whether changes made on other machines cannot be seen now."""
        return self._link.failing

    def create(self, name: str, *, rate: str | None, now: datetime) -> str:
        """See KeyTable."""
        refuse_name(name)
        self._union(must_merge=True)  # what only this machine knows has its names too
        key, record = new_key(name, rate=rate, now=now)
        if not self._run(self._create, _packed(record)):
            raise taken(name)
        return key

    def revoke(self, name_or_id: str, *, now: datetime) -> None:
        """See KeyTable."""
        self._union(must_merge=True)
        if not self._run(self._revoke, name_or_id, now.astimezone(UTC).isoformat(timespec="seconds")):
            raise not_in_force(name_or_id)
        self.records()  # this machine's copy knows at once

    def records(self) -> list[KeyRecord]:
        """See Keys. Brings what either side lacks to it; a side that cannot be written is done without.

        A record that one side cannot read is replaced by that of the other.
        """
        records, unreadable = self._union(must_merge=False)
        if unreadable:
            raise UnreadableKeys("Redis and the copy of it", records, unreadable)
        return records

    def _union(self, *, must_merge: bool) -> tuple[list[KeyRecord], set[str]]:
        """The records, and the ids of those that neither side can read.

        must_merge: raises StateUnavailable if Redis does not take what it lacks, as when it is full.
        """
        try:
            there, damaged = self._there()
        except StateUnavailable:
            if here := self._copy.records():
                return here, set()
            raise  # without a copy it is not known whether there are keys
        unreadable = set(damaged)
        try:
            here = self._copy.records()
        except UnreadableKeys as error:
            here = list(error.readable)
            unreadable |= error.unreadable
        except StateUnavailable:
            return there, unreadable
        union = _union_of(here, there)
        if news := _lacking(there, union):
            with nullcontext() if must_merge else suppress(StateUnavailable):
                self._run(self._merge, *(text for new in news for text in (_packed(new), damaged.get(new.id, b""))))
        if news := _lacking(here, union):
            with suppress(StateUnavailable):
                self._copy.merge(news)
        return union, unreadable - {record.id for record in union}

    def _there(self) -> tuple[list[KeyRecord], dict[str, bytes]]:
        """The records in Redis, the oldest first, and by id what cannot be read."""

        def ask(client: Redis) -> Any:
            return client.hgetall(KEY)

        found: Mapping[bytes, bytes] = self._link.use(ask)
        records, unreadable = [], {}
        for key_id, text in found.items():
            try:
                records.append(_unpacked(key_id, text))
            except ValueError:
                unreadable[key_id.decode(errors="replace")] = text
        return _in_order(records), unreadable

    def _run(self, script: Any, *arguments: str | bytes) -> Any:
        def ask(client: Redis) -> Any:
            return script(keys=(KEY,), args=arguments, client=client)

        return self._link.use(ask)


def _union_of(one: Iterable[KeyRecord], other: Iterable[KeyRecord]) -> list[KeyRecord]:
    """Every record of either; revoked if it is in one of them."""
    known = {record.id: record for record in one}
    for record in other:
        mine = known.setdefault(record.id, record)
        if mine.revoked_at is None and record.revoked_at is not None:
            known[record.id] = replace(mine, revoked_at=record.revoked_at)
    return _in_order(known.values())


def _lacking(records: Sequence[KeyRecord], union: Sequence[KeyRecord]) -> list[KeyRecord]:
    """What of the union is not among the records, or not yet revoked there."""
    known = {record.id: record.revoked_at is not None for record in records}
    return [record for record in union if known.get(record.id) is not (record.revoked_at is not None)]


def _in_order(records: Iterable[KeyRecord]) -> list[KeyRecord]:
    return sorted(records, key=lambda record: (record.created_at, record.id))


def _packed(record: KeyRecord) -> str:
    revoked_at = record.revoked_at.isoformat(timespec="seconds") if record.revoked_at else ""
    fields = asdict(record) | {"sha256": record.sha256.hex(), "revoked_at": revoked_at, "rate": record.rate or ""}
    return orjson.dumps(fields).decode()


def _unpacked(key_id: bytes, text: bytes) -> KeyRecord:
    """Raises ValueError for what is no record of ours."""
    fields = orjson.loads(text)
    try:
        unset = {name: fields[name] or None for name in ("revoked_at", "rate")}
        record = checked_record({**fields, **unset, "sha256": bytes.fromhex(fields["sha256"])})
    except (KeyError, TypeError) as error:
        raise ValueError("another shape") from error
    if record.id.encode() != key_id:
        raise ValueError("the record of another key")
    return record
