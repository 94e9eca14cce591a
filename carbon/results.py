"""The answers the engine gives. Regions and instance types are named by their catalog values' keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.power import PowerCurve, PowerDraw, Uncertainty
from carbon.reading import Observation, Shares
from carbon.workload import OwnMachine


@dataclass(frozen=True, slots=True, kw_only=True)
class GridShares:
    """Renewable and fossil-free share of consumption, 0 to 1. basis: "annual" or "live"; as_of: year or time."""

    renewable_share: float | None
    fossil_free_share: float | None
    basis: str
    as_of: str | None
    source: str

    @classmethod
    def live(cls, shares: Shares | None) -> GridShares | None:
        """The shares that a live source reports; None without any."""
        if shares is None:
            return None
        return cls(
            renewable_share=shares.renewable_share,
            fossil_free_share=shares.fossil_free_share,
            basis="live",
            as_of=f"{shares.starts_at:%Y-%m-%dT%H:%M:%SZ}",
            source=shares.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionNow:
    """One region's grid now. region: provider:region."""

    region: str
    intensity: CarbonIntensity
    shares: GridShares


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A region that the question covers but the answer does not list, and why."""

    region: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionList:
    """Regions in the order of the query; total counts them before offset and limit.

    excluded: those left out because their intensity is not known; None where such regions are listed last.
    """

    rows: tuple[RegionNow, ...]
    total: int
    countries_without_regions: tuple[str, ...] = ()
    excluded: tuple[Exclusion, ...] | None = None


HourValue = tuple[datetime, float | None]  # start, and gCO2e/kWh; None where it is not known


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
    percentile: of a marginal intensity among those of the zone, 0 to 100; None if no source tells.
    """

    now: RegionNow
    average: CarbonIntensity
    minimum: float | None
    maximum: float | None
    optimal_hours_utc: tuple[int, ...]
    hours: tuple[HourStep, ...]
    baseline_from: datetime | None
    sources: ZoneSources | None = None
    percentile: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """What one source says of a zone. latest: its value now, perhaps a nowcast. reason: why there is none, or no fresh
    one. used: whether answers use it. age_seconds: since the end of what was observed; None without a value.
    """

    source: str
    latest: Observation | None
    reason: str | None
    used: bool
    age_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSources:
    """What every source that covers a zone says of it, most trusted first.

    disagreement: highest less lowest over the mean of the values of the zone itself; None for fewer than two.
    """

    zone: str
    sources: tuple[SourceReading, ...]
    disagreement: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDetails:
    """One grid zone now, its yearly figures being in the catalog. regions: provider:region keys in it.

    percentile: of a marginal intensity among those of the zone, 0 to 100; None if no source tells.
    """

    zone: str
    intensity: CarbonIntensity
    shares: GridShares
    regions: tuple[str, ...]
    percentile: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What machines cost, USD, Linux, before tax; None is unknown. *_usd: all machines for the whole duration.

    price_as_of, spot_price_as_of: dates as their sources give them. is_estimate: the on-demand price is one.
    """

    on_demand_usd_per_hour: float | None = None
    spot_usd_per_hour: float | None = None
    on_demand_usd: float | None = None
    spot_usd: float | None = None
    price_as_of: str | None = None
    spot_price_as_of: str | None = None
    price_source: str | None = None
    spot_price_source: str | None = None
    is_estimate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelledMachine:
    """A machine described by its parts, and what its power and work rest on. Work is None where it is not known."""

    own: OwnMachine
    power_basis: str
    performance_index: float | None
    performance_basis: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What machines of one type, or described by their parts, emit in one region over some hours.

    instance_type: empty for a described machine, which is then in `machine`.
    pue_basis: "region figure" and its year, "fleet figure", "industry average", or "request": the caller's.
    energy_kwh: facility energy, PUE applied, all `count` machines. used: mean intensity over the hours.
    utilization: mean of a load that changes. power_of_request: the question states watts, and utilization is not known.
    operational_gco2e = energy_kwh x used. embodied_gco2e: None unless requested (include_embodied) and known.
    offered: None where no source lists it (sized services). retired_on: ISO day from which the provider no longer sells
    the type; None where it announced none.
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
    pue_basis: str
    energy_kwh: float
    now: CarbonIntensity
    used: CarbonIntensity
    operational_gco2e: float
    embodied_gco2e: float | None
    uncertainty: Uncertainty
    shares: GridShares
    cost: Cost
    include_embodied: bool = False
    machine: ModelledMachine | None = None
    retired_on: str | None = None
    power_of_request: bool = False

    @property
    def total_gco2e(self) -> float:
        """Operational, plus embodied if requested."""
        return self.operational_gco2e + (self.embodied_gco2e or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """An option without a figure to rank by. index: its place among the options, from 0.

    instance_type: None for a machine described by its parts.
    nearest_modelled: similar types that can be ranked; None where they were not looked up.
    """

    index: int
    instance_type: str | None
    reason: str
    nearest_modelled: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Emissions greenest first, and the options without one. difference: worst minus best; share: of the worst."""

    rows: tuple[Emission, ...]
    not_compared: tuple[NotCompared, ...] = ()
    difference_gco2e: float
    difference_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A catalog table: its rows and the newest date in it."""

    table: str
    rows: int
    as_of: str
