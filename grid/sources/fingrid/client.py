"""Fingrid's open data: one call for the newest value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from carbon.reading import Observation
from grid.conversion import Conversion
from grid.live.keyed import meaning_with_key
from grid.live.tools import LATEST
from grid.source import SourceFacts
from grid.sources.fingrid import replies
from grid.upstream.http_source import HttpSource
from grid.upstream.upstream import Upstream

PATH = f"datasets/{replies.CONSUMED}/data/latest"


class Fingrid(HttpSource):
    """A LiveSource without forecasts, of one zone."""

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

    def latest(self, zone: str) -> Observation:
        """The newest three minutes, as lifecycle intensity."""
        return self._upstream.call(
            LATEST,
            zone,
            lambda: self._upstream.get(PATH, {}),
            lambda body: replies.observation(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_with_key,
        )
