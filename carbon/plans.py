"""Plans: what several jobs ask for, and where and when each of them runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from carbon import units
from carbon.jobs import Risk, ScheduleQuery
from carbon.results import Emission
from carbon.schedules import ExpectedSavings, Window
from carbon.workload import CalculateQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class JobData:
    """What a job reads. source: provider:region. usd_per_gb, kwh_per_gb: the caller's; None: those of the tables."""

    gb: float
    source: str
    usd_per_gb: float | None = None
    kwh_per_gb: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyBound:
    """The users of a job, in degrees, and the longest round trip to them in milliseconds."""

    latitude: float
    longitude: float
    most_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanJob:
    """A job of a plan. times: its length, times, machines, and the places it may be moved to.

    home: provider:region in which it runs unless it is moved; it is allowed besides the places.
    """

    id: str
    times: ScheduleQuery
    run: CalculateQuery
    home: str | None = None
    data: JobData | None = None
    latency: LatencyBound | None = None

    @property
    def spot(self) -> bool:
        """Whether it pays spot prices, and runs only where there is one."""
        return self.times.spot


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAssignment:
    """Where and when the caller means to run a job: (start, end) of each piece, in order. region: provider:region."""

    region: str
    pieces: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What a region holds at every moment, for all jobs together: machines of any type, or kW before PUE."""

    region: str
    machines: int | None = None
    kw: float | None = None

    @property
    def amount(self) -> float:
        """Machines or kW."""
        return float(self.machines or 0) if self.kw is None else self.kw


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuery:
    """Where and when should these jobs run? carbon_usd_per_tonne: None: emissions alone decide, else cost with them.

    capacity: at most one a region. max_usd, max_gco2e: of all jobs together; None: no limit.
    risk: which figure of the grid counts as emissions. own: the caller's own plan by the job's id; those jobs are
    priced as they are.
    """

    jobs: tuple[PlanJob, ...]
    carbon_usd_per_tonne: float | None = None
    risk: Risk = Risk.EXPECTED
    own: Mapping[str, OwnAssignment] = field(default_factory=dict)
    capacity: tuple[Capacity, ...] = ()
    max_usd: float | None = None
    max_gco2e: float | None = None

    @property
    def shares_limits(self) -> bool:
        """Whether there is a limit that all jobs share."""
        return bool(self.capacity) or self.max_usd is not None or self.max_gco2e is not None

    @property
    def counts_usd(self) -> bool:
        """Whether a plan needs to know what each choice costs."""
        return self.carbon_usd_per_tonne is not None or self.max_usd is not None

    def times(self, job: PlanJob) -> ScheduleQuery:
        """The job as a question of its own, with what decides in this plan."""
        return replace(job.times, carbon_usd_per_tonne=self.carbon_usd_per_tonne, risk=self.risk)

    def cost(self, gco2e: float, usd: float | None) -> float:
        """What a choice costs by the objective: grams without a carbon price, else USD."""
        if self.carbon_usd_per_tonne is None:
            return gco2e
        return gco2e * self.carbon_usd_per_tonne / units.GRAMS_PER_TONNE + (usd or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Data that moves to where a job runs, once. usd: None is unknown. kwh: of the network, no PUE.

    low_gco2e, high_gco2e: by the range of published energy figures.
    """

    gb: float
    source: str
    usd_per_gb: float | None
    usd: float | None
    kwh: float
    gco2e: float
    low_gco2e: float
    high_gco2e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A job in one place and time. usd: of machines and transfer; None is unknown. cost: by the objective.

    expected: what backtests say of waiting for this time in this place; None where none does.
    """

    region: str
    window: Window
    emission: Emission
    transfer: Transfer | None
    usd: float | None
    cost: float
    expected: ExpectedSavings | None = None

    @property
    def gco2e(self) -> float:
        """Of machines and transfer."""
        return self.emission.operational_gco2e + (self.transfer.gco2e if self.transfer else 0.0)

    @property
    def low_gco2e(self) -> float:
        """The 10th centile, as if the machines' and the transfer's errors went together."""
        low = self.emission.operational_gco2e * self.emission.uncertainty.low
        return low + (self.transfer.low_gco2e if self.transfer else 0.0)

    @property
    def high_gco2e(self) -> float:
        """The 90th centile, likewise."""
        high = self.emission.operational_gco2e * self.emission.uncertainty.high
        return high + (self.transfer.high_gco2e if self.transfer else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Where and when a job of the plan runs, and why.

    baseline: the job at its earliest at home. alternative: the next best; of a job that the caller placed, the best.
    """

    job: str
    choice: Choice
    why: str
    baseline: Choice
    baseline_basis: str  # "home" | "median region"
    alternative: Choice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """A job as it would run without a plan. basis: "home" or "median region"."""

    job: str
    choice: Choice
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another choice of a job, and what it takes more than the one of the plan; usd is None where it is unknown."""

    job: str
    choice: Choice
    more_gco2e: float
    more_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A job that cannot run, and the constraint that excludes it: the last one without which a place is left.

    removed: how many regions each constraint removed.
    """

    job: str
    constraint: str
    detail: str
    removed: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTotals:
    """Sums over jobs. usd: None if that of any of them is unknown."""

    gco2e: float
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSavings:
    """Baseline minus plan. share: of the baseline's grams. chance: that any grams are saved; None if unknown."""

    gco2e: float
    share: float
    usd: float | None
    chance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverReport:
    """How good a plan is. status: "exact": each job is where it is best by itself; "optimal", "feasible", "heuristic".

    bound: no plan that leaves out as many jobs has a lower objective, which is USD with a carbon price, else grams;
    None for an exact one. gap: (plan - bound) / plan; None if it is not known, because the
    time was over too early. unplaced_at_least: jobs that no plan can place beside the others.
    grid_minutes: steps of time in which shared limits are kept; None for an exact one.
    """

    status: str
    gap: float | None
    bound: float | None
    unplaced_at_least: int
    seconds: float
    grid_minutes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPrice:
    """What one more unit of a shared limit would save by the bound: USD with a carbon price, else grams."""

    limit: str
    region: str | None
    unit: str
    saving: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where and when each job runs, in the order of the question."""

    assignments: tuple[Assignment, ...]
    unplaced: tuple[Unplaced, ...]
    totals: PlanTotals
    baseline: PlanTotals
    savings: PlanSavings
    solver: SolverReport
    shadow_prices: tuple[ShadowPrice, ...] = ()

    @property
    def baseline_rows(self) -> list[BaselineRow]:
        """The jobs that are placed, as they would run without a plan."""
        rows = self.assignments
        return [BaselineRow(job=row.job, choice=row.baseline, basis=row.baseline_basis) for row in rows]

    @property
    def alternatives(self) -> list[Alternative]:
        """The alternative of each job that has one."""
        return [_alternative(row, row.alternative) for row in self.assignments if row.alternative is not None]


def _alternative(row: Assignment, other: Choice) -> Alternative:
    usd, more_gco2e = row.choice.usd, other.gco2e - row.choice.gco2e
    more_usd = None if usd is None or other.usd is None else other.usd - usd
    return Alternative(job=row.job, choice=other, more_gco2e=more_gco2e, more_usd=more_usd)
