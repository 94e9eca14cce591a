"""The answer of schedule."""

from __future__ import annotations

from pydantic import Field

from api.openapi.enumerations import Purchase
from api.shapes.emissions import Cost, DescribedMachine, Machine, of_emission
from api.shapes.fact_notes import NOTES, FactNote
from api.shapes.parts import (
    SIGNAL,
    UNSERVED,
    CurrentOrigin,
    ExpectedSavings,
    Place,
    PlacesAnswer,
    Success,
    Window,
    of_origin,
    of_region,
    of_span,
)
from api.shapes.problems import Problem
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import (
    CurrentGramsPerKwh,
    Grams,
    GramsPerKwh,
    Hours,
    Kwh,
    ListPrice,
    Percentage,
    Rounded,
    Timestamp,
    Usd,
    Utilization,
)
from carbon.intensity import SignalName
from carbon.results import Exclusion
from carbon.schedules import JobCost as PricedJob
from carbon.schedules import Schedule
from carbon.schedules import Segment as Part

_of_exclusion = Reading(Exclusion)
_of_segment = Reading(Part)
_of_cost = Reading(PricedJob)
_of = Reading(Schedule)
_of.part(of_region, lambda plan, at: at.mapping.regions[plan.region])
_of.part(of_origin, lambda plan: plan.current.provenance)


_COST = "Present with spot, max_price_per_hour or carbon_price_usd_per_tonne."


def _current_gap(plan: Schedule) -> float | None:
    current, optimal = plan.current.gco2e_per_kwh, plan.best.mean.gco2e_per_kwh
    return None if current is None or optimal is None else current - optimal


def _saving_gco2e(plan: Schedule) -> float | None:
    before, after = plan.at_once.operational_gco2e, plan.best.operational_gco2e
    return None if before is None or after is None else before - after


class Segment(Shape):
    """A part of an interruptible job that runs without a pause. A restart at its beginning is included."""

    start_time: Timestamp = _of_segment(read=lambda s: s.starts_at)
    end_time: Timestamp = _of_segment(read=lambda s: s.ends_at)
    avg_carbon_intensity: GramsPerKwh | None = _of_segment(
        "Mean over the segment; null if unknown.", lambda s: s.gco2e_per_kwh
    )
    duration_hours: Hours = _of_segment()


class JobWindow(Window):
    """A time window, its mean intensity, and what the machines emit in it.

    With interruptible the window goes from the start of the first segment to the end of the last; its duration_hours
    and its mean are those of the segments together. With phases avg_carbon_intensity is the mean by energy: each
    hour counts by the power of the job in it.
    """

    segments: list[Segment] = of_span.optional(
        "The times in which the job runs, in order; present with interruptible.", lambda s: s.segments or None
    )

    co2_emissions_g: Grams = of_span.optional(
        "gCO2e emitted by the grid for all machines in this window; present with instance_type, machine or phases.",
        lambda s: s.operational_gco2e,
    )


class JobMachines(Machine):
    """The machines on which the job runs. uncertainty describes the emissions in the optimal window."""

    instance_type: str | None = of_emission(
        "The provider's name of the type; null for a machine of the request, and for phases of power_w without one.",
        lambda e: e.instance_type or None,
        examples=["m7g.large"],
    )
    machine: DescribedMachine = of_emission.optional("The machine of the request; absent for an instance type.")
    utilization: Utilization | None = of_emission(  # type: ignore[assignment]  # null where watts take its place
        "CPU utilisation, 0 to 1, the mean of phases; null if phases have power_w.",
        lambda e: None if e.power_of_request else e.utilization,
    )
    utilization_defaulted: bool = of_emission(
        "True if the request gave neither utilization nor power_w.",
        lambda e: e.utilization_defaulted and not e.power_of_request,
    )
    power_consumption_kwh: Kwh = of_emission("kWh of all machines for the job, with PUE.", lambda e: e.energy_kwh)
    cost: Cost = of_emission("Cost of the job in any window.")


class JobCost(Shape):
    """What the job costs in optimal_window, at the price by which regions are compared."""

    purchase: Purchase = _of_cost(read=lambda c: "spot" if c.is_spot else "on-demand")
    usd_per_hour: ListPrice = _of_cost("USD per hour for one machine.")
    cost_usd: Usd = _of_cost("USD for all machines, restarts included.", lambda c: c.usd)
    carbon_cost_usd: Usd = _of_cost.optional(
        "The emissions at carbon_price_usd_per_tonne, with risk cautious their 90th centile; present with that price.",
        lambda c: c.carbon_usd,
    )
    total_usd: Usd = _of_cost("cost_usd plus carbon_cost_usd.")


class SavingsPotential(Shape):
    """Savings from waiting, per kWh and, with instance_type, machine or phases, of the job."""

    current_vs_optimal_gco2_kwh: Rounded | None = _of(
        "Current intensity minus the mean of the optimal window, in gCO2e/kWh; negative in a short dip.", _current_gap
    )
    start_now_vs_optimal_gco2_kwh: GramsPerKwh = _of(
        "Mean of start_now minus the mean of the optimal window, in gCO2e/kWh. The energy of restarts counts, so this "
        "is per kWh of the job without them.",
        lambda s: s.saving_gco2e_per_kwh,
    )
    start_now_vs_optimal_percentage: Percentage = _of(
        "The same as a percentage of start_now.", lambda s: s.saving_share
    )
    start_now_vs_optimal_co2_g: Grams = _of.optional(
        "gCO2e of start_now minus those of the optimal window; present with instance_type, machine or phases.",
        _saving_gco2e,
    )


class ScheduleOption(Place):
    """Another region in which the job may run, with its own best window."""

    optimal_window: JobWindow = _of("The window to take in this region.", lambda s: s.best)
    current_intensity: CurrentGramsPerKwh = _of(read=lambda s: s.current.gco2e_per_kwh)
    savings_potential: SavingsPotential = _of(read=lambda s: s)
    expected_savings: ExpectedSavings | None = _of("As that of the answer.", lambda s: s.expected)
    start_now: JobWindow = _of("The same job in this region, started as early as possible.", lambda s: s.at_once)
    machines: JobMachines = _of.optional(
        "The machines on which the job runs there; present with instance_type, machine or phases.", lambda s: s.machines
    )
    job_cost: JobCost = _of.optional(_COST, lambda s: s.cost)


class ImpossiblePlace(Shape):
    """A region of the question in which the job cannot run or be rated, and why."""

    region: str = _of_exclusion("provider:region.", examples=["aws:us-east-1"])
    reason: str = _of_exclusion("Why.", examples=["the instance type is not offered there"])


class JobSchedule(Place, CurrentOrigin):
    """When to start a job; is_estimate to age_seconds describe current_intensity."""

    optimal_window: JobWindow = _of(
        "The window with the lowest mean, with risk cautious the lowest high, or with interruptible the least "
        "emissions; that of start_now where waiting is not worth it.",
        lambda s: s.best,
    )
    current_intensity: CurrentGramsPerKwh = _of(read=lambda s: s.current.gco2e_per_kwh)
    savings_potential: SavingsPotential = _of(read=lambda s: s)
    expected_savings: ExpectedSavings | None = _of(
        "Savings from waiting for optimal_window, as backtests had them; null if unknown, such as for several "
        "segments.",
        lambda s: s.expected,
    )
    start_now: JobWindow = _of(
        "The same job started as early as start_after, exclude and blackout allow: without them, now. With "
        "interruptible it ends as early as possible.",
        lambda s: s.at_once,
    )
    next_best_windows: list[JobWindow] = _of(
        "The next-best windows. The starts of all windows differ by at least an hour, and by at least a quarter of "
        "duration_hours. With interruptible these are the best windows of one piece, and none if none fits.",
        lambda s: s.alternatives,
    )
    machines: JobMachines = _of.optional(
        "The machines on which the job runs; present with instance_type, machine or phases.", lambda s: s.machines
    )
    job_cost: JobCost = _of.optional(_COST, lambda s: s.cost)
    options: list[ScheduleOption] = _of.optional(
        "The next-best regions, best first, at most max_options; present unless region was given.",
        lambda s: None if s.places is None else list(s.places.options),
    )
    regions_compared: int = _of.optional(
        "Number of regions that were compared; present unless region was given.",
        lambda s: None if s.places is None else s.places.count,
        ge=1,
    )
    excluded: list[ImpossiblePlace] = _of.optional(
        "Regions of the question that were not compared; present unless region was given.",
        lambda s: None if s.places is None else list(s.places.excluded),
    )
    countries_without_regions: list[str] = _of.optional(
        f"{UNSERVED} Present unless region was given.",
        lambda s: None if s.places is None else list(s.places.countries_without_regions),
    )
    latest_start_time: Timestamp = _of(
        "Latest start of a job in one piece that was considered.", lambda s: s.latest_start
    )
    grid_minutes: float = _of.optional(
        "Present with interruptible: starts and ends of segments, except the last end, are whole multiples of this "
        "number of minutes from the hour, and the segments are the best of all such. 0: the best of all moments. A "
        "window of one piece may begin at any minute."
    )


class ScheduleAnswer(PlacesAnswer, JobSchedule):
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
