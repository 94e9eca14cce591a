"""The Transparency Platform: which calls are sent, and what its refusals say."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from carbon.mix import MixStep
from carbon.reading import Observation
from carbon.units import HOUR
from catalog.source_tables import exact_zones
from grid.conversion import Conversion
from grid.live.tools import LATEST
from grid.source import SourceError, SourceFacts, ZoneNotCovered
from grid.sources.entsoe import documents
from grid.sources.entsoe.borders import areas, neighbours_of
from grid.upstream.http_source import FLOWS, HttpSource, meaning_with_key
from grid.upstream.session import Refusal
from grid.upstream.upstream import Upstream

# The newest step is 1 to 3 hours old, and is compared with the 24 hours before it.
SPAN = timedelta(hours=27)
FLOW_SPAN = timedelta(hours=8)
MOST_SECONDS = 15.0  # for all borders of a zone, while other workers wait for its value


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
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(facts, upstream, max_age_minutes=max_age_minutes, conversion=conversion, utc_now=utc_now)
        self._monotonic = monotonic

    def latest(self, zone: str) -> Observation:
        """The newest step with all fuels of the actual generation per type."""
        now = self._utc_now()
        area = exact_zones(documents.NAME)[zone]
        question = {"documentType": "A75", "processType": "A16", "in_Domain": area, **_period(now, SPAN)}

        def observed(steps: list[MixStep], imports: documents.Imports | None) -> Observation:
            return documents.observation(steps, imports, zone, now, self._max_age, self._conversion())

        def read(body: bytes) -> tuple[list[MixStep], Observation]:
            steps = documents.steps(body, zone, area)
            return steps, observed(steps, None)

        steps, produced = self._upstream.call(
            LATEST, zone, lambda: self._upstream.get_bytes("", question), read, meaning=meaning
        )
        imports = self._imports(zone, now)
        return produced if imports is None else observed(steps, imports)

    def _imports(self, zone: str, now: datetime) -> documents.Imports | None:
        """What flowed into the zone over each of its borders; None as soon as one call fails or it takes too long."""
        ends = self._monotonic() + MOST_SECONDS
        rows, without = {}, []
        for neighbour in neighbours_of(zone):
            flow = None if self._monotonic() > ends else self._border(zone, neighbour, now)
            if flow is None:
                return None
            rows[neighbour] = flow
            if not flow:
                without.append(neighbour)
        flows = {neighbour: flow for neighbour, flow in rows.items() if flow}
        return documents.Imports(megawatts=flows, without=tuple(without)) if flows else None

    def _border(self, zone: str, neighbour: str, now: datetime) -> list[tuple[datetime, datetime, float]] | None:
        """What flowed in from one neighbour: nothing if the platform has no data; None if the call failed."""
        into, out_of = areas(zone, neighbour)
        question = {"documentType": "A11", "in_Domain": into, "out_Domain": out_of, **_period(now, FLOW_SPAN)}

        def read(body: bytes) -> list[tuple[datetime, datetime, float]]:
            try:
                return documents.flow(body, into, out_of)
            except ZoneNotCovered:
                return []

        try:
            return self._upstream.call(
                FLOWS, f"{neighbour}-{zone}", lambda: self._upstream.get_bytes("", question), read, meaning=meaning
            )
        except ZoneNotCovered as error:
            return [] if error.reason == "no-recent-data" else None
        except SourceError:
            return None


def _period(now: datetime, span: timedelta) -> dict[str, str]:
    """Whole hours, to the end of the one that holds now."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return {"periodStart": f"{hour - span:%Y%m%d%H%M}", "periodEnd": f"{hour + HOUR:%Y%m%d%H%M}"}


def meaning(refusal: Refusal) -> SourceError:
    """A 400 says that there is no data, or that a shorter span must be requested: both with the code 999."""
    if refusal.status == 400 and "no matching data" in refusal.text.lower():
        return ZoneNotCovered("no-recent-data", refusal.text)
    return meaning_with_key(refusal)
