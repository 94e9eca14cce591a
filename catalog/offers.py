"""Who offers what where, as index arrays over the catalog's regions and types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catalog.columns import IntArray, TypeColumns
from catalog.load import Catalog
from catalog.memo import Memo, table_cache
from catalog.model import InstanceType, Region
from catalog.service_offers import ServiceOffers

ARCHITECTURES = ("arm64", "x86_64")
# Services that are candidates like machines, at usual sizes: provider, name. Any other size takes part if it is named.
SIZED_SERVICES = (
    *(
        ("aws", f"lambda-{arch}-{megabytes}mb")
        for megabytes in (512, 1024, 1769, 3538, 7076, 10240)
        for arch in ARCHITECTURES
    ),
    *(
        ("aws", f"fargate-{arch}-{vcpus}vcpu-{gb}gb")
        for vcpus, gb in ((1, 2), (2, 4), (4, 8), (4, 16), (8, 16), (8, 32), (16, 32), (16, 64))
        for arch in ARCHITECTURES
    ),
    *(("gcp", f"cloud-run-{vcpus}vcpu-{gb}gb") for vcpus, gb in ((1, 2), (2, 4), (4, 8), (4, 16), (8, 16), (8, 32))),
    *(("azure", f"container-apps-{vcpus}vcpu-{gb}gb") for vcpus, gb in ((1, 2), (2, 4), (4, 8))),
)


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Pairs (region, type) by index, sorted by region, then type; `codes` are the pairs as one ascending number.

    type_index: (provider, instance_type) -> index into columns.types.
    region_order, gid_order: each region's place by provider:region, and by provider-region.
    services: where services are sold, those among the types and all others.
    """

    regions: tuple[Region, ...]
    columns: TypeColumns
    type_index: Mapping[tuple[str, str], int]
    region: IntArray
    type: IntArray
    codes: NDArray[np.int64]
    region_order: IntArray
    gid_order: IntArray
    services: ServiceOffers
    memo: Memo = field(default_factory=dict, init=False, repr=False)

    def code(self, region: int, type_index: int) -> int:
        """The pair as one number."""
        return region * len(self.columns.types) + type_index


@table_cache(None)
def count_of(offers: Offers, provider: str) -> int:
    """How many pairs of region and type a provider offers."""
    of_provider = np.array([region.provider == provider for region in offers.regions])
    return int(of_provider[offers.region].sum())


def offer_table(catalog: Catalog, columns: TypeColumns | None = None) -> Offers:
    """The catalog's offers and those of the sized services that are compared with machines.

    columns: those of the catalog's types, if they are at hand.
    """
    machines = _offers(
        catalog.regions,
        columns or TypeColumns.of(catalog.types),
        catalog.offers.region.astype(np.int64),
        catalog.offers.type.astype(np.int64),
        catalog.service_offers,
    )
    services = []
    for provider, name in SIZED_SERVICES:
        instance = catalog.find_type(provider, name)
        if instance is None:
            raise ValueError(f"services.csv does not describe {name}")
        services.append(instance)
    return with_services(machines, services, _with_sized(machines.columns, tuple(services)))


@table_cache(1)
def _with_sized(columns: TypeColumns, services: tuple[InstanceType, ...]) -> TypeColumns:
    """The columns with those services, cached for the next catalog that differs only in its prices."""
    return columns.with_types(services)


def with_services(offers: Offers, services: Sequence[InstanceType], columns: TypeColumns | None = None) -> Offers:
    """The offers with those of further services, in the regions that are known to sell them.

    columns: of the offers' types and the services, if they are at hand.
    """
    region, kind = [offers.region], [offers.type]
    for index, service in enumerate(services, start=len(offers.columns.types)):
        places = np.array(offers.services.regions(service) or (), dtype=np.intp)
        region.append(places)
        kind.append(np.full(len(places), index, dtype=np.intp))
    columns = columns or offers.columns.with_types(services)
    return _offers(offers.regions, columns, np.concatenate(region), np.concatenate(kind), offers.services)


def _offers(
    regions: tuple[Region, ...], columns: TypeColumns, region: IntArray, kind: IntArray, services: ServiceOffers
) -> Offers:
    types = columns.types
    codes = np.sort(region.astype(np.int64) * len(types) + kind)
    return Offers(
        regions=regions,
        columns=columns,
        type_index=_type_index(columns),
        region=(codes // len(types)).astype(np.intp),
        type=(codes % len(types)).astype(np.intp),
        codes=codes,
        region_order=_places([r.key for r in regions]),
        gid_order=_places([r.gid for r in regions]),
        services=services,
    )


@table_cache(None)
def _type_index(columns: TypeColumns) -> Mapping[tuple[str, str], int]:
    return {(t.provider, t.instance_type): index for index, t in enumerate(columns.types)}


def _places(names: Sequence[str]) -> IntArray:
    """Each name's place among them all in alphabetical order."""
    places = np.empty(len(names), dtype=np.intp)
    places[np.argsort(names)] = np.arange(len(names))
    return places
