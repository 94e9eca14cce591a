"""Answers of calculate and compare."""

from __future__ import annotations

from api.render.numbers import kilograms, percentage, rounded
from api.render.parts import Json, grid_shares, place, provenance
from carbon.power import PowerDraw
from carbon.results import Comparison, Cost, Emission
from mapping import CloudMap


def calculation(emission: Emission, mapping: CloudMap) -> Json:
    return {"calculation": {**_row(emission, mapping), "power_w": _power(emission.draw, emission.pue, emission.count)}}


def emission_rows(result: Comparison, mapping: CloudMap) -> list[Json]:
    return [_row(emission, mapping) for emission in result.rows]


def comparison(rows: list[Json], result: Comparison) -> Json:
    """rows: as emission_rows gives them."""
    return {
        "comparisons": rows,
        "analysis": {
            "best_option": rows[0],
            "worst_option": rows[-1],
            "difference_kg": kilograms(result.difference_gco2e),
            "difference_percentage": percentage(result.difference_share),
            "total_options_compared": len(rows),
        },
    }


def machine(emission: Emission) -> Json:
    """How a machine was taken to run, and how sure its figures are."""
    low, high = emission.uncertainty.low, emission.uncertainty.high
    block: Json = {
        "count": emission.count,
        "offered": emission.offered,
        "pue": rounded(emission.pue),
        "utilization": rounded(emission.utilization),
        "utilization_defaulted": emission.utilization_defaulted,
        "accelerator_utilization": rounded(emission.accelerator_utilization),
        "power_model": emission.curve.value,
        "uncertainty": {
            "low_co2_emissions_g": rounded(emission.operational_gco2e * low),
            "high_co2_emissions_g": rounded(emission.operational_gco2e * high),
            "low_factor": rounded(low),
            "high_factor": rounded(high),
            "basis": emission.uncertainty.basis,
        },
    }
    if emission.embodied_gco2e is not None:
        block["embodied_gco2e"] = rounded(emission.embodied_gco2e)
        block["total_gco2e"] = rounded(emission.total_gco2e)
    return block


def _row(emission: Emission, mapping: CloudMap) -> Json:
    return {
        **place(mapping.regions[emission.region]),
        "instance_type": emission.instance_type,
        "duration_hours": rounded(emission.duration_hours),
        "power_consumption_kwh": rounded(emission.energy_kwh),
        "co2_emissions_g": rounded(emission.operational_gco2e),
        "co2_emissions_kg": kilograms(emission.operational_gco2e),
        "carbon_intensity_used": rounded(emission.used.gco2e_per_kwh),
        "carbon_intensity_used_origin": provenance(emission.used.provenance),
        "carbon_intensity_gco2_kwh": rounded(emission.now.gco2e_per_kwh),
        **provenance(emission.now.provenance),
        **grid_shares(emission.shares),
        **machine(emission),
        "cost": cost(emission.cost),
    }


def cost(bill: Cost) -> Json:
    """USD; the prices an hour as the catalog has them."""
    return {
        "on_demand_usd_per_hour": bill.on_demand_usd_per_hour,
        "spot_usd_per_hour": bill.spot_usd_per_hour,
        "on_demand_usd": rounded(bill.on_demand_usd),
        "spot_usd": rounded(bill.spot_usd),
        "price_as_of": bill.price_as_of,
        "spot_price_as_of": bill.spot_price_as_of,
        "price_source": bill.price_source,
        "spot_price_source": bill.spot_price_source,
        "is_estimate": bill.is_estimate,
    }


def _power(draw: PowerDraw, pue: float, count: int) -> Json:
    """Watts of all machines together."""
    return {
        "cpu": rounded(draw.cpu_w * count),
        "memory": rounded(draw.memory_w * count),
        "accelerator": rounded(draw.accelerator_w * count),
        "storage": rounded(draw.storage_w * count),
        "it": rounded(draw.it_w * count),
        "facility": rounded(draw.it_w * pue * count),
    }
