"""Answers of calculate and compare."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import (
    Answer,
    Cost,
    Grams,
    GramsPerKwh,
    GridMix,
    Hours,
    Kilograms,
    Kwh,
    Machine,
    Origin,
    Percentage,
    Place,
    Success,
    Watts,
)


class Power(Answer):
    """Watts by component, for all machines together."""

    cpu: Watts
    memory: Watts
    accelerator: Watts
    storage: Watts
    it: Watts = Field(description="Sum of the components.")
    facility: Watts = Field(description="it x pue.")


class EmissionRow(GridMix, Origin, Machine, Place):
    """What a machine emits. is_estimate to age_seconds describe carbon_intensity_gco2_kwh."""

    instance_type: str = Field(description="The provider's name of the type.", examples=["m7g.large"])
    duration_hours: Hours
    power_consumption_kwh: Kwh
    co2_emissions_g: Grams
    co2_emissions_kg: Kilograms
    carbon_intensity_used: GramsPerKwh | None = Field(description="Mean over duration_hours from now, in gCO2e/kWh.")
    carbon_intensity_used_origin: Origin
    cost: Cost
    carbon_intensity_gco2_kwh: GramsPerKwh | None = Field(description="Current value in gCO2e/kWh; null if unknown.")


class Calculation(EmissionRow):
    """A machine's emissions, with its power by component."""

    power_w: Power


class CalculateAnswer(Success):
    """Energy and emissions of one machine type in one region."""

    calculation: Calculation


class Analysis(Answer):
    """The first row compared with the last."""

    best_option: EmissionRow
    worst_option: EmissionRow
    difference_kg: Kilograms = Field(
        description="kgCO2e of the worst option minus the best; includes hardware if include_embodied is set."
    )
    difference_percentage: Percentage = Field(description="Percentage of the worst option's emissions, 0 to 100.")
    total_options_compared: int = Field(ge=1, description="Number of rows.")


class CompareAnswer(Success):
    """Options, greenest first."""

    comparisons: list[EmissionRow] = Field(description="One row for each option, greenest first.")
    analysis: Analysis
