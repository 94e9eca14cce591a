"""Hours that were not read while they lasted: fetched for the history from sources that tell the past."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from carbon.intensity import Signal
from carbon.reading import Observation
from grid.live.live_source import PastSource
from grid.live.queue import PacedQueue
from grid.plausibility import refuse_implausible
from grid.records import CLOCK_SKEW_SECONDS, PAST, Fact, Value
from grid.source import RefreshInProgress, SourceError, ZoneNotCovered
from grid.upstream.quota import Governor
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

Record = Callable[[Signal, Value], object]  # takes a new value of a signal

LEAST_SECONDS = 3600.0  # between two calls for one zone
SETTLED_SECONDS = 12 * 3600.0  # publishers revise the last day: without a gap it is read again so often


class TellsPast(PastSource, Protocol):
    """A source with a past, as far as it is used here."""

    name: str
    signal: Signal

    def hold(self) -> SourceError | None: ...


class MissedHours:
    """Sends one call at a time, in a thread of its own, and no two for a zone in an hour over all workers.

    A call is due where the newest value does not follow the one before it, so that hours are missing in between, and
    otherwise twice a day. Half of a limited number of calls is left to the values of now.
    """

    def __init__(
        self,
        source: TellsPast,
        shared: SharedState,
        governor: Governor | None,
        *,
        floors: Mapping[str, float],
        record: Record,
        utc_now: Callable[[], datetime],
    ) -> None:
        """floors: the least plausible gCO2e/kWh by zone. record: takes every value at once."""
        self._source = source
        self._shared = shared
        self._governor = governor
        self._floors = floors
        self._record = record
        self._utc_now = utc_now
        self._queue = PacedQueue()

    def note(self, key: str, before: Value | None, value: Observation) -> None:
        """Have the past of a new value's zone fetched if that is due. key: of the zone's record. Returns at once."""
        follows = isinstance(before, Observation) and before.ends_at >= value.starts_at
        if self._is_due(self._stored_fact(key), SETTLED_SECONDS if follows else LEAST_SECONDS):
            self._queue.add(key, partial(self._fetch, key, value.zone))

    def _fetch(self, key: str, zone: str) -> None:
        if self._source.hold() is not None:
            return

        def renew(last: Fact | None) -> Fact:
            return self._called(zone) if last is None or self._is_due(last, LEAST_SECONDS) else last

        try:
            self._shared.refresh(PAST, key, renew)
        except RefreshInProgress:
            logger.debug("the past of %s from %s is left for later", zone, self._source.name)

    def _called(self, zone: str) -> Fact:
        """What to remember of the call. figure: the seconds for which another one is pointless."""
        pointless_seconds = 0.0
        try:
            if self._governor is not None:
                self._governor.require_calls_for_new_zones()
            for value in self._source.past(zone):
                refuse_implausible(value, self._floors.get(zone, 0.0))
                self._record(self._source.signal, value)
        except RefreshInProgress:
            raise
        except SourceError as error:
            level = logging.DEBUG if isinstance(error, ZoneNotCovered) or error.reason == "quota" else logging.WARNING
            logger.log(level, "no past of %s from %s: %s", zone, self._source.name, error)
            pointless_seconds = (error.retry_after_seconds or 0.0) if isinstance(error, ZoneNotCovered) else 0.0
        return Fact(at=self._utc_now().timestamp(), figure=pointless_seconds)

    def _is_due(self, last: Fact | None, seconds: float) -> bool:
        clock = self._utc_now().timestamp()
        if last is None or last.at > clock + CLOCK_SKEW_SECONDS:
            return True
        return clock - last.at >= max(seconds, last.figure)

    def _stored_fact(self, key: str) -> Fact | None:
        return self._shared.snapshot().of(PAST).get(key)
