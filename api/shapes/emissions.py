"""Answers of calculate and compare."""

from __future__ import annotations

from api.openapi.enumerations import Arch, PerformanceBasis
from api.shapes.parts import (
    CurrentOrigin,
    GridMix,
    Listed,
    Origin,
    Place,
    PlacesAnswer,
    grid_mix,
    of_origin,
    of_region,
    of_shares,
)
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import (
    CurrentGramsPerKwh,
    Grams,
    GramsPerKwh,
    Hours,
    Kilograms,
    Kwh,
    ListPrice,
    Percentage,
    PriceAge,
    PueBasis,
    Rounded,
    Usd,
    Utilization,
    Watts,
)
from carbon.power import PowerCurve
from carbon.results import Comparison, Emission, ModelledMachine, NotCompared
from carbon.results import Cost as Bill
from catalog.dates import age_days, day_of

of_emission = Reading(Emission)
of_emission.part(of_region, lambda emission, at: at.mapping.regions[emission.region])
of_emission.part(of_origin, lambda emission: emission.now.provenance)
of_emission.cached(of_shares, lambda emission: grid_mix(emission.shares))
of_bill = Reading(Bill)
of_list = Reading(Listed[Comparison])
of_machine = Reading(ModelledMachine)
of_not_compared = Reading(NotCompared)


def total_gco2e(emission: Emission) -> float | None:
    """Grams with the hardware's; None unless the hardware was asked for."""
    return None if emission.embodied_gco2e is None else emission.total_gco2e


class Uncertainty(Shape):
    """Uncertainty of the emissions, and its basis."""

    low_co2_emissions_g: Grams = of_emission(read=lambda e: e.operational_gco2e * e.uncertainty.low)
    high_co2_emissions_g: Grams = of_emission(read=lambda e: e.operational_gco2e * e.uncertainty.high)
    low_factor: Rounded = of_emission("low_co2_emissions_g divided by the central value.", lambda e: e.uncertainty.low)
    high_factor: Rounded = of_emission(
        "high_co2_emissions_g divided by the central value.", lambda e: e.uncertainty.high
    )
    grid_low_factor: Rounded | None = of_emission(
        "The grid's part: 10th centile; null if unknown.", lambda e: e.uncertainty.grid and e.uncertainty.grid.low
    )
    grid_high_factor: Rounded | None = of_emission(
        "The grid's part: 90th centile; null if unknown.", lambda e: e.uncertainty.grid and e.uncertainty.grid.high
    )
    power_low_factor: Rounded = of_emission("The power model's part of low_factor.", lambda e: e.uncertainty.power.low)
    power_high_factor: Rounded = of_emission(
        "The power model's part of high_factor.", lambda e: e.uncertainty.power.high
    )
    basis: str = of_emission("Basis of the power figure.", lambda e: e.uncertainty.basis)


class Cost(Shape):
    """Cost of the machines in USD, for Linux, before tax. Null means unknown."""

    on_demand_usd_per_hour: ListPrice | None = of_bill("USD per hour for one machine.")
    spot_usd_per_hour: ListPrice | None = of_bill("USD per hour for one machine, regardless of the age of the price.")
    on_demand_usd: Usd | None = of_bill("USD for all machines over duration_hours.")
    spot_usd: Usd | None = of_bill("USD for all machines over duration_hours.")
    price_as_of: str | None = of_bill("Date of the on-demand price, as its source gives it.")
    spot_price_as_of: str | None = of_bill("Date of the spot price, as its source gives it.")
    price_age_days: PriceAge = of_bill(read=lambda b, at: age_days(b.price_as_of, day_of(at.now)))
    spot_price_age_days: PriceAge = of_bill(read=lambda b, at: age_days(b.spot_price_as_of, day_of(at.now)))
    price_source: str | None = of_bill("Source of the on-demand price.")
    spot_price_source: str | None = of_bill("Source of the spot price.")
    is_estimate: bool = of_bill("True if the on-demand price is that of us-east-1 times the region's usual factor.")


class DescribedMachine(Shape):
    """The machine of the request as it was calculated. Null means that the request leaves it open, or unknown."""

    vcpus: float = of_machine("Threads.", lambda m: m.own.vcpus)
    memory_gb: float = of_machine("GB.", lambda m: m.own.memory_gb)
    arch: Arch = of_machine(read=lambda m: m.own.arch)
    cpu_model: str | None = of_machine("The processor, as the catalog names it.", lambda m: m.own.cpu_model)
    tdp_w: float | None = of_machine("TDP of the processor in watts, from the request.", lambda m: m.own.tdp_w)
    gpus: float = of_machine("Number of accelerators.", lambda m: m.own.gpus)
    gpu_model: str | None = of_machine("The accelerator, as the catalog names it.", lambda m: m.own.gpu_model)
    pue: float | None = of_machine("PUE of the machine, from the request.", lambda m: m.own.pue)
    power_basis: str = of_machine(
        "Basis of the power figures. generic: the request names no CPU model, so that a typical CPU of this arch is "
        "calculated, and the uncertainty covers all of them. With GPUs their basis follows."
    )
    performance_index: Rounded | None = of_machine("Work of one vCPU relative to a Cascade Lake thread.")
    performance_basis: PerformanceBasis | None = of_machine("How the performance index is known; null without one.")


class Machine(Shape):
    """How a machine was taken to run, and how sure its figures are."""

    count: int = of_emission("Number of machines of this type.")
    offered: bool | None = of_emission("Whether the region offers the type; null if unknown.")
    retired_on: str = of_emission.optional(
        "Day from which the provider no longer sells the type; from then on optimize and by-rank leave it out. Absent "
        "if none is announced.",
        examples=["2025-09-30"],
    )
    pue: Rounded = of_emission("Energy of the facility divided by the energy of its IT equipment.", ge=1)
    pue_basis: PueBasis = of_emission(examples=["region figure 2024"])
    utilization: Utilization = of_emission("CPU utilisation, 0 to 1.")
    utilization_defaulted: bool = of_emission("True if the request gave no utilization.")
    accelerator_utilization: Utilization | None = of_emission(
        "Accelerator utilisation, 0 to 1; null without accelerators."
    )
    power_model: PowerCurve = of_emission(read=lambda e: e.curve.value)
    uncertainty: Uncertainty = of_emission(read=lambda e: e)
    embodied_gco2e: Grams | None = of_emission.optional(
        "gCO2e of manufacturing the hardware; null if unknown; present with include_embodied.",
        when=lambda e: e.include_embodied,
    )
    total_gco2e: Grams | None = of_emission.optional(
        "gCO2e of grid and hardware; null if unknown; present with include_embodied.",
        total_gco2e,
        when=lambda e: e.include_embodied,
    )


class Power(Shape):
    """Watts by component, for all machines together."""

    cpu: Watts = of_emission(read=lambda e: e.draw.cpu_w * e.count)
    memory: Watts = of_emission(read=lambda e: e.draw.memory_w * e.count)
    accelerator: Watts = of_emission(read=lambda e: e.draw.accelerator_w * e.count)
    storage: Watts = of_emission(read=lambda e: e.draw.storage_w * e.count)
    it: Watts = of_emission("Sum of the components.", lambda e: e.draw.it_w * e.count)
    facility: Watts = of_emission("it x pue.", lambda e: e.draw.it_w * e.pue * e.count)


class EmissionRow(GridMix, CurrentOrigin, Machine, Place):
    """What a machine emits. is_estimate to age_seconds describe carbon_intensity_gco2_kwh."""

    instance_type: str | None = of_emission(
        "The provider's name of the type; null for a machine of the request.",
        lambda e: e.instance_type or None,
        examples=["m7g.large"],
    )
    machine: DescribedMachine = of_emission.optional("The machine of the request; absent for an instance type.")
    duration_hours: Hours = of_emission()
    power_consumption_kwh: Kwh = of_emission(read=lambda e: e.energy_kwh)
    co2_emissions_g: Grams = of_emission(read=lambda e: e.operational_gco2e)
    co2_emissions_kg: Kilograms = of_emission(read=lambda e: e.operational_gco2e)
    carbon_intensity_used: GramsPerKwh | None = of_emission(
        "Mean over duration_hours from now, or from start_at, in gCO2e/kWh.", lambda e: e.used.gco2e_per_kwh
    )
    carbon_intensity_used_origin: Origin = of_emission(read=lambda e: e.used)
    cost: Cost = of_emission()
    carbon_intensity_gco2_kwh: CurrentGramsPerKwh = of_emission(read=lambda e: e.now.gco2e_per_kwh)


class Calculation(EmissionRow):
    """A machine's emissions, with its power by component."""

    power_w: Power = of_emission(read=lambda e: e)


class CalculateAnswer(PlacesAnswer):
    """Energy and emissions of one machine type in one region."""

    calculation: Calculation = of_emission(read=lambda e: e)


class NotComparedRow(Shape):
    """An option that is not ranked."""

    index: int = of_not_compared("Its place among the options of the request, from 0.", ge=0)
    instance_type: str | None = of_not_compared("The provider's name of the type; null for a machine of the request.")
    reason: str = of_not_compared("Why it has no figure to rank by.")
    nearest_modelled: list[str] = of_not_compared.optional(
        "Similar types that can be ranked; only for the first ten types."
    )


class Analysis(Shape):
    """The first row compared with the last."""

    best_option: EmissionRow = of_list.rendered(read=lambda p: p.rows[0])
    worst_option: EmissionRow = of_list.rendered(read=lambda p: p.rows[-1])
    difference_kg: Kilograms = of_list(
        "kgCO2e of the worst option minus the best; includes hardware if include_embodied is set.",
        lambda p: p.result.difference_gco2e,
    )
    difference_percentage: Percentage = of_list(
        "Percentage of the worst option's emissions, 0 to 100.", lambda p: p.result.difference_share
    )
    total_options_compared: int = of_list("Number of rows.", lambda c: len(c.rows), ge=1)


class CompareAnswer(PlacesAnswer):
    """Options, greenest first."""

    comparisons: list[EmissionRow] = of_list.rendered("A row for each option, greenest first.", lambda p: p.rows)
    not_compared: list[NotComparedRow] = of_list(
        "Options that cannot be ranked, in the order of the request; if that is all of them, the answer is a 422.",
        lambda p: p.result.not_compared,
    )
    analysis: Analysis = of_list(read=lambda p: p)
