"""The answer of schedule."""

from __future__ import annotations

from api.shapes.emissions import Cost, DescribedMachine, Machine, of_emission
from api.shapes.parts import CurrentOrigin, ExpectedSavings, Place, Success, Window, of_origin, of_region, of_span
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import CurrentGramsPerKwh, Grams, GramsPerKwh, Kwh, Percentage, Rounded, Timestamp
from carbon.results import Schedule

_of = Reading(Schedule)
_of.part(of_region, lambda plan, at: at.mapping.regions[plan.region])
_of.part(of_origin, lambda plan: plan.current.provenance)


def _current_gap(plan: Schedule) -> float | None:
    current, optimal = plan.current.gco2e_per_kwh, plan.best.mean.gco2e_per_kwh
    return None if current is None or optimal is None else current - optimal


def _saving_gco2e(plan: Schedule) -> float | None:
    return None if plan.machines is None else plan.machines.energy_kwh * plan.saving_gco2e_per_kwh


class JobWindow(Window):
    """A time window, its mean intensity, and what the machines emit in it."""

    co2_emissions_g: Grams = of_span.optional(
        "gCO2e emitted by the grid for all machines in this window; present with instance_type or machine.",
        lambda s: s.operational_gco2e,
    )


class JobMachines(Machine):
    """The machines on which the job runs. uncertainty describes the emissions in the optimal window."""

    instance_type: str | None = of_emission(
        "The provider's name of the type; null for a machine of the request.",
        lambda e: e.instance_type or None,
        examples=["m7g.large"],
    )
    machine: DescribedMachine = of_emission.optional("The machine of the request; absent for an instance type.")
    power_consumption_kwh: Kwh = of_emission("kWh of all machines for the job, with PUE.", lambda e: e.energy_kwh)
    cost: Cost = of_emission("Cost of the job in any window.")


class SavingsPotential(Shape):
    """Savings from waiting, per kWh and, with instance_type or machine, of the job."""

    current_vs_optimal_gco2_kwh: Rounded | None = _of(
        "Current intensity minus the mean of the optimal window, in gCO2e/kWh; negative in a short dip.", _current_gap
    )
    start_now_vs_optimal_gco2_kwh: GramsPerKwh = _of(
        "Mean of start_now minus the mean of the optimal window, in gCO2e/kWh.", lambda s: s.saving_gco2e_per_kwh
    )
    start_now_vs_optimal_percentage: Percentage = _of(
        "The same as a percentage of the mean of start_now.", lambda s: s.saving_share
    )
    start_now_vs_optimal_co2_g: Grams = _of.optional(
        "gCO2e of start_now minus those of the optimal window; present with instance_type or machine.", _saving_gco2e
    )


class ScheduleAnswer(Success, Place, CurrentOrigin):
    """When to start; is_estimate to age_seconds describe current_intensity."""

    optimal_window: JobWindow = _of(
        "The window with the lowest mean, or that of start_now where waiting is not worth it.", lambda s: s.best
    )
    current_intensity: CurrentGramsPerKwh = _of(read=lambda s: s.current.gco2e_per_kwh)
    savings_potential: SavingsPotential = _of(read=lambda s: s)
    expected_savings: ExpectedSavings | None = _of(
        "Savings from waiting for optimal_window, as backtests had them; null if unknown.", lambda s: s.expected
    )
    start_now: JobWindow = _of(
        "The same job started as early as start_after, exclude and blackout allow: without them, now.",
        lambda s: s.at_once,
    )
    next_best_windows: list[JobWindow] = _of(
        "The next-best windows. The starts of all windows differ by at least an hour, and by at least a quarter of "
        "duration_hours.",
        lambda s: s.alternatives,
    )
    machines: JobMachines = _of.optional(
        "The machines on which the job runs; present with instance_type or machine.", lambda s: s.machines
    )
    latest_start_time: Timestamp = _of("Latest start that was considered.", lambda s: s.latest_start)
