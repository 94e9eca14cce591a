"""Static facts by key: regions, grid zones, providers, instance types and who offers what where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from carbon.errors import UnknownInstanceType, UnknownZone
from carbon.power import AcceleratorLoad
from carbon.results import GridShares, TableState
from catalog.columns import FloatArray, TypeColumns
from catalog.facts import Facts, load_facts
from catalog.forecast_model import ForecastTables
from catalog.load import Catalog, short_names
from catalog.memo import Memo, table_cache
from catalog.model import InstanceType, Provider, Region, Zone
from catalog.nearest import Names
from catalog.network import Network
from catalog.nodes import NO_NODES, NodeMap
from catalog.offers import Offers, offer_table
from catalog.places import Places
from catalog.policy import Policy
from catalog.prices import Price, PriceTable
from catalog.profiles import ZoneProfiles
from catalog.region_names import RegionNames

NEAREST = 5
LOOKUPS = 1000  # results kept of each kind, about 0.2 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMap:
    """The catalog, indexed. regions: by provider:region, whose place in offers.regions is region_index.

    forecasts: how hours to come follow from recent ones. network: what moving data takes.
    accelerator_loads: assumed utilisations by workload, and OTHER.
    level_factors: corrected over published level, of zones with a corrected one. own_zones: those whose factor is the
    operator's own, which no live value replaces. policy: what the operator allows.
    nodes: of clusters of the operator. version: differs where the tables differ.
    """

    catalog: Catalog
    providers: Mapping[str, Provider]
    regions: Mapping[str, Region]
    region_index: Mapping[str, int]
    zones: Mapping[str, Zone]
    annual_shares: Mapping[str, GridShares]
    level_factors: Mapping[str, float]
    own_zones: frozenset[str]
    zone_aliases: Mapping[str, str]
    profiles: ZoneProfiles
    offers: Offers
    prices: PriceTable
    places: Places
    tables: tuple[TableState, ...]
    policy: Policy
    version: str
    forecasts: ForecastTables
    network: Network
    accelerator_loads: Mapping[str, AcceleratorLoad] = field(default_factory=dict)
    nodes: NodeMap = NO_NODES
    memo: Memo = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls) -> CloudMap:
        """Reads the catalog shipped with this project."""
        return cls.of(load_facts())

    @classmethod
    def of(cls, facts: Facts, before: CloudMap | None = None) -> CloudMap:
        """One state of the facts, indexed.

        before: an earlier state, of which is used what is the same: its arrays may be in memory that processes share.
        """
        catalog, zones = facts.catalog, facts.zones
        if before is not None and catalog.has_offers_of(before.catalog):
            offers = before.offers
            prices = PriceTable.of(offers, facts.prices).sharing(before.prices)
        else:
            offers = offer_table(catalog, facts.columns)
            prices = PriceTable.of(offers, facts.prices)
        return cls(
            catalog=catalog,
            providers=catalog.providers,
            regions={region.key: region for region in catalog.regions},
            region_index={region.key: index for index, region in enumerate(catalog.regions)},
            zones=zones,
            annual_shares=facts.annual_shares,
            level_factors={key: zone.level_factor for key, zone in zones.items() if zone.level_status == "corrected"},
            own_zones=frozenset(key for key, zone in zones.items() if zone.is_own),
            zone_aliases=facts.zone_aliases,
            profiles=facts.profiles,
            offers=offers,
            prices=prices,
            places=facts.places,
            tables=tuple(
                TableState(table=name, rows=count, as_of=as_of) for name, (count, as_of) in sorted(facts.tables.items())
            ),
            policy=facts.policy,
            version=facts.version,
            forecasts=facts.forecasts,
            network=facts.network,
            accelerator_loads=facts.accelerator_loads,
            nodes=facts.nodes,
        )

    @property
    def columns(self) -> TypeColumns:
        """The instance types as arrays."""
        return self.offers.columns

    def region_and_kind(self, name: str, provider: str | None = None) -> tuple[Region, str | None]:
        """The region of "provider:region", of an id with its provider, or of an id alone, and the kind of its zone.

        An id alone means AWS's region of that id, else the only provider's that has it. Any case is accepted, and an
        availability, local or wavelength zone means its region: its kind is then the second value, otherwise None.
        Raises UnknownProvider, UnknownRegion or AmbiguousRegion with the valid names.
        """
        return region_names(self).region_and_kind(name, provider)

    def provider(self, name: str) -> Provider:
        """A provider by id, in any case. Raises UnknownProvider."""
        return region_names(self).provider(name)

    def zone(self, name: str) -> Zone:
        """A grid zone by its current or a retired key, in any case. Raises UnknownZone."""
        key = name.upper()
        zone = self.zones.get(self.zone_aliases.get(key, key))
        if zone is None:
            raise UnknownZone(name, nearest=lambda: zone_names(self).nearest(key, n=NEAREST))
        return zone

    def instance_type(self, provider: str, name: str) -> InstanceType:
        """A machine type or sized service of a provider, in any case. Raises UnknownInstanceType."""
        instance = self.catalog.find_type(provider, name)
        if instance is None:
            others = [other for other in self.providers if other != provider and self.catalog.find_type(other, name)]
            detail = f"{provider} has no instance type {name!r}"
            if others:
                detail += f"; it is a type of {' and '.join(others)}: use a region of {' or '.join(others)}"
            raise UnknownInstanceType(
                name, nearest=lambda: type_names(self, provider).nearest(name, n=NEAREST), detail=detail
            )
        return instance

    def nearest_modelled(self, instance: InstanceType) -> tuple[str, ...]:
        """Modelled types of its provider, and of its category where there are any, whose names are closest."""
        names = modelled_names(self, instance.provider, instance.category)
        return names.nearest(instance.instance_type, n=NEAREST, cutoff=0.0)

    @table_cache(LOOKUPS)
    def price(self, region_key: str, instance_type: str) -> Price | None:
        """What the type costs in the region; None where no price is known."""
        provider, region = self.regions[region_key].provider, self.region_index[region_key]
        index = self.offers.type_index.get((provider, instance_type))
        if index is not None:
            return self.prices.price(region, index)
        service = self.catalog.find_type(provider, instance_type)
        return None if service is None else self.prices.price_of_service(region, service)

    @table_cache(LOOKUPS)
    def is_offered(self, region_key: str, instance_type: str) -> bool | None:
        """Whether the region sells the type; None where no source says so. A service: by its own list of regions."""
        provider, region = self.regions[region_key].provider, self.region_index[region_key]
        index = self.offers.type_index.get((provider, instance_type))
        if index is None:
            return self.offers.services.is_sold(self.instance_type(provider, instance_type), region)
        code = self.offers.code(region, index)
        position = int(np.searchsorted(self.offers.codes, code))
        return position < len(self.offers.codes) and int(self.offers.codes[position]) == code


@table_cache(None)
def pue_by_region(mapping: CloudMap) -> FloatArray:
    """The PUE of each region, in their order in the offers. Read only."""
    return np.array([region.pue for region in mapping.offers.regions])


@table_cache(None)
def zone_names(mapping: CloudMap) -> Names:
    """To suggest grid zones from."""
    return Names(mapping.zones)


@table_cache(None)
def region_names(mapping: CloudMap) -> RegionNames:
    """Providers and regions by name."""
    return RegionNames(mapping.providers, mapping.regions)


@table_cache(None)
def place_names(mapping: CloudMap) -> Names:
    """To suggest from where a provider or the gid of a region is expected."""
    return Names([*mapping.providers, *(r.gid for r in mapping.regions.values())])


@table_cache(None)
def type_names(mapping: CloudMap, provider: str | None) -> Names:
    """To suggest instance types from: a provider's, or those of all providers."""
    types = mapping.columns.types if provider is None else mapping.catalog.types
    suggestions = [t for t in types if provider in (None, t.provider)]
    short = {name: t.instance_type for t in suggestions for name in short_names(t.provider, t.instance_type)}
    return Names((t.instance_type for t in suggestions), spellings=short)


@table_cache(None)
def modelled_names(mapping: CloudMap, provider: str, category: str) -> Names:
    """To suggest modelled types of a provider from: those of the category, of all categories where it has none."""
    modelled = [t for t in mapping.catalog.types if t.provider == provider and t.power_modelled]
    alike = [t for t in modelled if t.category == category]
    return Names(t.instance_type for t in alike or modelled)
