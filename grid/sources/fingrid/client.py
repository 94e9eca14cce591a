"""Fingrid's open data: one call for the newest value."""

from __future__ import annotations

from carbon.reading import Observation
from grid.live.tools import LATEST
from grid.sources.fingrid import replies
from grid.upstream.http_source import HttpSource, meaning_with_key

PATH = f"datasets/{replies.CONSUMED}/data/latest"


class Fingrid(HttpSource):
    """A LiveSource without forecasts, of one zone."""

    def latest(self, zone: str) -> Observation:
        """The newest three minutes, as lifecycle intensity."""
        return self._upstream.call(
            LATEST,
            zone,
            lambda: self._upstream.get(PATH, {}),
            lambda body: replies.observation(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_with_key,
        )
