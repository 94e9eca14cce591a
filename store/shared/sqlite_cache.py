"""What the workers of one machine share: an embedded SQLite file."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dogpile.cache.api import CacheMutex

from carbon.errors import StateUnavailable
from store.database import Database, WrongTypes, damaged, patiently
from store.schema import Schema
from store.shared.changes import START, Changes, Mark
from store.shared.locks import ExpiringLock

log = logging.getLogger(__name__)

FILE = "shared.sqlite3"
BUSY_SECONDS = 0.3  # longest wait for another writer; a write takes well under a millisecond
_SCHEMA = Schema(
    tables=(
        "CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL)",
        "CREATE UNIQUE INDEX entries_by_revision ON entries (revision)",
        "CREATE TABLE locks (key TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at REAL NOT NULL)",
        "CREATE TABLE epoch AS SELECT lower(hex(randomblob(8))) AS name",
    )
)
_PUT = (
    "INSERT INTO entries SELECT ?, ?, coalesce(max(revision), 0) + 1 FROM entries WHERE true "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision"
)
# A lock is free when its time is over, or so far ahead that the clock must have been set back since.
_TAKE = (
    "INSERT INTO locks VALUES (:key, :owner, :now + :seconds) ON CONFLICT (key) DO UPDATE "
    "SET owner = excluded.owner, expires_at = excluded.expires_at "
    "WHERE expires_at <= :now OR expires_at > :now + 2 * :seconds"
)


class SqliteCache:
    """Values with a revision each, and locks that expire. Raises StateUnavailable when the file cannot be used.

    A file that SQLite says is damaged is set aside and made anew: all of it can be asked for again.
    """

    scope = "machine"

    def __init__(self, folder: Path, *, lock_seconds: float, wait_seconds: float) -> None:
        """lock_seconds: after that a lock of a dead process is free. wait_seconds: longest wait for a lock."""
        self._path = folder / FILE
        self._database = Database(self._path, _SCHEMA, busy_seconds=0, durable=False)
        self._lock_seconds = lock_seconds
        self._wait_seconds = wait_seconds

    @property
    def reports_itself(self) -> bool:
        """Whether trouble is in the log already."""
        return False

    def probe(self) -> None:
        """Raises StateUnavailable unless reading and writing work."""
        self._write(lambda connection: connection.execute("DELETE FROM locks WHERE key = ''"))

    def changes(self, since: Mark) -> Changes:
        """What was written after the mark; everything if the mark is of another file."""

        def look(connection: sqlite3.Connection) -> Changes:
            connection.execute("BEGIN")  # both queries of one state of the file
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
        found: Changes = self._read(look)
        return found

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values of the keys, None where there is none."""

        def look(connection: sqlite3.Connection) -> list[bytes | None]:
            query = "SELECT value FROM entries WHERE key = ?"
            rows = [connection.execute(query, (key,)).fetchone() for key in keys]
            return [row and row[0] for row in rows]

        return self._read(look) if self._database.exists() else [None] * len(keys)

    def put(self, values: Mapping[str, bytes]) -> None:
        self._write(lambda connection: connection.executemany(_PUT, values.items()))

    def swap(self, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Put what `change` makes of the value, with no other writer in between; None leaves it as it is."""

        def replace(connection: sqlite3.Connection) -> None:
            row = connection.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
            value = change(row and row[0])
            if value is not None:
                connection.execute(_PUT, (key, value))

        self._write(replace)

    def lock(self, key: str) -> CacheMutex:
        """The lock of a key over all processes."""

        def take(owner: str) -> bool:
            values = {"key": key, "owner": owner, "now": time.time(), "seconds": self._lock_seconds}
            return bool(self._write(lambda connection: connection.execute(_TAKE, values).rowcount) == 1)

        def free(owner: str) -> None:
            self._write(
                lambda connection: connection.execute("DELETE FROM locks WHERE key = ? AND owner = ?", (key, owner))
            )

        def is_held() -> bool:
            query = "SELECT 1 FROM locks WHERE key = ? AND expires_at > ?"
            return self._database.exists() and self._read(
                lambda connection: connection.execute(query, (key, time.time())).fetchone() is not None
            )

        return ExpiringLock(key, wait_seconds=self._wait_seconds, take=take, free=free, is_held=is_held)

    def _read(self, action: Callable[[sqlite3.Connection], Any]) -> Any:
        def run() -> Any:
            with self._database.reading() as connection:
                return action(connection)

        return self._patiently(run)

    def _write(self, action: Callable[[sqlite3.Connection], Any]) -> Any:
        def run() -> Any:
            with self._database.writing() as connection:
                return action(connection)

        return self._patiently(run)

    def _patiently(self, run: Callable[[], Any]) -> Any:
        try:
            return patiently(run, BUSY_SECONDS)
        except StateUnavailable as error:
            return self._mended(run, error)

    def _mended(self, run: Callable[[], Any], error: StateUnavailable) -> Any:
        if not damaged(error) or not self._database.set_aside():
            raise error
        cause = error.__cause__
        log.error("%s is damaged: it was renamed to *.damaged and a new file is created (%s)", self._path.name, cause)
        self.probe()  # makes it
        return run()


def _sound(epoch: object, rows: Sequence[tuple[object, object, object]]) -> bool:
    """Whether all but the values is of our types. A value that cannot be read counts as absent, see Kind.read."""
    return (
        isinstance(epoch, str)
        and bool(epoch)
        and all(isinstance(key, str) and isinstance(at, int) for key, _, at in rows)
    )
