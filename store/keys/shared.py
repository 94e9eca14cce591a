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
from carbon.roles import TENANT, Role
from store.keys.table import (
    KeyRecord,
    KeyTable,
    UnreadableKeys,
    checked_record,
    name_in_use,
    new_key,
    not_in_force,
)
from store.redis_link import OLDER_PREFIXES, PREFIX, RedisLink

_UNSCOPED = {"role": Role.ADMIN, "tenant": TENANT}
KEYS = "keys"  # after the prefix; a hash: id -> record as JSON, in which "" stands for None
_READ = """
local function read(text)
    local readable, record = pcall(cjson.decode, text)
    return readable and type(record) == 'table' and record or {}
end
"""
_CREATE = f"""{_READ}
local new = read(ARGV[1])
for _, text in ipairs(redis.call('HVALS', KEYS[1])) do
    local record = read(text)
    if record.name == new.name and record.revoked_at == '' then return 0 end
end
redis.call('HSET', KEYS[1], new.id, ARGV[1])
return 1
"""
_REVOKE = f"""{_READ}
local count = 0
local pairs = redis.call('HGETALL', KEYS[1])
for i = 1, #pairs, 2 do
    local record = read(pairs[i + 1])
    if record.revoked_at == '' and (record.name == ARGV[1] or record.id == ARGV[1]) then
        record.revoked_at = ARGV[2]
        redis.call('HSET', KEYS[1], pairs[i], cjson.encode(record))
        count = count + 1
    end
end
return count
"""
# Two arguments for each record: the record, and the unreadable text that it replaces, "" if there is none.
_MERGE = f"""{_READ}
for i = 1, #ARGV, 2 do
    local new = read(ARGV[i])
    local old = redis.call('HGET', KEYS[1], new.id)
    if not old or old == ARGV[i + 1] or (new.revoked_at ~= '' and read(old).revoked_at == '') then
        redis.call('HSET', KEYS[1], new.id, ARGV[i])
    end
end
"""


class SharedKeys:
    """The keys of a service on several machines.

    A record is never deleted and a revocation never undone, so any two sets of records have one union. A machine that
    was offline, a Redis that restarted empty, keys created before Redis was used and keys under the prefix of an older
    release all end in the same set, and no revoked key comes back. While Redis does not answer, the copy is used, and
    no key can be created or revoked.
    """

    def __init__(self, link: RedisLink, copy: KeyTable, *, older_prefixes: Sequence[str] = OLDER_PREFIXES) -> None:
        """older_prefixes: of earlier releases, whose keys stay in force."""
        self._link = link
        self._copy = copy
        self._older_prefixes = older_prefixes
        self._create, self._revoke, self._merge = (link.script(text) for text in (_CREATE, _REVOKE, _MERGE))

    @property
    def behind(self) -> bool:
        """Whether changes made on other machines cannot be seen now."""
        return self._link.failing

    def create(
        self, name: str, *, rate: str | None, now: datetime, role: Role = Role.WRITE, tenant: str = TENANT
    ) -> str:
        """See KeyTable."""
        key, record = new_key(name, rate=rate, role=role, tenant=tenant, now=now)
        self._union(must_merge=True)  # so that the names of keys that only this machine has count too
        if not self._run(self._create, _packed(record)):
            raise name_in_use(name)
        self.records()  # into the copy of this machine at once, or Redis alone would know it
        return key

    def revoke(self, name_or_id: str, *, now: datetime) -> None:
        """See KeyTable."""
        self._union(must_merge=True)
        if not self._run(self._revoke, name_or_id, now.astimezone(UTC).isoformat(timespec="seconds")):
            raise not_in_force(name_or_id)
        self.records()  # updates the copy of this machine at once

    def records(self) -> list[KeyRecord]:
        """See Keys. Gives Redis and the copy what either lacks, as far as they can be written.

        A record that cannot be read on one side is replaced by that of the other side.
        """
        records, unreadable = self._union(must_merge=False)
        if unreadable:
            raise UnreadableKeys("Redis and the copy of it", records, unreadable)
        return records

    def _union(self, *, must_merge: bool) -> tuple[list[KeyRecord], set[str]]:
        """The records, and the ids of those that cannot be read on either side.

        must_merge: raises StateUnavailable if Redis cannot be given what it lacks, for example because it is full.
        """
        try:
            in_redis, damaged = self._in_redis(PREFIX)
            older = [record for prefix in self._older_prefixes for record in self._in_redis(prefix)[0]]
        except StateUnavailable:
            if in_copy := self._copy.records():
                return in_copy, set()
            raise  # without a copy it is unknown whether there are keys
        unreadable = set(damaged)
        try:
            in_copy = self._copy.records()
        except UnreadableKeys as error:
            in_copy = list(error.readable)
            unreadable |= error.unreadable
        except StateUnavailable:
            in_copy = []  # merging into it fails too, and is suppressed
        union = _union_of((*in_copy, *older), in_redis)
        if missing := _missing_records(in_redis, union):
            with nullcontext() if must_merge else suppress(StateUnavailable):
                self._run(self._merge, *(text for new in missing for text in (_packed(new), damaged.get(new.id, b""))))
        if missing := _missing_records(in_copy, union):
            with suppress(StateUnavailable):
                self._copy.merge(missing)
        return union, unreadable - {record.id for record in union}

    def _in_redis(self, prefix: str) -> tuple[list[KeyRecord], dict[str, bytes]]:
        """The records under a prefix, and by id the text of those that cannot be read."""

        def ask(client: Redis) -> Any:
            return client.hgetall(prefix + KEYS)

        texts: Mapping[bytes, bytes] = self._link.use(ask)
        records, unreadable = [], {}
        for key_id, text in texts.items():
            try:
                records.append(_unpacked(key_id, text))
            except ValueError:
                unreadable[key_id.decode(errors="replace")] = text
        return records, unreadable

    def _run(self, script: Any, *arguments: str | bytes) -> Any:
        def ask(client: Redis) -> Any:
            return script(keys=(PREFIX + KEYS,), args=arguments, client=client)

        return self._link.use(ask)


def _union_of(one: Iterable[KeyRecord], other: Iterable[KeyRecord]) -> list[KeyRecord]:
    """Every record of either, the oldest first; revoked if any of its versions is."""
    records: dict[str, KeyRecord] = {}
    for record in (*one, *other):
        first = records.setdefault(record.id, record)
        if first.revoked_at is None and record.revoked_at is not None:
            records[record.id] = replace(first, revoked_at=record.revoked_at)
    return sorted(records.values(), key=lambda record: (record.created_at, record.id))


def _missing_records(records: Sequence[KeyRecord], union: Sequence[KeyRecord]) -> list[KeyRecord]:
    """The records of the union that are missing among the records, or not yet revoked there."""
    is_revoked = {record.id: record.revoked_at is not None for record in records}
    return [record for record in union if is_revoked.get(record.id) is not (record.revoked_at is not None)]


def _packed(record: KeyRecord) -> str:
    """The record as JSON.

    Earlier releases know neither role nor tenant. A key that may do everything in the one tenant is written as they
    write it. Any other is written without the field sha256, which they demand: they refuse such a key, and never take
    it for one that may do everything.
    """
    revoked_at = record.revoked_at.isoformat(timespec="seconds") if record.revoked_at else ""
    fields = asdict(record) | {"revoked_at": revoked_at, "rate": record.rate or ""}
    scope, digest = {name: fields.pop(name) for name in ("role", "tenant")}, fields.pop("sha256").hex()
    if scope == _UNSCOPED:
        return orjson.dumps(fields | {"sha256": digest}).decode()
    return orjson.dumps(fields | {"digest": digest} | scope).decode()


def _unpacked(key_id: bytes, text: bytes) -> KeyRecord:
    """Raises ValueError for a text that is no record of ours."""
    fields = orjson.loads(text)
    try:
        unset = {name: fields[name] or None for name in ("revoked_at", "rate")}
        scope, digest = (_UNSCOPED, fields["sha256"]) if "sha256" in fields else ({}, fields["digest"])
        record = checked_record({**fields, **unset, **scope, "sha256": bytes.fromhex(digest)})
    except (KeyError, TypeError) as error:
        raise ValueError("another shape") from error
    if record.id.encode() != key_id:
        raise ValueError("the record of another key")
    return record
