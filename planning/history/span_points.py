"""The past of a zone as points in the steps of its source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from carbon.errors import FieldError, InvalidRequest
from carbon.intensity import Quality
from carbon.points import DECIMALS, Point, StepForecast
from carbon.units import HOUR
from catalog.profiles import ZoneProfiles, hour_of
from planning.outlook.zone_hours import start_of
from store.history.readings import QUALITIES, Minutes, Readings, time_of

MOMENT = timedelta(microseconds=1)
MOST_DAYS = 366  # of past readings in one answer, all its places together


def require_short(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> None:
    """Raises InvalidRequest if the past parts of these times are longer together than one answer may be."""
    past = sum((max(timedelta(), min(end, now) - start) for start, end in spans), timedelta())
    if past > timedelta(days=MOST_DAYS):
        detail = f"is too long ago: an answer has at most {MOST_DAYS} days of the past, those of all places together"
        raise InvalidRequest([FieldError(location=("start",), code="range_too_long", detail=detail)])


def past_points(sources: Sequence[Readings], start: datetime, end: datetime) -> tuple[Point, ...]:
    """The readings that hold at any time of [start, end), in the order of time; end: after start.

    They are of one source: the one that covers most of the time, and of equally complete ones the first.
    """
    first, last = start.timestamp() / 60, end.timestamp() / 60
    covered = [_minutes_inside(readings, first, last) for readings in sources]
    if not any(covered):
        return ()
    readings = sources[covered.index(max(covered))]
    inside = np.flatnonzero((readings.ends > first) & (readings.starts < last)).tolist()
    return tuple(
        Point(
            starts_at=time_of(int(readings.starts[row])),
            ends_at=time_of(int(readings.ends[row])),
            gco2e_per_kwh=round(float(readings.gco2e_per_kwh[row]), DECIMALS),
            quality=QUALITIES[int(readings.quality[row])],
            source=readings.source,
        )
        for row in inside
    )


def usual_points(zone: str, profiles: ZoneProfiles, start: datetime, end: datetime) -> tuple[Point, ...]:
    """The hours of a zone's profile that touch [start, end), for a zone whose profile holds in the past as well."""
    hours: Minutes = np.arange(hour_of(start), hour_of(end - MOMENT) + 1, dtype=np.int64)
    values = profiles.gco2e_per_kwh(profiles.rows([zone]), hours)[0]
    source = profiles.baseline_source(zone)
    return tuple(
        Point(
            starts_at=start_of(hour),
            ends_at=start_of(hour) + HOUR,
            gco2e_per_kwh=round(value, DECIMALS),
            quality=Quality.BASELINE,
            source=source,
        )
        for hour, value in zip(hours.tolist(), values.tolist(), strict=True)
        if np.isfinite(value)
    )


def usual_forecast(zone: str, profiles: ZoneProfiles, moment: datetime, hours: int) -> StepForecast:
    """The hours of a zone's profile from the one that holds at a moment on, as a forecast."""
    first = hour_of(moment)
    values = profiles.gco2e_per_kwh(profiles.rows([zone]), np.arange(first, first + hours, dtype=np.int64))[0]
    return StepForecast(
        starts_at=start_of(first),
        step=HOUR,
        gco2e_per_kwh=tuple(value if np.isfinite(value) else None for value in values.tolist()),
        generated_at=start_of(first),
        source=profiles.baseline_source(zone),
        baseline_from=start_of(first),
    )


def _minutes_inside(readings: Readings, first: float, last: float) -> float:
    return float((np.clip(readings.ends, first, last) - np.clip(readings.starts, first, last)).sum())
