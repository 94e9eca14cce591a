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
from api.enumerations import AdviceKind, Arch, BaselineBasis, PerformanceBasis, Purchase
from carbon.power import PowerCurve
from carbon.workload import Priority, WorkloadType

_ABSENT = "absent where the region was not rated"


class StartNow(Origin):
    """The same job started at once."""

    co2_emissions_g: Grams
    carbon_intensity_used: GramsPerKwh | None = Field(description="Mean over the job's hours, gCO2e/kWh.")


class Recommendation(Place, GridMix, Origin):
    """One offer. is_estimate to age_seconds describe carbon_intensity_gco2_kwh.

    The figures of a machine are null, and what describes the machine is absent, in the row of a requested region
    where no machine could be rated (qualifies false).
    """

    instance_type: str | None = Field(description="The provider's name of the type.", examples=["g6.xlarge"])
    carbon_intensity_gco2_kwh: GramsPerKwh | None = Field(description="The value now, gCO2e/kWh; null if unknown.")
    estimated_co2_emissions_kg: Kilograms | None = Field(description="kgCO2e emitted by the grid.")
    estimated_co2_emissions_g: Grams | None = Field(description="gCO2e: power_consumption_kwh x carbon_intensity_used.")
    power_consumption_kwh: Kwh | None = Field(description="Energy of the facility in kWh, PUE applied.")
    duration_hours: Hours | None = Field(description="Hours the figures stand for.")
    carbon_intensity_used: GramsPerKwh | None = Field(description="The window's mean, gCO2e/kWh.")
    optimal_time_window: Window | None = Field(description="When to start.")
    start_now: StartNow | None = Field(description="What starting at once would mean.")
    is_requested_region: bool = Field(description="True for the region named in the question.")
    qualifies: bool = Field(description="False if a constraint excludes it: listed for comparison only.")
    refused_by: list[str] = absent("Constraints it fails; absent if none.")
    vcpus: float | None = absent(f"As sold; {_ABSENT}.")
    memory_gb: float | None = absent(f"GB; {_ABSENT}.")
    arch: Arch | None = absent(f"Instruction set of the machine's CPU; {_ABSENT}.")
    accelerator: str | None = absent(f"Model of the accelerators; null without; {_ABSENT}.")
    accelerator_count: float = absent(f"Accelerators of the machine; {_ABSENT}.")
    work_unit: str | None = absent(f"What work is counted in; null without a sourced index; {_ABSENT}.")
    co2_g_per_unit_work: float | None = absent(f"gCO2e per unit of work, what carbon ranks by; {_ABSENT}.", ge=0)
    co2_g_for_same_work: float | None = absent(f"gCO2e for the work row 1 does; {_ABSENT}.", ge=0)
    performance_index: float | None = absent(f"Work per vCPU (accelerator); null if unknown; {_ABSENT}.", ge=0)
    performance_basis: PerformanceBasis | None = absent(f"How performance_index is known; {_ABSENT}.")
    relative_performance: float | None = absent(f"Over the best of its unit, 0 to 1; {_ABSENT}.", ge=0)
    within_uncertainty_of_best: bool | None = absent(
        f"True within 30 % of row 1: no evidence that one is greener; {_ABSENT}."
    )
    score: float | None = absent(f"What the rows are ordered by; {_ABSENT}.")
    count: int = absent(f"Machines of this type; {_ABSENT}.")
    offered: bool | None = absent(f"Whether the region offers the type; null where nobody lists it; {_ABSENT}.")
    pue: float = absent(f"Energy of the facility over energy of its IT equipment; {_ABSENT}.", ge=1)
    utilization: float = absent(f"CPU utilisation, 0 to 1; {_ABSENT}.", ge=0, le=1)
    utilization_defaulted: bool = absent(f"True if the question gave no utilization; {_ABSENT}.")
    accelerator_utilization: float | None = absent(f"0 to 1; null without accelerators; {_ABSENT}.", ge=0, le=1)
    power_model: PowerCurve = absent(f"Shape between idle and full CPU power; {_ABSENT}.")
    uncertainty: Uncertainty = absent(f"How far the emissions may be off; {_ABSENT}.")
    cost: Cost = absent(f"USD; {_ABSENT}.")
    usd_per_unit_work: Usd | None = absent(f"USD per unit of work at the price the question pays; {_ABSENT}.")
    carbon_cost_usd: Usd | None = absent(f"The row's emissions at carbon_price_usd_per_tonne; {_ABSENT}.")
    embodied_gco2e: Grams = absent("gCO2e: the share of making the hardware; present with include_embodied.")
    total_gco2e: Grams = absent("gCO2e: grid and hardware together; present with include_embodied.")


class Baseline(Place):
    """The region that savings are counted from."""

    basis: BaselineBasis
    co2_emissions_kg: Kilograms | None = Field(description="Of its own best type for the work row 1 does.")
    savings_kg: float | None = Field(description="kgCO2e row 1 saves against it; negative if row 1 emits more.")
    savings_percentage: float | None = Field(le=100, description="Of the worse figure.")


class CarbonSavings(Answer):
    """Regions compared, each by its own best qualifying type, for the same work."""

    potential_savings_kg: Kilograms | None = Field(description="Best against worst region; null if there is only one.")
    potential_savings_percentage: Percentage | None = Field(description="Of the worst, 0 to 100.")
    comparison: str = Field(description="The same in words.")
    best_region: Place | None = Field(description="The greenest, which another priority may not put first.")
    worst_region: Place | None = Field(description="The one that emits the most.")
    baseline: Baseline | None = Field(description="The region that savings are counted from; null if nothing is rated.")


class AdviceDetail(Answer):
    """One measured hint, with the figures it rests on."""

    kind: AdviceKind
    text: str = Field(description="The hint in words.")
    savings_percentage: Percentage = Field(description="(from_gco2e - to_gco2e) / from_gco2e, 0 to 100.")
    from_: str = Field(alias="from", description="What is compared with.")
    to: str = Field(description="What is proposed.")
    from_gco2e: Grams = Field(description="gCO2e per what `per` says.")
    to_gco2e: Grams = Field(description="gCO2e per what `per` says.")
    per: str = Field(description="unit of work, job or same work.")


class ParetoPoint(Place):
    """A choice that no other beats in both cost and carbon."""

    instance_type: str = Field(description="The provider's name of the type.", examples=["g6.xlarge"])
    purchase: Purchase
    cost_usd: Usd
    co2_emissions_g: Grams
    price_as_of: str | None = Field(description="Date of the price, as its source gives it.")
    price_is_estimate: bool = Field(description="True if the price is another region's times a factor.")
    g_saved_by_next_usd: float | None = Field(
        ge=0, description="gCO2e that the next dollar saves on the way to the next point; null for the last."
    )


class Pareto(Answer):
    """The front of cost against carbon over all qualifying offers, cheapest first."""

    per: str | None = Field(
        description="What both figures are for: a unit of work (vcpu-hours, tflop/s-hours), or with requirements the "
        "job: one machine for duration_hours. Null where nothing is rated."
    )
    points: list[ParetoPoint] = Field(description="The points of the front.")


class Metadata(Answer):
    """How the answer came about."""

    total_regions_analyzed: int = Field(ge=0, description="Regions with a qualifying offer, and the requested one.")
    regions_in_scope: int = Field(ge=0, description="Open regions the question's places leave.")
    duration_hours: Hours
    ranking_hours: Hours = Field(description="Hours whose mean intensity the ranking uses.")
    flexible: bool = Field(description="Whether the job may wait for a greener window.")
    candidates: int = Field(ge=0, description="Offers (region and type) in the providers asked for.")
    qualifying: int = Field(ge=0, description="Offers that meet every constraint.")
    removed: dict[str, int] = Field(description="Offers each constraint removed; with qualifying they add up.")
    providers: list[str] = Field(description="Clouds whose offers qualify.")
    offers_without_price: int = Field(ge=0, description="Qualifying offers whose price nobody knows.")
    zones: int = Field(ge=0, description="Grid zones looked at.")
    live_zones: int = Field(ge=0, description="Of these, zones with a fresh live value.")
    forecast_zones: int = Field(ge=0, description="Of these, zones whose value now is an upstream's forecast.")
    api_data_freshness: str = Field(description="How much of the answer is live, in words.")


class PlacementFacts(Answer):
    """What to run, where and when."""

    workload_type: WorkloadType
    priority: Priority
    timestamp: Timestamp
    recommendations: list[Recommendation] = Field(
        description="The offers, best first; then the requested region's if it is not one of them."
    )
    carbon_savings: CarbonSavings
    service_optimizations: list[str] = Field(description="Hints computed from this very answer; empty if none applies.")
    service_optimization_details: list[AdviceDetail] = Field(description="The same hints with their figures.")
    pareto: Pareto
    metadata: Metadata


class OptimizeAnswer(Success):
    """The greenest (fastest, balanced) offers for a workload."""

    recommendation: PlacementFacts
