"""The answer of optimize."""

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
    Origin,
    Percentage,
    Place,
    Success,
    Timestamp,
    Uncertainty,
    Usd,
    Window,
    absent,
)
from api.openapi.enumerations import AdviceKind, Arch, BaselineBasis, PerformanceBasis, Purchase
from carbon.power import PowerCurve
from carbon.workload import Priority, WorkloadType

_ABSENT = "absent where the region was not rated"


class StartNow(Origin):
    """The same job if it starts now."""

    co2_emissions_g: Grams
    carbon_intensity_used: GramsPerKwh | None = Field(description="Mean over the hours of the job, in gCO2e/kWh.")


class Recommendation(GridMix, Origin, Place):
    """One offer. is_estimate to age_seconds describe carbon_intensity_gco2_kwh.

    If no machine of the requested region could be rated, its row (qualifies false) has null for all figures of a
    machine, and the fields that describe the machine are absent.
    """

    instance_type: str | None = Field(description="The provider's name of the type.", examples=["g6.xlarge"])
    carbon_intensity_gco2_kwh: GramsPerKwh | None = Field(description="Current value in gCO2e/kWh; null if unknown.")
    estimated_co2_emissions_kg: Kilograms | None = Field(description="kgCO2e emitted by the grid.")
    estimated_co2_emissions_g: Grams | None = Field(description="gCO2e: power_consumption_kwh x carbon_intensity_used.")
    power_consumption_kwh: Kwh | None = Field(description="Energy of the facility in kWh, including PUE.")
    duration_hours: Hours | None = Field(description="Number of hours that the figures cover.")
    carbon_intensity_used: GramsPerKwh | None = Field(description="Mean of the window in gCO2e/kWh.")
    optimal_time_window: Window | None = Field(description="When to start.")
    start_now: StartNow | None = Field(description="The same job if it starts now.")
    is_requested_region: bool = Field(description="True for the requested region.")
    qualifies: bool = Field(description="False if a constraint excludes it; it is then listed only for comparison.")
    refused_by: list[str] = absent("Constraints that it fails; absent if none.")
    vcpus: float | None = absent(f"vCPUs as sold; {_ABSENT}.")
    memory_gb: float | None = absent(f"Memory in GB; {_ABSENT}.")
    arch: Arch | None = absent(f"Instruction set of the machine's CPU; {_ABSENT}.")
    accelerator: str | None = absent(f"Model of the accelerators; null without; {_ABSENT}.")
    accelerator_count: float = absent(f"Accelerators of the machine; {_ABSENT}.")
    work_unit: str | None = absent(f"Unit of work; null without a sourced index; {_ABSENT}.")
    co2_g_per_unit_work: float | None = absent(f"gCO2e per unit of work; priority carbon ranks by it; {_ABSENT}.", ge=0)
    co2_g_for_same_work: float | None = absent(f"gCO2e for the work of row 1; {_ABSENT}.", ge=0)
    performance_index: float | None = absent(f"Work per vCPU (or accelerator); null if unknown; {_ABSENT}.", ge=0)
    performance_basis: PerformanceBasis | None = absent(f"Basis of performance_index; {_ABSENT}.")
    relative_performance: float | None = absent(
        f"Performance relative to the best with the same unit of work, 0 to 1; {_ABSENT}.", ge=0
    )
    within_uncertainty_of_best: bool | None = absent(
        f"True if within 30 % of row 1, so that the model cannot say which one is greener; {_ABSENT}."
    )
    score: float | None = absent(f"Value by which the rows are sorted; {_ABSENT}.")
    count: int = absent(f"Machines of this type; {_ABSENT}.")
    offered: bool | None = absent(f"Whether the region offers the type; null if unknown; {_ABSENT}.")
    pue: float = absent(f"Energy of the facility over energy of its IT equipment; {_ABSENT}.", ge=1)
    utilization: float = absent(f"CPU utilisation, 0 to 1; {_ABSENT}.", ge=0, le=1)
    utilization_defaulted: bool = absent(f"True if the question gave no utilization; {_ABSENT}.")
    accelerator_utilization: float | None = absent(f"0 to 1; null without accelerators; {_ABSENT}.", ge=0, le=1)
    power_model: PowerCurve = absent(f"Shape between idle and full CPU power; {_ABSENT}.")
    uncertainty: Uncertainty = absent(f"Uncertainty of the emissions; {_ABSENT}.")
    cost: Cost = absent(f"USD; {_ABSENT}.")
    usd_per_unit_work: Usd | None = absent(f"USD per unit of work at the price used for ranking; {_ABSENT}.")
    carbon_cost_usd: Usd | None = absent(f"The row's emissions at carbon_price_usd_per_tonne; {_ABSENT}.")
    embodied_gco2e: Grams = absent("gCO2e of manufacturing the hardware; present with include_embodied.")
    total_gco2e: Grams = absent("gCO2e of grid and hardware together; present with include_embodied.")


class Baseline(Place):
    """The region that savings are compared with."""

    basis: BaselineBasis
    co2_emissions_kg: Kilograms | None = Field(description="kgCO2e of its own best type for the work of row 1.")
    savings_kg: float | None = Field(
        description="kgCO2e that row 1 saves compared with it; negative if row 1 emits more."
    )
    savings_percentage: float | None = Field(le=100, description="Percentage of the larger of the two figures.")


class CarbonSavings(Answer):
    """Comparison of regions, each with its own best qualifying type, for the same work."""

    potential_savings_kg: Kilograms | None = Field(
        description="kgCO2e saved by the best region compared with the worst; null if there is only one."
    )
    potential_savings_percentage: Percentage | None = Field(
        description="Percentage of the worst region's emissions, 0 to 100."
    )
    comparison: str = Field(description="The same as text.")
    best_region: Place | None = Field(
        description="The greenest region; with another priority it may not be first in the list."
    )
    worst_region: Place | None = Field(description="The region that emits the most.")
    baseline: Baseline | None = Field(
        description="The region that savings are compared with; null if nothing is rated."
    )


class AdviceDetail(Answer):
    """One hint, with the figures behind it."""

    kind: AdviceKind
    text: str = Field(description="The hint as text.")
    savings_percentage: Percentage = Field(description="(from_gco2e - to_gco2e) / from_gco2e, 0 to 100.")
    from_: str = Field(alias="from", description="The choice it is compared with.")
    to: str = Field(description="The proposed choice.")
    from_gco2e: Grams = Field(description="gCO2e for the unit in `per`.")
    to_gco2e: Grams = Field(description="gCO2e for the unit in `per`.")
    per: str = Field(description="unit of work, job or same work.")


class ParetoPoint(Place):
    """A choice for which no other is better in both cost and carbon."""

    instance_type: str = Field(description="The provider's name of the type.", examples=["g6.xlarge"])
    purchase: Purchase
    cost_usd: Usd
    co2_emissions_g: Grams
    price_as_of: str | None = Field(description="Date of the price, as its source gives it.")
    price_is_estimate: bool = Field(description="True if the price is another region's times a factor.")
    g_saved_by_next_usd: float | None = Field(
        ge=0, description="gCO2e saved for each additional dollar up to the next point; null for the last point."
    )


class Pareto(Answer):
    """The Pareto front of cost and carbon over all qualifying offers, cheapest first."""

    per: str | None = Field(
        description="The unit of both figures: a unit of work (vcpu-hours, tflop/s-hours), or with "
        "requirements the job, which is one machine for duration_hours. Null if nothing is rated."
    )
    points: list[ParetoPoint] = Field(description="The points of the front.")


class Metadata(Answer):
    """How the answer was computed."""

    total_regions_analyzed: int = Field(
        ge=0, description="Number of regions with a qualifying offer, plus the requested one."
    )
    regions_in_scope: int = Field(ge=0, description="Number of open regions that the regional constraints allow.")
    duration_hours: Hours
    ranking_hours: Hours = Field(description="Number of hours whose mean intensity the ranking uses.")
    flexible: bool = Field(description="Whether the job may wait for a greener window.")
    candidates: int = Field(ge=0, description="Number of offers (region and type) of the requested providers.")
    qualifying: int = Field(ge=0, description="Number of offers that meet every constraint.")
    removed: dict[str, int] = Field(
        description="Number of offers that each constraint removed; together with qualifying they add up to candidates."
    )
    providers: list[str] = Field(description="Clouds whose offers qualify.")
    offers_without_price: int = Field(ge=0, description="Number of qualifying offers without a known price.")
    zones: int = Field(ge=0, description="Number of grid zones considered.")
    live_zones: int = Field(ge=0, description="Number of these zones with a fresh live value.")
    forecast_zones: int = Field(
        ge=0, description="Number of these zones whose current value is a forecast of the upstream."
    )
    api_data_freshness: str = Field(description="How much of the answer uses live data, as text.")


class PlacementFacts(Answer):
    """What to run, where and when."""

    workload_type: WorkloadType
    priority: Priority
    timestamp: Timestamp
    recommendations: list[Recommendation] = Field(
        description="The offers, best first, followed by the requested region if it is not among them."
    )
    carbon_savings: CarbonSavings
    service_optimizations: list[str] = Field(description="Hints computed from this answer; empty if none applies.")
    service_optimization_details: list[AdviceDetail] = Field(description="The same hints with their figures.")
    pareto: Pareto
    metadata: Metadata


class OptimizeAnswer(Success):
    """The best offers for a workload by the chosen priority."""

    recommendation: PlacementFacts
