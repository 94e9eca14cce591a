"""The circuit breaker of a source, and its recent successes and failures, shared by all workers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from grid.records import CLOCK_SKEW_SECONDS, HEALTH, WORKED, Fact, Health
from grid.source import SourceError, SourceRefused, SourceUnavailable
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

RATE_LIMIT_HOLD_SECONDS = 60.0  # after a 429 that does not say how long, unless the source documents another time
LONGEST_HOLD_SECONDS = 3600.0  # a Retry-After of days would silence the source until the next start
REFUSED_HOLD_SECONDS = 600.0  # a refused key is tried again now and then: keys get activated
OUTAGE_HOLD_SECONDS = 30.0
OUTAGE_AFTER_FAILURES = 3
FAILURE_SECONDS = 900.0  # how long a failure of one zone counts while other zones of its signal succeed
OTHERS_FAILURE_SECONDS = 3600.0  # and while only other signals succeed
SUCCESS_SECONDS = 5.0  # a success so soon after another one is not written to the store


class Gate:
    """Holds calls back while they would only fail, and stores which calls worked, for all workers.

    A 429 holds every call until its Retry-After has passed, a refused key for ten minutes, and three failures in a
    row without a reply for half a minute. Each change of state is logged once, by the worker that saw it.
    """

    def __init__(
        self,
        source: str,
        shared: SharedState,
        *,
        utc_now: Callable[[], datetime],
        essential: str = "",
        rate_limit_seconds: float | None = None,
    ) -> None:
        """essential: the signal whose failures count until it succeeds itself.

        rate_limit_seconds: the hold after a 429 that does not say how long; None: a minute.
        """
        self._source = source
        self._rate_limit_seconds = rate_limit_seconds
        self._essential = essential
        self._shared = shared
        self._utc_now = utc_now

    def hold(self) -> SourceError | None:
        """Why no call may be sent now, with the remaining seconds; None when calls may be sent."""
        health, clock = self.health, self._clock()
        if not health.is_held(clock):
            return None
        error_class = SourceRefused if health.refused else SourceUnavailable
        return error_class(health.hold or "", "calls are held back", retry_after_seconds=health.held_until - clock)

    @property
    def health(self) -> Health:
        """The successes and failures of all workers."""
        health: Health = self._shared.snapshot().of(HEALTH).get(self._source) or Health()
        return health

    @property
    def responsive(self) -> bool:
        """False from three failures in a row without a reply until the next success."""
        return self.health.failures_in_a_row < OUTAGE_AFTER_FAILURES

    @property
    def last_success_at(self) -> datetime | None:
        at = self.health.last_success_at
        return None if at is None else datetime.fromtimestamp(at, UTC)

    def key_worked_within(self, seconds: float) -> bool:
        """Whether the upstream accepted the key in the last `seconds`, regardless of the rest of its reply."""
        return _within(self.health.key_worked_at, self._clock(), seconds)

    def worked_within(self, signal: str, zone: str, seconds: float) -> bool:
        """Whether a call for this signal of this zone succeeded in the last `seconds`."""
        fact: Fact | None = self._shared.snapshot().of(WORKED).get(f"{self._source} {signal} {zone}")
        return fact is not None and _within(fact.at, self._clock(), seconds)

    def succeeded(self, signal: str, zone: str, *, with_key: bool = True) -> None:
        """Note a success. A hold stays, because the call may have been sent before the hold began."""
        clock = self._clock()
        past_trouble: list[str | None] = []

        def note(shared: Health | None) -> Health | None:
            health = shared or Health()
            trouble = health.trouble if health.is_held(clock) else None
            past_trouble[:] = [health.trouble if trouble is None else None]
            failing = self._still_failing(health, signal, zone, clock)
            is_unchanged = health.failures_in_a_row == 0 and failing == health.failing and past_trouble[0] is None
            if (
                is_unchanged
                and _within(health.last_success_at, clock, SUCCESS_SECONDS)
                and (not with_key or _within(health.key_worked_at, clock, SUCCESS_SECONDS))
            ):
                return None
            return replace(
                health,
                turn=health.turn + 1,
                failures_in_a_row=0,
                failing=failing,
                trouble=trouble,
                last_success_at=clock,
                key_worked_at=clock if with_key else health.key_worked_at,
            )

        self._shared.update(HEALTH, self._source, note)
        if not self.worked_within(signal, zone, SUCCESS_SECONDS):
            self._shared.put(WORKED, f"{self._source} {signal} {zone}", Fact(at=clock))
        if past_trouble[0] is not None:
            logger.info("%s answers again; the problem was: %s", self._source, past_trouble[0])

    def failed(
        self, error: SourceError, *, call: str = "", nothing_works_without: bool = False, with_key: bool = False
    ) -> None:
        """Note a failed call. Hold further calls if the reason concerns all of them, or none works without this one.

        call: its signal and zone, "" for any. with_key: whether the upstream accepted the key all the same.
        """
        clock = self._clock()
        new_hold_seconds: list[float | None] = []

        def note(shared: Health | None) -> Health:
            health = shared or Health()
            no_reply = isinstance(error, SourceUnavailable) and error.reason != "rate-limited"
            failures = health.failures_in_a_row + 1 if no_reply else 0
            seconds = self._hold_seconds(error, responsive=failures < OUTAGE_AFTER_FAILURES)
            if seconds is None and nothing_works_without:
                seconds = OUTAGE_HOLD_SECONDS
            after = replace(
                health,
                turn=health.turn + 1,
                failures_in_a_row=failures,
                failing={**health.failing, call: clock},
                last_error=str(error),
                key_worked_at=clock if with_key else health.key_worked_at,
            )
            new_hold_seconds[:] = [None if health.trouble == error.reason else seconds]
            if seconds is None:
                return after
            if health.is_held(clock) and health.held_until >= clock + seconds:
                return replace(after, trouble=error.reason)  # the longer hold stays
            return replace(
                after,
                hold=error.reason,
                refused=isinstance(error, SourceRefused),
                held_at=clock,
                held_until=clock + seconds,
                trouble=error.reason,
            )

        self._shared.update(HEALTH, self._source, note)
        if new_hold_seconds[0] is not None:
            level = logging.ERROR if isinstance(error, SourceRefused) else logging.WARNING
            logger.log(level, "%s: %s; no calls are sent for %.0f s", self._source, error, new_hold_seconds[0])

    def _still_failing(self, health: Health, signal: str, zone: str, clock: float) -> Mapping[str, float]:
        """The failures that still count after this success, so that the state does not depend on the order of calls."""

        def fails(call: str, at: float) -> bool:
            if call in ("", f"{signal} {zone}"):
                return False
            if call.startswith(f"{signal} "):
                return _within(at, clock, FAILURE_SECONDS)
            return call.startswith(f"{self._essential} ") or _within(at, clock, OTHERS_FAILURE_SECONDS)

        return {call: at for call, at in health.failing.items() if fails(call, at)}

    def _hold_seconds(self, error: SourceError, *, responsive: bool) -> float | None:
        if isinstance(error, SourceRefused):
            return REFUSED_HOLD_SECONDS
        if error.retry_after_seconds is not None:
            return min(error.retry_after_seconds, LONGEST_HOLD_SECONDS)
        if error.reason == "rate-limited":
            return self._rate_limit_seconds or RATE_LIMIT_HOLD_SECONDS
        return None if responsive else OUTAGE_HOLD_SECONDS

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _within(at: float | None, clock: float, seconds: float) -> bool:
    return at is not None and -CLOCK_SKEW_SECONDS <= clock - at < seconds
