"""What a process computes anew in every hour, in a thread of its own and in small steps."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from carbon.errors import StateUnavailable
from pid import process_id

log = logging.getLogger(__name__)

Spans = tuple[float, float]
FIRST_SECONDS: Spans = (1.0, 5.0)  # of a process, before its first look
LOOK_SECONDS: Spans = (30.0, 90.0)  # the workers do not all begin at once
AFTER_A_FAILURE_SECONDS: Spans = (300.0, 600.0)
STEP_PAUSE_SECONDS = 0.02  # between two steps, so that requests are answered meanwhile


class Hourly:
    """Does its work at the first look in each hour; of an hour in which it made nothing, at the next look again.

    A forked process looks with its own thread.
    """

    def __init__(
        self,
        renew: Callable[[datetime], Iterator[bool]],
        *,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """renew: works step by step; each tells whether it made anything. Raises StateUnavailable."""
        self._renew = renew
        self._utc_now = utc_now
        self._pause = pause
        self._owner: int | None = None
        self._done: datetime | None = None

    def follow(self) -> None:
        """Have a thread of this process look from now on. Returns at once; may be called often."""
        if self._owner != process_id():
            self._owner = process_id()
            threading.Thread(target=self._follow, name="hourly", daemon=True).start()

    def look(self) -> bool:
        """Do the work if it was not yet done in this hour. Returns whether anything was made."""
        now = self._utc_now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour == self._done:
            return False
        has_made = False
        for made in self._renew(now):
            has_made = has_made or made
            self._pause(STEP_PAUSE_SECONDS)
        if has_made:
            self._done = hour
        return has_made

    def _follow(self) -> None:
        seconds = FIRST_SECONDS
        while True:
            self._pause(random.uniform(*seconds))  # noqa: S311 - spreads load, no secret  # nosec B311
            seconds = LOOK_SECONDS
            try:
                self.look()
            except StateUnavailable as error:
                log.warning("the forecasts from recent hours stay as they are: %s", error)
                seconds = AFTER_A_FAILURE_SECONDS
            except Exception:  # the thread must go on: the next look may succeed
                log.exception("the forecasts from recent hours could not be renewed")
                seconds = AFTER_A_FAILURE_SECONDS
