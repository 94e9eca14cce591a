"""The answer of optimize."""

from __future__ import annotations

from dataclasses import dataclass

from api.openapi.enumerations import AdviceKind, AdvicePeriod, BaselineBasis, PartitionScope, Purchase, SizeBasis
from api.shapes.numbers import percentage, rounded
from api.shapes.parts import UNSERVED, Place, RecordedAnswer, of_region
from api.shapes.reading import At, Json, Reading
from api.shapes.recommendations import Recommendation
from api.shapes.shape import Shape
from api.shapes.types import (
    Grams,
    Hours,
    Kilograms,
    Percentage,
    PriceAge,
    Rounded,
    SignedKilograms,
    SignedPercentage,
    Timestamp,
    Usd,
)
from carbon.placements import Advice, MachineSize, NotCompeting, Placement, RankedBy, Savings
from carbon.placements import Pareto as Front
from carbon.placements import ParetoPoint as Point
from carbon.workload import OptimizeQuery, Priority, RankBy, WorkloadType
from catalog.dates import age_days, day_of
from catalog.model import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A question and its result, with the rows as they are shown."""

    query: OptimizeQuery
    placement: Placement
    rows: list[Json]


of_savings = Reading(Savings)
of_savings.part(of_region, lambda savings, at: _region(savings.baseline_region, at))
of_advice = Reading(Advice)
of_point = Reading(Point)
of_point.part(of_region, lambda point, at: at.mapping.regions[point.region])
of_front = Reading(Front)
of_placement = Reading(Placement)
of_decision = Reading(Decision)
of_ranked_by = Reading(RankedBy)
of_size = Reading(MachineSize)
of_not_competing = Reading(NotCompeting)


def _region(key: str | None, at: At) -> Region | None:
    return None if key is None else at.mapping.regions[key]


def _baseline(savings: Savings) -> Savings | None:
    return None if savings.baseline_region is None else savings


class Baseline(Place):
    """The region that savings are compared with."""

    basis: BaselineBasis = of_savings(read=lambda s: s.baseline_basis)
    co2_emissions_kg: Kilograms | None = of_savings(
        "kgCO2e of its own best type for what row 1 stands for (see ranked_by); with current: of what runs today.",
        lambda s: s.baseline_gco2e,
    )
    savings_kg: SignedKilograms | None = of_savings(
        "kgCO2e that row 1 saves compared with it; negative if row 1 emits more.", lambda s: s.against_baseline_gco2e
    )
    savings_percentage: SignedPercentage | None = of_savings(
        "Percentage of the larger of the two figures.", lambda s: s.against_baseline_share, le=100
    )
    cost_usd: Usd | None = of_savings(
        "USD on demand; null unless basis is current and the price is known.", lambda s: s.baseline_usd
    )
    savings_usd: float | None = of_savings(
        "USD that row 1 saves for the same; negative if it costs more; null if cost_usd is null.",
        lambda s: None if s.against_baseline_usd is None else rounded(s.against_baseline_usd),
    )


class CarbonSavings(Shape):
    """Comparison of regions, each with its own best qualifying type, for what row 1 stands for (see ranked_by)."""

    potential_savings_kg: Kilograms | None = of_savings(
        "kgCO2e saved by the best region compared with the worst; null if there is only one.",
        lambda s: s.against_worst_gco2e,
    )
    potential_savings_percentage: Percentage | None = of_savings(
        "Percentage of the worst region's emissions, 0 to 100.", lambda s: s.against_worst_share
    )
    comparison: str = of_savings("The same as text.", lambda s: _in_words(s.against_worst_share))
    best_region: Place | None = of_savings(
        "The greenest region; with another priority it may not be first in the list.",
        lambda s, at: _region(s.best_region, at),
    )
    worst_region: Place | None = of_savings(
        "The region that emits the most.", lambda s, at: _region(s.worst_region, at)
    )
    baseline: Baseline | None = of_savings(
        "The region that savings are compared with; null if nothing is rated.", _baseline
    )


def _in_words(share: float | None) -> str:
    if share is None:
        return "Options cannot be compared: the first type has no sourced performance index"
    if share <= 0:
        return "Best and worst option emit the same"
    return f"Best option emits {percentage(share):g}% less CO2 than worst option"


class AdviceDetail(Shape):
    """One hint, with the figures behind it."""

    kind: AdviceKind = of_advice()
    text: str = of_advice("The hint as text.")
    savings_percentage: Percentage = of_advice(
        "(from_gco2e - to_gco2e) / from_gco2e; 0 if only USD differ.", lambda a: a.saving_share
    )
    from_: str = of_advice("The choice it is compared with.", lambda a: a.from_label, alias="from")
    to: str = of_advice("The proposed choice.", lambda a: a.to_label)
    from_gco2e: Grams = of_advice("gCO2e for the unit in `per`.")
    to_gco2e: Grams = of_advice("gCO2e for the unit in `per`.")
    from_usd: Usd | None = of_advice("USD for the unit in `per`; null if unknown.")
    to_usd: Usd | None = of_advice("USD for the unit in `per`; null if unknown.")
    per: AdvicePeriod = of_advice()


class ParetoPoint(Place):
    """A choice for which no other is better in both cost and carbon."""

    instance_type: str = of_point("The provider's name of the type.", examples=["g6.xlarge"])
    purchase: Purchase = of_point(read=lambda p: "spot" if p.spot else "on-demand")
    cost_usd: Usd = of_point(read=lambda p: p.usd)
    co2_emissions_g: Grams = of_point(read=lambda p: p.gco2e)
    price_as_of: str | None = of_point("Date of the price, as its source gives it.")
    price_age_days: PriceAge = of_point(read=lambda p, at: age_days(p.price_as_of, day_of(at.now)))
    price_is_estimate: bool = of_point("True if the price is another region's times a factor.")
    g_saved_by_next_usd: Rounded | None = of_point(
        "gCO2e saved for each additional dollar up to the next point; null for the last.",
        lambda p: p.saved_gco2e_per_usd,
        ge=0,
    )


class Pareto(Shape):
    """The Pareto front of cost and carbon over all qualifying offers, cheapest first."""

    per: str | None = of_front(
        "The unit of both figures: if ranked by work a unit of work (vcpu-hours, tflop/s-hours), by machine the "
        "job, which is all machines for duration_hours. Null if nothing is rated."
    )
    points: list[ParetoPoint] = of_front("The points of the front.")


class Ranking(Shape):
    """What the carbon and cost of the rows are compared for."""

    by: RankBy = of_ranked_by(read=lambda r: r.by.value)
    reason: str = of_ranked_by("Why, as text.", examples=["rank_by of the request"])


class Size(Shape):
    """The least size of a machine that takes part; null is no demand."""

    basis: SizeBasis = of_size()
    vcpus: float | None = of_size("vCPUs.")
    memory_gb: float | None = of_size("GB.")
    gpus: float | None = of_size("GPUs.")
    accelerators: float | None = of_size("Accelerators of any kind.")


class NotCompetingProvider(Shape):
    """A requested cloud that cannot take part."""

    provider: str = of_not_competing("Key of the provider.", examples=["hetzner"])
    reason: str = of_not_competing("Why, as text.")
    constraint: str | None = of_not_competing(
        "The constraint that removed the last of its offers, as in removed; null if that is not why."
    )


class Metadata(Shape):
    """How the answer was computed."""

    ranked_by: Ranking = of_placement()
    size: Size = of_placement()

    total_regions_analyzed: int = of_placement(
        "Number of regions with a qualifying offer, plus the requested one.", lambda p: p.regions_analyzed, ge=0
    )
    regions_in_scope: int = of_placement("Number of open regions that partition and regional constraints allow.", ge=0)
    partition: PartitionScope = of_placement("Part of each cloud that competed; all: every part.")
    countries_without_regions: list[str] = of_placement(UNSERVED, lambda p: list(p.countries_without_regions))
    duration_hours: Hours = of_placement()
    ranking_hours: Hours = of_placement("Number of hours whose mean intensity the ranking uses.")
    flexible: bool = of_placement("Whether the job may wait for a greener window.")
    candidates: int = of_placement("Number of offers (region and type) of the requested providers.", ge=0)
    qualifying: int = of_placement("Number of offers that meet every constraint.", ge=0)
    removed: dict[str, int] = of_placement(
        "Number of offers that each constraint removed; with qualifying they add up to candidates.",
        lambda p: dict(p.removed),
    )
    providers: list[str] = of_placement("Clouds whose offers qualify.")
    not_competing: list[NotCompetingProvider] = of_placement(
        "Requested clouds that cannot take part, each with the reason; usually empty."
    )
    offers_without_price: int = of_placement("Number of qualifying offers without a known price.", ge=0)
    zones: int = of_placement("Number of grid zones considered.", ge=0)
    live_zones: int = of_placement("Number of these zones with a fresh live value.", ge=0)
    forecast_zones: int = of_placement("Number of these zones whose current value is a forecast of the upstream.", ge=0)
    api_data_freshness: str = of_placement("How much of the answer uses live data, as text.", lambda p: _freshness(p))


def _freshness(placement: Placement) -> str:
    """Says live only of what was live."""
    if placement.live_zones == placement.zones:
        return "Real-time (5min cache)"
    if placement.live_zones + placement.forecast_zones == 0:
        return "Baseline only (no live value was used)"
    rest = "no value" if "intensity_unknown" in placement.removed else "baseline"
    parts = [f"live for {placement.live_zones}", f"an upstream forecast for {placement.forecast_zones}"]
    return f"Of {placement.zones} zones: {', '.join(parts)}, {rest} for the rest (5min cache)"


class PlacementFacts(Shape):
    """What to run, where and when."""

    workload_type: WorkloadType = of_decision(read=lambda d: d.query.workload.value)
    priority: Priority = of_decision(read=lambda d: d.query.priority.value)
    timestamp: Timestamp = of_decision(read=lambda _, at: at.now)
    recommendations: list[Recommendation] = of_decision.rendered(
        "The offers, best first, then the requested region if it is not among them.", lambda d: d.rows
    )
    carbon_savings: CarbonSavings = of_decision(read=lambda d: d.placement.savings)
    service_optimizations: list[str] = of_decision(
        "Hints computed from this answer; may be empty.", lambda d: [hint.text for hint in d.placement.advice]
    )
    service_optimization_details: list[AdviceDetail] = of_decision(
        "The same hints with their figures.", lambda d: d.placement.advice
    )
    pareto: Pareto = of_decision(read=lambda d: d.placement.pareto)
    metadata: Metadata = of_decision(read=lambda d: d.placement)


class OptimizeAnswer(RecordedAnswer):
    """The best offers for a workload by the chosen priority."""

    recommendation: PlacementFacts = of_decision(read=lambda d: d)
