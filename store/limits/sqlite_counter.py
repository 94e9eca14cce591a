"""Requests counted in files under DATA_DIR: the workers of one machine count together."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from carbon.errors import Busy, StateUnavailable
from store.database import Database, has_damage, with_retries
from store.limits.rate_limit import Count
from store.schema import Schema

FILE = "hits.sqlite3"
SLICES = 64  # the callers are divided into so many slices, and one slice is swept at a time
SLICE_SECONDS = 1.0
TURN_SECONDS = 1.0  # longest wait of a thread for its turn; after that the request is refused as busy
CLEAN_EVERY = 16  # hits of one caller
_SCHEMA = Schema(
    tables=(
        """CREATE TABLE hits (
        caller INTEGER NOT NULL,
        number INTEGER NOT NULL,
        at REAL NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (caller, number)
    ) WITHOUT ROWID""",
    )
)
# The usual case in one statement, which is its own transaction, because Python may switch threads at every statement.
# It writes nothing for the first request of a window, for a request over the limit, and if times lie in the future.
_INSERT_NEXT = """
INSERT INTO hits SELECT :caller, last.number + 1, :now, :until
FROM (SELECT number, at FROM hits WHERE caller = :caller ORDER BY number DESC LIMIT 1) AS last,
    (SELECT number FROM hits WHERE caller = :caller AND at > :since ORDER BY number LIMIT 1) AS first
WHERE last.at <= :now AND last.number + 1 - first.number < :limit
RETURNING number,
    (SELECT number FROM hits WHERE caller = :caller AND at > :since ORDER BY number LIMIT 1),
    (SELECT at FROM hits WHERE caller = :caller AND at > :since ORDER BY number LIMIT 1)
"""
_FIRST = "SELECT number, at FROM hits WHERE caller = ? AND at > ? ORDER BY number LIMIT 1"
_LAST = "SELECT number, at FROM hits WHERE caller = ? ORDER BY number DESC LIMIT 1"
_DROP = "DELETE FROM hits WHERE caller = :caller AND number < :first"
_LARGEST_NUMBER = 2**62  # of a row; far from what SQLite can hold


class FileCounter:
    """A Counter over SQLite, one short transaction a request.

    A row is a request. The caller is stored as a hash. The requests of one caller are numbered without a gap, so their
    count is the difference of the first and the last number in the window. Times are of the monotonic clock, which all
    processes of a machine share and which never steps; times in its future were written before the machine restarted.
    Writes are not synchronised to the disk: a crash of the machine may lose the counts. A damaged file is renamed.
    """

    scope = "machine"
    trouble_logged = False

    def __init__(self, folder: Path, *, busy_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """busy_seconds: a file that other processes keep locked for so long counts as unusable."""
        self._database = Database(folder / FILE, _SCHEMA, busy_seconds=0, durable=False, trust_seconds=1.0, turns=True)
        self._busy_seconds = busy_seconds
        self._monotonic = monotonic
        self._turn = threading.Lock()  # threads wait for each other here, because waiting for SQLite would mean polling
        self._sweep_at, self._slice = -math.inf, 0

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """See Counter."""
        if not self._turn.acquire(timeout=TURN_SECONDS):
            raise Busy("too many requests are waiting to be counted")
        try:
            return with_retries(lambda: self._hit(caller, limit, window_seconds), self._busy_seconds)
        except StateUnavailable as error:
            if has_damage(error):
                self._database.set_aside()
            raise
        finally:
            self._turn.release()

    def _hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        now, who = self._monotonic(), _hash(caller)
        if now < self._sweep_at:
            until = now + window_seconds
            values = {"caller": who, "since": now - window_seconds, "now": now, "until": until, "limit": limit}
            for number, first, oldest in self._database.run(_INSERT_NEXT, values):
                if not (_sound(number, now, now) and _sound(first, oldest, now)):
                    break  # _count deletes such rows
                if number % CLEAN_EVERY == 0:
                    with suppress(StateUnavailable):  # this request is counted; one of the next ones deletes the rows
                        self._database.run(_DROP, {"caller": who, "first": first})
                return Count(allowed=True, used=number - first + 1, reset_seconds=window_seconds - (now - oldest))
        with self._database.writing() as connection:
            return self._count(connection, who, limit, window_seconds)

    def _count(self, connection: sqlite3.Connection, who: int, limit: int, window_seconds: int) -> Count:
        now = self._monotonic()
        if now >= self._sweep_at:
            self._sweep(connection, now)
        last = connection.execute(_LAST, (who,)).fetchone()
        first = connection.execute(_FIRST, (who, now - window_seconds)).fetchone() if last else None
        if any(row is not None and not _sound(row[0], row[1], now) for row in (last, first)):
            connection.execute("DELETE FROM hits WHERE caller = ?", (who,))
            last = first = None
        number = last[0] + 1 if last else 0
        used, oldest = (number - first[0], first[1]) if first else (0, now)
        allowed = used < limit
        if allowed:
            connection.execute(_DROP, {"caller": who, "first": number - used})
            connection.execute("INSERT INTO hits VALUES (?, ?, ?, ?)", (who, number, now, now + window_seconds))
        return Count(allowed=allowed, used=used + allowed, reset_seconds=window_seconds - (now - oldest))

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Delete old rows of one slice of the callers: hashes are evenly distributed, so slices have equal sizes."""
        self._sweep_at, self._slice = now + SLICE_SECONDS, (self._slice + 1) % SLICES
        width = 2**64 // SLICES
        start = self._slice * width - 2**63
        query = "DELETE FROM hits WHERE caller BETWEEN ? AND ? AND until <= ?"
        connection.execute(query, (start, start + width - 1, now))


def _sound(number: object, at: object, now: float) -> bool:
    """Whether a row has our types: SQLite lets other programs write any type into any column."""
    return isinstance(number, int) and abs(number) < _LARGEST_NUMBER and isinstance(at, int | float) and at <= now


def _hash(caller: str) -> int:
    """64 bits, signed as SQLite stores integers."""
    return int.from_bytes(blake2b(caller.encode(), digest_size=8).digest(), signed=True)
