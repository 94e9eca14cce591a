"""The forecast that the hours to come of a zone rest on, as it was issued."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import fmean

from carbon.events import IssuedForecast
from carbon.reading import UpstreamForecast
from carbon.units import HOUR, HOUR_SECONDS
from catalog.profiles import hour_of
from planning.outlook.forecast_choice import RecentForecast
from planning.outlook.zone_hours import start_of

MOST_HOURS = 48


def issued_forecast(
    upstream: UpstreamForecast | None, recent: RecentForecast | None, now: datetime
) -> IssuedForecast | None:
    """That of the upstream, else our own, from the hour that holds now on; None without one that reaches so far."""
    if upstream is not None:
        hours = _hourly(upstream, now)
        source, starts_at = upstream.source, max(upstream.starts_at, start_of(hour_of(now)))
    elif recent is not None:
        first = max(recent.origin, hour_of(now))
        hours = tuple(float(value) for value in recent.values[first - recent.origin :][:MOST_HOURS])
        source, starts_at = recent.source, start_of(first)
    else:
        return None
    if all(hour is None for hour in hours):
        return None
    return IssuedForecast(source=source, starts_at=starts_at, gco2e_per_kwh=hours)


def _hourly(forecast: UpstreamForecast, now: datetime) -> tuple[float | None, ...]:
    """Means of the full hours from the one that holds now on; None where no step of an hour is known."""
    steps = round(HOUR_SECONDS / forecast.step_seconds)
    skipped = max(timedelta(0), start_of(hour_of(now)) - forecast.starts_at) // HOUR
    values = forecast.gco2e_per_kwh[skipped * steps :][: MOST_HOURS * steps]
    hours = (
        [value for value in values[first : first + steps] if value is not None]
        for first in range(0, len(values), steps)
    )
    return tuple(round(fmean(hour), 3) if hour else None for hour in hours)
