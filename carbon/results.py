"""The answers the engine gives. Regions and instance types are named by their catalog values' keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.power import PowerCurve, PowerDraw, Uncertainty


@dataclass(frozen=True, slots=True, kw_only=True)
class GridShares:
    """Renewable and fossil-free share of consumption, 0 to 1. basis: "annual" or "live"; as_of: year or time."""

    renewable_share: float | None
    fossil_free_share: float | None
    basis: str
    as_of: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionNow:
    """One region's grid now. region: provider:region."""

    region: str
    intensity: CarbonIntensity
    shares: GridShares


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionList:
    """Regions in the order asked for; total counts them before the limit."""

    rows: tuple[RegionNow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HourStep:
    """One UTC hour and its intensity."""

    starts_at: datetime
    intensity: CarbonIntensity


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDetails:
    """One region's grid now and over the next 24 hours.

    average: time-weighted from now; minimum, maximum: of the steps touched.
    optimal_hours_utc: the nine lowest of the 24 hours, in time order; empty when they differ by under 2 %.
    baseline_from: when the forecast ends and the bare profile begins; None if not within these hours.
    """

    now: RegionNow
    average: CarbonIntensity
    minimum: float
    maximum: float
    optimal_hours_utc: tuple[int, ...]
    hours: tuple[HourStep, ...]
    baseline_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDetails:
    """One grid zone now, its yearly figures being in the catalog. regions: provider:region keys in it."""

    zone: str
    intensity: CarbonIntensity
    shares: GridShares
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What one machine type emits in one region over some hours.

    energy_kwh: facility energy, PUE applied, all `count` machines. used: mean intensity over the hours.
    operational_gco2e = energy_kwh x used. embodied_gco2e: None unless asked for.
    offered: None where nobody lists it (sized services).
    """

    region: str
    instance_type: str
    offered: bool | None
    duration_hours: float
    count: int
    utilization: float
    utilization_defaulted: bool
    accelerator_utilization: float | None
    curve: PowerCurve
    draw: PowerDraw
    pue: float
    energy_kwh: float
    now: CarbonIntensity
    used: CarbonIntensity
    operational_gco2e: float
    embodied_gco2e: float | None
    uncertainty: Uncertainty
    shares: GridShares

    @property
    def total_gco2e(self) -> float:
        """Operational, plus embodied where it was asked for."""
        return self.operational_gco2e + (self.embodied_gco2e or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Emissions greenest first. difference: worst minus best; share: of the worst."""

    rows: tuple[Emission, ...]
    difference_gco2e: float
    difference_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[starts_at, ends_at) and its mean intensity."""

    starts_at: datetime
    ends_at: datetime
    duration_hours: float
    mean: CarbonIntensity


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The best window, what starting at once would mean, and the next best that overlap none before.

    at_once: the window from the later of now and start_after. saving: at_once minus best, share of at_once.
    """

    region: str
    best: Window
    at_once: Window
    current: CarbonIntensity
    saving_gco2e_per_kwh: float
    saving_share: float
    alternatives: tuple[Window, ...]
    latest_start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow:
    """One recommended offer.

    start_now_gco2e, start_now_used: the same job started at once.
    work_unit: "vcpu-hours" (of index 1) or "tflop/s-hours"; None, like the figures per unit of work, where no
    sourced index exists. relative_performance: performance per vCPU (accelerator) over the best of its unit.
    gco2e_for_same_work: for the work row 1 does. refused_by: constraints it fails (requested region only).
    """

    emission: Emission
    window: Window
    start_now_gco2e: float
    start_now_used: CarbonIntensity
    work_unit: str | None
    performance: float | None
    performance_basis: str | None
    relative_performance: float | None
    gco2e_per_unit_work: float | None
    gco2e_for_same_work: float | None
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
    """Grams saved for the same work by row 1's region, and the share of the worse figure.

    against_worst and against_baseline; baseline_region is the caller's region or the median one.
    """

    worst_region: str | None
    against_worst_gco2e: float | None
    against_worst_share: float | None
    baseline_region: str | None
    baseline_is_requested: bool
    baseline_gco2e: float | None
    against_baseline_gco2e: float | None
    against_baseline_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One measured hint. saving_share of `from_gco2e`; figures per unit of work or per job, as `per` says."""

    kind: str  # "architecture" | "time" | "region"
    text: str
    saving_share: float
    from_label: str
    to_label: str
    from_gco2e: float
    to_gco2e: float
    per: str  # "unit of work" | "job" | "same work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The answer to an OptimizeQuery. requested: None, or the caller's region if it is not among rows."""

    rows: tuple[PlacementRow, ...]
    requested: PlacementRow | BareRegion | None
    savings: Savings
    advice: tuple[Advice, ...]
    duration_hours: float
    ranking_hours: float
    flexible: bool
    regions_analyzed: int
    regions_in_scope: int
    candidates: int
    qualifying: int
    removed: Mapping[str, int]
    live_zones: int
    zones: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A catalog table: its rows and the newest date in it."""

    table: str
    rows: int
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLimits:
    """How long a job may run: whole seconds, and the same rounded half up to minutes and to hours."""

    seconds: int
    minutes: int
    hours: int

    @classmethod
    def between(cls, starts_at: datetime, ends_at: datetime) -> ScheduleLimits:
        """From one time to a later one; nothing if it is not later."""
        seconds = max(0, int((ends_at - starts_at).total_seconds()))
        return cls(seconds=seconds, minutes=(seconds + 30) // 60, hours=(seconds + 1800) // 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One region in a ranking of clouds. region: provider:region.

    intensity: what it is ranked by, now or the mean over the job. offer: place of the machine its prices are for
    among the catalog's offers; None where no machine fits. fits: whether the job asked for ends by not_after.
    """

    region: str
    intensity: CarbonIntensity
    shares: GridShares
    offer: int | None
    not_before: datetime
    not_after: datetime
    limits: ScheduleLimits
    fits: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A region that was asked for and is not listed, and why."""

    region: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationList:
    """Regions best first; total counts them before the limit."""

    rows: tuple[Location, ...]
    total: int
    excluded: tuple[LeftOut, ...]
