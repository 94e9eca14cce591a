"""The answer to where and when a workload runs best: rows, savings, advice, the front of cost and carbon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.results import Emission, RegionNow
from carbon.schedules import ExpectedSavings, Window
from carbon.workload import RankBy


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedBy:
    """What the carbon and cost of a ranking are counted for, and why in words."""

    by: RankBy
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSize:
    """The least size of a machine that takes part; None is no demand.

    basis: "requirements", "current" (the size of what runs today), "workload" (its reference size) or "instance types".
    """

    basis: str
    vcpus: float | None = None
    memory_gb: float | None = None
    gpus: float | None = None
    accelerators: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow:
    """One recommended offer.

    start_now_gco2e, start_now_used: the same job started at once. expected: what waiting for the window may save.
    work_unit: "vcpu-hours" (of index 1) or "tflop/s-hours"; None, like the figures per unit of work, where no
    sourced index exists. relative_performance: performance per vCPU (accelerator) over the best of its unit.
    usd_per_unit_work: at the price the question pays (on-demand, or spot). carbon_usd: the row's grams at the
    question's carbon price. gco2e_for_same_work: for the work row 1 does. compared_*: what the ranking compares, by
    machine for the whole duration, by work for the work row 1 does; None where it is not comparable with row 1.
    refused_by: constraints it fails (requested region only).
    """

    emission: Emission
    window: Window
    start_now_gco2e: float
    start_now_used: CarbonIntensity
    expected: ExpectedSavings | None
    work_unit: str | None
    performance: float | None
    performance_basis: str | None
    relative_performance: float | None
    gco2e_per_unit_work: float | None
    gco2e_for_same_work: float | None
    usd_per_unit_work: float | None
    compared_gco2e: float | None
    compared_usd: float | None
    carbon_usd: float | None
    within_uncertainty_of_best: bool | None
    score: float | None
    is_requested_region: bool = False
    qualifies: bool = True
    refused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BareRegion:
    """The requested region when no machine of it can be rated: only its grid."""

    now: RegionNow
    refused_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """Grams saved, and the share of the worse figure; None where they cannot be compared.

    Compared is what the ranking compares: a machine for the duration, or the work row 1 does. against_worst:
    best_region, the greenest, against worst_region, each by its own best type. against_baseline: row 1 against the
    baseline; negative if row 1 emits or costs more. baseline_basis: "requested region", "median region", or "current",
    what runs today, for the work it does; *_usd is None except for "current".
    """

    best_region: str | None = None
    worst_region: str | None = None
    against_worst_gco2e: float | None = None
    against_worst_share: float | None = None
    baseline_region: str | None
    baseline_basis: str
    baseline_gco2e: float | None = None
    baseline_usd: float | None = None
    against_baseline_gco2e: float | None = None
    against_baseline_share: float | None = None
    against_baseline_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRun:
    """What savings are compared with, started as early as the job may start, for the work that row 1 does.

    emission: of whole machines for the whole duration; factor: how many times these do that work. gco2e: operational,
    from starts_at on, factor applied.
    """

    starts_at: datetime
    emission: Emission
    factor: float
    gco2e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One hint. saving_share: (from_gco2e - to_gco2e) / from_gco2e. Costs are None where a price is not known.

    per: "job", or "month" (730 hours) for a service without an end.
    """

    kind: str  # "architecture" | "region" | "time" | "utilization" | "idle_hours" | "spot"
    text: str
    saving_share: float
    from_label: str
    to_label: str
    from_gco2e: float
    to_gco2e: float
    from_usd: float | None
    to_usd: float | None
    per: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPoint:
    """A choice that no other beats in both cost and carbon. Both figures are `per` unit of work or job.

    saved_gco2e_per_usd: what the next dollar saves on the way to the next point; None for the last.
    """

    region: str
    instance_type: str
    spot: bool
    usd: float
    gco2e: float
    price_as_of: str | None
    price_is_estimate: bool
    saved_gco2e_per_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """The front of cost against carbon, cheapest first. per: "vcpu-hours", "tflop/s-hours" or "job"."""

    per: str | None
    points: tuple[ParetoPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompeting:
    """A cloud of the question that cannot take part. constraint: that left it without an offer; None: see reason."""

    provider: str
    reason: str
    constraint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The answer to an OptimizeQuery. live_zones, forecast_zones: whose value now is live, or an upstream's forecast.

    requested: None, or the caller's region if it is not among rows. baseline: of the savings; None where nothing is
    compared. size: the least size of a machine that takes part.

    partition: the part of each cloud that competed; "all" for every part.
    countries_without_regions: countries of the query in which none of its clouds has an open region of that partition.
    providers: whose offers qualify. not_competing: those of the query that cannot take part.
    offers_without_price: qualifying offers whose price is not known.
    """

    rows: tuple[PlacementRow, ...]
    requested: PlacementRow | BareRegion | None
    ranked_by: RankedBy
    size: MachineSize
    savings: Savings
    baseline: BaselineRun | None
    advice: tuple[Advice, ...]
    duration_hours: float
    ranking_hours: float
    flexible: bool
    regions_analyzed: int
    regions_in_scope: int
    partition: str
    countries_without_regions: tuple[str, ...]
    candidates: int
    qualifying: int
    removed: Mapping[str, int]
    pareto: Pareto
    providers: tuple[str, ...]
    not_competing: tuple[NotCompeting, ...]
    offers_without_price: int
    live_zones: int
    forecast_zones: int
    zones: int
