"""A limiter over a counter that can fail."""

from __future__ import annotations

from carbon.errors import StateUnavailable
from store.limits.rate_limit import MemoryCounter, RateLimiter
from tests.fakes.clock import SteppedClock
from tests.fakes.telemetry import Counts

RATE = "60 per minute"


class Broken:
    """A Counter that fails as long as it is told to."""

    scope = "machine"
    trouble_logged = False

    def __init__(self, clock: SteppedClock) -> None:
        self.failing = True
        self.calls = 0
        self._memory = MemoryCounter(clock.monotonic)

    def hit(self, caller: str, limit: int, window_seconds: int) -> object:
        self.calls += 1
        if self.failing:
            raise StateUnavailable("counts")
        return self._memory.hit(caller, limit, window_seconds)


def limiter(clock: SteppedClock, broken: Broken, telemetry: Counts, on_store_error: str = "local") -> RateLimiter:
    return RateLimiter(broken, on_store_error=on_store_error, telemetry=telemetry, monotonic=clock.monotonic)  # type: ignore[arg-type]
