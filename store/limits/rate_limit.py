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
from store.backoff import Rest
from telemetry import Silent, Telemetry

log = logging.getLogger(__name__)

OFF = "off"
LOCAL, OPEN, CLOSED = "local", "open", "closed"
CALLERS_REMEMBERED = 20_000
REST_SECONDS = 1.0


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


@dataclass(frozen=True, slots=True)
class Count:
    """One request counted, or not. used: requests in the window now. reset_seconds: until the oldest leaves it."""

    allowed: bool
    used: int
    reset_seconds: float


class Counter(Protocol):
    """Counts the requests of callers in moving windows. Safe for many threads.

    scope: who counts together: all of the "service", the workers of one "machine", or each "worker" alone.
    trouble_logged: whether a failure is in the log already, since it is not of the counts alone.
    """

    scope: str

    @property
    def trouble_logged(self) -> bool: ...

    def hit(self, caller: str, limit: int, window_seconds: int) -> Count:
        """Count a request unless `limit` of them are in the window already.

        Raises StateUnavailable, and Busy if the request's turn to be counted does not come in time.
        """
        ...


class RateLimiter:
    """Judges requests by a counter; while that cannot be used, by what is to be done then.

    on_store_error: "local" counts for this process alone, "open" limits nobody, "closed" lets nobody in. Each change
    is logged once.
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
        self._rest = Rest(REST_SECONDS, monotonic=monotonic)
        self._failure_logged = False
        self.on_store_error = on_store_error

    @property
    def failing(self) -> bool:
        """Whether the counter cannot be used now."""
        return self._rest.failing

    @property
    def scope(self) -> str:
        """Who counts together now."""
        return self._local.scope if self._rest.failing else self._counter.scope

    def hit(self, rate: str, caller: str) -> Verdict | None:
        """Count one request of a caller against a rate such as "60 per minute"; a refused one is not counted.

        None: nothing is counted, as the rate is "off" or the counter cannot be used and that means open.
        Raises StateUnavailable if it cannot be used and that means closed. Raises Busy if it works but has too much to
        do: that is no failure, so the request is refused rather than counted somewhere else.
        """
        item = _item(rate)
        if item is None:
            return None
        window_seconds = item.get_expiry()
        count = self._count(caller, item.amount, window_seconds)
        if count is None:
            return None
        seconds = round(count.reset_seconds, 3)  # a difference of floats: 60 may be 60.0000001
        return Verdict(
            allowed=count.allowed,
            limit=item.amount,
            window_seconds=window_seconds,
            remaining=max(0, item.amount - count.used),
            reset_seconds=max(1, ceil(seconds)),
        )

    def _count(self, caller: str, limit: int, window_seconds: int) -> Count | None:
        if self._rest.may_try():
            try:
                count = self._counter.hit(caller, limit, window_seconds)
            except StateUnavailable as error:
                self._telemetry.store_error("rate-limit")
                if self._rest.failed() and not self._counter.trouble_logged:
                    self._log_failure(error)
            else:
                if self._rest.succeeded() and self._failure_logged:
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
    """A Counter of one process. It forgets the caller seen longest ago when there are too many."""

    scope = "worker"
    trouble_logged = False

    def __init__(self, monotonic: Callable[[], float], callers: int = CALLERS_REMEMBERED) -> None:
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
            return Count(allowed=allowed, used=len(times), reset_seconds=oldest + window_seconds - now)

    def _within(self, caller: str, start: float) -> array[float]:
        """The times of a caller's requests after `start`; the caller becomes the one seen last."""
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
