"""What sources read in the background have in common: their zones, breaker and state, and the meaning of a refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from carbon.intensity import Signal
from grid.conversion import Conversion
from grid.source import RefreshInProgress, SourceError, SourceFacts, SourceRefused, SourceState, ZoneNotCovered
from grid.upstream.session import Refusal
from grid.upstream.upstream import Upstream

FLOWS = "flows"  # the signal of calls for the electricity that flows into a zone
T = TypeVar("T")

logger = logging.getLogger(__name__)


class HttpSource:
    """The part of a LiveSource or BatchSource that is the same for all upstreams without a plan."""

    signal = Signal.AVERAGE_LIFECYCLE

    def __init__(
        self,
        facts: SourceFacts,
        upstream: Upstream,
        *,
        max_age_minutes: float,
        conversion: Callable[[], Conversion],
        utc_now: Callable[[], datetime],
    ) -> None:
        """max_age_minutes: how long after its interval a value may still be used. conversion: see Tools."""
        self.name = facts.name
        self._zones = frozenset(facts.zones or ())
        self._upstream = upstream
        self._max_age = timedelta(minutes=max_age_minutes)
        self._conversion = conversion
        self._utc_now = utc_now

    def covers(self, zone: str) -> bool:
        """See Source."""
        return zone in self._zones

    @property
    def responsive(self) -> bool:
        """See Source."""
        return self._upstream.gate.responsive

    def hold(self) -> SourceError | None:
        """See Source."""
        return self._upstream.gate.hold()

    def state(self) -> SourceState:
        """See Source."""
        return self._upstream.state(zones_covered=len(self._zones))

    def _flows(
        self,
        area: str,
        send: Callable[[], Any],
        read: Callable[[Any], T],
        *,
        meaning: Callable[[Refusal], SourceError] | None = None,
    ) -> T | None:
        """What another call says of flows into an area; None if it fails, so that its value is without imports."""
        try:
            return self._upstream.call(FLOWS, area, send, read, meaning=meaning or meaning_without_key)
        except SourceError as error:
            if self.hold() is None and not isinstance(error, RefreshInProgress):
                level = logging.DEBUG if isinstance(error, ZoneNotCovered) else logging.WARNING
                logger.log(level, "no flows of %s from %s, so imports are left out: %s", area, self.name, error)
            return None


def meaning_without_key(refusal: Refusal) -> SourceError:
    """What a 4xx says where there is no key: no data, a wrong question, or that we are not wanted."""
    detail = f"status {refusal.status} {refusal.text}".rstrip()
    if refusal.status == 404:
        return ZoneNotCovered("no-recent-data", detail)
    if refusal.status == 400:
        return ZoneNotCovered("request-refused", detail)
    return SourceRefused("refused", detail)


def meaning_with_key(refusal: Refusal) -> SourceError:
    """What a 4xx says where a key is sent: it is refused, there is no data, or the question is wrong."""
    detail = f"status {refusal.status} {refusal.text}".rstrip()
    if refusal.status in (401, 403):
        return SourceRefused("bad-key", detail)
    if refusal.status == 404:
        return ZoneNotCovered("no-recent-data", detail)
    return ZoneNotCovered("request-refused", detail)
