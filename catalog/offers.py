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

# Services that are candidates like machines: provider, the table's name of the service, the size compared.
SIZED_SERVICES = (
    ("aws", "lambda", "lambda-arm64-1769mb"),
    ("aws", "lambda", "lambda-x86_64-1769mb"),
    ("aws", "fargate", "fargate-arm64-2vcpu-4gb"),
    ("aws", "fargate", "fargate-x86_64-2vcpu-4gb"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Pairs (region, type) by index, sorted by region, then type; `codes` are the pairs as one ascending number.

    type_index: (provider, instance_type) -> index into columns.types.
    region_order, gid_order: each region's place by provider:region, and by provider-region.
    """

    regions: tuple[Region, ...]
    columns: TypeColumns
    type_index: Mapping[tuple[str, str], int]
    region: IntArray
    type: IntArray
    codes: NDArray[np.int64]
    region_order: IntArray
    gid_order: IntArray
    memo: Memo = field(default_factory=dict, init=False, repr=False)

    def code(self, region: int, type_index: int) -> int:
        """The pair as one number."""
        return region * len(self.columns.types) + type_index


@table_cache(None)
def count_of(offers: Offers, provider: str) -> int:
    """How many pairs of region and type a provider offers."""
    of_provider = np.array([region.provider == provider for region in offers.regions])
    return int(of_provider[offers.region].sum())


def offer_table(catalog: Catalog) -> Offers:
    """The catalog's offers and those of the sized services that are compared with machines."""
    types: list[InstanceType] = list(catalog.types)
    region, kind = [catalog.offers.region.astype(np.int64)], [catalog.offers.type.astype(np.int64)]
    for provider, service, name in SIZED_SERVICES:
        instance = catalog.find_type(provider, name)
        if instance is None:
            raise ValueError(f"services.csv does not describe {name}")
        places = np.array(catalog.service_regions[provider, service], dtype=np.int64)
        region.append(places)
        kind.append(np.full(len(places), len(types), dtype=np.int64))
        types.append(instance)
    codes = np.sort(np.concatenate(region) * len(types) + np.concatenate(kind))
    return Offers(
        regions=catalog.regions,
        columns=TypeColumns.of(types),
        type_index={(t.provider, t.instance_type): index for index, t in enumerate(types)},
        region=(codes // len(types)).astype(np.intp),
        type=(codes % len(types)).astype(np.intp),
        codes=codes,
        region_order=_places([r.key for r in catalog.regions]),
        gid_order=_places([r.gid for r in catalog.regions]),
    )


def _places(names: Sequence[str]) -> IntArray:
    """Each name's place among them all in alphabetical order."""
    places = np.empty(len(names), dtype=np.intp)
    places[np.argsort(names)] = np.arange(len(names))
    return places
