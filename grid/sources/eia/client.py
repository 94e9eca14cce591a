"""EIA's open data: which calls are sent. One brings the mix of several balancing authorities, one their trade."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from catalog.source_tables import exact_zones
from grid.live.tools import LATEST
from grid.records import Value
from grid.source import MalformedReply, SourceError
from grid.sources.eia import replies
from grid.upstream.http_source import HttpSource, meaning_with_key

MIX, INTERCHANGE = "electricity/rto/fuel-type-data/data", "electricity/rto/interchange-data/data"
AREAS_A_CALL = 8  # 48 hours of 13 fuels of 8 areas are 4992 rows, just below what one page holds
ROWS_A_PAGE = 5000
MOST_PAGES = 5
ZONES = tuple(exact_zones(replies.NAME))


class Eia(HttpSource):
    """A BatchSource of values of now."""

    kinds: tuple[str, ...] = ("intensity",)

    def together(self, zone: str) -> tuple[str, ...]:
        """See BatchSource."""
        first = ZONES.index(zone) // AREAS_A_CALL * AREAS_A_CALL
        return ZONES[first : first + AREAS_A_CALL]

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Value | SourceError]:
        """See BatchSource."""
        now = self._utc_now()
        steps = self._upstream.call(
            LATEST,
            zones[0],
            lambda: self._rows(MIX, "respondent", zones, now),
            replies.steps,
            meaning=meaning_with_key,
        )
        trade = self._flows(
            zones[0],
            lambda: self._rows(INTERCHANGE, "fromba", zones, now),
            lambda rows: replies.trade(rows, self._conversion()),
            meaning=meaning_with_key,
        )
        return replies.observations(steps, trade or {}, zones, now, self._max_age, self._conversion())

    def _rows(self, path: str, facet: str, zones: tuple[str, ...], now: datetime) -> list[dict[str, Any]]:
        """All pages. Raises MalformedReply if the number of pages is absurd."""
        areas = exact_zones(replies.NAME)
        question = {
            "frequency": "hourly",
            "data[0]": "value",
            f"facets[{facet}][]": tuple(areas[zone] for zone in zones),
            "start": f"{now - replies.SPAN:%Y-%m-%dT%H}",
            "sort[0][column]": "period",
            "sort[0][direction]": "desc",
            "length": str(ROWS_A_PAGE),
        }
        rows: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            page, total = replies.page(self._upstream.get(path, {**question, "offset": str(len(rows))}))
            rows += page
            if len(rows) >= total or not page:
                return rows
        raise MalformedReply("wrong-shape", f"more than {MOST_PAGES} pages")
