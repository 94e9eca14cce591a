"""The hours to come of a zone from a series of its recent values, whichever years they are of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

import numpy as np

from carbon import units
from carbon.errors import FieldError, InvalidRequest
from carbon.forecasts import ForecastBasis, ForecastHour, ForecastQuery, ZoneForecast, ZoneHoursAhead
from carbon.history import HistoryQuery, Step
from carbon.intensity import CarbonIntensity, Provenance, Quality, SignalName
from carbon.ranges import Factors
from carbon.results import HourStep
from catalog.columns import FloatArray
from catalog.forecast_model import ForecastTables
from catalog.forecast_skill import skill_of
from catalog.outlook_error import ANY_CLUSTER, cluster_of
from catalog.profiles import ZoneProfiles, hour_of
from forecasting.hours import HOURS_AHEAD, HOURS_BACK, usual_of_history
from forecasting.model import Forecast, forecast, history_lengths
from planning.history.points import zone_history
from planning.outlook.forecast_choice import FROM_RECENT_HOURS, RecentForecast
from planning.outlook.grid_range import grid_range
from planning.outlook.zone_hours import start_of
from planning.outlook.zones import Outlook
from store.history.readings import Readings

SCALED_PROFILE, PROFILE, MEAN_DAY = "profile-scaled-to-live", "profile", "mean-day"


def forecast_of(query: ForecastQuery, profiles: ZoneProfiles, tables: ForecastTables) -> ZoneForecast:
    """The forecast of a query, from the first full hour at or after the end of its history on.

    A zone without a figure in the catalog needs at least one known value. Raises InvalidRequest without it.
    """
    origin, history = hourly(query)
    usual = _usual(query.zone, profiles, origin, history)
    result = forecast(history[None], usual[None], np.array([origin]), tables.models)
    length, has_history = int(result.history_hours[0]), bool(np.isfinite(history).any())
    in_catalog = _has_figure(query.zone, profiles)
    cluster = cluster_of(profiles.zones[query.zone].fossil_free_share) if in_catalog else ANY_CLUSTER
    low, high = _range(query.zone, result, profiles if in_catalog else None, has_history=has_history)
    return ZoneForecast(
        zone=query.zone,
        region=query.region,
        hours=tuple(
            ForecastHour(
                starts_at=start_of(origin + hour),
                value=float(result.values[0, hour]),
                low=float(low[hour]) if np.isfinite(low[hour]) else None,
                high=float(high[hour]) if np.isfinite(high[hour]) else None,
            )
            for hour in range(query.horizon_hours)
        ),
        method=_method(length, has_history=has_history, in_catalog=in_catalog),
        skill=skill_of(tables.skills, length, cluster),
    )


def recent_span(now: datetime) -> tuple[datetime, datetime]:
    """The time of which readings are used: HOURS_BACK full hours, up to the start of the hour that holds now."""
    end = start_of(hour_of(now))
    return end - timedelta(hours=HOURS_BACK), end


def outlook_ahead(zone: str, outlook: Outlook, hours: int) -> ZoneHoursAhead:
    """The hours of the outlook, of which every other answer is made."""
    steps = tuple(
        HourStep(starts_at=outlook.first_hour_at + timedelta(hours=hour), intensity=outlook.hour(zone, hour))
        for hour in range(hours)
    )
    return ZoneHoursAhead(zone=zone, basis=ForecastBasis.OUTLOOK, hours=steps, skill=None)


def hours_ahead(
    zone: str, sources: Sequence[Readings], profiles: ZoneProfiles, tables: ForecastTables, *, now: datetime, hours: int
) -> ZoneHoursAhead:
    """The hours of a zone from the one that holds `now` on, from the stored readings of the full hours before it.

    sources: in the order of trust. Raises InvalidRequest for a zone without a figure and without readings.
    """
    start, _ = recent_span(now)
    ahead = forecast_of(
        ForecastQuery(
            zone=zone,
            region=None,
            starts_at=start,
            step_minutes=60,
            values=_recent_values(zone, sources, now),
            horizon_hours=hours,
        ),
        profiles,
        tables,
    )
    steps = tuple(_step(hour, ahead.method, is_bare=ahead.method == PROFILE) for hour in ahead.hours)
    return ZoneHoursAhead(zone=zone, basis=ForecastBasis.RECENT_HOURS, hours=steps, skill=ahead.skill)


def recent_forecast(
    zone: str, sources: Sequence[Readings], profiles: ZoneProfiles, tables: ForecastTables, *, now: datetime
) -> RecentForecast | None:
    """The week from the hour that holds `now` on, as in hours_ahead; None with too short a history for a model."""
    values = _recent_values(zone, sources, now)
    history = np.array([np.nan if value is None else value for value in values])
    if not history_lengths(history[None], tables.models)[0]:
        return None
    origin = hour_of(now)
    usual = _usual(zone, profiles, origin, history)
    result = forecast(history[None], usual[None], np.array([origin]), tables.models)
    ahead, low, high = (side[0].astype(np.float32) for side in (result.values, result.low, result.high))
    return RecentForecast(origin=origin, values=ahead, low=low, high=high, history_hours=int(result.history_hours[0]))


def _recent_values(zone: str, sources: Sequence[Readings], now: datetime) -> tuple[float | None, ...]:
    """By hour over recent_span; None where nothing is stored."""
    start, end = recent_span(now)
    window = HistoryQuery(start=start, end=end, step=Step.HOUR, signal=SignalName.AVERAGE, limit=None, offset=0)
    points = {point.starts_at: point.value for point in zone_history(zone, window, sources).points}
    return tuple(points.get(start + timedelta(hours=hour)) for hour in range(HOURS_BACK))


def _step(hour: ForecastHour, method: str, *, is_bare: bool) -> HourStep:
    grid = None
    if hour.low is not None and hour.high is not None:
        grid = Factors(low=hour.low / hour.value, high=hour.high / hour.value)
    origin = Provenance(
        quality=Quality.BASELINE if is_bare else Quality.FORECAST,
        source=method,
        starts_at=hour.starts_at,
        age_seconds=None if is_bare else 0,
    )
    return HourStep(
        starts_at=hour.starts_at, intensity=CarbonIntensity(gco2e_per_kwh=hour.value, provenance=origin, grid=grid)
    )


def hourly(query: ForecastQuery) -> tuple[int, FloatArray]:
    """The first hour to come, and the means of the HOURS_BACK hours before it, NaN where no step is known.

    A last hour that the history does not fill counts with the steps it has.
    """
    starts_at = query.starts_at.timestamp()
    ends_at = starts_at + timedelta(minutes=query.step_minutes * len(query.values)).total_seconds()
    origin = ceil(ends_at / units.HOUR_SECONDS)
    steps = np.array([np.nan if value is None else value for value in query.values], np.float64)
    hours = ((starts_at + np.arange(len(steps)) * query.step_minutes * 60) // units.HOUR_SECONDS).astype(np.int64)
    rows = hours - (origin - HOURS_BACK)
    counted = (rows >= 0) & np.isfinite(steps)
    counts = np.bincount(rows[counted], minlength=HOURS_BACK)
    sums = np.bincount(rows[counted], steps[counted], HOURS_BACK)
    return origin, np.divide(sums, counts, out=np.full(HOURS_BACK, np.nan), where=counts > 0)


def _has_figure(zone: str, profiles: ZoneProfiles) -> bool:
    return zone in profiles.zones and profiles.zones[zone].gco2e_per_kwh is not None


def _usual(zone: str, profiles: ZoneProfiles, origin: int, history: FloatArray) -> FloatArray:
    """The zone's profile, or the mean day of the history, over HOURS_BACK and HOURS_AHEAD hours."""
    if _has_figure(zone, profiles):
        hours = np.arange(origin - HOURS_BACK, origin + HOURS_AHEAD, dtype=np.int64)
        return np.asarray(profiles.gco2e_per_kwh(profiles.rows([zone]), hours)[0])
    if not np.isfinite(history).any():
        detail = f"must hold at least one value of the last {HOURS_BACK} hours for a zone without a profile"
        raise InvalidRequest([FieldError(location=("history", "values"), code="no_values", detail=detail)])
    return np.asarray(usual_of_history(history[None])[0])


def _range(
    zone: str, result: Forecast, profiles: ZoneProfiles | None, *, has_history: bool
) -> tuple[FloatArray, FloatArray]:
    """The forecast's own range; without one that of scaled profiles in backtests, NaN where it is not known."""
    low, high = result.low[0], result.high[0]
    if profiles is None or np.isfinite(low).all():
        return low, high
    factors = [
        grid_range(profiles, zone, live=has_history, upstream=False, lead_hours=lead, duration_hours=1)
        for lead in range(HOURS_AHEAD)
    ]
    lows, highs = ([np.nan if one is None else getattr(one, side) for one in factors] for side in ("low", "high"))
    return result.values[0] * np.array(lows), result.values[0] * np.array(highs)


def _method(length: int, *, has_history: bool, in_catalog: bool) -> str:
    if length:
        return f"{FROM_RECENT_HOURS}-{length}h"
    if not has_history:
        return PROFILE
    return SCALED_PROFILE if in_catalog else MEAN_DAY
