"""Energi Data Service: which calls are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from carbon.reading import Observation, UpstreamForecast
from grid.live.tools import LATEST
from grid.records import FORECAST, INTENSITY
from grid.source import SourceError
from grid.sources.energi_data import replies
from grid.upstream.http_source import HttpSource, meaning_without_key

NOW, PROGNOSIS = "dataset/CO2Emis", "dataset/CO2EmisProg"
SINCE = "now-PT6H"  # rows come late at times, and an older value still makes a nowcast


class EnergiData(HttpSource):
    """A BatchSource of both Danish areas: one call for the value of now, one for the forecast."""

    kinds: tuple[str, ...] = (INTENSITY.name, FORECAST.name)

    def together(self, zone: str) -> tuple[str, ...]:
        """Both areas."""
        return tuple(replies.AREAS.values())

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Observation | UpstreamForecast | SourceError]:
        """See BatchSource."""
        if kind == FORECAST.name:
            return self._upstream.call(
                FORECAST.name,
                "DK",
                lambda: self._get(PROGNOSIS, "now"),
                lambda body: replies.forecasts(body, self._utc_now(), self._conversion()),
                meaning=meaning_without_key,
            )
        return self._upstream.call(
            LATEST,
            "DK",
            lambda: self._get(NOW, SINCE),
            lambda body: replies.observations(body, self._utc_now(), self._max_age, self._conversion()),
            meaning=meaning_without_key,
        )

    def _get(self, path: str, start: str) -> Any:
        areas = orjson.dumps({"PriceArea": list(replies.AREAS)}).decode()
        return self._upstream.get(path, {"start": start, "limit": "0", "filter": areas})
