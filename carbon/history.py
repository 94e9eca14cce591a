"""Past carbon intensity of a zone: the question and the answer; its year by month and hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carbon.intensity import Quality, SignalName


class Step(StrEnum):
    """What one point of a history stands for: minutes, an hour, a UTC day, a calendar month in UTC."""

    FIVE_MINUTES = "5m"
    QUARTER_HOUR = "15m"
    HOUR = "1h"
    DAY = "1d"
    MONTH = "1mo"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """The past of a place in [start, end). limit: of points; None for all from offset on."""

    start: datetime
    end: datetime
    step: Step
    signal: SignalName
    limit: int | None
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """gCO2e/kWh that the intensity did not exceed in 10, 50 and 90 per cent of the time with readings."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """One step. value: the mean over the time with readings, gCO2e/kWh. quality: the worst of its readings."""

    starts_at: datetime
    value: float
    lowest: float
    highest: float
    percentiles: Percentiles
    quality: Quality
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without readings: [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneHistory:
    """The past of a zone in [starts_at, ends_at).

    points: of this page, in the order of time; steps without a reading have none. total: points of all pages.
    gaps: the times of this page on which no point rests.
    """

    zone: str
    signal: SignalName
    step: Step
    starts_at: datetime
    ends_at: datetime
    points: tuple[HistoryPoint, ...]
    total: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthHours:
    """The hours of the day in one month. month: 1 to 12. values: gCO2e/kWh of each UTC hour; None if unknown.

    quality: the worst of the readings of which they are means; BASELINE: usual values, no readings.
    """

    month: int
    values: tuple[float | None, ...]
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneYear:
    """A zone by month and UTC hour: the twelve months from January on.

    starts_at: since when readings count. sources: of the readings; baseline: where usual values are from; None: none
    are used.
    """

    zone: str
    starts_at: datetime
    months: tuple[MonthHours, ...]
    sources: tuple[str, ...]
    baseline: str | None
