"""All facts in one state: the tables that ship with the project, and what is laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from carbon.power import AcceleratorLoad
from carbon.results import GridShares
from catalog.columns import TypeColumns
from catalog.forecast_model import ForecastTables
from catalog.load import Catalog, load_catalog, offer_indexes
from catalog.model import Zone
from catalog.network import Network
from catalog.nodes import NO_NODES, NodeMap
from catalog.packed import PackedPrices, load_packed
from catalog.places import Places, load_places
from catalog.policy import NO_POLICY, Policy
from catalog.price_layers import CatalogNames
from catalog.profiles import ZoneProfiles, load_zones
from catalog.tables import DATA
from catalog.utilization import TABLE as ACCELERATOR_LOADS
from catalog.utilization import load_accelerator_loads
from catalog.version import data_version


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """One state of the facts. Layers make another one of it and share with it what they leave as it is.

    columns: catalog.types as arrays. names: what prices may be of. annual_shares: by zone. version: differs where any
    table or layer differs. nodes: of clusters of the operator.
    """

    catalog: Catalog
    columns: TypeColumns
    names: CatalogNames
    zones: Mapping[str, Zone]
    zone_aliases: Mapping[str, str]
    annual_shares: Mapping[str, GridShares]
    profiles: ZoneProfiles
    prices: PackedPrices
    places: Places
    accelerator_loads: Mapping[str, AcceleratorLoad]
    tables: Mapping[str, tuple[int, str]]
    policy: Policy
    forecasts: ForecastTables
    network: Network
    version: str
    nodes: NodeMap = NO_NODES

    def with_prices(self, prices: PackedPrices) -> Facts:
        """The same with other prices, and the offers that follow from them."""
        catalog = replace(self.catalog, offers=offer_indexes(prices, self.catalog.regions, self.catalog.type_index))
        return replace(self, catalog=catalog, prices=prices, tables={**self.tables, **prices.tables})

    def with_version_of(self, content: bytes) -> Facts:
        """The same under another version, which names this one and the content of a layer."""
        return replace(self, version=blake2b(self.version.encode() + b"\0" + content, digest_size=8).hexdigest())


def load_facts(data: Path = DATA) -> Facts:
    """The tables below `data`. Raises CatalogError, naming file and row, for the first wrong one."""
    catalog = load_catalog(data)
    zones, aliases, profiles = load_zones(data)
    accelerator_loads, loads_table = load_accelerator_loads(data)
    tables = {**catalog.tables, "zones": (len(zones), max(zone.as_of for zone in zones.values()))}
    tables[ACCELERATOR_LOADS] = loads_table
    return Facts(
        catalog=catalog,
        columns=TypeColumns.of(catalog.types),
        names=names_of(catalog),
        zones=zones,
        zone_aliases=aliases,
        annual_shares={key: annual_shares(zone) for key, zone in zones.items()},
        profiles=profiles,
        prices=load_packed(data / "packed"),
        places=load_places(data, served={region.iata for region in catalog.regions}),
        accelerator_loads=accelerator_loads,
        tables=tables,
        policy=NO_POLICY,
        forecasts=ForecastTables.load(data),
        network=Network.load(data),
        version=data_version(data),
    )


def names_of(catalog: Catalog) -> CatalogNames:
    """The regions and types that prices may be of."""
    return CatalogNames(
        regions=frozenset((region.provider, region.region) for region in catalog.regions),
        types={
            (provider, name): catalog.types[index].instance_type
            for provider, by_name in catalog.type_index.items()
            for name, index in by_name.items()
        },
    )


def annual_shares(zone: Zone) -> GridShares:
    """The zone's shares of its newest published year."""
    return GridShares(
        renewable_share=zone.renewable_share,
        fossil_free_share=zone.fossil_free_share,
        basis="annual",
        as_of=None if zone.year is None else str(zone.year),
        source=zone.shares_source,
    )
