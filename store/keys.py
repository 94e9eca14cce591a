"""The table of API keys: who may ask. Of a key itself only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

from carbon.errors import CarbonError
from store.database import Database

FILE = "keys.sqlite3"
PREFIX = "cao_"  # tells people and secret scanners what a string is
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_ID = re.compile(r"[0-9a-f]{8}")
_SCHEMA = (
    """CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 BLOB NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        revoked_at TEXT,
        rate TEXT
    )""",
    "CREATE UNIQUE INDEX keys_in_force ON keys (name) WHERE revoked_at IS NULL",
)


class KeyNotManaged(CarbonError):
    """A key cannot be created or revoked as asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """What is kept of a key. rate: its own rate limit as text; None: the service's."""

    id: str
    name: str
    sha256: bytes = field(repr=False)
    created_at: datetime
    revoked_at: datetime | None
    rate: str | None


def digest_of(key: str) -> bytes:
    """A key's SHA-256. Of 32 random bytes a plain hash suffices: there is nothing to guess."""
    return hashlib.sha256(key.encode()).digest()


class KeyTable:
    """The keys of one service. Rows are never deleted: that there were keys is not forgotten.

    Every method raises StateUnavailable when the file cannot be used.
    """

    def __init__(self, folder: Path, *, busy_seconds: float) -> None:
        """busy_seconds: longest wait for another process that is writing."""
        self._database = Database(folder / FILE, _SCHEMA, busy_seconds=busy_seconds)

    def create(self, name: str, *, rate: str | None, now: datetime) -> str:
        """The text of a new key of 32 random bytes; it is kept nowhere. Raises KeyNotManaged."""
        if not _NAME.fullmatch(name) or _ID.fullmatch(name):
            allowed = "a letter, then up to 63 letters, digits, '.', '_' or '-', and not of the form of an id"
            raise KeyNotManaged(f"{name!r} cannot be a name: it takes {allowed}")
        key = PREFIX + secrets.token_urlsafe(32)
        row = (secrets.token_hex(4), name, digest_of(key), now.astimezone(UTC).isoformat(timespec="seconds"), rate)
        with self._database.writing() as connection:
            if _in_force(connection, name):
                raise KeyNotManaged(f"a key named {name!r} is in force: revoke it first, or choose another name")
            connection.execute("INSERT INTO keys (id, name, sha256, created_at, rate) VALUES (?, ?, ?, ?, ?)", row)
        return key

    def revoke(self, name_or_id: str, *, now: datetime) -> None:
        """Refuse the key of this name or id from now on. Raises KeyNotManaged if none such is in force."""
        missing = KeyNotManaged(f"no key with the name or id {name_or_id!r} is in force")
        if not self._database.exists():
            raise missing
        with self._database.writing() as connection:
            key_id = _in_force(connection, name_or_id)
            if key_id is None:
                raise missing
            revoked_at = now.astimezone(UTC).isoformat(timespec="seconds")
            connection.execute("UPDATE keys SET revoked_at = ? WHERE id = ?", (revoked_at, key_id))

    def records(self) -> list[KeyRecord]:
        """Every key ever created, the oldest first. Makes no file."""
        if not self._database.exists():
            return []
        query = "SELECT id, name, sha256, created_at, revoked_at, rate FROM keys ORDER BY rowid"
        with self._database.reading() as connection:
            return [
                KeyRecord(
                    id=key_id,
                    name=name,
                    sha256=sha256,
                    created_at=datetime.fromisoformat(created_at),
                    revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
                    rate=rate,
                )
                for key_id, name, sha256, created_at, revoked_at, rate in connection.execute(query)
            ]


def _in_force(connection: Connection, name_or_id: str) -> str | None:
    query = "SELECT id FROM keys WHERE (name = ? OR id = ?) AND revoked_at IS NULL"
    row = connection.execute(query, (name_or_id, name_or_id)).fetchone()
    return None if row is None else str(row[0])
