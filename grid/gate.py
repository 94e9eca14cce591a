"""Whether a source may be called now, and how it has been doing: one gate per source, shared by all threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from grid.source import SourceError, SourceRefused, SourceUnavailable

logger = logging.getLogger(__name__)

RATE_LIMIT_HOLD_SECONDS = 60.0  # after a 429 that does not say how long
LONGEST_HOLD_SECONDS = 3600.0  # a Retry-After of days would silence the source until the next start
REFUSED_HOLD_SECONDS = 600.0  # a refused key is tried again now and then: keys get activated
OUTAGE_HOLD_SECONDS = 30.0
OUTAGE_AFTER_FAILURES = 3


class Gate:
    """Holds calls back while a source would only fail, and remembers what worked.

    A 429 holds every call until its Retry-After has passed, a refused key for ten minutes, three failures in a
    row without an answer for half a minute. Each change of state is logged once.
    """

    def __init__(self, source: str, *, utc_now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._source = source
        self._utc_now = utc_now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._hold: tuple[type[SourceError], str, float] | None = None  # error class, reason, until
        self._trouble: str | None = None  # the reason already logged
        self._failures_in_a_row = 0
        self._key_worked_at: float | None = None
        self._worked_at: dict[tuple[str, str], float] = {}
        self.last_success_at: datetime | None = None
        self.last_error: str | None = None
        self.failing = False

    def held(self) -> SourceError | None:
        """Why nothing may be asked now, with the seconds left; None when calls may go out."""
        hold = self._hold
        if hold is None:
            return None
        error_class, reason, until = hold
        seconds_left = until - self._monotonic()
        if seconds_left <= 0:
            return None
        return error_class(reason, "calls are held back", retry_after_seconds=seconds_left)

    @property
    def responsive(self) -> bool:
        """False from a run of failures without an answer until the next success."""
        return self._failures_in_a_row < OUTAGE_AFTER_FAILURES

    def key_accepted(self) -> None:
        """The upstream took the key, whatever it answered."""
        self._key_worked_at = self._monotonic()

    def key_worked_within(self, seconds: float) -> bool:
        return self._key_worked_at is not None and self._monotonic() - self._key_worked_at < seconds

    def worked_within(self, signal: str, zone: str, seconds: float) -> bool:
        """Whether this signal of this zone was answered in the last `seconds`."""
        at = self._worked_at.get((signal, zone))
        return at is not None and self._monotonic() - at < seconds

    def succeeded(self, signal: str, zone: str) -> None:
        """Note an answer. A hold stays: a call sent before it began may well be answered after."""
        with self._lock:
            self._worked_at[signal, zone] = self._monotonic()
            self._failures_in_a_row = 0
            self.last_success_at = self._utc_now()
            self.failing = False
            if self.held() is not None:
                return
            recovered, self._trouble = self._trouble, None
        if recovered is not None:
            logger.info("%s answers again after %s", self._source, recovered)

    def failed(self, error: SourceError, *, nothing_works_without: bool = False) -> None:
        """Note a failed call; hold further calls if its reason, or what was asked, concerns all of them."""
        with self._lock:
            self.last_error = str(error)
            self.failing = True
            unanswered = isinstance(error, SourceUnavailable) and error.reason != "rate-limited"
            self._failures_in_a_row = self._failures_in_a_row + 1 if unanswered else 0
            seconds = self._hold_seconds(error)
            if seconds is None and nothing_works_without:
                seconds = OUTAGE_HOLD_SECONDS
            if seconds is None:
                return
            self._hold = (type(error), error.reason, self._monotonic() + seconds)
            changed, self._trouble = self._trouble != error.reason, error.reason
        if changed:
            level = logging.ERROR if isinstance(error, SourceRefused) else logging.WARNING
            logger.log(level, "%s: %s; no calls for %.0f s", self._source, error, seconds)

    def _hold_seconds(self, error: SourceError) -> float | None:
        if isinstance(error, SourceRefused):
            return REFUSED_HOLD_SECONDS
        if error.retry_after_seconds is not None:
            return min(error.retry_after_seconds, LONGEST_HOLD_SECONDS)
        if error.reason == "rate-limited":
            return RATE_LIMIT_HOLD_SECONDS
        return None if self.responsive else OUTAGE_HOLD_SECONDS
