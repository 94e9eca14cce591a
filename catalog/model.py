"""The catalog's values: providers, regions, grid zones and instance types."""

from __future__ import annotations

from dataclasses import dataclass

from carbon.intensity import LOCATION_BASED
from carbon.power import PowerModel
from carbon.workload import ALL_PARTITIONS

OVERLAY = "overlay:"  # how the source of a figure begins that is from a file of the operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A cloud. pue: fleet power usage effectiveness, facility over IT energy, at least 1."""

    provider: str
    name: str
    pue: float
    pue_basis: str  # "fleet figure" | "industry average"
    source: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A cloud's place. `zone` is the grid zone used; `zone_published` what Electricity Maps itself maps it to.

    pue: facility over IT energy, at least 1: the region's published figure, else its provider's.
    pue_basis: "region figure 2024" (with the year of the figure), else the provider's basis.
    """

    provider: str
    region: str
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    iata: str
    iata_also: tuple[str, ...]
    zone: str
    zone_published: str | None
    zone_basis: str
    partition: str
    status: str
    launched: int | None
    confidence: str
    pue: float
    pue_basis: str
    note: str
    source: str
    as_of: str

    @property
    def key(self) -> str:
        """provider:region, unique."""
        return f"{self.provider}:{self.region}"

    @property
    def gid(self) -> str:
        """provider-region, its name in the scheduling API; unique."""
        return f"{self.provider}-{self.region}"

    def is_in(self, partition: str) -> bool:
        """Whether it belongs to this part of its cloud; each region is in ALL_PARTITIONS."""
        return partition in (ALL_PARTITIONS, self.partition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A grid zone's yearly figures, lifecycle and consumption-based.

    gco2e_per_kwh: annual mean, None where none is published. Shares 0 to 1.
    profile_basis: "history" | "modelled" (shape from a model) | "flat".
    profile_zone: the zone whose shape is used, usually itself.
    weekend_factor: mean weekend over mean weekday intensity; 1.0 where none is used.
    source: of the level, shares_source: of the shares.
    level_status: "uncontested" | "corrected" (published_gco2e_per_kwh is the publisher's own mean, method and note say
    what is used instead) | "doubtful" (note says why) | "none".
    basis: "location" (the grid's electricity) | "market" (that of a contract or a residual mix).
    """

    zone: str
    country: str
    gco2e_per_kwh: float | None
    renewable_share: float | None
    fossil_free_share: float | None
    year: int | None
    method: str
    profile_basis: str
    profile_zone: str
    profile_years: str
    profile_from_estimates: bool
    weekend_factor: float
    note: str
    source: str
    shares_source: str
    as_of: str
    level_status: str = "uncontested"
    published_gco2e_per_kwh: float | None = None
    basis: str = LOCATION_BASED

    @property
    def is_own(self) -> bool:
        """Whether the level is the operator's own."""
        return self.source.startswith(OVERLAY)

    @property
    def level_factor(self) -> float:
        """The level used over the publisher's; 1 where they are the same."""
        if self.gco2e_per_kwh is None or self.published_gco2e_per_kwh is None:
            return 1.0
        return self.gco2e_per_kwh / self.published_gco2e_per_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One GPU, TPU or ASIC. tflops: dense BF16/FP16 matrix TFLOP/s, None where only another metric exists."""

    accelerator: str
    kind: str  # gpu | tpu | asic | fpga | media
    memory_gb: float
    tflops: float | None
    performance_basis: str | None  # published | recalled
    retired: bool


SERVICE_CATEGORIES = frozenset({"serverless", "container", "database"})  # in which there is no machine


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """A machine (or sized service) a provider sells. Unknown is None.

    vcpus: as sold; reserved_vcpus: what the host sets aside. category: general | compute | memory | storage |
    accelerated | hpc | fpga | media | mac | serverless | container | database | other.
    baseline_utilization: sustained share a burstable type may use.
    performance_index: work of one vCPU relative to a Cascade Lake thread; performance_basis says how known.
    performance_low, performance_high: factors on that index, for what published figures leave open.
    power: None when it cannot be modelled; not_modelled then says why.
    retired_on: ISO day from which the provider no longer sells it, None where it announced none.
    """

    provider: str
    instance_type: str
    family: str
    category: str
    vcpus: float | None
    reserved_vcpus: float | None
    memory_gb: float | None
    cpu_model: str | None
    microarchitecture: str | None
    arch: str | None
    burstable: bool
    shared_core: bool
    baseline_utilization: float | None
    accelerator: Accelerator | None
    accelerator_count: float
    embodied_kgco2e: float | None
    performance_index: float | None
    performance_basis: str | None
    power: PowerModel | None
    not_modelled: str | None
    note: str
    source: str
    as_of: str
    performance_low: float = 1.0
    performance_high: float = 1.0
    retired_on: str | None = None

    @property
    def power_modelled(self) -> bool:
        return self.power is not None

    @property
    def is_service(self) -> bool:
        """Whether it is a service, sold by size or as a class over a machine, and no machine."""
        return self.category in SERVICE_CATEGORIES
