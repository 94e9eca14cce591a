"""AEMO: the one call that brings all states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from carbon.reading import Observation
from grid.conversion import Conversion
from grid.live.tools import LATEST
from grid.records import INTENSITY
from grid.source import SourceError, SourceFacts
from grid.sources.aemo import replies
from grid.upstream.http_source import HttpSource, meaning_without_key
from grid.upstream.upstream import Upstream


class Aemo(HttpSource):
    """A BatchSource of the five states of the National Electricity Market, without forecasts."""

    kinds: tuple[str, ...] = (INTENSITY.name,)

    def __init__(
        self,
        facts: SourceFacts,
        upstream: Upstream,
        *,
        max_age_minutes: float,
        conversion: Callable[[], Conversion],
        utc_now: Callable[[], datetime],
    ) -> None:
        super().__init__(facts, upstream, max_age_minutes=max_age_minutes)
        self._conversion = conversion
        self._utc_now = utc_now

    def together(self, zone: str) -> tuple[str, ...]:
        """All states."""
        return tuple(replies.STATES.values())

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Observation | SourceError]:
        """See BatchSource."""
        return self._upstream.call(
            LATEST,
            "NEM",
            lambda: self._upstream.post("report/FUEL", {"type": ["CURRENT"]}),
            lambda body: replies.observations(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_without_key,
        )
