"""The API keys in force: a copy in the memory of one process that is at most a few seconds old."""

from __future__ import annotations

import hmac
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence

from carbon.errors import StateUnavailable
from store.keys.table import KeyRecord, UnreadableKeys, digest_of

log = logging.getLogger(__name__)
REFRESH_SECONDS = 2.0
PATIENCE_SECONDS = 0.5  # a table on a busy disk or behind a slow resolver answers later
FIRST_PATIENCE_SECONDS = 5.0


class KeyRing:
    """Answers from memory and reads the table again when its copy is REFRESH_SECONDS old.

    A thread of its own reads. The request that started it waits for it, and so do all others once the copy is twice
    that old, but none for longer than PATIENCE_SECONDS, or FIRST_PATIENCE_SECONDS without any copy. Keys that were read
    once stay in force through every failure of the table, so losing the table never opens the service.
    """

    def __init__(
        self,
        read: Callable[[], Sequence[KeyRecord]],
        *,
        behind: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """read: returns every key ever created; may raise StateUnavailable. Not called before the first request.

        behind: whether the last result may lack changes made on other machines.
        """
        self._read = read
        self._behind = behind
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._records: Sequence[KeyRecord] | None = None
        self._in_force: tuple[KeyRecord, ...] = ()
        self._due = -math.inf
        self._reader = threading.Thread()
        self._reading_since = -math.inf
        self._failing = False

    def configured(self) -> bool:
        """Whether a key was ever created, so requests need one. Raises StateUnavailable if the table was never read."""
        return bool(self._current())

    def find(self, key: str) -> KeyRecord | None:
        """The record of a key in force; None for any other text. Takes equally long in both cases.

        Raises StateUnavailable if the table was never read.
        """
        self._current()
        digest, match = digest_of(key), None
        for record in self._in_force:  # all of them, so that the time tells nothing
            if hmac.compare_digest(record.sha256, digest):
                match = record
        return match

    def in_force(self, key_id: str) -> KeyRecord | None:
        """The record of the key with this id, if it is in force. Raises StateUnavailable if the table was never read.

        For an id that we signed: the time it takes may tell which ids exist.
        """
        self._current()
        return next((record for record in self._in_force if record.id == key_id), None)

    def stale(self) -> bool:
        """Whether changes of the last seconds may not be in force yet."""
        return self._failing or self._behind()

    def _current(self) -> Sequence[KeyRecord]:
        overdue = self._monotonic() - self._due
        if overdue >= 0 and (self._start_reading() or self._records is None or overdue >= REFRESH_SECONDS):
            patience = FIRST_PATIENCE_SECONDS if self._records is None else PATIENCE_SECONDS
            self._reader.join(max(0.0, self._reading_since + patience - self._monotonic()))
            if self._reader.is_alive():
                self._fail("the table did not answer in time")
        if self._records is None:
            raise StateUnavailable("the table of API keys")
        return self._records

    def _start_reading(self) -> bool:
        """Whether this caller started a thread that reads the table; not if one reads or the copy is new."""
        with self._lock:
            now = self._monotonic()
            if self._reader.is_alive() or now < self._due:
                return False
            self._reader = threading.Thread(target=self._refresh, args=(now,), name="keys", daemon=True)
            self._reading_since = now
            self._reader.start()
            return True

    def _refresh(self, started: float) -> None:
        try:
            records = self._read()
        except UnreadableKeys as error:
            self._fail(str(error))
            union = {record.id: record for record in (*(self._records or ()), *error.readable)}
            if union:  # without any key the table counts as never read, and requests get a 503
                self._use(tuple(union.values()))
        except StateUnavailable as error:
            self._fail(f"{error}: {error.__cause__}")
        else:
            if self._records and not records:
                self._fail("there were keys, but the table is now missing or empty")
            else:
                self._use(records)
                self._failing = False
        self._due = started + REFRESH_SECONDS

    def _use(self, records: Sequence[KeyRecord]) -> None:
        self._records = records
        self._in_force = tuple(record for record in records if record.revoked_at is None)

    def _fail(self, reason: str) -> None:
        if not self._failing:
            log.error(
                "API keys cannot be read: the last known keys stay in force; without any, requests get a 503 (%s)",
                reason,
            )
        self._failing = True
