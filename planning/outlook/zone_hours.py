"""The hours of one grid zone: live value, forecast, and the profile after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.reading import Observation, ZoneReading
from catalog.columns import BoolArray, FloatArray
from catalog.memo import table_cache
from catalog.profiles import ZoneProfiles, hour_of
from planning.outlook.series import SHORTEST_SECONDS

# Rows of this length serve a week's search and a day's job. They are cached; longer ones are computed each time.
USUAL_HOURS = 200
CACHED_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class ZoneHours:
    """One zone from a full UTC hour on, which is the one that holds now. Never changed: threads share it.

    first: the first hour's intensity at its start. values: gCO2e/kWh by hour.
    integral: value x seconds up to each boundary, one longer than values.
    forecast_source None: everything after the first hour is bare profile (or the annual figure).
    baseline_source: "profile", or "annual" for a zone without one. baseline_step: the first bare step.
    """

    live: Observation | None
    first: CarbonIntensity
    values: FloatArray
    integral: FloatArray
    forecast_source: str | None
    baseline_source: str
    baseline_step: int

    def current(self, now: datetime) -> CarbonIntensity:
        """The first hour's intensity; now only tells how old a live value is."""
        if self.live is None or now <= self.live.ends_at:
            return self.first
        age = int((now - self.live.ends_at).total_seconds())
        return replace(self.first, provenance=replace(self.first.provenance, age_seconds=age))

    def mean(self, start: float, duration: float) -> float:
        """Mean over [start, start + duration) seconds from the first hour; NaN without an annual figure."""
        if start < 0 or duration <= 0 or start + duration > len(self.values) * units.HOUR_SECONDS + 1e-6:
            raise ValueError(f"[{start}, {start} + {duration}) s is no window within {len(self.values)} hours")
        duration = max(duration, SHORTEST_SECONDS)
        return (self._integral_to(start + duration) - self._integral_to(start)) / duration

    def _integral_to(self, seconds: float) -> float:
        step = min(int(seconds // units.HOUR_SECONDS), len(self.values) - 1)
        return float(self.integral[step] + self.values[step] * (seconds - step * units.HOUR_SECONDS))


def zone_hours(zone: str, profiles: ZoneProfiles, reading: ZoneReading, first_hour: int, hours: int) -> ZoneHours:
    """At least `hours` hours of a zone from `first_hour` (UTC hours since the epoch) on.

    The first takes the live value; the upstream's forecast follows for at most 72 h, or, without one, the
    profile scaled to the live value; the bare profile comes after.
    """
    if hours <= USUAL_HOURS:
        return _usual_hours(profiles, zone, reading, first_hour)
    return _zone_hours(zone, profiles, reading, first_hour, hours)


@table_cache(CACHED_ROWS)
def _usual_hours(profiles: ZoneProfiles, zone: str, reading: ZoneReading, first_hour: int) -> ZoneHours:
    return _zone_hours(zone, profiles, reading, first_hour, USUAL_HOURS)


def _zone_hours(zone: str, profiles: ZoneProfiles, reading: ZoneReading, first_hour: int, hours: int) -> ZoneHours:
    row = profiles.rows([zone])
    values = profiles.gco2e_per_kwh(row, np.arange(first_hour, first_hour + hours, dtype=np.int64))[0]
    latest, baseline_step, forecast_source = reading.latest, 0, None
    upstream = _aligned_forecast(reading, first_hour)
    bare = values.copy()
    if latest is not None:
        baseline_step, forecast_source = units.FORECAST_HORIZON_HOURS, "profile-scaled-to-live"
        profile = float(profiles.gco2e_per_kwh(row, np.array([hour_of(latest.starts_at)]))[0, 0])
        values[:baseline_step] *= _ratio(latest.gco2e_per_kwh, profile, baseline_step)
    if reading.forecast is not None and upstream is not None:
        has_value = np.isfinite(upstream)
        values[: len(upstream)][has_value] = upstream[has_value]
        # With a live value gaps hold the scaled profile; without one they would be bare profile.
        baseline_step = int(np.flatnonzero(has_value)[-1]) + 1 if latest is not None else _first_gap(has_value)
        forecast_source = reading.forecast.source if baseline_step else None
    values[baseline_step:] = bare[baseline_step:]
    if latest is not None:
        values[0] = latest.gco2e_per_kwh
    integral = np.zeros(hours + 1)
    np.cumsum(values, out=integral[1:])
    integral *= units.HOUR_SECONDS
    baseline_source = "profile" if profiles.has_shape(zone) else "annual"
    origin = _first_hour(reading, first_hour, forecast_source if baseline_step else None, baseline_source)
    first = CarbonIntensity(gco2e_per_kwh=float(values[0]) if isfinite(values[0]) else None, provenance=origin)
    return ZoneHours(latest, first, values, integral, forecast_source, baseline_source, baseline_step)


def _first_hour(reading: ZoneReading, first_hour: int, forecast_source: str | None, baseline_source: str) -> Provenance:
    """Where the first hour's value is from: live, else forecast, else profile, else annual."""
    latest = reading.latest
    if latest is not None:
        return Provenance(
            quality=latest.quality,
            source=latest.source,
            starts_at=latest.starts_at,
            age_seconds=0,
            fallback_reason=reading.reason,
        )
    return Provenance(
        quality=Quality.FORECAST if forecast_source else Quality.BASELINE,
        source=forecast_source or baseline_source,
        starts_at=start_of(first_hour),
        age_seconds=0 if forecast_source else None,
        fallback_reason=reading.reason,
    )


def _ratio(live: float, profile: float, steps: int) -> FloatArray:
    """Live over profile, kept within bounds, decaying to 1 with units.RATIO_HALF_LIFE_HOURS."""
    if not (profile > 0 and np.isfinite(profile)):
        return np.ones(steps)
    ratio = min(max(live / profile, units.RATIO_MIN), units.RATIO_MAX)
    decay: FloatArray = np.exp2(-np.arange(steps) / units.RATIO_HALF_LIFE_HOURS)
    return 1.0 + (ratio - 1.0) * decay


def _aligned_forecast(reading: ZoneReading, first_hour: int) -> FloatArray | None:
    """The upstream forecast of the next 72 h, NaN where it has none; None if it has nothing for them."""
    if reading.forecast is None:
        return None
    aligned = np.full(units.FORECAST_HORIZON_HOURS, np.nan)
    shift = hour_of(reading.forecast.starts_at) - first_hour
    for index, value in enumerate(reading.forecast.gco2e_per_kwh):
        if value is not None and 0 <= index + shift < len(aligned):
            aligned[index + shift] = value
    return aligned if np.isfinite(aligned).any() else None


def _first_gap(has_value: BoolArray) -> int:
    gaps = np.flatnonzero(~has_value)
    return int(gaps[0]) if gaps.size else len(has_value)


def start_of(hour: int) -> datetime:
    """The time a UTC hour since the epoch starts."""
    return datetime.fromtimestamp(hour * units.SECONDS_PER_HOUR, UTC)
