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


class KeyRing:
    """Answers from memory and reads the table again when its copy is REFRESH_SECONDS old.

    One thread reads while the others use the copy, unless it is twice that old. Keys that were read once stay in force
    through every failure of the table, so losing the table never opens the service.
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

    def stale(self) -> bool:
        """Whether changes of the last seconds may not be in force yet."""
        return self._failing or self._behind()

    def _current(self) -> Sequence[KeyRecord]:
        overdue = self._monotonic() - self._due
        if overdue >= 0 and self._lock.acquire(blocking=self._records is None or overdue >= REFRESH_SECONDS):
            try:
                if self._monotonic() >= self._due:
                    self._refresh()
            finally:
                self._lock.release()
        if self._records is None:
            raise StateUnavailable("the table of API keys")
        return self._records

    def _refresh(self) -> None:
        started = self._monotonic()
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
