"""The hours of one grid zone: live value, forecast, and the profile after them, scaled by their last day."""

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
    baseline_source: "profile", or "annual" for a zone without one; once scaled, after what.
    doubt: of what the hours rest on: the error of the source's figures and the spread of the sources; None: none known.
    baseline_from: where the upstream's hours end (72 h after a live value without a forecast).
    has_forecast: whether an upstream's forecast is among the values.
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

    def current(self, now: datetime) -> CarbonIntensity:
        """The intensity now; now only tells how old a live value is."""
        if self.live is None or now <= self.live.as_of:
            return self.first
        age = int((now - self.live.as_of).total_seconds())
        return replace(self.first, provenance=replace(self.first.provenance, age_seconds=age))

    def mean(self, start: float, duration: float) -> float:
        """Mean over [start, start + duration) seconds from the first hour; NaN without an annual figure."""
        if start < 0 or duration <= 0 or start + duration > len(self.values) * self.step_seconds + 1e-6:
            raise ValueError(f"[{start}, {start} + {duration}) s is no window within {len(self.values)} steps")
        duration = max(duration, SHORTEST_SECONDS)
        return (self._integral_to(start + duration) - self._integral_to(start)) / duration

    def _integral_to(self, seconds: float) -> float:
        step = min(int(seconds // self.step_seconds), len(self.values) - 1)
        return float(self.integral[step] + self.values[step] * (seconds - step * self.step_seconds))

    def values_by(self, step_seconds: float, hours: int) -> FloatArray:
        """The first hours in steps of step_seconds, a divisor of the zone's own."""
        own = self.values[: round(hours * units.HOUR_SECONDS / self.step_seconds)]
        times = round(self.step_seconds / step_seconds)
        return own if times == 1 else np.repeat(own, times)


def zone_hours(
    zone: str, profiles: ZoneProfiles, reading: ZoneReading, first_hour: int, hours: int, offset_seconds: float = 0.0
) -> ZoneHours:
    """At least `hours` hours of a zone from `first_hour` (UTC hours since the epoch) on.

    offset_seconds: now, from the first hour's start. The live value holds in the step of now, the upstream's forecast
    follows in its own steps, and then the profile (see planning/outlook/carried_ratio.py).
    """
    forecast = reading.forecast
    step_now = 0 if forecast is None else int(offset_seconds // forecast.step_seconds)
    if hours <= USUAL_HOURS:
        return _usual_hours(profiles, zone, reading, first_hour, step_now)
    return _zone_hours(zone, profiles, reading, first_hour, hours, step_now)


@table_cache(CACHED_ROWS)
def _usual_hours(profiles: ZoneProfiles, zone: str, reading: ZoneReading, first_hour: int, step_now: int) -> ZoneHours:
    return _zone_hours(zone, profiles, reading, first_hour, USUAL_HOURS, step_now)


def _zone_hours(
    zone: str, profiles: ZoneProfiles, reading: ZoneReading, first_hour: int, hours: int, step_now: int
) -> ZoneHours:
    row = profiles.rows([zone])
    upstream = upstream_steps(reading, start_of(first_hour), hours, step_now)
    count = len(upstream.values) * int(upstream.step_seconds) // units.SECONDS_PER_HOUR
    bare = profiles.gco2e_per_kwh(row, np.arange(first_hour, first_hour + count, dtype=np.int64))[0]
    bare = np.repeat(bare, len(upstream.values) // count)
    usual_of_live = None
    if reading.latest is not None:
        usual_of_live = float(profiles.gco2e_per_kwh(row, np.array([hour_of(reading.latest.starts_at)]))[0, 0])
    values = with_profile(upstream, bare, usual_of_live)
    integral = np.zeros(len(values) + 1)
    np.cumsum(values, out=integral[1:])
    integral *= upstream.step_seconds
    source, baseline_source = _sources(reading, upstream, "profile" if profiles.has_shape(zone) else "annual")
    value = float(values[step_now])
    origin = _first_step(reading, upstream, first_hour, step_now, source or baseline_source)
    grid = grid_range(
        profiles, zone, live=source is not None, upstream=upstream.has_forecast, lead_hours=0, duration_hours=1
    )
    doubt = doubt_of(reading) if source is not None else None
    return ZoneHours(
        live=reading.latest,
        first=CarbonIntensity(
            gco2e_per_kwh=value if isfinite(value) else None, provenance=origin, grid=widened(grid, doubt)
        ),
        first_until=upstream.first_until,
        values=values,
        integral=integral,
        step_seconds=upstream.step_seconds,
        forecast_source=source,
        baseline_source=baseline_source,
        baseline_from=upstream.ends_at,
        has_forecast=upstream.has_forecast,
        doubt=doubt,
    )


def _sources(reading: ZoneReading, upstream: UpstreamSteps, unscaled: str) -> tuple[str | None, str]:
    """What the hours to come rest on before and after the upstream's end."""
    if upstream.has_forecast and reading.forecast is not None:
        return reading.forecast.source, SCALED_TO_FORECAST
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
