"""The answer of schedule."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import Answer, GramsPerKwh, Origin, Place, Success, Timestamp, Window


class SavingsPotential(Answer):
    """What waiting saves, per kWh."""

    current_vs_optimal_gco2_kwh: float | None = Field(
        description="The intensity now minus the optimal window's mean, gCO2e/kWh; negative if now is a short dip."
    )
    start_now_vs_optimal_gco2_kwh: float = Field(
        ge=0, description="The mean when starting at once (start_now) minus the optimal window's mean, gCO2e/kWh."
    )
    start_now_vs_optimal_percentage: float = Field(ge=0, le=100, description="That, in percent of start_now's mean.")


class ScheduleAnswer(Success, Place, Origin):
    """When to start; is_estimate to age_seconds describe current_intensity."""

    optimal_window: Window
    current_intensity: GramsPerKwh | None = Field(description="The value now, gCO2e/kWh; null if unknown.")
    savings_potential: SavingsPotential
    start_now: Window = Field(description="The same job started at the later of now and start_after.")
    next_best_windows: list[Window] = Field(description="The next best that overlap none before.")
    latest_start_time: Timestamp = Field(description="Latest start the search looked at.")
