"""Rate limits: how many requests a caller may send in a moving window."""

from __future__ import annotations

import threading
import time
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Protocol

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

OFF = "off"
CALLERS_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one request.

    limit: requests allowed in any window of window_seconds. remaining: how many of them are left now.
    reset_seconds: whole seconds, at least 1, until the oldest counted request has left the window.
    """

    allowed: bool
    limit: int
    window_seconds: int
    remaining: int
    reset_seconds: int


class RateLimiter(Protocol):
    """Counts requests. shared: whether all workers of the service count together. Safe for many threads."""

    shared: bool

    def hit(self, rate: str, caller: str) -> Verdict | None:
        """Count one request of a caller against a rate such as "60 per minute"; a refused one is not counted.

        None: the rate is "off" and nothing is counted.
        """


class MovingWindows:
    """A RateLimiter over a storage of the limits library."""

    def __init__(self, storage: Storage, *, clock: Callable[[], float], shared: bool) -> None:
        """clock: seconds, the very clock by which the storage dates requests."""
        self.shared = shared
        self._strategy = MovingWindowRateLimiter(storage)
        self._clock = clock

    def hit(self, rate: str, caller: str) -> Verdict | None:
        item = _item(rate)
        if item is None:
            return None
        allowed = self._strategy.hit(item, caller)
        reset_at, remaining = self._strategy.get_window_stats(item, caller)
        seconds = round(reset_at - self._clock(), 3)  # a difference of floats: 60 may be 60.0000001
        return Verdict(
            allowed=allowed,
            limit=item.amount,
            window_seconds=item.get_expiry(),
            remaining=max(0, remaining),
            reset_seconds=max(1, ceil(seconds)),
        )


def in_memory(*, monotonic: Callable[[], float] = time.monotonic) -> MovingWindows:
    """A RateLimiter that counts for this process alone."""
    return MovingWindows(BoundedMemory(monotonic), clock=monotonic, shared=False)


class BoundedMemory(MemoryStorage):
    """The library's storage for one process, with bounds.

    The library's own keeps an entry for ever for every caller it has seen and starts threads that sweep through all
    of them. This one forgets the caller seen longest ago when there are too many, starts no threads, and is given its
    clock, so that a step of the wall clock does not matter.
    """

    def __init__(self, monotonic: Callable[[], float], callers: int = CALLERS_REMEMBERED) -> None:
        super().__init__()
        self.timer.cancel()  # the library's sweeper, which would find nothing here
        self.timer.join()  # before the process may fork
        self._monotonic = monotonic
        self._callers = callers
        self._lock = threading.Lock()
        self._times: OrderedDict[str, array[float]] = OrderedDict()  # ascending, those inside the window

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self._lock:
            now = self._monotonic()
            times = self._within(key, now - expiry)
            if len(times) + amount > limit:
                return False
            times.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        with self._lock:
            now = self._monotonic()
            times = self._within(key, now - expiry)
            return (times[0], len(times)) if times else (now, 0)

    def _within(self, key: str, start: float) -> array[float]:
        """The times of a caller's requests after `start`; the caller becomes the one seen last."""
        times = self._times.get(key)
        if times is None:
            times = self._times[key] = array("d")
            if len(self._times) > self._callers:
                self._times.popitem(last=False)
        else:
            self._times.move_to_end(key)
            del times[: bisect_right(times, start)]
        return times


@lru_cache(maxsize=1024)
def _item(rate: str) -> RateLimitItem | None:
    return None if rate == OFF else parse(rate)
