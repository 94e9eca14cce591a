"""The questions that list what there is: regions, locations, machine types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from carbon.workload import COMMERCIAL, Requirements


class RegionSort(StrEnum):
    """The order of a list of regions: greenest first, most renewable first, or by region id."""

    CARBON_INTENSITY = "carbon_intensity"
    RENEWABLE_PERCENTAGE = "renewable_percentage"
    REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionsQuery:
    """Which regions are green now? providers empty means all."""

    providers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    partition: str = COMMERCIAL
    zone: str | None = None
    sort: RegionSort = RegionSort.CARBON_INTENSITY
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancesQuery:
    """Which machine types and sized services are there? Every filter must hold.

    providers: empty means all. name, accelerator: a part of it. region: as provider:region.
    """

    providers: tuple[str, ...] = ()
    name: str | None = None
    category: str | None = None
    family: str | None = None
    arch: str | None = None
    accelerator: str | None = None
    min_vcpus: float | None = None
    min_memory_gb: float | None = None
    region: str | None = None
    power_modelled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationsQuery:
    """Which clouds' regions, in the order of carbon, spot score and spot price?

    providers, countries, airports (IATA codes): what a region's own must be among; None: any. exclude: providers and
    provider:region keys.
    instance_type or shape: what the prices are for; neither: DEFAULT_SHAPE. within_hours: how far ahead to look for
    the best start; None: now. tolerance: carbon that counts as the same, in g/kWh or as a share of the lowest.
    measured_only: leave out what is not measured. max_age_minutes: oldest live value taken as current.
    """

    providers: frozenset[str] | None = None
    countries: frozenset[str] | None = None
    airports: frozenset[str] | None = None
    exclude: frozenset[str] = frozenset()
    instance_type: str | None = None
    shape: Requirements | None = None
    duration_hours: float | None = None
    within_hours: float | None = None
    max_intensity: float | None = None
    max_usd_per_hour: float | None = None
    spot_only: bool = False
    partition: str = COMMERCIAL
    status: str = "available"
    tolerance_gco2e_per_kwh: float = 0.0
    tolerance_share: float = 0.0
    measured_only: bool = False
    max_age_minutes: float = 60.0
    limit: int | None = None
    offset: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The machine types or services that the question names."""
        return () if self.instance_type is None else (self.instance_type,)
