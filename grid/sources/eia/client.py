"""EIA's open data: which calls are sent. One brings several balancing authorities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from catalog.source_tables import exact_zones
from grid.conversion import Conversion
from grid.live.keyed import meaning_with_key
from grid.live.tools import LATEST
from grid.records import Value
from grid.source import MalformedReply, SourceError, SourceFacts
from grid.sources.eia import replies
from grid.upstream.http_source import HttpSource
from grid.upstream.upstream import Upstream

PATH = "electricity/rto/fuel-type-data/data"
AREAS_A_CALL = 8  # 48 hours of 13 fuels of 8 areas are 4992 rows, just below what one page holds
ROWS_A_PAGE = 5000
MOST_PAGES = 5


class Eia(HttpSource):
    """A BatchSource of values of now."""

    kinds: tuple[str, ...] = ("intensity",)

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
        zones = facts.zones or ()
        groups = [zones[first : first + AREAS_A_CALL] for first in range(0, len(zones), AREAS_A_CALL)]
        self._groups = {zone: group for group in groups for zone in group}

    def together(self, zone: str) -> tuple[str, ...]:
        """See BatchSource."""
        return self._groups[zone]

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Value | SourceError]:
        """See BatchSource."""
        now = self._utc_now()
        return self._upstream.call(
            LATEST,
            zones[0],
            lambda: self._rows(zones, now),
            lambda rows: replies.observations(rows, zones, now, self._max_age, self._conversion()),
            meaning=meaning_with_key,
        )

    def _rows(self, zones: tuple[str, ...], now: datetime) -> list[dict[str, Any]]:
        """All pages. Raises MalformedReply if the number of pages is absurd."""
        areas = exact_zones(replies.NAME)
        question = {
            "frequency": "hourly",
            "data[0]": "value",
            "facets[respondent][]": tuple(areas[zone] for zone in zones),
            "start": f"{now - replies.SPAN:%Y-%m-%dT%H}",
            "sort[0][column]": "period",
            "sort[0][direction]": "desc",
            "length": str(ROWS_A_PAGE),
        }
        rows: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            page, total = replies.page(self._upstream.get(PATH, {**question, "offset": str(len(rows))}))
            rows += page
            if len(rows) >= total or not page:
                return rows
        raise MalformedReply("wrong-shape", f"more than {MOST_PAGES} pages")
