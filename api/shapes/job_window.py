"""The windows of a job: when it runs, on what, and what it costs."""

from __future__ import annotations

from api.openapi.enumerations import Purchase
from api.shapes.emissions import Cost, DescribedMachine, Machine, of_emission
from api.shapes.parts import (
    Window,
    of_origin,
    of_region,
    of_span,
)
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import (
    Grams,
    GramsPerKwh,
    Hours,
    Kwh,
    ListPrice,
    Timestamp,
    Usd,
    Utilization,
)
from carbon.schedules import JobCost as PricedJob
from carbon.schedules import Schedule
from carbon.schedules import Segment as Part

_of_segment = Reading(Part)
_of_cost = Reading(PricedJob)
of_schedule = Reading(Schedule)
of_schedule.part(of_region, lambda plan, at: at.mapping.regions[plan.region])
of_schedule.part(of_origin, lambda plan: plan.current.provenance)


COST = "Present with spot, max_price_per_hour or carbon_price_usd_per_tonne."


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
