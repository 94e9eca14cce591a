"""Carbon intensity of grid zones hour by hour: what is live, what is forecast, and what the profile says after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity, Provenance, Quality
from catalog.profiles import ZoneProfiles
from grid.source import ZoneReading
from planning.windows import FloatArray, Series

HOUR = float(units.SECONDS_PER_HOUR)


@dataclass(frozen=True, slots=True)
class ZoneOutlook:
    """What one zone's hours rest on. forecast_source None: everything after `now` is bare profile.

    baseline_source: "profile", or "annual" for a zone without one.
    baseline_step: the first step that is bare profile, which may lie beyond the outlook.
    """

    now: CarbonIntensity
    forecast_source: str | None
    baseline_source: str
    baseline_step: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Hourly intensity of `zones` from the hour that holds `now`.

    series: (zones, hours); offset_seconds: now, seconds into the first hour.
    """

    zones: Mapping[str, int]
    now: datetime
    first_hour_at: datetime
    offset_seconds: float
    series: Series
    parts: tuple[ZoneOutlook, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The zones in row order."""
        return tuple(self.zones)

    def current(self, zone: str) -> CarbonIntensity:
        """The zone's intensity in the hour that holds now."""
        return self.parts[self.zones[zone]].now

    def at(self, seconds: float) -> datetime:
        """The time `seconds` after the first hour's start, to the whole second."""
        return self.first_hour_at + timedelta(seconds=round(seconds))

    def seconds_to(self, moment: datetime) -> float:
        """Seconds from the first hour's start to `moment`."""
        return (moment - self.first_hour_at).total_seconds()

    def mean(self, zone: str, start: float, duration: float) -> CarbonIntensity:
        """Mean over [start, start + duration) seconds; its quality is that of the worst step it touches."""
        row = self.zones[zone]
        only = Series(self.series.values[row : row + 1], self.series.integral[row : row + 1], HOUR)
        value = float(only.means(np.array([start]), duration)[0, 0])
        return self.describe(row, value, start, duration)

    def describe(self, row: int, value: float, start: float, duration: float) -> CarbonIntensity:
        """A mean already computed, with the provenance of its steps."""
        part = self.parts[row]
        provenance = part.now.provenance
        last_step = ceil(round((start + duration) / HOUR, 9)) - 1
        if last_step > 0:
            quality, source, baseline_from = Quality.FORECAST, part.forecast_source or part.baseline_source, None
            bare = start >= part.baseline_step * HOUR
            if bare:
                quality, source = Quality.BASELINE, part.baseline_source
            elif last_step >= part.baseline_step:
                quality, baseline_from = Quality.BASELINE, self.at(part.baseline_step * HOUR)
            provenance = Provenance(
                quality=quality,
                source=source,
                starts_at=self.at(start),
                age_seconds=None if bare else provenance.age_seconds,
                fallback_reason=provenance.fallback_reason,
                baseline_from=baseline_from,
            )
        return CarbonIntensity(gco2e_per_kwh=value if np.isfinite(value) else None, provenance=provenance)

    def step_quality(self, zone: str, step: int) -> Quality:
        """Quality of one hourly step."""
        part = self.parts[self.zones[zone]]
        if step == 0:
            return part.now.provenance.quality
        return Quality.BASELINE if step >= part.baseline_step else Quality.FORECAST


def build_outlook(
    zones: Sequence[str],
    profiles: ZoneProfiles,
    readings: Mapping[str, ZoneReading],
    *,
    now: datetime,
    hours: int,
) -> Outlook:
    """The outlook of distinct `zones` for `hours` (at least 1) full hours from the one that holds now.

    The hour of now takes the live value; the upstream's forecast follows for at most 72 h, or, without
    one, the profile scaled to the live value; the bare profile comes after.
    """
    first_hour_at = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first_hour = int(first_hour_at.timestamp()) // units.SECONDS_PER_HOUR
    values = profiles.gco2e_per_kwh(profiles.rows(zones), np.arange(first_hour, first_hour + hours, dtype=np.int64))
    parts = tuple(
        _overlay(zone, values[row], profiles, readings.get(zone, ZoneReading()), now, first_hour_at)
        for row, zone in enumerate(zones)
    )
    return Outlook(
        {zone: row for row, zone in enumerate(zones)},
        now,
        first_hour_at,
        (now - first_hour_at).total_seconds(),
        Series.of(values, HOUR),
        parts,
    )


def _overlay(
    zone: str,
    row: FloatArray,
    profiles: ZoneProfiles,
    reading: ZoneReading,
    now: datetime,
    first_hour_at: datetime,
) -> ZoneOutlook:
    """Write what is live over one zone's profile row, in place, and say what it rests on."""
    latest, baseline_step, forecast_source = reading.latest, 0, None
    baseline_source = "profile" if profiles.has_shape(zone) else "annual"
    upstream = _aligned_forecast(reading, first_hour_at)
    if latest is not None:
        hour = int(latest.starts_at.timestamp()) // units.SECONDS_PER_HOUR
        profile = float(profiles.gco2e_per_kwh(profiles.rows([zone]), np.array([hour]))[0, 0])
        baseline_step = min(units.FORECAST_HORIZON_HOURS, len(row))
        row[:baseline_step] *= _ratio(latest.gco2e_per_kwh, profile, baseline_step)
        forecast_source = "profile-scaled-to-live"
    if upstream is not None:
        known = np.flatnonzero(np.isfinite(upstream))
        ahead = known[known < len(row)]
        row[ahead] = upstream[ahead]
        # With a live value gaps hold the scaled profile; without one they would be bare profile.
        baseline_step = int(known[-1]) + 1 if latest is not None else _first_gap(upstream)
        row[baseline_step:] = _bare_profile(profiles, zone, first_hour_at, baseline_step, len(row))
        forecast_source = reading.forecast.source if reading.forecast else None
    if latest is not None:
        row[0] = latest.gco2e_per_kwh
        age = max(0, int((now - latest.ends_at).total_seconds()))
        provenance = Provenance(
            quality=latest.quality,
            source=latest.source,
            starts_at=latest.starts_at,
            age_seconds=age,
        )
    elif baseline_step > 0:
        provenance = Provenance(
            quality=Quality.FORECAST,
            source=forecast_source or "",
            starts_at=first_hour_at,
            age_seconds=0,
            fallback_reason=reading.reason,
        )
    else:
        provenance = Provenance(
            quality=Quality.BASELINE,
            source=baseline_source,
            starts_at=first_hour_at,
            age_seconds=None,
            fallback_reason=reading.reason,
        )
    value = float(row[0])
    now_value = CarbonIntensity(gco2e_per_kwh=value if np.isfinite(value) else None, provenance=provenance)
    return ZoneOutlook(now_value, forecast_source, baseline_source, baseline_step)


def _ratio(live: float, profile: float, steps: int) -> FloatArray:
    """Live over profile, kept within bounds, decaying to 1 with units.RATIO_HALF_LIFE_HOURS."""
    if not (profile > 0 and np.isfinite(profile)):
        return np.ones(steps)
    ratio = min(max(live / profile, units.RATIO_MIN), units.RATIO_MAX)
    decay: FloatArray = np.exp2(-np.arange(steps) / units.RATIO_HALF_LIFE_HOURS)
    return 1.0 + (ratio - 1.0) * decay


def _aligned_forecast(reading: ZoneReading, first_hour_at: datetime) -> FloatArray | None:
    """The upstream forecast of the next 72 h, NaN where it has none; None if it has nothing for them.

    All 72 h, however few are asked for: what a gap holds must not depend on how far a question looks.
    """
    if reading.forecast is None:
        return None
    aligned = np.full(units.FORECAST_HORIZON_HOURS, np.nan)
    shift = int((reading.forecast.starts_at - first_hour_at).total_seconds()) // units.SECONDS_PER_HOUR
    for index, value in enumerate(reading.forecast.gco2e_per_kwh):
        if value is not None and 0 <= index + shift < len(aligned):
            aligned[index + shift] = value
    return aligned if np.isfinite(aligned).any() else None


def _first_gap(upstream: FloatArray) -> int:
    gaps = np.flatnonzero(~np.isfinite(upstream))
    return int(gaps[0]) if gaps.size else len(upstream)


def _bare_profile(profiles: ZoneProfiles, zone: str, first_hour_at: datetime, start: int, end: int) -> FloatArray:
    """The bare profile for steps [start, end)."""
    first_hour = int(first_hour_at.timestamp()) // units.SECONDS_PER_HOUR
    hours = np.arange(first_hour + start, first_hour + end, dtype=np.int64)
    bare: FloatArray = profiles.gco2e_per_kwh(profiles.rows([zone]), hours)[0]
    return bare
