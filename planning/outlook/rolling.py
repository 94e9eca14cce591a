"""The hours to come as points, and rolling means over windows of a forecast."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, isfinite

import numpy as np

from carbon.errors import FieldError, InvalidRequest
from carbon.intensity import CarbonIntensity, Quality
from carbon.points import DECIMALS, ForecastWindows, Point, StepForecast, WindowsQuery, lowest
from carbon.units import HOUR, HOUR_SECONDS
from catalog.columns import FloatArray
from planning.outlook.series import Series
from planning.outlook.unknown import intensity_unknown
from planning.outlook.zones import Outlook

FORECAST_HOURS = 72  # that the forecast of a zone reaches: as far as those of sources at most
MOST_HOURS_AHEAD = 168  # of a time that is asked for


def hours_until(end: datetime, now: datetime) -> int:
    """How many hours an outlook must have to reach `end`, at least 1. Raises InvalidRequest: `end` is too far ahead."""
    if end > now + timedelta(hours=MOST_HOURS_AHEAD):
        detail = f"must be at most {MOST_HOURS_AHEAD} hours ahead"
        raise InvalidRequest([FieldError(location=("end",), code="too_far_ahead", detail=detail)])
    return max(0, ceil((end - now) / HOUR)) + 1


def known_mean(mean: CarbonIntensity, zone: str, outlook: Outlook) -> CarbonIntensity:
    """The mean. Raises IntensityUnknown if there is no figure."""
    if mean.gco2e_per_kwh is None:
        raise intensity_unknown(outlook.signal, {zone: mean})
    return mean


def points_ahead(outlook: Outlook, zone: str, start: datetime, end: datetime) -> tuple[Point, ...]:
    """The steps of a zone that hold at any time of [start, end), as far as the outlook reaches and values are known."""
    row = outlook.zones[zone]
    hours = outlook.rows[row]
    count = len(hours.values_by(hours.step_seconds, outlook.hours))
    first = max(0, int(outlook.seconds_to(start) // hours.step_seconds))
    last = min(count, int(-(-outlook.seconds_to(end) // hours.step_seconds)))
    points = []
    for step in range(first, last):
        begins, value = step * hours.step_seconds, float(hours.values[step])
        if isfinite(value):
            origin = outlook.describe(row, value, begins, hours.step_seconds).provenance
            points.append(
                Point(
                    starts_at=outlook.at(begins),
                    ends_at=outlook.at(begins + hours.step_seconds),
                    gco2e_per_kwh=round(value, DECIMALS),
                    quality=origin.quality,
                    source=origin.source,
                )
            )
    return tuple(points)


def forecast_ahead(outlook: Outlook, zone: str) -> StepForecast:
    """The outlook of a zone for FORECAST_HOURS from the step that holds now on.

    Raises IntensityUnknown where none of it is known.
    """
    row = outlook.zones[zone]
    hours = outlook.rows[row]
    begin = int(outlook.offset_seconds // hours.step_seconds)
    count = round(FORECAST_HOURS * HOUR_SECONDS / hours.step_seconds)
    values = hours.values[begin : begin + count].tolist()
    if not any(isfinite(value) for value in values):
        raise intensity_unknown(outlook.signal, {zone: outlook.current(zone)})
    seconds = begin * hours.step_seconds
    origin = outlook.describe(row, values[0], seconds, hours.step_seconds).provenance
    return StepForecast(
        starts_at=outlook.at(seconds),
        step=timedelta(seconds=hours.step_seconds),
        gco2e_per_kwh=tuple(value if isfinite(value) else None for value in values),
        generated_at=outlook.now,
        source=hours.forecast_source or origin.source,
        baseline_from=outlook.at(hours.baseline_from),
    )


def windows_of(forecast: StepForecast, query: WindowsQuery) -> ForecastWindows:
    """The means of the windows that lie within the bounds, all of whose steps are known.

    Windows begin at the start of the query, or of the forecast if that is later, and follow at intervals of a step.
    Without a window the steps themselves are the points. Raises InvalidRequest, which names start or end, for bounds
    outside the forecast and a start that is not before the end.
    """
    _check(forecast, query)
    start, end = query.start or forecast.starts_at, query.end or forecast.ends_at
    points = _steps(forecast, start, end) if query.window is None else _means(forecast, start, end, query.window)
    return ForecastWindows(
        generated_at=forecast.generated_at,
        starts_at=start,
        ends_at=query.end or forecast.last_starts_at,
        points=points,
        lowest=lowest(points),
    )


def _check(forecast: StepForecast, query: WindowsQuery) -> None:
    errors = []
    is_behind_all = query.end is None and query.start is not None and query.start > forecast.last_starts_at
    if is_behind_all or (query.start is not None and query.end is not None and query.start >= query.end):
        errors.append(FieldError(location=("start",), code="end_before_start", detail="must be earlier than the end"))
    bounds = f"must be within the forecast, from {forecast.starts_at.isoformat()} to {forecast.ends_at.isoformat()}"
    for name, moment in (("start", query.start), ("end", query.end)):
        if moment is not None and not forecast.starts_at <= moment <= forecast.ends_at:
            errors.append(FieldError(location=(name,), code="outside_forecast", detail=bounds))
    if errors:
        raise InvalidRequest(errors)


def _steps(forecast: StepForecast, start: datetime, end: datetime) -> tuple[Point, ...]:
    """The steps that lie within [start, end]."""
    begins = [forecast.starts_at + number * forecast.step for number in range(len(forecast.gco2e_per_kwh))]
    return tuple(
        _point(forecast, begin, forecast.step, value)
        for begin, value in zip(begins, forecast.gco2e_per_kwh, strict=True)
        if value is not None and start <= begin and begin + forecast.step <= end
    )


def _means(forecast: StepForecast, start: datetime, end: datetime, window: timedelta) -> tuple[Point, ...]:
    count = (end - start - window) // forecast.step + 1
    if count < 1:
        return ()
    step_seconds = forecast.step.total_seconds()
    first = (start - forecast.starts_at).total_seconds()
    starts = first + step_seconds * np.arange(count, dtype=np.float64)
    values = np.array([np.nan if value is None else value for value in forecast.gco2e_per_kwh])
    means = _known_means(values, starts, window.total_seconds(), step_seconds)
    return tuple(
        _point(forecast, start + number * forecast.step, window, mean)
        for number, mean in enumerate(means.tolist())
        if isfinite(mean)
    )


def _known_means(values: FloatArray, starts: FloatArray, duration: float, step_seconds: float) -> FloatArray:
    """The mean over [start, start + duration) by the overlap of each step; NaN where a step is not known."""
    is_known = np.isfinite(values)
    both = Series.of(np.array([np.where(is_known, values, 0.0), is_known]), step_seconds)
    means = both.means(starts, duration)
    result: FloatArray = np.where(means[1] > 1 - 1e-9, means[0], np.nan)
    return result


def _point(forecast: StepForecast, starts_at: datetime, length: timedelta, value: float) -> Point:
    ends_at = starts_at + length
    is_baseline = forecast.baseline_from is not None and ends_at > forecast.baseline_from
    return Point(
        starts_at=starts_at,
        ends_at=ends_at,
        gco2e_per_kwh=round(value, DECIMALS),
        quality=Quality.BASELINE if is_baseline else Quality.FORECAST,
        source=forecast.source,
    )
