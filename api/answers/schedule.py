"""The answer of schedule."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import Answer, GramsPerKwh, Origin, Place, Success, Timestamp, Window


class SavingsPotential(Answer):
    """Savings from waiting, per kWh."""

    current_vs_optimal_gco2_kwh: float | None = Field(
        description="Current intensity minus the mean of the optimal window, in gCO2e/kWh; negative during a short dip."
    )
    start_now_vs_optimal_gco2_kwh: float = Field(
        ge=0, description="Mean of start_now minus the mean of the optimal window, in gCO2e/kWh."
    )
    start_now_vs_optimal_percentage: float = Field(
        ge=0, le=100, description="The same as a percentage of the mean of start_now."
    )


class ScheduleAnswer(Success, Place, Origin):
    """When to start; is_estimate to age_seconds describe current_intensity."""

    optimal_window: Window
    current_intensity: GramsPerKwh | None = Field(description="Current value in gCO2e/kWh; null if unknown.")
    savings_potential: SavingsPotential
    start_now: Window = Field(description="The same job started now or at start_after, whichever is later.")
    next_best_windows: list[Window] = Field(description="The next-best windows that do not overlap.")
    latest_start_time: Timestamp = Field(description="Latest start that was considered.")
