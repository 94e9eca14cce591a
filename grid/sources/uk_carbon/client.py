"""The Carbon Intensity API: which calls are sent."""

from __future__ import annotations

from carbon.reading import Observation, UpstreamForecast
from grid.live.tools import LATEST
from grid.sources.uk_carbon import replies
from grid.upstream.http_source import HttpSource, meaning_without_key

FORECAST = "forecast"


class UkCarbon(HttpSource):
    """A LiveSource with forecasts, of one zone."""

    def latest(self, zone: str) -> Observation:
        """The newest half hour's mix, as lifecycle intensity."""
        return self._upstream.call(
            LATEST,
            zone,
            lambda: self._upstream.get("generation", {}),
            lambda body: replies.observation(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_without_key,
        )

    def forecast(self, zone: str) -> UpstreamForecast:
        """The next 48 hours, by the hour."""
        now = self._utc_now()
        half_hour = now.replace(minute=now.minute // 30 * 30)
        return self._upstream.call(
            FORECAST,
            zone,
            lambda: self._upstream.get(f"intensity/{half_hour:%Y-%m-%dT%H:%MZ}/fw48h", {}),
            lambda body: replies.forecast(body, self._utc_now(), self._conversion()),
            meaning=meaning_without_key,
        )
