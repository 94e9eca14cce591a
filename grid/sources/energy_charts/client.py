"""Energy-Charts: one call for a country's mix, one for its flows, one for its forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from carbon.mix import MixStep
from carbon.reading import Observation, UpstreamForecast
from grid.live.tools import LATEST
from grid.records import FORECAST, INTENSITY
from grid.source import SourceError
from grid.sources.energy_charts import replies
from grid.sources.energy_charts.zones import COUNTRIES, COUNTRY_OF
from grid.upstream.http_source import HttpSource, meaning_without_key

SPAN = timedelta(hours=24)  # in which the fullest step shows how many fuels a country reports


class EnergyCharts(HttpSource):
    """A BatchSource: a country's call brings the country and its parts."""

    kinds: tuple[str, ...] = (INTENSITY.name, FORECAST.name)

    def together(self, zone: str) -> tuple[str, ...]:
        """The country and its parts."""
        return COUNTRIES[COUNTRY_OF[zone]]

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Observation | UpstreamForecast | SourceError]:
        """See BatchSource."""
        country = COUNTRY_OF[zones[0]]
        value = self._forecast(country, zones[0]) if kind == FORECAST.name else self._latest(country, zones[0])
        conversion = self._conversion()
        parts = {zone: replies.of_part(value, zone, conversion) for zone in zones[1:]}
        return {zones[0]: value, **parts}

    def _latest(self, country: str, zone: str) -> Observation:
        now = self._utc_now().replace(second=0, microsecond=0)
        span = {"start": f"{(now - SPAN).timestamp():.0f}", "end": f"{now.timestamp():.0f}"}

        def observed(steps: list[MixStep], flows: replies.Flows) -> Observation:
            return replies.observation(steps, flows, zone, self._utc_now(), self._max_age, self._conversion())

        def read(body: object) -> tuple[list[MixStep], Observation]:
            steps = replies.steps(body)
            return steps, observed(steps, {})

        steps, produced = self._upstream.call(
            LATEST, country, lambda: self._get("public_power", country, span), read, meaning=meaning_without_key
        )
        flows = self._flows(country, lambda: self._get("cbpf", country, span), replies.flows)
        return observed(steps, flows) if flows else produced

    def _forecast(self, country: str, zone: str) -> UpstreamForecast:
        return self._upstream.call(
            FORECAST.name,
            country,
            lambda: self._get("co2eq", country, {}),
            lambda body: replies.forecast(body, zone, self._utc_now(), self._conversion()),
            meaning=meaning_without_key,
        )

    def _get(self, path: str, country: str, params: Mapping[str, str]) -> Any:
        return self._upstream.get(path, {"country": country, **params})
