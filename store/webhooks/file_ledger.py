"""The ledger of one machine: a SQLite file that only its owner can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection

from store.database import Database
from store.schema import Schema
from store.webhooks.ledger import Due, Place, Write

FILE = "webhooks.sqlite3"
BUSY_SECONDS = 5.0  # longest wait for another writer; a request to manage webhooks waits for it too
_SCHEMA = Schema(
    tables=(
        "CREATE TABLE entries (folder TEXT, name TEXT, value BLOB NOT NULL, due_at REAL, PRIMARY KEY (folder, name))",
        "CREATE INDEX entries_due ON entries (due_at, folder) WHERE due_at IS NOT NULL",
    )
)
_GET = "SELECT value FROM entries WHERE folder = ? AND name = ?"
# With min() SQLite takes the other columns of the same row.
_FIRST_DUE = (
    "SELECT folder, name, value, min(due_at) FROM entries WHERE due_at IS NOT NULL AND due_at <= ? "
    "GROUP BY folder ORDER BY 4 LIMIT ?"
)


class FileLedger:
    """A Ledger in a file, which is made at the first write. A damaged file is left as it is: StateUnavailable."""

    def __init__(self, folder: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._database = Database(folder / FILE, _SCHEMA, busy_seconds=busy_seconds)

    def get(self, folder: str, name: str) -> bytes | None:
        """See Ledger."""
        if not self._database.exists():
            return None
        with self._database.reading() as connection:
            return _value(connection, (folder, name))

    def folder(self, folder: str) -> Mapping[str, bytes]:
        """See Ledger."""
        if not self._database.exists():
            return {}
        with self._database.reading() as connection:
            rows = connection.execute("SELECT name, value FROM entries WHERE folder = ?", (folder,)).fetchall()
        return {str(name): bytes(value) for name, value in rows}

    def count(self, folder: str) -> int:
        """See Ledger."""
        if not self._database.exists():
            return 0
        with self._database.reading() as connection:
            row = connection.execute("SELECT count(*) FROM entries WHERE folder = ?", (folder,)).fetchone()
        return int(row[0])

    def first_due(self, now: float, most: int) -> Sequence[Due]:
        """See Ledger."""
        if not self._database.exists():
            return ()
        with self._database.reading() as connection:
            rows = connection.execute(_FIRST_DUE, (now, most)).fetchall()
        return [Due(str(folder), str(name), bytes(value)) for folder, name, value, _ in rows]

    def commit(self, writes: Sequence[Write], expected: Mapping[Place, bytes | None] | None = None) -> bool:
        """See Ledger."""
        with self._database.writing() as connection:
            if any(_value(connection, place) != value for place, value in (expected or {}).items()):
                return False
            for one in writes:
                if one.value is None:
                    connection.execute("DELETE FROM entries WHERE folder = ? AND name = ?", (one.folder, one.name))
                else:
                    row = (one.folder, one.name, one.value, one.due_at)
                    connection.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", row)
        return True

    def entries(self) -> Sequence[Write]:
        """All entries."""
        if not self._database.exists():
            return ()
        with self._database.reading() as connection:
            rows = connection.execute("SELECT folder, name, value, due_at FROM entries").fetchall()
        return [Write(str(folder), str(name), bytes(value), due_at) for folder, name, value, due_at in rows]

    def tend(self) -> None:
        """Nothing: the file is all there is."""

    def remove_folder(self, folder: str) -> None:
        """See Ledger."""
        if self._database.exists():
            with self._database.writing() as connection:
                connection.execute("DELETE FROM entries WHERE folder = ?", (folder,))


def _value(connection: Connection, place: Place) -> bytes | None:
    row = connection.execute(_GET, place).fetchone()
    return None if row is None else bytes(row[0])
