"""The least time between two calls to one upstream, for all workers together."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from grid.records import PACE, Fact
from grid.source import RefreshInProgress
from store.shared.state import SharedState


class Paced(RefreshInProgress):
    """A call was sent a moment ago; retry_after_seconds says when the next one may follow."""


class Pace:
    """Lets one call pass in `seconds`; the others wait for up to `patience_seconds`, or are told how long to wait."""

    def __init__(
        self,
        source: str,
        shared: SharedState,
        *,
        seconds: float,
        utc_now: Callable[[], datetime],
        patience_seconds: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._sleep = sleep
        self._source = source
        self._shared = shared
        self._seconds = seconds
        self._utc_now = utc_now

    def take(self) -> None:
        """Return when the turn of this call has come. Raises Paced if that takes longer than the patience."""
        patience_left = self._patience_seconds
        while True:
            pause = self._pause()
            if pause is None:
                return
            if pause > patience_left:
                raise Paced("late", "calls to this source are spaced", retry_after_seconds=pause)
            self._sleep(pause)
            patience_left -= pause

    def _pause(self) -> float | None:
        """The seconds to wait; None if the last call is long enough ago. Then this call is the last one from now on."""
        clock = self._utc_now().timestamp()
        wait: list[float] = []

        def pass_on(last: Fact | None) -> Fact | None:
            since = clock - last.at if last is not None else self._seconds
            too_soon = 0 <= since < self._seconds  # below 0: the clock was set back
            wait[:] = [self._seconds - since] if too_soon else []
            return None if too_soon else Fact(at=clock)

        self._shared.update(PACE, self._source, pass_on)
        return wait[0] if wait else None
