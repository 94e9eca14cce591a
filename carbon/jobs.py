"""What a schedule is asked for: a job, where it may run, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from carbon.workload import Blackout, CalculateQuery, Interruption, Interval


class Risk(StrEnum):
    """Which figure of a window decides: the mean that is expected, or the 90th centile of that mean."""

    EXPECTED = "expected"
    CAUTIOUS = "cautious"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSeries:
    """A forecast of the caller's own: gCO2e per kWh by step from starts_at on, None where unknown.

    step_seconds: 300, 900, 1800 or 3600. starts_at: a full step.
    """

    starts_at: datetime
    step_seconds: int
    gco2e_per_kwh: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A job that comes back: it is due by a cron expression of five fields, by the clock of a time zone.

    flex: each run may start up to so long after it is due. until: no run is due later; None: a week from the first
    moment at which one may start.
    """

    cron: str
    time_zone: tzinfo
    flex: timedelta
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleQuery:
    """When should a job of this length start in this region, or where and when?

    region: provider:region; None: it may run in any of `regions`, or in any open region of the providers and countries,
    an empty filter letting everything pass. alternatives: how many places are listed after the best one.
    search_hours: it starts within this many hours (1 to 168, with forecast to 8760) of the later of now and
    start_after; None: 24 without a deadline, no such bound with one. exclusions, blackouts: times in which no part of
    it may run.
    interruption: how it may be interrupted; None: it runs in one piece.
    forecast: the caller's own series by region, in place of all other figures of the grid; None: those of the service.
    repeat: it comes back, each run within its own times and none before start_after; then deadline and search_hours are
    None. None: it runs once.
    risk: which figure of a window's intensity is the least in the best window.
    run: the machines on which it runs, in whichever region is looked at; None: the answer is per kWh alone.
    spot: pays spot prices and needs one, else on-demand prices. max_usd_per_hour: for one machine.
    carbon_usd_per_tonne: places are ranked by their cost with their emissions at this price; None: by emissions. All
    three need machines that are sold.
    """

    region: str | None = None
    regions: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    alternatives: int = 5
    duration_hours: float = 1.0
    start_after: datetime | None = None
    deadline: datetime | None = None
    search_hours: float | None = None
    exclusions: tuple[Interval, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    interruption: Interruption | None = None
    repeat: Repeat | None = None
    forecast: Mapping[str, OwnSeries] | None = None
    risk: Risk = Risk.EXPECTED
    run: CalculateQuery | None = None
    spot: bool = False
    max_usd_per_hour: float | None = None
    carbon_usd_per_tonne: float | None = None

    @property
    def needs_price(self) -> bool:
        """Whether a place without a price cannot be taken."""
        return self.spot or self.max_usd_per_hour is not None or self.carbon_usd_per_tonne is not None
