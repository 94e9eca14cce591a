"""The answer of schedule."""

from __future__ import annotations

from api.shapes.parts import CurrentOrigin, ExpectedSavings, Place, Success, Window, of_origin, of_region
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import CurrentGramsPerKwh, GramsPerKwh, Percentage, Rounded, Timestamp
from carbon.results import Schedule

_of = Reading(Schedule)
_of.part(of_region, lambda plan, at: at.mapping.regions[plan.region])
_of.part(of_origin, lambda plan: plan.current.provenance)


def _current_gap(plan: Schedule) -> float | None:
    current, optimal = plan.current.gco2e_per_kwh, plan.best.mean.gco2e_per_kwh
    return None if current is None or optimal is None else current - optimal


class SavingsPotential(Shape):
    """Savings from waiting, per kWh."""

    current_vs_optimal_gco2_kwh: Rounded | None = _of(
        "Current intensity minus the mean of the optimal window, in gCO2e/kWh; negative in a short dip.", _current_gap
    )
    start_now_vs_optimal_gco2_kwh: GramsPerKwh = _of(
        "Mean of start_now minus the mean of the optimal window, in gCO2e/kWh.", lambda s: s.saving_gco2e_per_kwh
    )
    start_now_vs_optimal_percentage: Percentage = _of(
        "The same as a percentage of the mean of start_now.", lambda s: s.saving_share
    )


class ScheduleAnswer(Success, Place, CurrentOrigin):
    """When to start; is_estimate to age_seconds describe current_intensity."""

    optimal_window: Window = _of(
        "The window with the lowest mean, or the one that starts now where waiting is not worth it.", lambda s: s.best
    )
    current_intensity: CurrentGramsPerKwh = _of(read=lambda s: s.current.gco2e_per_kwh)
    savings_potential: SavingsPotential = _of(read=lambda s: s)
    expected_savings: ExpectedSavings | None = _of(
        "Savings from waiting for optimal_window, as backtests had them; null if unknown.", lambda s: s.expected
    )
    start_now: Window = _of("The same job started now or at start_after, whichever is later.", lambda s: s.at_once)
    next_best_windows: list[Window] = _of("The next-best windows that do not overlap.", lambda s: s.alternatives)
    latest_start_time: Timestamp = _of("Latest start that was considered.", lambda s: s.latest_start)
