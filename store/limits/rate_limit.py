"""Rate limits: how many requests a caller may send in a moving window."""

from __future__ import annotations

import logging
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

from carbon.errors import StateUnavailable
from store.backoff import Backoff
from telemetry import Silent, Telemetry

log = logging.getLogger(__name__)

OFF = "off"
LOCAL, OPEN, CLOSED = "local", "open", "closed"
MAX_CALLERS = 20_000
REST_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one request is allowed, and what remains of its limit.

    limit: requests allowed in any window of window_seconds. remaining: requests that are still allowed now.
    reset_seconds: whole seconds, at least 1, until the oldest counted request has left the window.
    """

    allowed: bool
    limit: int
    window_seconds: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """The count after one request. used: requests in the window. reset_seconds: until the oldest one leaves it."""

    allowed: bool
    used: int
    reset_seconds: float


class Counter(Protocol):
    """Counts the requests of callers in moving windows. Safe for many threads.

    scope: whose requests are counted together: those of all machines of the "service", of one "machine", or of one
    "worker". trouble_logged: whether a failure is in the log already because it concerns more than the counts.
    """

    scope: str

    @property
    def trouble_logged(self) -> bool: ...

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """Count a request unless the window contains `limit` requests already.

        Raises StateUnavailable, and Busy if too many other requests wait to be counted.
        """
        ...


class RateLimiter:
    """Allows or refuses requests by a counter; while that cannot be used, by the setting for that case.

    on_store_error: "local" counts for this process alone, "open" allows every request, "closed" refuses every request.
    Each change between working and failing is logged once.
    """

    def __init__(
        self,
        counter: Counter,
        *,
        on_store_error: str = LOCAL,
        telemetry: Telemetry | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counter = counter
        self._local = MemoryCounter(monotonic)
        self._telemetry = telemetry or Silent()
        self._backoff = Backoff(REST_SECONDS, monotonic=monotonic)
        self._failure_logged = False
        self.on_store_error = on_store_error

    @property
    def failing(self) -> bool:
        """Whether the counter cannot be used now."""
        return self._backoff.failing

    @property
    def scope(self) -> str:
        """Whose requests are counted together now, see Counter."""
        return self._local.scope if self._backoff.failing else self._counter.scope

    def hit(self, rate: str, caller: str) -> Verdict | None:
        """Count one request of a caller against a rate such as "60 per minute"; a refused one is not counted.

        None: nothing is counted, because the rate is "off" or the counter failed and on_store_error is "open".
        Raises StateUnavailable if the counter failed and on_store_error is "closed". Raises Busy if it works but has
        too much to do: that is no failure, so the request is refused and not counted locally.
        """
        item = _item(rate)
        if item is None:
            return None
        window_seconds = item.get_expiry()
        count = self._count(caller, item.amount, window_seconds)
        if count is None:
            return None
        seconds = round(count.reset_seconds, 3)  # a difference of floats: 59 may be 59.0000001
        return Verdict(
            allowed=count.allowed,
            limit=item.amount,
            window_seconds=window_seconds,
            remaining=max(0, item.amount - count.used),
            reset_seconds=max(1, ceil(seconds)),
        )

    def _count(self, caller: str, limit: int, window_seconds: int) -> Count | None:
        if self._backoff.may_try():
            try:
                count = self._counter.hit(caller, limit, window_seconds)
            except StateUnavailable as error:
                self._telemetry.store_error("rate-limit")
                if self._backoff.failed() and not self._counter.trouble_logged:
                    self._log_failure(error)
            else:
                if self._backoff.succeeded() and self._failure_logged:
                    self._failure_logged = False
                    log.info("the shared request counts can be used again")
                return count
        if self.on_store_error == CLOSED:
            raise StateUnavailable("the shared request counts")
        return None if self.on_store_error == OPEN else self._local.hit(caller, limit, window_seconds)

    def _log_failure(self, error: StateUnavailable) -> None:
        self._failure_logged = True
        cause = error.__cause__ or "busy"
        log.error(
            "the shared request counts cannot be used; RATE_LIMIT_ON_STORE_ERROR=%s applies meanwhile (%s: %s)",
            self.on_store_error,
            error,
            cause,
        )


def in_memory(*, monotonic: Callable[[], float] = time.monotonic) -> RateLimiter:
    """A RateLimiter that counts for this process alone."""
    return RateLimiter(MemoryCounter(monotonic), monotonic=monotonic)


class MemoryCounter:
    """A Counter of one process. When there are too many callers, it forgets the one whose last request is oldest."""

    scope = "worker"
    trouble_logged = False

    def __init__(self, monotonic: Callable[[], float], callers: int = MAX_CALLERS) -> None:
        self._monotonic = monotonic
        self._callers = callers
        self._lock = threading.Lock()
        self._times: OrderedDict[str, array[float]] = OrderedDict()  # ascending, those inside the window

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """See Counter; never raises."""
        with self._lock:
            now = self._monotonic()
            times = self._within(caller, now - window_seconds)
            allowed = len(times) < limit
            if allowed:
                times.append(now)
            oldest = times[0] if times else now
            return Count(allowed=allowed, used=len(times), reset_seconds=window_seconds - (now - oldest))

    def _within(self, caller: str, start: float) -> array[float]:
        """The times of a caller's requests after `start`; marks the caller as the most recent one."""
        times = self._times.get(caller)
        if times is None:
            times = self._times[caller] = array("d")
            if len(self._times) > self._callers:
                self._times.popitem(last=False)
        else:
            self._times.move_to_end(caller)
            del times[: bisect_right(times, start)]
        return times


@lru_cache(maxsize=1024)
def _item(rate: str) -> RateLimitItem | None:
    return None if rate == OFF else parse(rate)
