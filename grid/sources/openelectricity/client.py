"""Open Electricity: one call brings all regions of a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from grid.live.tools import LATEST
from grid.records import Value
from grid.source import SourceError, ZoneNotCovered
from grid.sources.openelectricity import replies
from grid.sources.openelectricity.zones import NETWORK_OF, NETWORKS, OFFSETS
from grid.upstream.http_source import HttpSource, meaning_with_key
from grid.upstream.session import Refusal

SPAN = timedelta(hours=25)  # the newest step is compared with the 24 hours before it
NO_DATA_STATUS = 416


class OpenElectricity(HttpSource):
    """A BatchSource of values of now."""

    kinds: tuple[str, ...] = ("intensity",)

    def together(self, zone: str) -> tuple[str, ...]:
        """See BatchSource."""
        return tuple(NETWORKS[NETWORK_OF[zone]].values())

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Value | SourceError]:
        """See BatchSource."""
        network, now = NETWORK_OF[zones[0]], self._utc_now()
        start = (now - SPAN + OFFSETS[network]).replace(tzinfo=None, second=0, microsecond=0)
        question = {
            "metrics": "power",
            "interval": "5m",
            "date_start": f"{start:%Y-%m-%dT%H:%M:%S}",
            "primary_grouping": "network_region",
            "secondary_grouping": "fueltech",
        }
        return self._upstream.call(
            LATEST,
            network,
            lambda: self._upstream.get(f"data/network/{network}", question),
            lambda body: replies.observations(body, network, now, self._max_age, self._conversion()),
            meaning=meaning,
        )


def meaning(refusal: Refusal) -> SourceError:
    """A 416 says that there is no data in the range."""
    if refusal.status == NO_DATA_STATUS:
        return ZoneNotCovered("no-recent-data", refusal.text)
    return meaning_with_key(refusal)
