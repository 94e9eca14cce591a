"""What the workers of one machine share: a SQLite file."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from carbon.errors import StateUnavailable
from store.database import Database, WrongTypes, has_damage, with_retries
from store.schema import Schema
from store.shared.changes import START, Changes, Mark
from store.shared.locks import ExpiringLock, is_abandoned

log = logging.getLogger(__name__)

FILE = "shared.sqlite3"
BUSY_SECONDS = 0.3  # longest wait for another writer; a write takes well under a millisecond
_DOCUMENTS = "CREATE TABLE documents (key TEXT PRIMARY KEY, body BLOB NOT NULL, expires_at REAL NOT NULL)"
_SCHEMA = Schema(
    tables=(
        "CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL)",
        "CREATE UNIQUE INDEX entries_by_revision ON entries (revision)",
        "CREATE TABLE locks (key TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at REAL NOT NULL)",
        "CREATE TABLE epoch AS SELECT lower(hex(randomblob(8))) AS name",
        _DOCUMENTS,
    ),
    migrations=((), (_DOCUMENTS,)),
)
_PUT = (
    "INSERT INTO entries SELECT ?, ?, coalesce(max(revision), 0) + 1 FROM entries WHERE true "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision"
)
# A lock is free when it has expired, or expires so late that the clock must have been set back since.
_TAKE = (
    "INSERT INTO locks VALUES (:key, :owner, :now + :seconds) ON CONFLICT (key) DO UPDATE "
    "SET owner = excluded.owner, expires_at = excluded.expires_at "
    "WHERE expires_at <= :now OR expires_at > :now + 2 * :seconds"
)


class SqliteCache:
    """Values with a revision each, and locks that expire. Raises StateUnavailable when the file cannot be used.

    A file that SQLite reports as damaged is renamed and replaced by a new one: all its values can be fetched again.
    """

    scope = "machine"

    def __init__(self, folder: Path, *, lock_seconds: float, wait_seconds: float) -> None:
        """lock_seconds: after that every lock is free; that of a process of this machine is as soon as it has ended.

        wait_seconds: longest wait for a lock.
        """
        self._path = folder / FILE
        self._database = Database(self._path, _SCHEMA, busy_seconds=0, durable=False)
        self._lock_seconds = lock_seconds
        self._wait_seconds = wait_seconds

    @property
    def reports_itself(self) -> bool:
        """See Store."""
        return False

    def probe(self) -> None:
        """See Store."""
        self._write(lambda connection: connection.execute("DELETE FROM locks WHERE key = ''"))

    def changes(self, since: Mark) -> Changes:
        """See Store."""

        def read(connection: sqlite3.Connection) -> Changes:
            connection.execute("BEGIN")  # so that both queries see one state of the file
            try:
                (epoch,) = connection.execute("SELECT name FROM epoch").fetchone() or ("",)
                renewed = epoch != since.epoch
                rows = connection.execute(
                    "SELECT key, value, revision FROM entries WHERE revision > ?", (0 if renewed else since.revision,)
                ).fetchall()
            finally:
                connection.execute("COMMIT")
            if not _sound(epoch, rows):
                raise WrongTypes("keys, revisions or the epoch are of another type than ours")
            newest = max((revision for _, _, revision in rows), default=0 if renewed else since.revision)
            return Changes(mark=Mark(epoch, newest), values={key: value for key, value, _ in rows}, renewed=renewed)

        if not self._database.exists():
            return Changes(mark=START, values={}, renewed=since != START)
        changes: Changes = self._read(read)
        return changes

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """See Store."""

        def read(connection: sqlite3.Connection) -> list[bytes | None]:
            query = "SELECT value FROM entries WHERE key = ?"
            rows = [connection.execute(query, (key,)).fetchone() for key in keys]
            return [row and row[0] for row in rows]

        return self._read(read) if self._database.exists() else [None] * len(keys)

    def put(self, values: Mapping[str, bytes]) -> None:
        self._write(lambda connection: connection.executemany(_PUT, values.items()))

    def swap(self, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """See Store."""

        def replace(connection: sqlite3.Connection) -> None:
            row = connection.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
            value = change(row and row[0])
            if value is not None:
                connection.execute(_PUT, (key, value))

        self._write(replace)

    def lock(self, key: str) -> ExpiringLock:
        """See Store."""

        def take(owner: str) -> bool:
            values = {"key": key, "owner": owner, "now": time.time(), "seconds": self._lock_seconds}

            def change(connection: sqlite3.Connection) -> bool:
                if connection.execute(_TAKE, values).rowcount == 1:
                    return True
                row = connection.execute("SELECT owner FROM locks WHERE key = ?", (key,)).fetchone()
                if row is None or not is_abandoned(str(row[0])):
                    return False
                connection.execute("DELETE FROM locks WHERE key = ?", (key,))
                return connection.execute(_TAKE, values).rowcount == 1

            return bool(self._write(change))

        def free(owner: str) -> None:
            self._write(
                lambda connection: connection.execute("DELETE FROM locks WHERE key = ? AND owner = ?", (key, owner))
            )

        return ExpiringLock(name=key, wait_seconds=self._wait_seconds, take=take, free=free)

    def put_document(self, key: str, body: bytes, seconds: float) -> None:
        """See Store."""

        def put(connection: sqlite3.Connection) -> None:
            now = time.time()
            connection.execute("DELETE FROM documents WHERE expires_at <= ?", (now,))
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (key, body, now + seconds))

        self._write(put)

    def document(self, key: str) -> bytes | None:
        """See Store."""

        def read(connection: sqlite3.Connection) -> bytes | None:
            query = "SELECT body FROM documents WHERE key = ? AND expires_at > ?"
            row = connection.execute(query, (key, time.time())).fetchone()
            return row[0] if row is not None and isinstance(row[0], bytes) else None

        return self._read(read) if self._database.exists() else None

    def remove_document(self, key: str) -> None:
        """See Store."""
        self._write(lambda connection: connection.execute("DELETE FROM documents WHERE key = ?", (key,)))

    def _read(self, action: Callable[[sqlite3.Connection], Any]) -> Any:
        def run() -> Any:
            with self._database.reading() as connection:
                return action(connection)

        return self._with_retries(run)

    def _write(self, action: Callable[[sqlite3.Connection], Any]) -> Any:
        def run() -> Any:
            with self._database.writing() as connection:
                return action(connection)

        return self._with_retries(run)

    def _with_retries(self, run: Callable[[], Any]) -> Any:
        try:
            return with_retries(run, BUSY_SECONDS)
        except StateUnavailable as error:
            return self._retry_on_new_file(run, error)

    def _retry_on_new_file(self, run: Callable[[], Any], error: StateUnavailable) -> Any:
        if not has_damage(error) or not self._database.set_aside():
            raise error
        cause = error.__cause__
        log.error("%s is damaged: it was renamed to *.damaged and a new file is created (%s)", self._path.name, cause)
        self.probe()  # creates the file
        return run()


def _sound(epoch: object, rows: Sequence[tuple[object, object, object]]) -> bool:
    """Whether epoch, keys and revisions have our types. A value that cannot be read counts as absent, see Kind.read."""
    return (
        isinstance(epoch, str)
        and bool(epoch)
        and all(isinstance(key, str) and isinstance(at, int) for key, _, at in rows)
    )
