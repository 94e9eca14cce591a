"""The events that the workers of one machine share: a SQLite file."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from carbon.errors import StateUnavailable
from store.database import Database, has_damage, with_retries
from store.push.event_log import LIFETIME, MICROSECONDS, MOST_EVENTS, LogPart, StoredLook
from store.schema import Schema

log = logging.getLogger(__name__)
T = TypeVar("T")

FILE = "events.sqlite3"
BUSY_SECONDS = 0.3
_SCHEMA = Schema(
    tables=(
        "CREATE TABLE events (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
        # begins_after: the largest id that was dropped, or the time at which the file was made.
        "CREATE TABLE look (number INTEGER NOT NULL, at REAL NOT NULL, body BLOB, begins_after INTEGER NOT NULL)",
    )
)
_LOOK = "SELECT number, at, body, begins_after FROM look"


class SqliteLog:
    """An EventLog in a file. A damaged file is renamed and replaced by a new one, whose ids are larger."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._database = Database(self._path, _SCHEMA, busy_seconds=0, durable=False)

    def look(self) -> StoredLook:
        """See EventLog."""

        def read() -> StoredLook:
            with self._database.reading() as connection:
                row = connection.execute(_LOOK).fetchone()
            return StoredLook() if row is None else StoredLook(number=row[0], at=row[1], body=row[2])

        return self._run(read) if self._database.exists() else StoredLook()

    def append(self, before: StoredLook, look: bytes | None, events: Sequence[bytes], at: float) -> bool:
        """See EventLog."""

        def write() -> bool:
            with self._database.writing() as connection:
                return _append(connection, before, look, events, at)

        return self._run(write)

    def behind(self, after: int, most: int) -> LogPart:
        """See EventLog."""

        def read() -> LogPart:
            with self._database.reading() as connection:
                connection.execute("BEGIN")  # so that all see one state of the file
                try:
                    return _behind(connection, after, most)
                finally:
                    connection.execute("COMMIT")

        return self._run(read) if self._database.exists() else LogPart(events=(), newest=0, is_gapless=False)

    def _run(self, action: Callable[[], T]) -> T:
        try:
            return with_retries(action, BUSY_SECONDS)
        except StateUnavailable as error:
            if not has_damage(error) or not self._database.set_aside():
                raise
            log.error(  # noqa: TRY400
                "%s is damaged: it was renamed to *.damaged and a new file is created (%s)",
                self._path.name,
                error.__cause__,
            )
            with self._database.writing():  # creates the file
                pass
            return action()


def _append(
    connection: sqlite3.Connection, before: StoredLook, look: bytes | None, events: Sequence[bytes], at: float
) -> bool:
    row: tuple[Any, ...] | None = connection.execute(_LOOK).fetchone()
    first = round(at * MICROSECONDS)
    number, _, body, begins_after = row or (0, 0.0, None, first - 1)
    if number != before.number:
        return False
    (newest,) = connection.execute("SELECT max(id) FROM events").fetchone()
    first = max(first, (newest or begins_after) + 1)
    connection.executemany("INSERT INTO events VALUES (?, ?)", enumerate(events, first))
    oldest = first - round(LIFETIME.total_seconds() * MICROSECONDS)
    crowded = connection.execute("SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET ?", (MOST_EVENTS,)).fetchone()
    dropped = max(oldest, -1 if crowded is None else crowded[0])
    (last_dropped,) = connection.execute("SELECT max(id) FROM events WHERE id <= ?", (dropped,)).fetchone()
    if last_dropped is not None:
        connection.execute("DELETE FROM events WHERE id <= ?", (dropped,))
        begins_after = max(begins_after, last_dropped)
    connection.execute("DELETE FROM look")
    values = (number + 1, at, body if look is None else look, begins_after)
    connection.execute("INSERT INTO look VALUES (?, ?, ?, ?)", values)
    return True


def _behind(connection: sqlite3.Connection, after: int, most: int) -> LogPart:
    row = connection.execute(_LOOK).fetchone()
    begins_after = 0 if row is None else int(row[3])
    (newest,) = connection.execute("SELECT max(id) FROM events").fetchone()
    newest = begins_after if newest is None else int(newest)
    rows = connection.execute("SELECT id, body FROM events WHERE id > ? ORDER BY id LIMIT ?", (after, most)).fetchall()
    return LogPart(events=tuple(rows), newest=newest, is_gapless=0 < begins_after <= after <= newest)
