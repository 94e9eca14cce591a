"""What sources without a key have in common: their zones, breaker and state, and the meaning of a refusal."""

from __future__ import annotations

from datetime import timedelta

from carbon.intensity import Signal
from grid.source import SourceError, SourceFacts, SourceRefused, SourceState, ZoneNotCovered
from grid.upstream.session import Refusal
from grid.upstream.upstream import Upstream


class HttpSource:
    """The part of a LiveSource or BatchSource that is the same for all upstreams without a key."""

    signal = Signal.AVERAGE_LIFECYCLE

    def __init__(self, facts: SourceFacts, upstream: Upstream, *, max_age_minutes: float) -> None:
        """max_age_minutes: how long after its interval a value may still be used."""
        self.name = facts.name
        self._zones = frozenset(facts.zones or ())
        self._upstream = upstream
        self._max_age = timedelta(minutes=max_age_minutes)

    def covers(self, zone: str) -> bool:
        """See Source."""
        return zone in self._zones

    @property
    def responsive(self) -> bool:
        """See Source."""
        return self._upstream.gate.responsive

    def held(self) -> SourceError | None:
        """See Source."""
        return self._upstream.gate.held()

    def state(self) -> SourceState:
        """See Source."""
        return self._upstream.state(zones_covered=len(self._zones))


def meaning_without_key(refusal: Refusal) -> SourceError:
    """What a 4xx says where there is no key: no data, a wrong question, or that we are not wanted."""
    detail = f"status {refusal.status} {refusal.text}".rstrip()
    if refusal.status == 404:
        return ZoneNotCovered("no-recent-data", detail)
    if refusal.status == 400:
        return ZoneNotCovered("request-refused", detail)
    return SourceRefused("refused", detail)
