"""The runs of a job that comes back."""

from __future__ import annotations

from api.shapes.job_window import COST, JobCost, JobWindow, of_schedule
from api.shapes.parts import (
    ExpectedSavings,
    of_region,
)
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import (
    Grams,
    GramsPerKwh,
    Percentage,
    Rounded,
    Timestamp,
)
from carbon.schedules import Occurrence as Run
from carbon.schedules import RunTotals

_of_run = Reading(Run)
_of_totals = Reading(RunTotals)
_of_run.part(of_schedule, lambda run: run.schedule, may_lack=True)
_of_run.part(
    of_region,
    lambda run, at: None if run.schedule is None else at.mapping.regions[run.schedule.region],
    may_lack=True,
)


class Occurrence(Shape):
    """One run of a job that comes back. All but scheduled_at and reason is null if it cannot be scheduled."""

    scheduled_at: Timestamp = _of_run("When the run is due.", lambda r: r.due_at)
    region: str | None = of_region("The provider's id of the best region for this run.")
    provider: str | None = of_region("The provider's key.")
    zone: str | None = of_region("Grid zone of the region.")
    optimal_window: JobWindow | None = of_schedule("The window to take, as that of the answer.", lambda s: s.best)
    start_as_scheduled: JobWindow | None = of_schedule(
        "The same run started when it is due, or as early after that as now, start_after, exclude and blackout allow.",
        lambda s: s.at_once,
    )
    savings_percentage: Percentage | None = of_schedule(
        "What optimal_window saves of the emissions of start_as_scheduled, in per cent.", lambda s: s.saving_share
    )
    expected_savings: ExpectedSavings | None = of_schedule("As that of the answer.", lambda s: s.expected)
    latest_start_time: Timestamp | None = of_schedule("Latest start that was considered.", lambda s: s.latest_start)
    job_cost: JobCost = _of_run.optional(COST, lambda r: None if r.schedule is None else r.schedule.cost)
    reason: str = _of_run.optional("Why the run cannot be scheduled; absent if it can.")


class OccurrenceTotals(Shape):
    """All runs that can be scheduled, together."""

    scheduled: int = _of_totals("Number of runs with a window.", lambda t: t.count, ge=1)
    not_scheduled: int = _of_totals("Number of runs that cannot be scheduled.", lambda t: t.without, ge=0)
    avg_carbon_intensity: GramsPerKwh = _of_totals("Mean of their optimal windows.", lambda t: t.gco2e_per_kwh)
    co2_emissions_g: Grams = _of_totals.optional(
        "gCO2e of all runs in their optimal windows; present with instance_type, machine or phases.", lambda t: t.gco2e
    )
    start_as_scheduled_co2_g: Grams = _of_totals.optional(
        "gCO2e of all runs if each starts as scheduled; present with co2_emissions_g.", lambda t: t.at_once_gco2e
    )
    savings_co2_g: Rounded = _of_totals.optional(
        "The difference of both; present with co2_emissions_g.",
        lambda t: None if t.gco2e is None or t.at_once_gco2e is None else t.at_once_gco2e - t.gco2e,
    )
    savings_percentage: Percentage = _of_totals(
        "The same in per cent; without co2_emissions_g of the sum of the mean intensities.", lambda t: t.saving_share
    )
