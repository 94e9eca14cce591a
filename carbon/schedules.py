"""When a job runs: its windows and segments, and what waiting saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.results import Emission, Exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSavings:
    """What waiting as advised saved before, in per cent of starting at once: 10th, 50th and 90th centile.

    chance_of_saving: share of the jobs that saved anything, 0 to 1. All 0 where the advice is to start at once.
    basis: where this was seen, such as "backtest 2022-2023" or "stored forecasts of 21 days"; None at once.
    """

    median: float
    low: float
    high: float
    chance_of_saving: float
    basis: str | None = None


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
    occurrences: the runs of a job that comes back, of which this is the first that can run; empty for others.
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
    occurrences: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One run of a job that comes back: when it is due, and its schedule, or why it has none."""

    due_at: datetime
    schedule: Schedule | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """All runs of a job together that have a schedule. count, without: how many have one, and how many have none.

    gco2e, at_once_gco2e: of the machines in their best windows, and at once; None without machines.
    gco2e_per_kwh: mean of the best windows. saving_share: of starting at once; of emissions, without machines of
    intensities.
    """

    count: int
    without: int
    gco2e: float | None
    at_once_gco2e: float | None
    gco2e_per_kwh: float
    saving_share: float

    @classmethod
    def of(cls, occurrences: Sequence[Occurrence]) -> RunTotals:
        """At least one of them has a schedule."""
        plans = [one.schedule for one in occurrences if one.schedule is not None]
        best, at_once = _intensities([plan.best for plan in plans]), _intensities([plan.at_once for plan in plans])
        grams, grams_at_once = _grams([plan.best for plan in plans]), _grams([plan.at_once for plan in plans])
        before, after = (sum(at_once), sum(best)) if grams is None or grams_at_once is None else (grams_at_once, grams)
        return cls(
            count=len(plans),
            without=len(occurrences) - len(plans),
            gco2e=grams,
            at_once_gco2e=grams_at_once,
            gco2e_per_kwh=sum(best) / len(best),
            saving_share=(before - after) / before if before > 0 else 0.0,
        )


def _intensities(windows: Sequence[Window]) -> list[float]:
    return [window.mean.gco2e_per_kwh or 0.0 for window in windows]


def _grams(windows: Sequence[Window]) -> float | None:
    """The sum of their emissions; None if those of one are not known."""
    grams = [window.operational_gco2e for window in windows if window.operational_gco2e is not None]
    return sum(grams) if len(grams) == len(windows) else None


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
