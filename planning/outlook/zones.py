"""Carbon intensity of grid zones hour by hour, each figure with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite

import numpy as np

from carbon import units
from carbon.intensity import NOT_LIVE, CarbonIntensity, Provenance, Quality, Signal
from carbon.ranges import Factors
from carbon.reading import ZoneReading
from carbon.results import HourValue
from catalog.profiles import ZoneProfiles, hour_of
from planning.outlook.forecast_choice import RecentForecast
from planning.outlook.grid_range import grid_range, mean_range, widened
from planning.outlook.series import Series
from planning.outlook.stored_skill import NO_SKILLS, ForecastSkills
from planning.outlook.unknown import intensity_unknown
from planning.outlook.zone_hours import ZoneHours, start_of, zone_hours


@dataclass(frozen=True, slots=True)
class Outlook:
    """Intensity of zones from the hour that holds `now`, `hours` of them.

    zones: each zone's row. offset_seconds: now, seconds into the first hour.
    disagreements: of the sources of zones that have several, as a share of their mean. signal: what all figures count.
    skills: how good stored forecasts were. names: the zones in row order.
    """

    zones: Mapping[str, int]
    profiles: ZoneProfiles
    now: datetime
    first_hour_at: datetime
    offset_seconds: float
    hours: int
    rows: tuple[ZoneHours, ...]
    current_by_row: tuple[CarbonIntensity, ...]
    disagreements: Mapping[str, float] = field(default_factory=dict)
    signal: Signal = Signal.AVERAGE_LIFECYCLE
    skills: ForecastSkills = NO_SKILLS
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.zones))

    def series(self, *rows: int) -> Series:
        """The steps of these rows, or of all, side by side; as fine as the finest of them."""
        zones = [self.rows[row] for row in rows] or self.rows
        step = min((zone.step_seconds for zone in zones), default=units.HOUR_SECONDS)
        steps = round(self.hours * units.HOUR_SECONDS / step)
        values = np.array([zone.values_by(step, self.hours) for zone in zones]).reshape(len(zones), steps)
        if any(zone.step_seconds != step for zone in zones):
            return Series.of(values, step)
        integral = np.array([zone.integral[: steps + 1] for zone in zones]).reshape(len(zones), steps + 1)
        return Series(values, integral, step)

    def current(self, zone: str) -> CarbonIntensity:
        """The zone's intensity in the step that holds now."""
        return self.current_by_row[self.zones[zone]]

    def at(self, seconds: float) -> datetime:
        """The time `seconds` after the first hour's start, to the whole second."""
        return self.first_hour_at + timedelta(seconds=round(seconds))

    def seconds_to(self, moment: datetime) -> float:
        """Seconds from the first hour's start to `moment`."""
        return (moment - self.first_hour_at).total_seconds()

    def mean(self, zone: str, start: float, duration: float) -> CarbonIntensity:
        """Mean over [start, start + duration) seconds; its quality is that of the worst step it touches."""
        row = self.zones[zone]
        return self.describe(row, self.rows[row].mean(start, duration), start, duration)

    def mean_of_phases(self, zone: str, parts: Sequence[tuple[float, float, float]]) -> CarbonIntensity:
        """Mean over adjacent (start, end, weight) in seconds, weighted by weight and length.

        Its range is that of a plain mean over all of them; where our own forecast is among its hours, that of each hour
        counts by its weight too.
        """
        if len(parts) == 1:
            start, end, _ = parts[0]
            return self.mean(zone, start, end - start)
        row, first, last = self.zones[zone], parts[0][0], parts[-1][1]
        hours = self.rows[row]
        means = [hours.mean(start, end - start) for start, end, _ in parts]
        weights = [weight * (end - start) for start, end, weight in parts]
        shares = [mean * weight for mean, weight in zip(means, weights, strict=True)]
        whole = self.describe(row, sum(shares) / sum(weights), first, last - first)
        recent = hours.recent
        if recent is None or not recent.touches(first, last):
            return whole
        ranges = [recent.range(start, end, mean) for (start, end, _), mean in zip(parts, means, strict=True)]
        return replace(whole, grid=mean_range(ranges, shares))

    def mean_of_spans(self, zone: str, spans: Sequence[tuple[float, float]]) -> CarbonIntensity:
        """Mean over several (start, end) in seconds, ascending; its quality is that of the worst step between them.

        Its range is as wide as if the errors of all spans went together: no backtest says how far they do.
        """
        row, first, last = self.zones[zone], spans[0][0], spans[-1][1]
        if len(spans) == 1:
            return self.mean(zone, first, last - first)
        hours, seconds = self.rows[row], [end - start for start, end in spans]
        shares = [hours.mean(start, length) * length for (start, _), length in zip(spans, seconds, strict=True)]
        ranges = [self.range_of(row, start, length) for (start, _), length in zip(spans, seconds, strict=True)]
        whole = self.describe(row, sum(shares) / sum(seconds), first, last - first)
        return replace(whole, grid=mean_range(ranges, shares))

    def describe(self, row: int, value: float, start: float, duration: float) -> CarbonIntensity:
        """A mean already computed, with the provenance of its steps."""
        zone, provenance = self.rows[row], self.current_by_row[row].provenance
        end = round(start + duration, 6)
        recent = zone.recent
        if recent is not None and not recent.touches(start, end):
            recent = None
        if end > zone.first_until:
            quality, source, baseline_from = Quality.FORECAST, zone.forecast_source or zone.baseline_source, None
            bare = start >= zone.baseline_from
            if bare:
                quality, source = Quality.BASELINE, zone.baseline_source
            elif end > zone.baseline_from:
                quality, baseline_from = Quality.BASELINE, self.at(zone.baseline_from)
            derivation = NOT_LIVE if zone.forecast_source is None else provenance.derivation
            if recent is not None:
                source, derivation = recent.source if start >= recent.starts_at else source, recent.derivation
            provenance = Provenance(
                quality=quality,
                source=source,
                starts_at=self.at(start),
                age_seconds=None if bare else provenance.age_seconds,
                fallback_reason=provenance.fallback_reason,
                baseline_from=baseline_from,
                derivation=derivation,
                basis=provenance.basis,
            )
        grid = self.range_of(row, start, duration)
        return CarbonIntensity(gco2e_per_kwh=value if isfinite(value) else None, provenance=provenance, grid=grid)

    def range_of(self, row: int, start: float, duration: float) -> Factors | None:
        """10th to 90th centile of what comes over the mean of [start, start + duration) seconds; None if unknown.

        Without our own forecast among its hours it depends on the start only by RANGE_CHANGES.
        """
        zone = self.rows[row]
        if zone.recent is not None and zone.recent.touches(start, start + duration):
            return zone.recent.range(start, start + duration, zone.mean(start, duration))
        grid = grid_range(
            self.profiles,
            self.names[row],
            live=zone.forecast_source is not None,
            upstream=zone.has_forecast,
            lead_hours=start // units.HOUR_SECONDS,
            duration_hours=duration / units.HOUR_SECONDS,
        )
        return grid if zone.doubt is None else widened(grid, zone.doubt)

    def require(self, zone: str, start: float, duration: float) -> None:
        """Raises IntensityUnknown unless the mean of a zone over [start, start + duration) seconds is known."""
        if not isfinite(self.rows[self.zones[zone]].mean(start, duration)):
            raise intensity_unknown(self.signal, {zone: self.mean(zone, start, duration)})

    def require_any(self) -> None:
        """Raises IntensityUnknown if there are zones and the value now of none is known."""
        if self.rows and all(current.gco2e_per_kwh is None for current in self.current_by_row):
            raise intensity_unknown(self.signal, {zone: self.current(zone) for zone in self.names})

    def hour(self, zone: str, hour: int) -> CarbonIntensity:
        """The mean of one full hour, counted from the first."""
        return self.mean(zone, hour * units.HOUR_SECONDS, units.HOUR_SECONDS)

    def hour_values(self, zone: str) -> list[HourValue]:
        """Start and mean of each full hour, from the first on: those of `hour`, without their provenance."""
        steps = self.rows[self.zones[zone]]
        means = [steps.mean(hour * units.HOUR_SECONDS, units.HOUR_SECONDS) for hour in range(self.hours)]
        starts = (self.first_hour_at + timedelta(hours=hour) for hour in range(self.hours))
        return [(start, mean if isfinite(mean) else None) for start, mean in zip(starts, means, strict=True)]


def build_outlook(
    zones: Sequence[str],
    profiles: ZoneProfiles,
    readings: Mapping[str, ZoneReading],
    *,
    now: datetime,
    hours: int,
    recent: Mapping[str, RecentForecast] | None = None,
) -> Outlook:
    """The outlook of distinct `zones` for `hours` (at least 1) full hours from the one that holds now.

    recent: our own forecasts by zone; None: there are none.
    """
    first_hour = hour_of(now)
    first_hour_at = start_of(first_hour)
    offset = (now - first_hour_at).total_seconds()
    recent = recent or {}
    rows = tuple(
        zone_hours(zone, profiles, readings[zone], first_hour, hours, offset, recent.get(zone)) for zone in zones
    )
    return Outlook(
        zones={zone: row for row, zone in enumerate(zones)},
        profiles=profiles,
        now=now,
        first_hour_at=first_hour_at,
        offset_seconds=offset,
        hours=hours,
        rows=rows,
        current_by_row=tuple(row.current(now) for row in rows),
    )


def current_reading(reading: ZoneReading, now: datetime, max_age_minutes: float) -> ZoneReading:
    """The reading without its live value if that rests on one that ended more than `max_age_minutes` ago."""
    latest = reading.latest
    if latest is None or now - latest.as_of <= timedelta(minutes=max_age_minutes):
        return reading
    return ZoneReading(forecast=reading.forecast, reason=reading.reason or "stale")
