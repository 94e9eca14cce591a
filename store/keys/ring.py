"""The API keys in force, as one process knows them: a copy that is at most a few seconds old."""

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

    One thread reads while the others use the copy, unless it is twice that old. Once keys were seen they stay in
    force through every failure of the table, so that losing it never opens the service.
    """

    def __init__(
        self,
        read: Callable[[], Sequence[KeyRecord]],
        *,
        behind: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """read: every key ever created; may raise StateUnavailable. Not called before the first question.

        behind: whether what was read last may lack changes made on other machines.
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
        """Whether a key was ever created, so that requests need one. Raises StateUnavailable if never known."""
        return bool(self._current())

    def find(self, key: str) -> KeyRecord | None:
        """The record of a key in force; None for any other text. Takes as long whichever it is.

        Raises StateUnavailable if the keys were never known.
        """
        self._current()
        digest, found = digest_of(key), None
        for record in self._in_force:  # to the end, also after a match
            if hmac.compare_digest(record.sha256, digest):
                found = record
        return found

    def stale(self) -> bool:
        """Whether changes of the last seconds may not be in force."""
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
            if union:  # else it stays unknown who may ask, and nobody gets in
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
        """What is known from now on."""
        self._records = records
        self._in_force = tuple(record for record in records if record.revoked_at is None)

    def _fail(self, reason: str) -> None:
        if not self._failing:
            log.error(
                "API keys cannot be read: the last known keys stay in force; without any, requests get a 503 (%s)",
                reason,
            )
        self._failing = True
