"""Requests counted in files under DATA_DIR: the workers of one machine count together."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from carbon.errors import StateUnavailable
from store.database import Database
from store.rate_limit import Count

FILE = "hits.sqlite3"
SLICES = 64  # of the callers, one of which is swept at a time
SLICE_SECONDS = 1.0
CLEAN_EVERY = 16  # hits of one caller
_SCHEMA = (
    """CREATE TABLE hits (
        caller INTEGER NOT NULL,
        number INTEGER NOT NULL,
        at REAL NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (caller, number)
    ) WITHOUT ROWID""",
)
_FIRST = "SELECT number, at FROM hits WHERE caller = ? AND at > ? ORDER BY number LIMIT 1"
_LAST = "SELECT number, at FROM hits WHERE caller = ? ORDER BY number DESC LIMIT 1"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class FileCounter:
    """A Counter over SQLite, one short transaction a request.

    A row is a request; those of one caller, who is kept as a hash, are numbered without a gap, so that the first and
    the last in the window tell how many there are. Times are of the monotonic clock, which all processes of a machine
    share and no clock step moves; times ahead of it are of before the machine started. Nothing is synchronised to the
    disk: a crash of the machine may cost the counts, and a file it damaged is set aside.
    """

    scope = "machine"
    trouble_logged = False

    def __init__(self, folder: Path, *, busy_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """busy_seconds: longest wait for the others who count, half of it for threads and half for processes."""
        self._database = Database(folder / FILE, _SCHEMA, busy_seconds=busy_seconds / 2, durable=False)
        self._turn_seconds = busy_seconds / 2
        self._monotonic = monotonic
        self._turn = threading.Lock()  # threads wait for each other here, where waiting is not polling
        self._sweep_at, self._slice = -math.inf, 0

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """See Counter."""
        if not self._turn.acquire(timeout=self._turn_seconds):
            raise StateUnavailable(FILE)
        try:
            with self._database.writing() as connection:
                return self._count(connection, caller, limit, window_seconds)
        except StateUnavailable as error:
            if getattr(error.__cause__, "sqlite_errorcode", None) in _DAMAGED:
                self._database.set_aside()
            raise
        finally:
            self._turn.release()

    def _count(self, connection: sqlite3.Connection, caller: str, limit: int, window_seconds: int) -> Count:
        now, who = self._monotonic(), _hash(caller)
        if now >= self._sweep_at:
            self._sweep(connection, now)
        last = connection.execute(_LAST, (who,)).fetchone()
        if last is not None and last[1] > now:
            connection.execute("DELETE FROM hits WHERE caller = ?", (who,))
            last = None
        first = connection.execute(_FIRST, (who, now - window_seconds)).fetchone() if last else None
        number = last[0] + 1 if last else 0
        used, oldest = (number - first[0], first[1]) if first else (0, now)
        allowed = used < limit
        if allowed:
            if number % CLEAN_EVERY == 0:
                connection.execute("DELETE FROM hits WHERE caller = ? AND number < ?", (who, number - used))
            connection.execute("INSERT INTO hits VALUES (?, ?, ?, ?)", (who, number, now, now + window_seconds))
        return Count(allowed=allowed, used=used + allowed, reset_seconds=oldest + window_seconds - now)

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Forget who stays away: hashes lie evenly, so that a slice of them is a slice of the callers."""
        self._sweep_at, self._slice = now + SLICE_SECONDS, (self._slice + 1) % SLICES
        width = 2**64 // SLICES
        start = self._slice * width - 2**63
        query = "DELETE FROM hits WHERE caller BETWEEN ? AND ? AND until <= ?"
        connection.execute(query, (start, start + width - 1, now))


def _hash(caller: str) -> int:
    """64 bits, signed as SQLite keeps them."""
    return int.from_bytes(blake2b(caller.encode(), digest_size=8).digest(), signed=True)
