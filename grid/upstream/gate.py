"""Whether a source may be called now, and how it has been doing: one gate per source, shared by all workers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from grid.records import CLOCK_SKEW_SECONDS, HEALTH, WORKED, Fact, Health
from grid.source import SourceError, SourceRefused, SourceUnavailable
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

RATE_LIMIT_HOLD_SECONDS = 60.0  # after a 429 that does not say how long
LONGEST_HOLD_SECONDS = 3600.0  # a Retry-After of days would silence the source until the next start
REFUSED_HOLD_SECONDS = 600.0  # a refused key is tried again now and then: keys get activated
OUTAGE_HOLD_SECONDS = 30.0
OUTAGE_AFTER_FAILURES = 3
FAILURE_SECONDS = 900.0  # a failure of one zone counts so long while the signal's other zones are answered,
OTHERS_FAILURE_SECONDS = 3600.0  # and so long while other signals are
NOTED_SECONDS = 5.0  # a success so soon after another one tells nothing new


class Gate:
    """Holds calls back while a source would only fail, and remembers what worked, for all workers.

    A 429 holds every call until its Retry-After has passed, a refused key for ten minutes, three failures in a
    row without an answer for half a minute. Each change of state is logged once, by the worker that saw it.
    """

    def __init__(
        self, source: str, shared: SharedState, *, utc_now: Callable[[], datetime], essential: str = ""
    ) -> None:
        """essential: the signal whose failures no success of another one makes up for."""
        self._source = source
        self._essential = essential
        self._shared = shared
        self._utc_now = utc_now

    def held(self) -> SourceError | None:
        """Why nothing may be asked now, with the seconds left; None when calls may go out."""
        health, clock = self.health, self._clock()
        if not health.held(clock):
            return None
        error_class = SourceRefused if health.refused else SourceUnavailable
        return error_class(health.hold or "", "calls are held back", retry_after_seconds=health.held_until - clock)

    @property
    def health(self) -> Health:
        """How the source does, as all workers know it."""
        found: Health = self._shared.snapshot().of(HEALTH).get(self._source) or Health()
        return found

    @property
    def responsive(self) -> bool:
        """False from a run of failures without an answer until the next success."""
        return self.health.failures_in_a_row < OUTAGE_AFTER_FAILURES

    @property
    def last_success_at(self) -> datetime | None:
        at = self.health.last_success_at
        return None if at is None else datetime.fromtimestamp(at, UTC)

    def key_worked_within(self, seconds: float) -> bool:
        """Whether the upstream took the key of late, whatever it answered."""
        return _within(self.health.key_worked_at, self._clock(), seconds)

    def worked_within(self, signal: str, zone: str, seconds: float) -> bool:
        """Whether this signal of this zone was answered in the last `seconds`."""
        fact: Fact | None = self._shared.snapshot().of(WORKED).get(f"{self._source} {signal} {zone}")
        return fact is not None and _within(fact.at, self._clock(), seconds)

    def succeeded(self, signal: str, zone: str, *, with_key: bool = True) -> None:
        """Note an answer. A hold stays: a call sent before it began may well be answered after."""
        clock = self._clock()
        recovered: list[str | None] = []

        def note(known: Health | None) -> Health | None:
            health = known or Health()
            trouble = health.trouble if health.held(clock) else None
            recovered[:] = [health.trouble if trouble is None else None]
            failing = self._still_failing(health, signal, zone, clock)
            told = health.failures_in_a_row == 0 and failing == health.failing and recovered[0] is None
            if (
                told
                and _within(health.last_success_at, clock, NOTED_SECONDS)
                and (not with_key or _within(health.key_worked_at, clock, NOTED_SECONDS))
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
        if not self.worked_within(signal, zone, NOTED_SECONDS):
            self._shared.put(WORKED, f"{self._source} {signal} {zone}", Fact(at=clock))
        if recovered[0] is not None:
            logger.info("%s answers again; the problem was: %s", self._source, recovered[0])

    def failed(
        self, error: SourceError, *, asked: str = "", nothing_works_without: bool = False, with_key: bool = False
    ) -> None:
        """Note a failed call; hold further calls if its reason, or what was asked, concerns all of them.

        asked: the signal and the zone. with_key: whether the upstream took the key all the same.
        """
        clock = self._clock()
        held_for: list[float | None] = []

        def note(known: Health | None) -> Health:
            health = known or Health()
            unanswered = isinstance(error, SourceUnavailable) and error.reason != "rate-limited"
            failures = health.failures_in_a_row + 1 if unanswered else 0
            seconds = _hold_seconds(error, responsive=failures < OUTAGE_AFTER_FAILURES)
            if seconds is None and nothing_works_without:
                seconds = OUTAGE_HOLD_SECONDS
            noted = replace(
                health,
                turn=health.turn + 1,
                failures_in_a_row=failures,
                failing={**health.failing, asked: clock},
                last_error=str(error),
                key_worked_at=clock if with_key else health.key_worked_at,
            )
            held_for[:] = [None if health.trouble == error.reason else seconds]
            if seconds is None:
                return noted
            if health.held(clock) and health.held_until >= clock + seconds:
                return replace(noted, trouble=error.reason)  # the longer hold stays
            return replace(
                noted,
                hold=error.reason,
                refused=isinstance(error, SourceRefused),
                held_at=clock,
                held_until=clock + seconds,
                trouble=error.reason,
            )

        self._shared.update(HEALTH, self._source, note)
        if held_for[0] is not None:
            level = logging.ERROR if isinstance(error, SourceRefused) else logging.WARNING
            logger.log(level, "%s: %s; no calls are sent for %.0f s", self._source, error, held_for[0])

    def _still_failing(self, health: Health, signal: str, zone: str, clock: float) -> Mapping[str, float]:
        """What fails after this success; so that the state does not depend on which of several calls came last."""

        def fails(asked: str, at: float) -> bool:
            if asked in ("", f"{signal} {zone}"):
                return False
            if asked.startswith(f"{signal} "):
                return _within(at, clock, FAILURE_SECONDS)
            return asked.startswith(f"{self._essential} ") or _within(at, clock, OTHERS_FAILURE_SECONDS)

        return {asked: at for asked, at in health.failing.items() if fails(asked, at)}

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _within(at: float | None, clock: float, seconds: float) -> bool:
    return at is not None and -CLOCK_SKEW_SECONDS <= clock - at < seconds


def _hold_seconds(error: SourceError, *, responsive: bool) -> float | None:
    if isinstance(error, SourceRefused):
        return REFUSED_HOLD_SECONDS
    if error.retry_after_seconds is not None:
        return min(error.retry_after_seconds, LONGEST_HOLD_SECONDS)
    if error.reason == "rate-limited":
        return RATE_LIMIT_HOLD_SECONDS
    return None if responsive else OUTAGE_HOLD_SECONDS
