"""A job that may start within several windows, in one of several regions: what is asked, and the starts compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.workload import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class StartQuery:
    """When and where should a job of this length start?

    windows: it may start at any moment from starts_at to ends_at, both included; of those in the past, now.
    regions: provider:region, distinct. options: how many of the best starts are listed.
    """

    windows: tuple[Interval, ...]
    duration_hours: float
    regions: tuple[str, ...]
    options: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOption:
    """A job that starts at this moment in this region, and its mean intensity, whose value is known."""

    starts_at: datetime
    region: str
    mean: CarbonIntensity

    @property
    def gco2e_per_kwh(self) -> float:
        return self.mean.gco2e_per_kwh or 0.0

    def saving_share(self, other: StartOption) -> float:
        """What this start saves of the emissions of the other, as a share of those; 0 where the other emits nothing."""
        if other.gco2e_per_kwh <= 0:
            return 0.0
        return (other.gco2e_per_kwh - self.gco2e_per_kwh) / other.gco2e_per_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """The starts of a job in all windows and regions, compared by their mean intensity.

    ideal: the lowest of `count` starts. options: the best ones, lowest first. worst: the highest. median: the one at
    index count / 2, rounded down. naive: the best region at the earliest moment of the first window.
    """

    ideal: StartOption
    options: tuple[StartOption, ...]
    worst: StartOption
    naive: StartOption
    median: StartOption
    count: int

    @property
    def told(self) -> tuple[StartOption, ...]:
        """All starts of the answer."""
        return (self.ideal, *self.options, self.worst, self.naive, self.median)
