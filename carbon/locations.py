"""The answer of the scheduling API: regions of all clouds, best first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.results import Exclusion, GridShares
from carbon.schedules import ExpectedSavings


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLimits:
    """How long a job may run: whole seconds, and the same rounded half up to minutes and to hours."""

    seconds: int
    minutes: int
    hours: int

    @classmethod
    def between(cls, starts_at: datetime, ends_at: datetime) -> ScheduleLimits:
        """From one time to a later one; nothing if it is not later."""
        seconds = max(0, int((ends_at - starts_at).total_seconds()))
        return cls(seconds=seconds, minutes=(seconds + 30) // 60, hours=(seconds + 1800) // 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What the regions of one grid zone share: how green, and for how long.

    intensity: what they are ranked by, now or the mean over the job, to its printed digits. fits: whether the job
    of the question ends by not_after; None: its length is not given. expected: what waiting for not_before may save;
    None where the question does not let the job wait, or no backtest says.
    """

    intensity: CarbonIntensity
    not_before: datetime
    not_after: datetime
    limits: ScheduleLimits
    fits: bool | None
    expected: ExpectedSavings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One region in a ranking of clouds. region: provider:region. stay: one for all regions of its zone.

    offer: place of the machine its prices are for among the offers, with those of a service that the question names;
    None where no machine fits.
    """

    region: str
    stay: Stay
    shares: GridShares
    offer: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationList:
    """Regions best first; total counts them before offset and limit."""

    rows: tuple[Location, ...] = ()
    total: int = 0
    excluded: tuple[Exclusion, ...] = ()
    countries_without_regions: tuple[str, ...] = ()
