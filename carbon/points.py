"""Carbon intensities as points in time: those of a time that was asked for, and means over windows of a forecast."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carbon.intensity import Quality

DECIMALS = 3  # of gCO2e per kWh: milligrams, as readings are stored. Points that look equal are equal.


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What holds over [starts_at, ends_at): gCO2e per kWh to the milligram. source: as in Provenance."""

    starts_at: datetime
    ends_at: datetime
    gco2e_per_kwh: float
    quality: Quality
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepForecast:
    """Values of even steps from starts_at on, None where one is not known.

    generated_at: when the forecast was made. baseline_from: since when the values are usual ones, which follow from no
    forecast; None: none are.
    """

    starts_at: datetime
    step: timedelta
    gco2e_per_kwh: tuple[float | None, ...]
    generated_at: datetime
    source: str
    baseline_from: datetime | None = None

    @property
    def last_starts_at(self) -> datetime:
        return self.starts_at + (len(self.gco2e_per_kwh) - 1) * self.step

    @property
    def ends_at(self) -> datetime:
        """The end of the last step."""
        return self.starts_at + len(self.gco2e_per_kwh) * self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsQuery:
    """Which part of a forecast, and over how long its means are. start, end: None: its own. window: None: its steps."""

    start: datetime | None = None
    end: datetime | None = None
    window: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastWindows:
    """Means over windows of a forecast, in the order of time. starts_at, ends_at: the bounds that were asked for, else
    the starts of the first and the last step. lowest: every window with the lowest mean.
    """

    generated_at: datetime
    starts_at: datetime
    ends_at: datetime
    points: tuple[Point, ...]
    lowest: tuple[Point, ...]


def lowest(points: Sequence[Point]) -> tuple[Point, ...]:
    """Every point with the lowest value, in their order."""
    return lowest_of_all([points])[0]


def lowest_of_all(groups: Sequence[Sequence[Point]]) -> list[tuple[Point, ...]]:
    """Of each group the points that are as low as the lowest of all groups."""
    least = min((point.gco2e_per_kwh for points in groups for point in points), default=None)
    return [tuple(point for point in points if point.gco2e_per_kwh == least) for points in groups]


def worst_quality(points: Iterable[Point]) -> Quality | None:
    """The worst of the points; None: there are none."""
    return max((point.quality for point in points), key=tuple(Quality).index, default=None)
