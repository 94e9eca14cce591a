"""The Transparency Platform: which calls are sent, and what its refusals say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from carbon.reading import Observation
from carbon.units import HOUR
from catalog.source_tables import exact_zones
from grid.conversion import Conversion
from grid.live.keyed import meaning_with_key
from grid.live.tools import LATEST
from grid.source import SourceError, SourceFacts, ZoneNotCovered
from grid.sources.entsoe import documents
from grid.upstream.http_source import HttpSource
from grid.upstream.session import Refusal
from grid.upstream.upstream import Upstream

# The newest step is 1 to 3 hours old, and is compared with the 24 hours before it.
SPAN = timedelta(hours=27)


class Entsoe(HttpSource):
    """A LiveSource without forecasts."""

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
        """The newest step with all fuels of the actual generation per type."""
        now = self._utc_now()
        area = exact_zones(documents.NAME)[zone]
        hour = now.replace(minute=0, second=0, microsecond=0)
        question = {
            "documentType": "A75",
            "processType": "A16",
            "in_Domain": area,
            "periodStart": f"{hour - SPAN:%Y%m%d%H%M}",
            "periodEnd": f"{hour + HOUR:%Y%m%d%H%M}",
        }
        return self._upstream.call(
            LATEST,
            zone,
            lambda: self._upstream.get_bytes("", question),
            lambda body: documents.observation(body, zone, area, now, self._max_age, self._conversion()),
            meaning=meaning,
        )


def meaning(refusal: Refusal) -> SourceError:
    """A 400 says that there is no data, or that a shorter span must be requested: both with the code 999."""
    if refusal.status == 400 and "no matching data" in refusal.text.lower():
        return ZoneNotCovered("no-recent-data", refusal.text)
    return meaning_with_key(refusal)
