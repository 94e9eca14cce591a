"""Our own forecast among the hours of a zone: after what an upstream tells, and before the profile.

An upstream's forecast is used as far as it reaches: it knows the weather and which plants will run. Our own knows the
recent hours alone. The profile knows neither, so it only follows where both end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from math import ceil, isnan, log

import numpy as np
from numpy.typing import NDArray

from carbon import units
from carbon.intensity import Derivation
from carbon.ranges import Factors
from carbon.reading import Observation, UpstreamForecast
from catalog.columns import FloatArray
from catalog.profiles import hour_of
from planning.outlook.carried_ratio import UpstreamSteps, continued
from planning.outlook.grid_range import hour_ranges

FROM_RECENT_HOURS = "recent-hours"  # followed by the length of history of the model that was used
# How fast the level of a newer live value, and of the last day of an upstream's forecast, is forgotten over our own
# forecast. Both had the least error in 40 zones of 2023 (docs/decisions/0028-own-forecast-in-the-outlook.md).
LIVE_HALF_LIFE_HOURS, UPSTREAM_HALF_LIFE_HOURS = 6.0, 24.0
ISSUED_EVERY_HOURS = 6  # a week of 150 zones every hour would be 1 GB in HISTORY_DAYS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecentForecast:
    """Our own forecast of a zone from the hour `origin` on, UTC hours since the epoch.

    values: gCO2e per kWh by hour, close to the median. low, high: 10th and 90th centile. history_hours: those that the
    model used.
    """

    origin: int
    values: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    history_hours: int

    @property
    def source(self) -> str:
        return f"{FROM_RECENT_HOURS}-{self.history_hours}h"

    def hours_from(self, first_hour: int) -> int:
        """How many of its hours are left from `first_hour` on; 0 for an hour before its first one."""
        return max(0, self.origin + len(self.values) - first_hour) if first_hour >= self.origin else 0

    def level_of(self, live: Observation) -> float:
        """Its value in the hour of a live value; the live value itself where the history already held it."""
        if live.as_of.timestamp() <= self.origin * units.SECONDS_PER_HOUR:
            return live.gco2e_per_kwh
        hour = min(max(hour_of(live.starts_at) - self.origin, 0), len(self.values) - 1)
        return float(self.values[hour])


@dataclass(frozen=True, slots=True, eq=False)
class RecentForecasts:
    """The forecasts of all zones with enough history. version: names their values; empty without any."""

    by_zone: Mapping[str, RecentForecast]
    version: str = ""

    @classmethod
    def of(cls, by_zone: Mapping[str, RecentForecast]) -> RecentForecasts:
        digest = blake2b(digest_size=4)
        for zone, forecast in sorted(by_zone.items()):
            digest.update(f"{zone} {forecast.origin} {forecast.history_hours}".encode())
            for hours in (forecast.values, forecast.low, forecast.high):
                digest.update(hours.tobytes())
        return cls(by_zone, f"-{digest.hexdigest()}" if by_zone else "")

    def issued(self, now: datetime) -> Iterator[UpstreamForecast]:
        """Those to be stored as they were issued: all at 0, 6, 12 and 18 h UTC, none in other hours."""
        if now.hour % ISSUED_EVERY_HOURS:
            return
        for zone, forecast in self.by_zone.items():
            yield UpstreamForecast(
                zone=zone,
                starts_at=datetime.fromtimestamp(forecast.origin * units.SECONDS_PER_HOUR, UTC),
                gco2e_per_kwh=tuple(forecast.values.tolist()),
                source=forecast.source,
                low=tuple(forecast.low.tolist()),
                high=tuple(forecast.high.tolist()),
            )


NO_FORECASTS = RecentForecasts({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecentPart:
    """The steps of a zone that are from our own forecast: [starts_at, ends_at) in seconds from the first hour.

    low, high: gCO2e/kWh by step of the zone, the 10th and 90th centile of its hour: in the part those of the forecast,
    else those of backtests, NaN where unknown. derivation: of figures that rest on the part.
    """

    source: str
    starts_at: float
    ends_at: float
    step_seconds: float
    low: FloatArray
    high: FloatArray
    derivation: Derivation

    def touches(self, start: float, end: float) -> bool:
        """Whether a part of [start, end) is from our own forecast."""
        return start < self.ends_at and end > self.starts_at

    def range(self, start: float, end: float, mean: float) -> Factors | None:
        """Of a mean over [start, end) that touches the part, as if the errors of its hours went together.

        In the backtest 77 to 88 % of what came was inside, for means over 1 to 24 h (docs/decisions/0028).
        """
        if not mean > 0:
            return None
        low, high = (self._mean(steps, start, end) for steps in (self.low, self.high))
        return None if isnan(low + high) else Factors(low=low / mean, high=high / mean)

    def _mean(self, steps: FloatArray, start: float, end: float) -> float:
        first, last = int(start // self.step_seconds), ceil(end / self.step_seconds)
        edges = (np.arange(first, last + 1) * self.step_seconds).clip(start, end)
        return float(np.dot(steps[first:last], np.diff(edges))) / (end - start)


def hours_ahead_of(recent: RecentForecast, first_hour: int, profile: FloatArray) -> FloatArray:
    """Our own forecast by hour from `first_hour` on, and the profile at its level after it."""
    count = min(recent.hours_from(first_hour), len(profile))
    own = np.full(len(profile), np.nan)
    own[:count] = recent.values[first_hour - recent.origin :][:count]
    return continued(own, profile, per_hour=1, half_life_hours=units.RATIO_HALF_LIFE_HOURS)


def recent_part(
    recent: RecentForecast,
    first_hour: int,
    upstream: UpstreamSteps,
    values: FloatArray,
    derivation: Derivation,
    factors: Callable[[int], Factors | None],
    doubt: Factors | None,
) -> RecentPart | None:
    """Which of the steps are from our own forecast, with its range at their level; None if none are.

    derivation: of the live value or the upstream's forecast before them. factors: the range of the hour so many hours
    ahead where it is not of our own forecast. doubt: of all hours, see ZoneHours.
    """
    starts_at = upstream.ends_at if upstream.has_forecast else upstream.first_until if upstream.has_live else 0.0
    per_hour = round(units.HOUR_SECONDS / upstream.step_seconds)
    count = min(recent.hours_from(first_hour), len(values) // per_hour)
    ends_at = count * units.HOUR_SECONDS
    if ends_at <= starts_at:
        return None
    hours = slice(first_hour - recent.origin, first_hour - recent.origin + count)
    own = slice(round(starts_at / upstream.step_seconds), count * per_hour)
    low, high = (np.repeat(side, per_hour) for side in hour_ranges(factors, len(values) // per_hour))
    below, above = (np.repeat(side[hours] / recent.values[hours], per_hour)[own] for side in (recent.low, recent.high))
    low[own], high[own] = np.minimum(below, 1.0), np.maximum(above, 1.0)
    if doubt is not None:
        low[own] = np.exp(-np.hypot(np.log(low[own]), log(doubt.low)))
        high[own] = np.exp(np.hypot(np.log(high[own]), log(doubt.high)))
    method = f"own forecast from the last {recent.history_hours} h"
    return RecentPart(
        source=recent.source,
        starts_at=starts_at,
        ends_at=ends_at,
        step_seconds=upstream.step_seconds,
        low=low * values,
        high=high * values,
        derivation=replace(
            derivation, method=method if derivation.method is None else f"{derivation.method}; {method}"
        ),
    )
