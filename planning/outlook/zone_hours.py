"""The hours of one grid zone: live value, upstream's forecast, our own, and the profile scaled to what is before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite

import numpy as np

from carbon import units
from carbon.intensity import NOT_LIVE, CarbonIntensity, Provenance, Quality
from carbon.ranges import Factors
from carbon.reading import Observation, ZoneReading
from catalog.columns import FloatArray
from catalog.memo import table_cache
from catalog.profiles import ZoneProfiles, hour_of
from planning.outlook.carried_ratio import UpstreamSteps, upstream_steps, with_profile
from planning.outlook.forecast_choice import (
    LIVE_HALF_LIFE_HOURS,
    UPSTREAM_HALF_LIFE_HOURS,
    RecentForecast,
    RecentPart,
    hours_ahead_of,
    recent_part,
)
from planning.outlook.grid_range import doubt_of, grid_range, widened
from planning.outlook.series import SHORTEST_SECONDS

# Rows of this length serve a week's search and a day's job. They are cached; longer ones are computed each time.
USUAL_HOURS = 200
CACHED_ROWS = 512
SCALED_TO_LIVE = "profile-scaled-to-live"
SCALED_TO_FORECAST = "profile-scaled-to-forecast"


@dataclass(frozen=True, slots=True, eq=False)
class ZoneHours:
    """One zone from a full UTC hour on, which is the one that holds now. Never changed: threads share it.

    first: the intensity of the step that holds now, which holds until first_until. values: gCO2e/kWh by step of
    step_seconds. integral: value x seconds up to each boundary, one longer than values.
    forecast_source None: every step is bare profile (or the annual figure).
    baseline_source: "profile", or "annual" for a zone without one, both with -corrected behind where the level is, or
    "none" without a figure; once scaled, after what.
    doubt: of what the hours rest on: the error of the source's figures and the spread of the sources; None: none known.
    baseline_from: where the forecasts end, the upstream's and our own (72 h after a live value without either).
    has_forecast: whether an upstream's forecast is among the values. recent: the steps of our own forecast; None: none.
    Times are seconds from the first hour's start.
    """

    live: Observation | None
    first: CarbonIntensity
    first_until: float
    values: FloatArray
    integral: FloatArray
    step_seconds: float
    forecast_source: str | None
    baseline_source: str
    baseline_from: float
    has_forecast: bool
    doubt: Factors | None = None
    recent: RecentPart | None = None

    def forecast_at(self, start: float) -> str | None:
        """The forecast that says what comes `start` seconds from the first hour on; None where the profile does."""
        if self.recent is not None and start >= self.recent.starts_at:
            return self.recent.source if start < self.recent.ends_at else None
        return self.forecast_source if self.has_forecast and start < self.baseline_from else None

    def current(self, now: datetime) -> CarbonIntensity:
        """The intensity now; now only tells how old a live value is."""
        if self.live is None or now <= self.live.as_of:
            return self.first
        age = int((now - self.live.as_of).total_seconds())
        return replace(self.first, provenance=replace(self.first.provenance, age_seconds=age))

    def mean(self, start: float, duration: float) -> float:
        """Mean over [start, start + duration) seconds from the first hour; NaN without an annual figure."""
        if start < 0 or duration <= 0 or start + duration > len(self.values) * self.step_seconds + 1e-6:
            raise ValueError(f"[{start}, {start} + {duration}) s is not a window within {len(self.values)} steps")
        duration = max(duration, SHORTEST_SECONDS)
        return (self._integral_to(start + duration) - self._integral_to(start)) / duration

    def _integral_to(self, seconds: float) -> float:
        step = min(int(seconds // self.step_seconds), len(self.values) - 1)
        rest = seconds - step * self.step_seconds
        return float(self.integral[step] + self.values[step] * rest if rest else self.integral[step])

    def values_by(self, step_seconds: float, hours: int) -> FloatArray:
        """The first hours in steps of step_seconds, a divisor of the zone's own."""
        own = self.values[: round(hours * units.HOUR_SECONDS / self.step_seconds)]
        times = round(self.step_seconds / step_seconds)
        return own if times == 1 else np.repeat(own, times)


def zone_hours(
    zone: str,
    profiles: ZoneProfiles,
    reading: ZoneReading,
    first_hour: int,
    hours: int,
    offset_seconds: float = 0.0,
    recent: RecentForecast | None = None,
) -> ZoneHours:
    """At least `hours` hours of a zone from `first_hour` (UTC hours since the epoch) on.

    offset_seconds: now, from the first hour's start. The live value holds in the step of now, the upstream's forecast
    follows in its own steps, then our own forecast, and then the profile (see planning/outlook/carried_ratio.py).
    recent: our own forecast; None: there is none.
    """
    forecast = reading.forecast
    step_now = 0 if forecast is None else int(offset_seconds // forecast.step_seconds)
    if hours <= USUAL_HOURS:
        return _usual_hours(profiles, zone, reading, first_hour, step_now, recent)
    return _zone_hours(zone, profiles, reading, first_hour, hours, step_now, recent)


@table_cache(CACHED_ROWS)
def _usual_hours(
    profiles: ZoneProfiles,
    zone: str,
    reading: ZoneReading,
    first_hour: int,
    step_now: int,
    recent: RecentForecast | None,
) -> ZoneHours:
    return _zone_hours(zone, profiles, reading, first_hour, USUAL_HOURS, step_now, recent)


def _zone_hours(
    zone: str,
    profiles: ZoneProfiles,
    reading: ZoneReading,
    first_hour: int,
    hours: int,
    step_now: int,
    recent: RecentForecast | None,
) -> ZoneHours:
    upstream = upstream_steps(reading, start_of(first_hour), hours, step_now)
    # The operator's own figure replaces every other one; and the first hour left may be that of a live value.
    if recent is not None and (profiles.zones[zone].is_own or recent.hours_from(first_hour) < 2):
        recent = None
    values = _values(zone, profiles, reading, first_hour, upstream, recent)
    integral = np.zeros(len(values) + 1)
    np.cumsum(values, out=integral[1:])
    integral *= upstream.step_seconds
    source, baseline_source = _sources(reading, upstream, recent, profiles.baseline_source(zone))
    value = float(values[step_now])
    origin = _first_step(reading, upstream, first_hour, step_now, source or baseline_source)
    doubt = doubt_of(reading) if source is not None else None

    def range_of(hours_ahead: int) -> Factors | None:
        live, upstream_reaches = source is not None, upstream.has_forecast
        grid = grid_range(
            profiles, zone, live=live, upstream=upstream_reaches, lead_hours=hours_ahead, duration_hours=1
        )
        return grid if doubt is None else widened(grid, doubt)

    part, grid = None, range_of(0)
    if recent is not None:
        part = recent_part(recent, first_hour, upstream, values, origin.derivation, range_of, doubt)
    if part is not None and part.starts_at == 0:
        origin = replace(origin, quality=Quality.FORECAST, age_seconds=0, derivation=part.derivation)
        grid = part.range(0.0, units.HOUR_SECONDS, value)
    origin = replace(origin, basis=profiles.zones[zone].basis)
    return ZoneHours(
        live=reading.latest,
        first=CarbonIntensity(gco2e_per_kwh=value if isfinite(value) else None, provenance=origin, grid=grid),
        first_until=upstream.first_until,
        values=values,
        integral=integral,
        step_seconds=upstream.step_seconds,
        forecast_source=source,
        baseline_source=baseline_source,
        baseline_from=upstream.ends_at if part is None else part.ends_at,
        has_forecast=upstream.has_forecast,
        doubt=doubt,
        recent=part,
    )


def _values(
    zone: str,
    profiles: ZoneProfiles,
    reading: ZoneReading,
    first_hour: int,
    upstream: UpstreamSteps,
    recent: RecentForecast | None,
) -> FloatArray:
    """gCO2e/kWh by step of the upstream: its own values, and our forecast or the profile at their level."""
    row, live = profiles.rows([zone]), reading.latest
    count = len(upstream.values) * int(upstream.step_seconds) // units.SECONDS_PER_HOUR
    shape = profiles.gco2e_per_kwh(row, np.arange(first_hour, first_hour + count, dtype=np.int64))[0]
    usual_of_live, half_life_hours = None, units.RATIO_HALF_LIFE_HOURS
    if recent is not None:
        shape = hours_ahead_of(recent, first_hour, shape)
        usual_of_live = None if live is None else recent.level_of(live)
        half_life_hours = UPSTREAM_HALF_LIFE_HOURS if upstream.has_forecast else LIVE_HALF_LIFE_HOURS
    elif live is not None:
        usual_of_live = float(profiles.gco2e_per_kwh(row, np.array([hour_of(live.starts_at)]))[0, 0])
    shape = np.repeat(shape, len(upstream.values) // count)
    return with_profile(upstream, shape, usual_of_live, half_life_hours)


def _sources(
    reading: ZoneReading, upstream: UpstreamSteps, recent: RecentForecast | None, unscaled: str
) -> tuple[str | None, str]:
    """What the hours to come rest on from the present step on, and where the forecasts end."""
    if upstream.has_forecast and reading.forecast is not None:
        return reading.forecast.source, SCALED_TO_FORECAST
    if recent is not None:
        return recent.source, SCALED_TO_FORECAST
    if reading.latest is not None:
        return SCALED_TO_LIVE, SCALED_TO_LIVE
    return None, unscaled


def _first_step(
    reading: ZoneReading, upstream: UpstreamSteps, first_hour: int, step_now: int, source: str
) -> Provenance:
    """Where the value now is from: live, else forecast, else profile, else annual."""
    latest = reading.latest
    if latest is not None:
        return Provenance(
            quality=latest.quality,
            source=latest.source,
            starts_at=latest.starts_at,
            age_seconds=0,
            fallback_reason=reading.reason,
            derivation=latest.derivation,
        )
    if upstream.has_forecast and not isfinite(upstream.values[step_now]):
        source = SCALED_TO_FORECAST
    return Provenance(
        quality=Quality.FORECAST if upstream.has_forecast else Quality.BASELINE,
        source=source,
        starts_at=datetime.fromtimestamp(
            first_hour * units.SECONDS_PER_HOUR + step_now * int(upstream.step_seconds), UTC
        ),
        age_seconds=0 if upstream.has_forecast else None,
        fallback_reason=reading.reason,
        derivation=reading.forecast.derivation if upstream.has_forecast and reading.forecast is not None else NOT_LIVE,
    )


def start_of(hour: int) -> datetime:
    """The time a UTC hour since the epoch starts."""
    return datetime.fromtimestamp(hour * units.SECONDS_PER_HOUR, UTC)
