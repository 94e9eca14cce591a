"""Requests counted in files under DATA_DIR: the workers of one machine count together."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from carbon.errors import StateUnavailable
from store.database import Database
from store.rate_limit import Count

FILE = "hits.sqlite3"
SWEEP_EVERY_SECONDS = 60.0
_SCHEMA = (
    """CREATE TABLE hits (
        caller TEXT NOT NULL,
        at REAL NOT NULL,
        number INTEGER NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (caller, at, number)
    ) WITHOUT ROWID""",
    "CREATE INDEX hits_by_end ON hits (until)",
)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class FileCounter:
    """A Counter over SQLite, one short transaction a request.

    A row is a request; those of one caller are numbered without a gap, so that the first and the last tell how many
    there are. Times are of the monotonic clock, which all processes of a machine share and no clock step moves; times
    ahead of it are of before the machine started. Nothing is synchronised to the disk: a crash of the machine may
    cost the counts, and a file it damaged is thrown away.
    """

    scope = "machine"

    def __init__(self, folder: Path, *, busy_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """busy_seconds: longest wait for the others who count."""
        self._path = folder / FILE
        self._database = Database(self._path, _SCHEMA, busy_seconds=busy_seconds, durable=False)
        self._busy_seconds = busy_seconds
        self._monotonic = monotonic
        self._turn = threading.Lock()  # threads wait for each other here, where waiting is not polling
        self._sweep_at = monotonic()

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """See Counter."""
        if not self._turn.acquire(timeout=self._busy_seconds):
            raise StateUnavailable(FILE)
        try:
            with self._database.writing() as connection:
                return self._count(connection, caller, limit, window_seconds)
        except StateUnavailable as error:
            self._discard_if_damaged(error)
            raise
        finally:
            self._turn.release()

    def _count(self, connection: sqlite3.Connection, caller: str, limit: int, window_seconds: int) -> Count:
        now = self._monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY_SECONDS
            connection.execute("DELETE FROM hits WHERE until <= ?", (now,))
        connection.execute(
            "DELETE FROM hits WHERE caller = ? AND (at <= ? OR at > ?)", (caller, now - window_seconds, now)
        )
        order = "SELECT at, number FROM hits WHERE caller = ? ORDER BY at {0}, number {0} LIMIT 1"
        first = connection.execute(order.format("ASC"), (caller,)).fetchone()
        last = connection.execute(order.format("DESC"), (caller,)).fetchone()
        oldest, used, number = (now, 0, 0) if first is None else (first[0], last[1] - first[1] + 1, last[1] + 1)
        allowed = used < limit
        if allowed:
            connection.execute("INSERT INTO hits VALUES (?, ?, ?, ?)", (caller, now, number, now + window_seconds))
        return Count(allowed=allowed, used=used + allowed, reset_seconds=oldest + window_seconds - now)

    def _discard_if_damaged(self, error: StateUnavailable) -> None:
        if getattr(error.__cause__, "sqlite_errorcode", None) in _DAMAGED:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(FILE + suffix).unlink(missing_ok=True)
