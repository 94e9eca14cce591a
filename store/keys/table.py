"""The table of API keys. Of the text of a key only its SHA-256 is stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Protocol

from carbon.errors import CarbonError, StateUnavailable
from carbon.roles import TENANT, Role
from setting_rules import RATE
from store.database import Database
from store.schema import Schema

FILE = "keys.sqlite3"
PREFIX = "cao_"  # lets people and secret scanners recognise a key
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_ID = re.compile(r"[0-9a-f]{8}")
NAME_RULE = "start with a letter, use up to 64 letters, digits, '.', '_' or '-', and do not use the form of an id"
_SCHEMA = Schema(
    tables=(
        """CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 BLOB NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        revoked_at TEXT,
        rate TEXT,
        role TEXT NOT NULL DEFAULT 'admin',
        tenant TEXT NOT NULL DEFAULT 'default'
    )""",
        "CREATE UNIQUE INDEX keys_in_force ON keys (name) WHERE revoked_at IS NULL",
    ),
    # Files of the releases whose keys had neither hold keys that may do everything.
    migrations=(
        (),
        (
            "ALTER TABLE keys ADD COLUMN role TEXT NOT NULL DEFAULT 'admin'",
            "ALTER TABLE keys ADD COLUMN tenant TEXT NOT NULL DEFAULT 'default'",
        ),
    ),
)
_SELECT = "SELECT id, name, sha256, created_at, revoked_at, rate, role, tenant FROM keys ORDER BY rowid"
_INSERT = (
    "INSERT INTO keys (id, name, sha256, created_at, revoked_at, rate, role, tenant) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class UnreadableKeys(StateUnavailable):
    """Some records of keys cannot be read. readable: the other records, the oldest first. unreadable: ids."""

    def __init__(self, name: str, readable: Sequence[KeyRecord], unreadable: Iterable[str]) -> None:
        super().__init__(name)
        self.readable = tuple(readable)
        self.unreadable = frozenset(unreadable)

    def __str__(self) -> str:
        return f"{self.args[0]}: unreadable keys {', '.join(sorted(map(ascii, self.unreadable)))}"


class KeyNotManaged(CarbonError):
    """A key cannot be created or revoked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """The stored part of a key.

    rate: its own rate limit as text; None: that of the service. role, tenant: a record of a release that stored neither
    may do everything, in the one tenant that there was.
    """

    id: str
    name: str
    sha256: bytes = field(repr=False)
    created_at: datetime
    revoked_at: datetime | None
    rate: str | None
    role: Role = Role.ADMIN
    tenant: str = TENANT


def digest_of(key: str) -> bytes:
    """A key's SHA-256. A plain hash suffices for 32 random bytes, which nobody can guess."""
    return hashlib.sha256(key.encode()).digest()


def is_name(text: str) -> bool:
    """Whether a text can be the name of a key or of a tenant."""
    return _NAME.fullmatch(text) is not None and _ID.fullmatch(text) is None


def refuse_names(*names: str) -> None:
    """Raises KeyNotManaged for a text that cannot be the name of a key or of a tenant."""
    for name in names:
        if not is_name(name):
            raise KeyNotManaged(f"{name!r} is not a valid name: {NAME_RULE}")


def name_in_use(name: str) -> KeyNotManaged:
    """The error for a second key of the same name."""
    return KeyNotManaged(f"a key named {name!r} is in force: revoke it first, or choose another name")


def not_in_force(name_or_id: str) -> KeyNotManaged:
    """The error for revoking a key that is not in force."""
    return KeyNotManaged(f"no key with the name or id {name_or_id!r} is in force")


def checked_record(fields: Mapping[str, object]) -> KeyRecord:
    """The record of the fields in a store. Raises ValueError for values that this service never writes."""
    key_id, name, sha256, rate, tenant = (fields[field] for field in ("id", "name", "sha256", "rate", "tenant"))
    if not (isinstance(key_id, str) and _ID.fullmatch(key_id) and isinstance(name, str) and _NAME.fullmatch(name)):
        raise ValueError("the id or the name is invalid")
    if not (isinstance(sha256, bytes) and len(sha256) == hashlib.sha256().digest_size):
        raise ValueError("the SHA-256 is invalid")
    if not (rate is None or isinstance(rate, str)):
        raise ValueError("the rate limit is invalid")
    if not (isinstance(tenant, str) and is_name(tenant)):
        raise ValueError("the tenant is invalid")
    return KeyRecord(
        id=key_id,
        name=name,
        sha256=sha256,
        created_at=_time(fields["created_at"]),
        revoked_at=None if fields["revoked_at"] is None else _time(fields["revoked_at"]),
        rate=None if rate is None else str(RATE.parse(rate)),
        role=Role(str(fields["role"])),
        tenant=tenant,
    )


def _time(text: object) -> datetime:
    time = datetime.fromisoformat(text) if isinstance(text, str) else None
    if time is None or time.tzinfo is None:
        raise ValueError("not a time with an offset")
    return time


def new_key(name: str, *, rate: str | None, role: Role, tenant: str, now: datetime) -> tuple[str, KeyRecord]:
    """A key of 32 random bytes as text, and its record. Raises KeyNotManaged for a name that nothing can have."""
    refuse_names(name, tenant)
    key = PREFIX + secrets.token_urlsafe(32)
    created_at = now.astimezone(UTC).replace(microsecond=0)
    record = KeyRecord(
        id=secrets.token_hex(4),
        name=name,
        sha256=digest_of(key),
        created_at=created_at,
        revoked_at=None,
        rate=rate,
        role=role,
        tenant=tenant,
    )
    return key, record


class Keys(Protocol):
    """The operations on keys. Every method raises StateUnavailable when the store cannot be used."""

    def create(
        self, name: str, *, rate: str | None, now: datetime, role: Role = Role.WRITE, tenant: str = TENANT
    ) -> str:
        """The text of a new key, which is stored nowhere. Raises KeyNotManaged."""
        ...

    def revoke(self, name_or_id: str, *, now: datetime) -> None:
        """Refuse the key of this name or id from now on. Raises KeyNotManaged if no such key is in force."""
        ...

    def records(self) -> list[KeyRecord]:
        """Every key ever created, the oldest first. Raises UnreadableKeys, with the others, if some are damaged."""
        ...


class KeyTable:
    """The keys of one service. Rows are never deleted, so the service stays closed after its last key is revoked.

    Every method raises StateUnavailable when the file cannot be used.
    """

    def __init__(self, folder: Path, *, busy_seconds: float) -> None:
        """busy_seconds: longest wait for another process that is writing."""
        self._database = Database(folder / FILE, _SCHEMA, busy_seconds=busy_seconds)

    def create(
        self, name: str, *, rate: str | None, now: datetime, role: Role = Role.WRITE, tenant: str = TENANT
    ) -> str:
        """See Keys."""
        key, record = new_key(name, rate=rate, role=role, tenant=tenant, now=now)
        with self._database.writing() as connection:
            if _in_force(connection, name):
                raise name_in_use(name)
            connection.execute(_INSERT, _row(record))
        return key

    def revoke(self, name_or_id: str, *, now: datetime) -> None:
        """See Keys."""
        if not self._database.exists():
            raise not_in_force(name_or_id)
        with self._database.writing() as connection:
            key_id = _in_force(connection, name_or_id)
            if key_id is None:
                raise not_in_force(name_or_id)
            revoked_at = now.astimezone(UTC).isoformat(timespec="seconds")
            connection.execute("UPDATE keys SET revoked_at = ? WHERE id = ?", (revoked_at, key_id))

    def merge(self, records: Iterable[KeyRecord]) -> None:
        """Add keys created or revoked elsewhere; they also replace unreadable records."""
        with self._database.writing() as connection:
            _, unreadable = _read(connection)
            for record in records:
                if record.id in unreadable:
                    connection.execute("DELETE FROM keys WHERE id = ?", (record.id,))
                connection.execute(_INSERT.replace("INSERT", "INSERT OR IGNORE", 1), _row(record))
                if record.revoked_at is not None:
                    query = "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
                    connection.execute(query, (record.revoked_at.isoformat(timespec="seconds"), record.id))

    def records(self) -> list[KeyRecord]:
        """See Keys. Creates no file."""
        if not self._database.exists():
            return []
        with self._database.reading() as connection:
            records, unreadable = _read(connection)
        if unreadable:
            raise UnreadableKeys(FILE, records, unreadable)
        return records


def _read(connection: Connection) -> tuple[list[KeyRecord], set[str]]:
    """The records, the oldest first, and the ids of those that cannot be read."""
    records, unreadable = [], set()
    cursor = connection.execute(_SELECT)
    columns = [description[0] for description in cursor.description]
    for row in cursor:
        try:
            records.append(checked_record(dict(zip(columns, row, strict=True))))
        except ValueError:
            unreadable.add(str(row[0]))
    return records, unreadable


def _row(record: KeyRecord) -> tuple[object, ...]:
    revoked_at = record.revoked_at.isoformat(timespec="seconds") if record.revoked_at else None
    created_at = record.created_at.isoformat(timespec="seconds")
    return (
        record.id,
        record.name,
        record.sha256,
        created_at,
        revoked_at,
        record.rate,
        record.role.value,
        record.tenant,
    )


def _in_force(connection: Connection, name_or_id: str) -> str | None:
    query = "SELECT id FROM keys WHERE (name = ? OR id = ?) AND revoked_at IS NULL"
    row = connection.execute(query, (name_or_id, name_or_id)).fetchone()
    return None if row is None else str(row[0])
