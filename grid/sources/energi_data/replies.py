"""The reply bodies of Energi Data Service, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.reading import Observation, UpstreamForecast
from carbon.units import HOUR
from grid.conversion import Conversion
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply, SourceError
from grid.upstream.fields import begun, checked_interval, forecast_of, number_of, object_of, rows_of, time_of

NAME = "energi-data"
AREAS: Mapping[str, str] = {"DK1": "DK-DK1", "DK2": "DK-DK2"}
LICENCE = "free re-use with credit"
ATTRIBUTION = "Energinet, Energi Data Service"
BY_FIT = "direct intensity of consumption, to lifecycle by a fit"
STEP = timedelta(minutes=5)


def observations(
    body: object, now: datetime, max_age: timedelta, conversion: Conversion
) -> dict[str, Observation | SourceError]:
    """CO2Emis: the newest step of each area that has a value, by zone."""
    results: dict[str, Observation | SourceError] = {}
    for zone, by_time in _by_zone(body).items():
        times = begun((at for at, value in by_time.items() if value is not None), now)
        newest = max(times, default=None)
        try:
            if newest is None:
                raise MalformedReply("null-value", zone)
            results[zone] = _observation(zone, newest, by_time[newest] or 0.0, now, max_age, conversion)
        except SourceError as error:
            results[zone] = error
    return results


def forecasts(body: object, now: datetime, conversion: Conversion) -> dict[str, UpstreamForecast | SourceError]:
    """CO2EmisProg: the hours of each area, by zone."""
    results: dict[str, UpstreamForecast | SourceError] = {}
    for zone, by_time in _by_zone(body).items():
        try:
            fitted = {
                at: None if value is None else conversion.lifecycle(zone, value)[0] for at, value in by_time.items()
            }
            how = _derivation(zone, conversion)
            results[zone] = forecast_of(zone, f"{NAME}-forecast", fitted, now, derivation=how)
        except SourceError as error:
            results[zone] = error
    return results


def _observation(
    zone: str, starts_at: datetime, direct: float, now: datetime, max_age: timedelta, conversion: Conversion
) -> Observation:
    starts_at, ends_at = checked_interval(starts_at, STEP, now, max_age)
    return Observation(
        zone=zone,
        gco2e_per_kwh=conversion.lifecycle(zone, direct)[0],
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.MEASURED,
        source=NAME,
        derivation=_derivation(zone, conversion),
    )


def _derivation(zone: str, conversion: Conversion) -> Derivation:
    _, error = conversion.lifecycle(zone, 0.0)
    return Derivation(method=BY_FIT, range=error, attribution=ATTRIBUTION, licence=LICENCE)


def _by_zone(body: object) -> dict[str, dict[datetime, float | None]]:
    """gCO2/kWh by time, of each zone that the reply has. Only the UTC column is read: the local one repeats an hour."""
    by_zone: dict[str, dict[datetime, float | None]] = {}
    for row in rows_of(object_of(body).get("records"), "records"):
        zone = AREAS.get(str(row.get("PriceArea")))
        if zone is None:
            continue
        value = number_of(row.get("CO2Emission"))
        if value is not None and not 0 <= value <= MAX_PLAUSIBLE_GCO2E_PER_KWH:
            raise MalformedReply("implausible-value", f"{value:g} gCO2/kWh in {zone}")
        by_zone.setdefault(zone, {})[time_of(row.get("Minutes5UTC"), naive_offset=HOUR * 0)] = value
    if not by_zone:
        raise MalformedReply("wrong-zone", f"no row of {', '.join(AREAS)}")
    return by_zone
