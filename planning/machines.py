"""The cheapest machine of each region that a question about prices is about."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from carbon.workload import Requirements
from catalog.columns import BoolArray, TypeColumns
from catalog.offers import IntArray
from catalog.prices import PriceTable
from planning.candidates import requirement_constraints

# What prices are for where nobody asks for a machine: the smallest general one with cores of its own.
DEFAULT_SHAPE = Requirements(vcpus=2.0, memory_gb=8.0)
NONE = -1


def fitting_types(columns: TypeColumns, instance_type: str | None, shape: Requirements | None) -> BoolArray:
    """Types that bear the name, or have the shape; by default DEFAULT_SHAPE, neither burstable, shared-core nor
    accelerated."""
    if instance_type is not None:
        return columns.named([instance_type])
    mask = np.ones(len(columns.types), dtype=np.bool_)
    for meets in requirement_constraints(shape or DEFAULT_SHAPE, columns).values():
        mask &= meets
    if shape is None:
        mask &= np.array([not (t.burstable or t.shared_core or t.accelerator) for t in columns.types], dtype=np.bool_)
    return mask


@lru_cache(maxsize=256)
def cheapest_offers(
    prices: PriceTable, instance_type: str | None, shape: Requirements | None, *, by_spot: bool, today_day: int
) -> IntArray:
    """Per region: the place of its cheapest fitting offer among the offers, NONE where it has none.

    By on-demand price, unknown ones last; by_spot: by usable spot price, offers without one left out. Of equal
    prices the smaller type. Kept for each question; do not change it.
    """
    offers = prices.offers
    found = np.flatnonzero(fitting_types(offers.columns, instance_type, shape)[offers.type])
    usd_per_hour = prices.usable_spot(today_day) if by_spot else prices.on_demand_usd_per_hour
    if by_spot:
        found = found[np.isfinite(usd_per_hour[found])]
    price = np.nan_to_num(usd_per_hour[found], nan=np.inf)
    ordered = found[np.lexsort((offers.columns.order[offers.type[found]], price, offers.region[found]))]
    regions, first = np.unique(offers.region[ordered], return_index=True)
    cheapest = np.full(len(offers.regions), NONE, dtype=np.intp)
    cheapest[regions] = ordered[first]
    return cheapest
