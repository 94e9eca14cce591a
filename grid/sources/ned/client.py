"""The National Energy Dashboard: one call for the mix of yesterday and today, one for the days to come."""

from __future__ import annotations

from datetime import date, timedelta

from carbon.reading import Observation, UpstreamForecast
from grid.live.tools import LATEST
from grid.records import FORECAST
from grid.sources.ned import replies
from grid.upstream.http_source import HttpSource, meaning_with_key

PATH = "utilizations"
QUARTERS, HOURS = "4", "5"  # granularities
AHEAD, CURRENT = "1", "2"  # classifications
DAY = timedelta(days=1)
DAYS_AHEAD = 7 * DAY
# Two days of quarters are 192 rows, seven days of hours 168; without this the platform sends 144 at most.
ROWS = "200"


class Ned(HttpSource):
    """A LiveSource with forecasts, of one zone."""

    def latest(self, zone: str) -> Observation:
        """The newest quarter of an hour that has a value, as lifecycle intensity."""
        today = self._utc_now().date()
        return self._upstream.call(
            LATEST,
            zone,
            lambda: self._upstream.get(PATH, _question(CURRENT, QUARTERS, today - DAY, today + DAY)),
            lambda body: replies.observation(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_with_key,
        )

    def forecast(self, zone: str) -> UpstreamForecast:
        """The hours from the beginning of today on."""
        today = self._utc_now().date()
        return self._upstream.call(
            FORECAST.name,
            zone,
            lambda: self._upstream.get(PATH, _question(AHEAD, HOURS, today, today + DAYS_AHEAD)),
            lambda body: replies.forecast(body, self._utc_now(), self._conversion()),
            meaning=meaning_with_key,
        )


def _question(classification: str, granularity: str, first: date, end: date) -> dict[str, str]:
    """The mix (type 27) of the Netherlands (point 0) in UTC. first is in the answer, end is not."""
    return {
        "point": "0",
        "type": str(replies.MIX),
        "granularity": granularity,
        "granularitytimezone": "0",
        "classification": classification,
        "activity": "1",
        "validfrom[after]": f"{first:%Y-%m-%d}",
        "validfrom[strictly_before]": f"{end:%Y-%m-%d}",
        "itemsPerPage": ROWS,
    }
