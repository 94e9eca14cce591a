"""AEMO: one call brings the mix of all states, one the flows between them."""

from __future__ import annotations

from collections.abc import Mapping

from carbon.reading import Observation
from grid.live.tools import LATEST
from grid.records import INTENSITY
from grid.source import SourceError
from grid.sources.aemo import replies
from grid.sources.aemo.flows import flows
from grid.sources.aemo.zones import STATES
from grid.upstream.http_source import HttpSource, meaning_without_key


class Aemo(HttpSource):
    """A BatchSource of the five states of the National Electricity Market, without forecasts."""

    kinds: tuple[str, ...] = (INTENSITY.name,)

    def together(self, zone: str) -> tuple[str, ...]:
        """All states."""
        return tuple(STATES.values())

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Observation | SourceError]:
        """See BatchSource."""
        steps = self._upstream.call(
            LATEST,
            "NEM",
            lambda: self._upstream.post("report/FUEL", {"type": ["CURRENT"]}),
            lambda body: replies.mixes(body, self._utc_now()),
            meaning=meaning_without_key,
        )
        net_imports = self._flows("NEM", lambda: self._upstream.get("report/ELEC_NEM_SUMMARY", {}), flows)
        return replies.observations(steps, net_imports, self._utc_now(), self._max_age, self._conversion())
