"""Reports on what was used: the question and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carbon.ranges import Factors


class ReportStep(StrEnum):
    """How a report cuts time: not at all, into UTC days, or into calendar months in UTC."""

    TOTAL = "total"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """The usage on UTC days from `first` to `last`, both included. by: dimensions or names of tags, in order.

    tags: only rows with these values. functional_units: how many of the caller's units (requests, builds) were served.
    """

    first: date
    last: date
    by: tuple[str, ...] = ()
    step: ReportStep = ReportStep.TOTAL
    tags: tuple[tuple[str, str], ...] = ()
    functional_units: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSums:
    """Sums over rows. They are of what is known; the hours of what is not are beside them. None: nothing is known.

    machine_hours: hours x rows, not x machines. measured_g, estimated_g, usual_g: see ledger.UsageDay.
    without_submission_rows, without_submission_g: the rows, as `rows` counts them, and operational grams of which it is
    not known what they would have been at submission. submission_g: those of all others had they run when submitted.
    grid_and_power: 10th and 90th centile of the operational grams over their sum; None where nothing says.
    """

    rows: int
    hours: float
    energy_kwh: float | None
    measured_g: float | None
    estimated_g: float | None
    usual_g: float | None
    embodied_g: float | None
    cost_usd: float | None
    unknown_hours: float
    no_price_hours: float
    no_embodied_hours: float
    submission_g: float | None = None
    without_submission_rows: int = 0
    without_submission_g: float = 0.0
    range: Factors | None = None

    @property
    def operational_g(self) -> float | None:
        """gCO2e of the grid."""
        parts = [part for part in (self.measured_g, self.estimated_g, self.usual_g) if part is not None]
        return sum(parts) if parts else None

    @property
    def at_submission_g(self) -> float | None:
        """gCO2e of the grid had all run at once when submitted; what has no such figure counts as it ran."""
        return None if self.operational_g is None else (self.submission_g or 0.0) + self.without_submission_g

    @property
    def without_submission_share(self) -> float | None:
        """How much of the operational grams only counts as it ran, 0 to 1."""
        return self.without_submission_g / self.operational_g if self.operational_g else None

    @property
    def total_g(self) -> float | None:
        """Operational and embodied; None where nothing operational is known."""
        return None if self.operational_g is None else self.operational_g + (self.embodied_g or 0.0)

    @property
    def gco2e_per_kwh(self) -> float | None:
        """The mean intensity of the energy whose grams are known."""
        grams = self.operational_g
        return None if grams is None or not self.energy_kwh else grams / self.energy_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One group in one step. group: the value of each dimension of the question; None: those rows have none."""

    starts_on: date
    ends_on: date
    group: tuple[str | None, ...]
    sums: UsageSums


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianRegion:
    """What the same machines would have emitted in the region in the middle of all of the clouds that were used.

    region: provider:region; operational_g: with its PUE and the hours of its zone, over the same UTC days.
    """

    region: str
    operational_g: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """Rows by step and then by grams, most first. total: of all. median: None where it is not known."""

    query: ReportQuery
    rows: tuple[ReportRow, ...]
    total: UsageSums
    median: MedianRegion | None
    sci_g: float | None

    @property
    def by_without_rows(self) -> tuple[str, ...]:
        """The names in the question's `by` that no row has; none if there are no rows."""
        by = self.query.by if self.rows else ()
        return tuple(name for at, name in enumerate(by) if all(row.group[at] is None for row in self.rows))
