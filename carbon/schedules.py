"""When a job runs: its windows and segments, and what waiting saves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.results import Emission, Exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSavings:
    """What waiting saved in backtests, in per cent of starting at once: 10th, 50th and 90th centile.

    chance_of_saving: share of the jobs that saved anything, 0 to 1. All 0 where the advice is to start at once.
    """

    median: float
    low: float
    high: float
    chance_of_saving: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of an interruptible job: [starts_at, ends_at), its restart included, and its mean intensity."""

    starts_at: datetime
    ends_at: datetime
    duration_hours: float
    gco2e_per_kwh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[starts_at, ends_at) and its mean intensity. operational_gco2e: of the machines in it; None without machines.

    segments: of an interruptible job, in order of time; empty for others. duration_hours: machine time, which is that
    of the segments together.
    """

    starts_at: datetime
    ends_at: datetime
    duration_hours: float
    mean: CarbonIntensity
    operational_gco2e: float | None = None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCost:
    """What a job costs in a window, at the price by which places are compared. usd: all machines, restarts included.

    usd_per_hour: of one machine. carbon_usd: its emissions at the price of carbon; of a cautious job the 90th centile
    that the grid may bring. None without such a price.
    """

    is_spot: bool
    usd_per_hour: float
    usd: float
    carbon_usd: float | None

    @property
    def total_usd(self) -> float:
        return self.usd + (self.carbon_usd or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The best window, what starting at once would mean, and the next best, whose starts are apart.

    at_once: the window with the earliest start that start_after and the exclusions allow. saving: at_once minus best,
    share of at_once; restarts count as energy, so it is per kWh of the work alone. machines: what the query's machines
    emit in the best window; None if it names none. cost: of them there; None if no price is asked for.
    expected: what waiting for the best may save; None where no backtest says.
    grid_minutes: of the grid on which the segments of an interruptible job are the best; 0: of all moments; None for a
    job in one piece.
    places: what the question's other places offer; None for a question about one region.
    """

    region: str
    best: Window
    at_once: Window
    current: CarbonIntensity
    saving_gco2e_per_kwh: float
    saving_share: float
    expected: ExpectedSavings | None
    alternatives: tuple[Window, ...]
    latest_start: datetime
    grid_minutes: float | None = None
    machines: Emission | None = None
    cost: JobCost | None = None
    places: OtherPlaces | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlaces:
    """The places of a job beside the best one. options: the next best, best first, each another region's schedule.

    count: regions that were compared, the best one included. excluded: those that cannot run the job, or whose
    intensity is not known. countries_without_regions: of the query.
    """

    options: tuple[Schedule, ...]
    count: int
    excluded: tuple[Exclusion, ...]
    countries_without_regions: tuple[str, ...] = ()
