"""The least time between two calls to one upstream, for all workers together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from grid.records import PACE, Fact
from grid.source import RefreshInProgress
from store.shared.state import SharedState


class Paced(RefreshInProgress):
    """A call was sent a moment ago; retry_after_seconds says when the next one may follow."""


class Pace:
    """Lets one call pass in `seconds`; the others are told how long to wait."""

    def __init__(self, source: str, shared: SharedState, *, seconds: float, utc_now: Callable[[], datetime]) -> None:
        self._source = source
        self._shared = shared
        self._seconds = seconds
        self._utc_now = utc_now

    def take(self) -> None:
        """Raises Paced unless the last call is long enough ago; otherwise this call is the last one from now on."""
        clock = self._utc_now().timestamp()
        wait: list[float] = []

        def pass_on(last: Fact | None) -> Fact | None:
            since = clock - last.at if last is not None else self._seconds
            too_soon = 0 <= since < self._seconds  # below 0: the clock was set back
            wait[:] = [self._seconds - since] if too_soon else []
            return None if too_soon else Fact(at=clock)

        self._shared.update(PACE, self._source, pass_on)
        if wait:
            raise Paced("late", "calls to this source are spaced", retry_after_seconds=wait[0])
