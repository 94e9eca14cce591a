"""Nowcasts: the level of a value that is older than an hour, carried over the shape of the hours since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from carbon.intensity import Derivation, Quality
from carbon.nowcast import carried_value
from carbon.ranges import Factors
from carbon.reading import Observation, UpstreamForecast, ZoneReading
from carbon.units import HOUR
from catalog.profiles import ZoneProfiles, hour_of
from planning.outlook.grid_range import widened

CURRENT = HOUR  # an older value is not current
OVER_PROFILE = "nowcast: last level over the zone's profile"
OVER_FORECAST = "nowcast: last level over the source's forecast"


def with_nowcasts(
    readings: Mapping[str, ZoneReading], profiles: ZoneProfiles, now: datetime
) -> Mapping[str, ZoneReading]:
    """The readings; each value that ended more than an hour ago is a nowcast of the hour that holds now.

    A forecast of the same source that reaches back to the old value gives the shape, and is brought to its level;
    otherwise the profile gives it. A nowcast is an estimate; its error is that of backtests for this age, by zone.
    """
    nowcasts = {
        zone: _nowcast(zone, reading, profiles, now)
        for zone, reading in readings.items()
        if any(_is_old(value, now) for value in _values(reading))
    }
    return {**readings, **nowcasts} if nowcasts else readings


def _values(reading: ZoneReading) -> tuple[Observation, ...]:
    return reading.others if reading.latest is None else (reading.latest, *reading.others)


def _is_old(value: Observation, now: datetime) -> bool:
    return now - value.ends_at > CURRENT


def _nowcast(zone: str, reading: ZoneReading, profiles: ZoneProfiles, now: datetime) -> ZoneReading:
    others = tuple(carried(zone, other, profiles, now) if _is_old(other, now) else other for other in reading.others)
    latest, forecast = reading.latest, reading.forecast
    if latest is None or not _is_old(latest, now):
        return replace(reading, others=others)
    levelled = None if forecast is None else at_level_of(latest, forecast)
    upcoming = None if levelled is None else _at(levelled, now)
    if levelled is None or upcoming is None:
        return replace(reading, latest=carried(zone, latest, profiles, now), others=others)
    nowcast = _of_now(zone, latest, profiles, now, upcoming, OVER_FORECAST)
    return replace(reading, latest=nowcast, forecast=levelled, others=others)


def carried(zone: str, value: Observation, profiles: ZoneProfiles, now: datetime) -> Observation:
    """The value's level over the profile of the hour of now."""
    hours = np.array([hour_of(value.starts_at), hour_of(now)], dtype=np.int64)
    then, at_present = (float(usual) for usual in profiles.gco2e_per_kwh(profiles.rows([zone]), hours)[0])
    age_hours = (now.replace(minute=0, second=0, microsecond=0) - value.ends_at) / HOUR
    figure = carried_value(value.gco2e_per_kwh, usual_then=then, usual_now=at_present, age_hours=max(0.0, age_hours))
    return _of_now(zone, value, profiles, now, figure, OVER_PROFILE)


def at_level_of(value: Observation, forecast: UpstreamForecast) -> UpstreamForecast | None:
    """A forecast of the value's source that holds the value's time, times what makes it meet the value; else None."""
    step = _at(forecast, value.starts_at) if forecast.source.startswith(value.source) else None
    if step is None or step <= 0:
        return None
    ratio = value.gco2e_per_kwh / step
    steps = tuple(None if figure is None else figure * ratio for figure in forecast.gco2e_per_kwh)
    return replace(forecast, gco2e_per_kwh=steps, derivation=value.derivation)


def _at(forecast: UpstreamForecast, moment: datetime) -> float | None:
    index = int((moment - forecast.starts_at).total_seconds() // forecast.step_seconds)
    return forecast.gco2e_per_kwh[index] if 0 <= index < len(forecast.gco2e_per_kwh) else None


def _of_now(
    zone: str, value: Observation, profiles: ZoneProfiles, now: datetime, gco2e_per_kwh: float, method: str
) -> Observation:
    """The nowcast that rests on a value: for the hour of now, with the age of the value."""
    starts_at = now.replace(minute=0, second=0, microsecond=0)
    age_hours = (starts_at - value.ends_at) / HOUR
    by_age = None if profiles.errors is None else profiles.errors.nowcast_error(profiles.zones[zone], age_hours)
    return replace(
        value,
        gco2e_per_kwh=gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        quality=Quality.ESTIMATED,
        derivation=_carried(value.derivation, by_age, method),
        observed_until=value.as_of,
    )


def _carried(derivation: Derivation, by_age: Factors | None, method: str) -> Derivation:
    return replace(
        derivation,
        method=method if derivation.method is None else f"{derivation.method}; {method}",
        range=widened(derivation.range, by_age),
    )
