"""Static facts by key: regions, grid zones, providers, instance types and who offers what where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from carbon.errors import AmbiguousRegion, UnknownInstanceType, UnknownProvider, UnknownRegion, UnknownZone
from carbon.power import AcceleratorLoad
from carbon.results import GridShares, TableState
from catalog.availability_zones import AMBIGUOUS, region_ids
from catalog.columns import FloatArray, TypeColumns
from catalog.load import Catalog, load_catalog, short_names
from catalog.memo import Memo, table_cache
from catalog.model import InstanceType, Provider, Region, Zone
from catalog.nearest import Names
from catalog.offers import Offers, offer_table
from catalog.places import Places, load_places
from catalog.prices import Price, PriceTable
from catalog.profiles import ZoneProfiles, load_zones
from catalog.utilization import TABLE as ACCELERATOR_LOADS
from catalog.utilization import load_accelerator_loads
from catalog.version import data_version

# A region id of this provider needs no provider before it.
DEFAULT_PROVIDER = "aws"
NEAREST = 5
PLACE_ALIKE = 0.8  # difflib's ratio (0 to 1) from which a region's place counts as meant
SHORTEST_PLACE = 4  # letters; fewer are part of too many places
LOOKUPS = 1000  # results kept of each kind, about 0.2 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMap:
    """The catalog, indexed. regions: by provider:region, whose place in offers.regions is region_index.

    accelerator_loads: assumed utilisations by workload, and OTHER.
    level_factors: corrected over published level, of zones with a corrected one.
    regions_by_id: every provider's regions of one id, the id in lower case. version: differs where the tables differ.
    """

    catalog: Catalog
    providers: Mapping[str, Provider]
    regions: Mapping[str, Region]
    regions_by_id: Mapping[str, Sequence[Region]]
    region_index: Mapping[str, int]
    zones: Mapping[str, Zone]
    annual_shares: Mapping[str, GridShares]
    level_factors: Mapping[str, float]
    zone_aliases: Mapping[str, str]
    profiles: ZoneProfiles
    offers: Offers
    prices: PriceTable
    places: Places
    tables: tuple[TableState, ...]
    version: str
    accelerator_loads: Mapping[str, AcceleratorLoad] = field(default_factory=dict)
    memo: Memo = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls) -> CloudMap:
        """Reads the catalog shipped with this project."""
        catalog = load_catalog()
        zones, aliases, profiles = load_zones()
        offers = offer_table(catalog)
        by_id: dict[str, list[Region]] = {}
        for region in catalog.regions:
            by_id.setdefault(region.region.casefold(), []).append(region)
        accelerator_loads, loads_table = load_accelerator_loads()
        tables = {**catalog.tables, "zones": (len(zones), max(zone.as_of for zone in zones.values()))}
        tables[ACCELERATOR_LOADS] = loads_table
        return cls(
            catalog=catalog,
            providers=catalog.providers,
            regions={region.key: region for region in catalog.regions},
            regions_by_id=by_id,
            region_index={region.key: index for index, region in enumerate(catalog.regions)},
            zones=zones,
            annual_shares={key: _annual_shares(zone) for key, zone in zones.items()},
            level_factors={key: zone.level_factor for key, zone in zones.items() if zone.level_status == "corrected"},
            zone_aliases=aliases,
            profiles=profiles,
            offers=offers,
            prices=PriceTable.load(offers),
            places=load_places(served={region.iata for region in catalog.regions}),
            tables=tuple(
                TableState(table=name, rows=count, as_of=as_of) for name, (count, as_of) in sorted(tables.items())
            ),
            version=data_version(),
            accelerator_loads=accelerator_loads,
        )

    @property
    def columns(self) -> TypeColumns:
        """The instance types as arrays."""
        return self.offers.columns

    def resolve_region(self, name: str, provider: str | None = None) -> Region:
        """The region of "provider:region", of an id with its provider, or of an id alone.

        An id alone means AWS's region of that id, else the only provider's that has it. Any case is accepted, and an
        availability, local or wavelength zone means its region.
        Raises UnknownProvider, UnknownRegion or AmbiguousRegion with the valid names.
        """
        return self.region_and_kind(name, provider)[0]

    def region_and_kind(self, name: str, provider: str | None = None) -> tuple[Region, str | None]:
        """As resolve_region, with the kind of zone that the name is of; None where it is the region's own."""
        prefix, colon, rest = name.partition(":")
        if colon:
            if provider is not None and provider.casefold() != prefix.casefold():
                detail = f"region {name!r} is not one of provider {provider!r}"
                raise UnknownRegion(name, detail=detail)
            provider, name = prefix, rest
        owner = None if provider is None else self.provider(provider).provider
        regions = [r for r in self.regions_by_id.get(name.casefold(), ()) if owner in (None, r.provider)]
        preferred = [r for r in regions if r.provider == (owner or DEFAULT_PROVIDER)]
        if len(regions) == 1 or len(preferred) == 1:
            return (preferred or regions)[0], None
        if not regions and (zone := self._region_of_zone(name, owner)):
            return zone
        if not regions:
            others = [r.provider for r in self.regions_by_id.get(name.casefold(), ())]
            if owner is not None and others:
                detail = f"{owner} has no region {name!r}; it is a region of {' and '.join(others)}"
            else:
                detail = f"region {name!r} is not known; GET /api/v1/regions?provider=all lists all regions"
            raise UnknownRegion(name, nearest=lambda: self._nearest_regions(name, owner), detail=detail)
        keys = [r.key for r in regions]
        detail = f"region {name!r} is ambiguous: use one of {', '.join(keys)}"
        raise AmbiguousRegion(name, nearest=lambda: keys, detail=detail)

    def _region_of_zone(self, name: str, provider: str | None) -> tuple[Region, str] | None:
        """The region of a cloud's zone, and the zone's kind. A zone that several clouds name so: AWS's, else None."""
        zones = [
            (region, kind)
            for region_provider in ([provider] if provider else self.providers.keys() - AMBIGUOUS)
            for kind, region_id in region_ids(region_provider, name)
            for region in self.regions_by_id.get(region_id, ())
            if region.provider == region_provider
        ]
        preferred = [zone for zone in zones if zone[0].provider == DEFAULT_PROVIDER]
        return next(iter(preferred or (zones if len(zones) == 1 else ())), None)

    def provider(self, name: str) -> Provider:
        """A provider by id, in any case. Raises UnknownProvider."""
        provider = self.providers.get(name.casefold())
        if provider is None:
            detail = f"provider {name!r} is not known; use one of {', '.join(self.providers)}"
            raise UnknownProvider(name, nearest=lambda: provider_names(self).nearest(name, n=NEAREST), detail=detail)
        return provider

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

    def _nearest_regions(self, name: str, provider: str | None) -> tuple[str, ...]:
        """As a caller would write them: an AWS region by its id, any other as provider:region.

        Those at a place of that name, else those whose id is spelled most alike.
        """
        if places := self._regions_at(name, provider):
            return places[:NEAREST]
        near = region_names(self, provider).nearest(name, n=NEAREST)
        return near if provider is None else tuple(f"{provider}:{region}" for region in near)

    def _regions_at(self, name: str, provider: str | None) -> tuple[str, ...]:
        """Regions whose city or name contains `name`, else those of the city that is spelled most alike."""
        place = name.casefold()
        if len(place) < SHORTEST_PLACE or not place.replace(" ", "").replace(".", "").isalpha():
            return ()
        places = region_places(self, provider)
        near = [name for name in places if place in name]
        near = near or list(place_names_of_regions(self, provider).nearest(place, n=1, cutoff=PLACE_ALIKE))
        return tuple(dict.fromkeys(region for name in near for region in places[name]))


@table_cache(None)
def pue_by_region(mapping: CloudMap) -> FloatArray:
    """The PUE of each region, in their order in the offers. Read only."""
    return np.array([region.pue for region in mapping.offers.regions])


@table_cache(None)
def provider_names(mapping: CloudMap) -> Names:
    """To suggest providers from."""
    return Names(mapping.providers)


@table_cache(None)
def zone_names(mapping: CloudMap) -> Names:
    """To suggest grid zones from."""
    return Names(mapping.zones)


@table_cache(None)
def region_names(mapping: CloudMap, provider: str | None) -> Names:
    """To suggest regions from: a provider's ids; of all providers an AWS region's id, any other as provider:region."""
    if provider is not None:
        return Names(r.region for r in mapping.regions.values() if r.provider == provider)
    return Names(r.region if r.provider == DEFAULT_PROVIDER else r.key for r in mapping.regions.values())


@table_cache(None)
def region_places(mapping: CloudMap, provider: str | None) -> Mapping[str, tuple[str, ...]]:
    """City, or the provider's name of the region, in lower case -> its open regions, as a caller would write them."""
    places: dict[str, tuple[str, ...]] = {}
    for region in mapping.regions.values():
        if provider in (None, region.provider) and region.status == "available":
            written = region.region if region.provider == DEFAULT_PROVIDER else region.key
            for place in dict.fromkeys((region.city.casefold(), region.name.casefold())):
                places[place] = (*places.get(place, ()), written)
    return places


@table_cache(None)
def place_names_of_regions(mapping: CloudMap, provider: str | None) -> Names:
    """To find misspelt places."""
    return Names(region_places(mapping, provider))


@table_cache(None)
def place_names(mapping: CloudMap) -> Names:
    """To suggest from where a provider or the gid of a region is expected."""
    return Names([*mapping.providers, *(r.gid for r in mapping.regions.values())])


@table_cache(None)
def type_names(mapping: CloudMap, provider: str | None) -> Names:
    """To suggest instance types from: a provider's, or those of all providers."""
    types = mapping.columns.types if provider is None else mapping.catalog.types
    listed = [t for t in types if provider in (None, t.provider)]
    short = {name: t.instance_type for t in listed for name in short_names(t.provider, t.instance_type)}
    return Names((t.instance_type for t in listed), spellings=short)


@table_cache(None)
def modelled_names(mapping: CloudMap, provider: str, category: str) -> Names:
    """To suggest modelled types of a provider from: those of the category, of all categories where it has none."""
    modelled = [t for t in mapping.catalog.types if t.provider == provider and t.power_modelled]
    alike = [t for t in modelled if t.category == category]
    return Names(t.instance_type for t in alike or modelled)


def _annual_shares(zone: Zone) -> GridShares:
    """The zone's shares of its newest published year."""
    return GridShares(
        renewable_share=zone.renewable_share,
        fossil_free_share=zone.fossil_free_share,
        basis="annual",
        as_of=None if zone.year is None else str(zone.year),
        source=zone.shares_source,
    )
