"""Live values of zones whose publisher's level is known to be wrong, brought to the level the catalog uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from carbon.intensity import Quality
from carbon.reading import Observation, UpstreamForecast, ZoneReading
from store.history.readings import QUALITIES, Readings

# The publisher whose yearly level the catalog corrects: its live values are made with the same emission factors.
PUBLISHER = "electricity-maps"
CORRECTED = "-corrected"
AnyObservation = TypeVar("AnyObservation", Observation, Observation | None)


def at_corrected_level(readings: Mapping[str, ZoneReading], factors: Mapping[str, float]) -> Mapping[str, ZoneReading]:
    """The readings; those of the publisher's in the zones of `factors` times the zone's factor, as estimates.

    factors: corrected over published annual level, by zone. Without this a live value would look far greener than
    the same zone's profile, and than its neighbours. The source's name ends in "-corrected".
    """
    corrected = {
        zone: replace(
            reading,
            latest=_observation(reading.latest, factor),
            forecast=_forecast(reading.forecast, factor),
            others=tuple(_observation(other, factor) for other in reading.others),
        )
        for zone, factor in factors.items()
        if (reading := readings.get(zone)) is not None
    }
    return {**readings, **corrected} if corrected else readings


def past_at_corrected_level(sources: Sequence[Readings], factor: float | None) -> list[Readings]:
    """As `at_corrected_level`, for the past of one zone. factor: of the zone; None if its level is right."""
    return [
        replace(
            readings,
            gco2e_per_kwh=readings.gco2e_per_kwh * factor,
            quality=readings.quality.clip(QUALITIES.index(Quality.ESTIMATED)),
            source=readings.source + CORRECTED,
        )
        if factor is not None and readings.source.startswith(PUBLISHER)
        else readings
        for readings in sources
    ]


def _observation(latest: AnyObservation, factor: float) -> AnyObservation:
    if latest is None or not latest.source.startswith(PUBLISHER):
        return latest
    return replace(
        latest,
        gco2e_per_kwh=latest.gco2e_per_kwh * factor,
        quality=Quality.ESTIMATED,
        source=latest.source + CORRECTED,
    )


def _forecast(forecast: UpstreamForecast | None, factor: float) -> UpstreamForecast | None:
    if forecast is None or not forecast.source.startswith(PUBLISHER):
        return forecast
    hours = tuple(None if value is None else value * factor for value in forecast.gco2e_per_kwh)
    return replace(forecast, gco2e_per_kwh=hours, source=forecast.source + CORRECTED)
