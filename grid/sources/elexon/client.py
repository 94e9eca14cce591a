"""Elexon: the one call that brings the last two hours."""

from __future__ import annotations

from datetime import timedelta

from carbon.reading import Observation
from grid.live.tools import LATEST
from grid.sources.elexon import replies
from grid.upstream.http_source import HttpSource, meaning_without_key

PATH = "datasets/FUELINST/stream"
SPAN = timedelta(hours=2)  # in which the fullest step shows how many fuels there are


class Elexon(HttpSource):
    """A LiveSource without forecasts, of one zone."""

    def latest(self, zone: str) -> Observation:
        """The newest five minutes with all fuels, as lifecycle intensity."""
        now = self._utc_now()
        span = {
            "publishDateTimeFrom": f"{now - SPAN:%Y-%m-%dT%H:%MZ}",
            "publishDateTimeTo": f"{now:%Y-%m-%dT%H:%MZ}",
        }
        return self._upstream.call(
            LATEST,
            zone,
            lambda: self._upstream.get(PATH, span),
            lambda body: replies.observation(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_without_key,
        )
