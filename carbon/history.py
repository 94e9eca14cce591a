"""Past carbon intensity of a zone: the question and the answer."""

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
