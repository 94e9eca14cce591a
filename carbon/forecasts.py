"""Forecasts from recent hours: the question, the hours to come with their ranges, and how good such forecasts were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carbon.intensity import SignalName
from carbon.results import HourStep

LONGEST_HOURS = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastQuery:
    """What was measured, and how far the forecast reaches.

    zone: a grid zone, which may be one that the catalog does not have. region: as provider:region; None without one.
    values: gCO2e per kWh by step from starts_at on, None where unknown. horizon_hours: 1 to LONGEST_HOURS.
    """

    zone: str
    region: str | None
    starts_at: datetime
    step_minutes: int
    values: tuple[float | None, ...]
    horizon_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastHour:
    """One full hour in gCO2e per kWh. low, high: 10th and 90th centile of what may come; None if unknown."""

    starts_at: datetime
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySkill:
    """Forecasts so many days ahead; 1 are the first 24 hours. Shares.

    mape: the mean relative error. coverage: how often what came was between low and high; None if not known.
    """

    day: int
    mape: float
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSkill:
    """How good forecasts with as much history were in a backtest of zones that are alike.

    zones: which zones: a cluster by their share of fossil-free electricity, or all. captured: share of the saving that
    a perfect forecast would have brought to jobs of 4 h within 24 h. tested_year: that of the backtest.
    """

    zones: str
    days: tuple[DaySkill, ...]
    captured: float
    tested_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDaySkill:
    """How good stored forecasts of a zone were so many days ahead; 1: the first 24 hours. Shares; None: too few hours.

    mape, coverage: as in DaySkill; no coverage of forecasts without a range. captured: as in ForecastSkill, of day 1
    alone. issue_days, forecasts: on how many days how many forecasts were issued of which an hour is counted.
    hours: with a forecast and a reading. estimated_hours: those whose reading is an estimate. hours_without_reading:
    that are over; they are left out.
    """

    lead_day: int
    mape: float | None
    coverage: float | None
    captured: float | None
    issue_days: int
    forecasts: int
    hours: int
    estimated_hours: int
    hours_without_reading: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSkill:
    """How good the stored forecasts of a zone by one source were. lead_days: those of which an hour is over."""

    zone: str
    source: str
    lead_days: tuple[LeadDaySkill, ...]

    @property
    def issue_days(self) -> int:
        """On how many days forecasts were issued of whose first 24 hours one is scored."""
        return max((day.issue_days for day in self.lead_days if day.lead_day == 1), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillQuery:
    """Which stored forecasts: of the last `days` full UTC days. zone, source: None for all."""

    signal: SignalName
    zone: str | None
    source: str | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillList:
    """How good the forecasts that were issued in [starts_at, ends_at) were, by zone and source."""

    signal: SignalName
    starts_at: datetime
    ends_at: datetime
    skills: tuple[StoredSkill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneForecast:
    """The hours to come of a zone. method: how they were made."""

    zone: str
    region: str | None
    hours: tuple[ForecastHour, ...]
    method: str
    skill: ForecastSkill


class ForecastBasis(StrEnum):
    """What the hours to come of a zone are made from."""

    OUTLOOK = "outlook"  # as in every other answer: live value, upstream's forecast, our own, profile
    RECENT_HOURS = "recent-hours"  # the stored readings alone


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneHoursAhead:
    """The hours from the one that holds now on. skill: of the method; None where it is not known."""

    zone: str
    basis: ForecastBasis
    hours: tuple[HourStep, ...]
    skill: ForecastSkill | None
