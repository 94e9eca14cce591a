"""The answer of optimize."""

from __future__ import annotations

from api.render.emissions import cost, machine
from api.render.numbers import kilograms, percentage, rounded
from api.render.parts import Json, grid_shares, place, provenance, window
from carbon.placements import Advice, BareRegion, Pareto, Placement, PlacementRow, Savings
from carbon.workload import OptimizeQuery
from catalog.model import InstanceType
from mapping import CloudMap

_NOT_RATED: Json = dict.fromkeys(
    (
        "instance_type",
        "estimated_co2_emissions_kg",
        "estimated_co2_emissions_g",
        "power_consumption_kwh",
        "duration_hours",
        "carbon_intensity_used",
        "optimal_time_window",
        "start_now",
    )
)


def placement_rows(result: Placement, mapping: CloudMap) -> list[Json]:
    """The offers, best first; last the requested region, if it is not among them."""
    rows = [_row(row, mapping) for row in result.rows]
    if isinstance(result.requested, PlacementRow):
        rows.append(_row(result.requested, mapping))
    elif result.requested is not None:
        rows.append(_bare_row(result.requested, mapping))
    return rows


def placement(rows: list[Json], result: Placement, query: OptimizeQuery, mapping: CloudMap, timestamp: str) -> Json:
    """rows: as placement_rows gives them."""
    return {
        "recommendation": {
            "workload_type": query.workload.value,
            "priority": query.priority.value,
            "timestamp": timestamp,
            "recommendations": rows,
            "carbon_savings": _savings(result.savings, mapping),
            "service_optimizations": [hint.text for hint in result.advice],
            "service_optimization_details": [_advice(hint) for hint in result.advice],
            "pareto": _pareto(result.pareto, mapping),
            "metadata": _metadata(result),
        }
    }


def _row(row: PlacementRow, mapping: CloudMap) -> Json:
    emission = row.emission
    region = mapping.regions[emission.region]
    return {
        **place(region),
        "instance_type": emission.instance_type,
        **_sizes(mapping.instance_type(region.provider, emission.instance_type)),
        "carbon_intensity_gco2_kwh": rounded(emission.now.gco2e_per_kwh),
        **provenance(emission.now.provenance),
        **grid_shares(emission.shares),
        "estimated_co2_emissions_kg": kilograms(emission.operational_gco2e),
        "estimated_co2_emissions_g": rounded(emission.operational_gco2e),
        "power_consumption_kwh": rounded(emission.energy_kwh),
        "duration_hours": rounded(emission.duration_hours),
        "carbon_intensity_used": rounded(emission.used.gco2e_per_kwh),
        "optimal_time_window": window(row.window),
        "start_now": {
            "co2_emissions_g": rounded(row.start_now_gco2e),
            "carbon_intensity_used": rounded(row.start_now_used.gco2e_per_kwh),
            **provenance(row.start_now_used.provenance),
        },
        "work_unit": row.work_unit,
        "co2_g_per_unit_work": rounded(row.gco2e_per_unit_work),
        "co2_g_for_same_work": rounded(row.gco2e_for_same_work),
        "performance_index": rounded(row.performance),
        "performance_basis": row.performance_basis,
        "relative_performance": rounded(row.relative_performance),
        "within_uncertainty_of_best": row.within_uncertainty_of_best,
        "score": rounded(row.score),
        **machine(emission),
        "cost": cost(emission.cost),
        "usd_per_unit_work": rounded(row.usd_per_unit_work),
        "carbon_cost_usd": rounded(row.carbon_usd),
        **_standing(row),
    }


def _bare_row(row: BareRegion, mapping: CloudMap) -> Json:
    return {
        **place(mapping.regions[row.now.region]),
        **_NOT_RATED,
        "carbon_intensity_gco2_kwh": rounded(row.now.intensity.gco2e_per_kwh),
        **provenance(row.now.intensity.provenance),
        **grid_shares(row.now.shares),
        "is_requested_region": True,
        "qualifies": False,
        "refused_by": list(row.refused_by),
    }


def _standing(row: PlacementRow) -> Json:
    block: Json = {"is_requested_region": row.is_requested_region, "qualifies": row.qualifies}
    if row.refused_by:
        block["refused_by"] = list(row.refused_by)
    return block


def _sizes(kind: InstanceType) -> Json:
    return {
        "vcpus": kind.vcpus,
        "memory_gb": kind.memory_gb,
        "arch": kind.arch,
        "accelerator": kind.accelerator.accelerator if kind.accelerator else None,
        "accelerator_count": kind.accelerator_count,
    }


def _savings(savings: Savings, mapping: CloudMap) -> Json:
    block: Json = {
        "potential_savings_kg": _kilograms(savings.against_worst_gco2e),
        "potential_savings_percentage": percentage(savings.against_worst_share),
        "comparison": _in_words(savings.against_worst_share),
        "best_region": _place_or_none(savings.best_region, mapping),
        "worst_region": _place_or_none(savings.worst_region, mapping),
        "baseline": None,
    }
    if savings.baseline_region is not None:
        block["baseline"] = {
            **place(mapping.regions[savings.baseline_region]),
            "basis": "requested region" if savings.baseline_is_requested else "median region",
            "co2_emissions_kg": _kilograms(savings.baseline_gco2e),
            "savings_kg": _kilograms(savings.against_baseline_gco2e),
            "savings_percentage": percentage(savings.against_baseline_share),
        }
    return block


def _in_words(share: float | None) -> str:
    if share is None:
        return "Options cannot be compared: the first type has no sourced performance index"
    if share <= 0:
        return "Best and worst option emit the same"
    return f"Best option emits {percentage(share):g}% less CO2 than worst option"


def _place_or_none(key: str | None, mapping: CloudMap) -> Json | None:
    return None if key is None else place(mapping.regions[key])


def _kilograms(grams: float | None) -> float | None:
    return None if grams is None else kilograms(grams)


def _advice(hint: Advice) -> Json:
    return {
        "kind": hint.kind,
        "text": hint.text,
        "savings_percentage": percentage(hint.saving_share),
        "from": hint.from_label,
        "to": hint.to_label,
        "from_gco2e": rounded(hint.from_gco2e),
        "to_gco2e": rounded(hint.to_gco2e),
        "per": hint.per,
    }


def _pareto(front: Pareto, mapping: CloudMap) -> Json:
    return {
        "per": front.per,
        "points": [
            {
                **place(mapping.regions[point.region]),
                "instance_type": point.instance_type,
                "purchase": "spot" if point.spot else "on-demand",
                "cost_usd": rounded(point.usd),
                "co2_emissions_g": rounded(point.gco2e),
                "price_as_of": point.price_as_of,
                "price_is_estimate": point.price_is_estimate,
                "g_saved_by_next_usd": rounded(point.saved_gco2e_per_usd),
            }
            for point in front.points
        ],
    }


def _metadata(result: Placement) -> Json:
    return {
        "total_regions_analyzed": result.regions_analyzed,
        "regions_in_scope": result.regions_in_scope,
        "duration_hours": rounded(result.duration_hours),
        "ranking_hours": rounded(result.ranking_hours),
        "flexible": result.flexible,
        "candidates": result.candidates,
        "qualifying": result.qualifying,
        "removed": dict(result.removed),
        "providers": list(result.providers),
        "offers_without_price": result.offers_without_price,
        "zones": result.zones,
        "live_zones": result.live_zones,
        "forecast_zones": result.forecast_zones,
        "api_data_freshness": _freshness(result),
    }


def _freshness(result: Placement) -> str:
    """Says live only of what was live."""
    if result.live_zones == result.zones:
        return "Real-time (5min cache)"
    if result.live_zones + result.forecast_zones == 0:
        return "Baseline only (no live value was used)"
    parts = [f"live for {result.live_zones}", f"an upstream forecast for {result.forecast_zones}"]
    return f"Of {result.zones} zones: {', '.join(parts)}, baseline for the rest (5min cache)"
