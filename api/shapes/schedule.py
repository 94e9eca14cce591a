"""The answer of schedule."""

from __future__ import annotations

from pydantic import Field

from api.shapes.fact_notes import NOTES, FactNote
from api.shapes.job_window import COST, JobCost, JobMachines, JobWindow, of_schedule
from api.shapes.occurrences import Occurrence, OccurrenceTotals
from api.shapes.parts import (
    SIGNAL,
    UNSERVED,
    CurrentOrigin,
    ExpectedSavings,
    Place,
    RecordedAnswer,
    Success,
)
from api.shapes.problems import Problem
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import (
    CurrentGramsPerKwh,
    Grams,
    GramsPerKwh,
    Percentage,
    Rounded,
    Timestamp,
)
from carbon.intensity import SignalName
from carbon.results import Exclusion
from carbon.schedules import RunTotals, Schedule

_of_exclusion = Reading(Exclusion)


def _current_gap(plan: Schedule) -> float | None:
    current, optimal = plan.current.gco2e_per_kwh, plan.best.mean.gco2e_per_kwh
    return None if current is None or optimal is None else current - optimal


def _saving_gco2e(plan: Schedule) -> float | None:
    before, after = plan.at_once.operational_gco2e, plan.best.operational_gco2e
    return None if before is None or after is None else before - after


class SavingsPotential(Shape):
    """Savings from waiting, per kWh and, with instance_type, machine or phases, of the job."""

    current_vs_optimal_gco2_kwh: Rounded | None = of_schedule(
        "Current intensity minus the mean of the optimal window, in gCO2e/kWh; negative in a short dip.", _current_gap
    )
    start_now_vs_optimal_gco2_kwh: GramsPerKwh = of_schedule(
        "Mean of start_now minus the mean of the optimal window, in gCO2e/kWh. The energy of restarts counts, so this "
        "is per kWh of the job without them.",
        lambda s: s.saving_gco2e_per_kwh,
    )
    start_now_vs_optimal_percentage: Percentage = of_schedule(
        "The same as a percentage of start_now.", lambda s: s.saving_share
    )
    start_now_vs_optimal_co2_g: Grams = of_schedule.optional(
        "gCO2e of start_now minus those of the optimal window; present with instance_type, machine or phases.",
        _saving_gco2e,
    )


class ScheduleOption(Place):
    """Another region in which the job may run, with its own best window."""

    optimal_window: JobWindow = of_schedule("The window to take in this region.", lambda s: s.best)
    current_intensity: CurrentGramsPerKwh = of_schedule(read=lambda s: s.current.gco2e_per_kwh)
    savings_potential: SavingsPotential = of_schedule(read=lambda s: s)
    expected_savings: ExpectedSavings | None = of_schedule("As that of the answer.", lambda s: s.expected)
    start_now: JobWindow = of_schedule(
        "The same job in this region, started as early as possible.", lambda s: s.at_once
    )
    machines: JobMachines = of_schedule.optional(
        "The machines on which the job runs there; present with instance_type, machine or phases.", lambda s: s.machines
    )
    job_cost: JobCost = of_schedule.optional(COST, lambda s: s.cost)


class ImpossiblePlace(Shape):
    """A region of the question in which the job cannot run or be rated, and why."""

    region: str = _of_exclusion("provider:region.", examples=["aws:us-east-1"])
    reason: str = _of_exclusion("Why.", examples=["the instance type is not offered there"])


class JobSchedule(Place, CurrentOrigin):
    """When to start a job; is_estimate to age_seconds describe current_intensity."""

    optimal_window: JobWindow = of_schedule(
        "The window with the lowest mean, with risk cautious the lowest high, or with interruptible the least "
        "emissions; that of start_now where waiting is not worth it.",
        lambda s: s.best,
    )
    current_intensity: CurrentGramsPerKwh = of_schedule(read=lambda s: s.current.gco2e_per_kwh)
    savings_potential: SavingsPotential = of_schedule(read=lambda s: s)
    expected_savings: ExpectedSavings | None = of_schedule(
        "Savings from waiting for optimal_window, as backtests had them; null if unknown, such as for several "
        "segments.",
        lambda s: s.expected,
    )
    start_now: JobWindow = of_schedule(
        "The same job started as early as start_after, exclude and blackout allow: without them, now. With "
        "interruptible it ends as early as possible.",
        lambda s: s.at_once,
    )
    next_best_windows: list[JobWindow] = of_schedule(
        "The next-best windows. The starts of all windows differ by at least an hour, and by at least a quarter of "
        "duration_hours. With interruptible these are the best windows of one piece, and none if none fits.",
        lambda s: s.alternatives,
    )
    machines: JobMachines = of_schedule.optional(
        "The machines on which the job runs; present with instance_type, machine or phases.", lambda s: s.machines
    )
    job_cost: JobCost = of_schedule.optional(COST, lambda s: s.cost)
    options: list[ScheduleOption] = of_schedule.optional(
        "The next-best regions, best first, at most max_options; present unless region was given.",
        lambda s: None if s.places is None else list(s.places.options),
    )
    regions_compared: int = of_schedule.optional(
        "Number of regions that were compared; present unless region was given.",
        lambda s: None if s.places is None else s.places.count,
        ge=1,
    )
    excluded: list[ImpossiblePlace] = of_schedule.optional(
        "Regions of the question that were not compared; present unless region was given.",
        lambda s: None if s.places is None else list(s.places.excluded),
    )
    countries_without_regions: list[str] = of_schedule.optional(
        f"{UNSERVED} Present unless region was given.",
        lambda s: None if s.places is None else list(s.places.countries_without_regions),
    )
    latest_start_time: Timestamp = of_schedule(
        "Latest start of a job in one piece that was considered.", lambda s: s.latest_start
    )
    occurrences: list[Occurrence] = of_schedule.optional(
        "The runs of a job that comes back, in the order in which they are due; present with repeat. The other fields "
        "of the answer describe the first of them that can be scheduled.",
        lambda s: list(s.occurrences) or None,
    )
    occurrence_totals: OccurrenceTotals = of_schedule.optional(
        "Of all occurrences together; present with repeat.",
        lambda s: RunTotals.of(s.occurrences) if s.occurrences else None,
    )
    grid_minutes: float = of_schedule.optional(
        "Present with interruptible: starts and ends of segments, except the last end, are whole multiples of this "
        "number of minutes from the hour, and the segments are the best of all such. 0: the best of all moments. A "
        "window of one piece may begin at any minute."
    )


class ScheduleAnswer(RecordedAnswer, JobSchedule):
    """When to start; is_estimate to age_seconds describe current_intensity."""


class JobResult(Shape):
    """The answer to one job of a batch: either its schedule or its problem."""

    index: int = Field(description="Its place among the jobs of the request, from 0.", ge=0)
    signal: SignalName | None = Field(default=None, description=SIGNAL)
    schedule: JobSchedule | None = Field(default=None, description="When to start it; absent if there is a problem.")
    problem: Problem | None = Field(
        default=None,
        description="What schedule would answer to this job alone; absent if there is none. The pointers of its errors "
        "lead into the body of the batch.",
    )


class ScheduleBatchAnswer(Success):
    """The answers to a batch of jobs."""

    fact_notes: list[FactNote] = Field(default=[], description=NOTES)

    results: list[JobResult] = Field(description="One for each job, in the order of the request.")
    scheduled: int = Field(description="Number of jobs with a schedule.", ge=0)
    problems: int = Field(description="Number of jobs with a problem.", ge=0)
