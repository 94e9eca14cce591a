"""The rows of optimize."""

from __future__ import annotations

from api.openapi.enumerations import Arch, PerformanceBasis
from api.shapes.catalog import of_type
from api.shapes.emissions import Cost, Uncertainty, of_emission, total_gco2e
from api.shapes.parts import (
    CurrentOrigin,
    ExpectedSavings,
    GridMix,
    Origin,
    Place,
    Window,
    grid_mix,
    of_intensity,
    of_origin,
    of_region,
    of_shares,
)
from api.shapes.reading import At, Json, Reading
from api.shapes.types import (
    CurrentGramsPerKwh,
    Grams,
    GramsPerKwh,
    Hours,
    Kilograms,
    Kwh,
    PueBasis,
    Rounded,
    Usd,
    Utilization,
)
from carbon.placements import BareRegion, Placement, PlacementRow
from carbon.power import PowerCurve

of_row = Reading(PlacementRow)
of_row.part(of_emission, lambda r: r.emission)
of_row.part(of_region, lambda row, at: at.mapping.regions[row.emission.region])
of_row.part(
    of_type,
    lambda row, at: at.mapping.instance_type(
        at.mapping.regions[row.emission.region].provider, row.emission.instance_type
    ),
)
of_row.part(of_origin, lambda r: r.emission.now.provenance)
of_row.cached(of_shares, lambda row: grid_mix(row.emission.shares))
of_start_now = Reading(PlacementRow)
of_start_now.part(of_intensity, lambda r: r.start_now_used)
of_start_now.part(of_origin, lambda r: r.start_now_used.provenance)
of_bare_region = Reading(BareRegion)
of_bare_region.part(of_region, lambda row, at: at.mapping.regions[row.now.region])
of_bare_region.part(of_origin, lambda r: r.now.intensity.provenance)
of_bare_region.cached(of_shares, lambda row: grid_mix(row.now.shares))
_ABSENT = "absent where the region was not rated"


class StartNow(Origin):
    """The same job if it starts now."""

    co2_emissions_g: Grams = of_start_now(read=lambda s: s.start_now_gco2e)
    carbon_intensity_used: GramsPerKwh | None = of_start_now(
        "Mean over the hours of the job, in gCO2e/kWh.", lambda s: s.start_now_used.gco2e_per_kwh
    )


class Recommendation(GridMix, CurrentOrigin, Place):
    """One offer. is_estimate to age_seconds describe carbon_intensity_gco2_kwh.

    If no machine of the requested region could be rated, its row (qualifies false) has null for all figures of a
    machine, and the fields that describe the machine are absent.
    """

    instance_type: str | None = of_emission("The provider's name of the type.", examples=["g6.xlarge"])
    carbon_intensity_gco2_kwh: CurrentGramsPerKwh = of_emission(read=lambda e: e.now.gco2e_per_kwh)
    estimated_co2_emissions_kg: Kilograms | None = of_emission(
        "kgCO2e emitted by the grid.", lambda e: e.operational_gco2e
    )
    estimated_co2_emissions_g: Grams | None = of_emission(
        "gCO2e: power_consumption_kwh x carbon_intensity_used.", lambda e: e.operational_gco2e
    )
    power_consumption_kwh: Kwh | None = of_emission("kWh of the facility, including PUE.", lambda e: e.energy_kwh)
    duration_hours: Hours | None = of_emission("Number of hours that the figures cover.")
    carbon_intensity_used: GramsPerKwh | None = of_emission(
        "Mean of the window in gCO2e/kWh.", lambda e: e.used.gco2e_per_kwh
    )
    carbon_intensity_used_origin: Origin | None = of_emission(
        "Where carbon_intensity_used comes from.", lambda e: e.used
    )
    expected_savings: ExpectedSavings | None = of_row(
        "Savings from waiting for the window, as backtests had them; null if unknown.", lambda r: r.expected
    )
    optimal_time_window: Window | None = of_row("When to start.", lambda r: r.window)
    start_now: StartNow | None = of_row("The same job if it starts now.", lambda row: row)
    is_requested_region: bool = of_row("True for the requested region.")
    qualifies: bool = of_row("False if a constraint excludes it; it is then listed only for comparison.")
    refused_by: list[str] = of_row.optional(
        "Constraints that it fails; absent if none.", lambda r: r.refused_by or None
    )
    vcpus: float | None = of_type.optional(f"vCPUs as sold; {_ABSENT}.")
    memory_gb: float | None = of_type.optional(f"Memory in GB; {_ABSENT}.")
    arch: Arch | None = of_type.optional(f"Instruction set of the machine's CPU; {_ABSENT}.")
    accelerator: str | None = of_type.optional(
        f"Model of the accelerators; null without; {_ABSENT}.", lambda t: t.accelerator and t.accelerator.accelerator
    )
    accelerator_count: float = of_type.optional(f"Accelerators of the machine; {_ABSENT}.")
    work_unit: str | None = of_row.optional(f"Unit of work; null without a sourced index; {_ABSENT}.")
    co2_g_per_unit_work: Grams | None = of_row.optional(
        f"gCO2e per unit of work; {_ABSENT}.", lambda r: r.gco2e_per_unit_work
    )
    co2_g_for_same_work: Grams | None = of_row.optional(
        f"gCO2e for the work of row 1; {_ABSENT}.", lambda r: r.gco2e_for_same_work
    )
    compared_co2_g: Grams | None = of_row.optional(
        f"gCO2e that the ranking compares: by machine for the whole duration, by work for the work of row 1; null if "
        f"it cannot be compared with row 1; {_ABSENT}.",
        lambda r: r.compared_gco2e,
    )
    compared_usd: Usd | None = of_row.optional(
        f"USD for the same, at the price used for ranking; null if unknown; {_ABSENT}."
    )
    performance_index: Rounded | None = of_row.optional(
        f"Work per vCPU (or accelerator); null if unknown; {_ABSENT}.", lambda r: r.performance, ge=0
    )
    performance_basis: PerformanceBasis | None = of_row.optional(f"Basis of performance_index; {_ABSENT}.")
    relative_performance: Rounded | None = of_row.optional(
        f"Performance relative to the best with the same unit of work, 0 to 1; {_ABSENT}.", ge=0
    )
    within_uncertainty_of_best: bool | None = of_row.optional(
        "True if the ranges of this row and the greenest one overlap, leaving out what both share, so that it is "
        f"not certain which one is greener; {_ABSENT}."
    )
    score: Rounded | None = of_row.optional(f"Value by which the rows are sorted; {_ABSENT}.")
    count: int = of_emission.optional(f"Machines of this type; {_ABSENT}.")
    offered: bool | None = of_emission.optional(f"Whether the region offers the type; null if unknown; {_ABSENT}.")
    retired_on: str = of_emission.optional(
        f"Day from which the provider no longer sells the type; absent if none is announced; {_ABSENT}."
    )
    pue: Rounded = of_emission.optional(f"Energy of the facility over energy of its IT equipment; {_ABSENT}.", ge=1)
    pue_basis: PueBasis = of_emission.optional(
        f"Whether pue is of the region, the provider or the industry; {_ABSENT}."
    )
    utilization: Utilization = of_emission.optional(f"CPU utilisation, 0 to 1; {_ABSENT}.")
    utilization_defaulted: bool = of_emission.optional(f"True if the question gave no utilization; {_ABSENT}.")
    accelerator_utilization: Utilization | None = of_emission.optional(f"0 to 1; null without accelerators; {_ABSENT}.")
    power_model: PowerCurve = of_emission.optional(
        f"Shape between idle and full CPU power; {_ABSENT}.", lambda e: e.curve.value
    )
    uncertainty: Uncertainty = of_emission.optional(f"Uncertainty of the emissions; {_ABSENT}.", lambda e: e)
    cost: Cost = of_emission.optional(f"USD; {_ABSENT}.")
    usd_per_unit_work: Usd | None = of_row.optional(f"USD per unit of work at the price used for ranking; {_ABSENT}.")
    carbon_cost_usd: Usd | None = of_row.optional(
        f"The row's emissions at carbon_price_usd_per_tonne; {_ABSENT}.", lambda r: r.carbon_usd
    )
    embodied_gco2e: Grams = of_emission.optional("gCO2e of manufacturing the hardware; present with include_embodied.")
    total_gco2e: Grams = of_emission.optional("gCO2e of grid and hardware; present with include_embodied.", total_gco2e)


class BareRecommendation(GridMix, CurrentOrigin, Place):
    """Of a Recommendation what there is where no machine was rated; the other fields are null or absent."""

    carbon_intensity_gco2_kwh: CurrentGramsPerKwh = of_bare_region(read=lambda b: b.now.intensity.gco2e_per_kwh)
    is_requested_region: bool = of_bare_region(read=lambda _: True)
    qualifies: bool = of_bare_region(read=lambda _: False)
    refused_by: list[str] = of_bare_region()


_NOT_RATED: Json = dict.fromkeys(Recommendation.names(optional=False))


def recommendation_rows(placement: Placement, at: At) -> list[Json]:
    """The offers, best first; last the requested region, if it is not among them."""
    rows = [Recommendation.of(row, at) for row in placement.rows]
    if isinstance(placement.requested, PlacementRow):
        rows.append(Recommendation.of(placement.requested, at))
    elif placement.requested is not None:
        rows.append(_NOT_RATED | BareRecommendation.of(placement.requested, at))
    return rows
