"""The cheapest machine of each region, for a question about prices."""

from __future__ import annotations

import numpy as np

from carbon.workload import Requirements
from catalog.columns import BoolArray, IntArray, TypeColumns
from catalog.memo import table_cache
from catalog.prices import PriceTable
from planning.placing.constraints import requirement_constraints

# The machine that prices are for if the question names none: the smallest general one with its own cores.
DEFAULT_SHAPE = Requirements(vcpus=2.0, memory_gb=8.0)
NONE = -1


def fitting_types(columns: TypeColumns, instance_type: str | None, shape: Requirements | None) -> BoolArray:
    """Types of this name, or of this shape; by default of DEFAULT_SHAPE, neither burstable, shared-core nor
    accelerated."""
    if instance_type is not None:
        return columns.named([instance_type])
    mask = np.ones(len(columns.types), dtype=np.bool_)
    for meets in requirement_constraints(shape or DEFAULT_SHAPE, columns).values():
        mask &= meets
    if shape is None:
        mask &= columns.where(lambda t: not (t.burstable or t.shared_core or t.accelerator))
    return mask


@table_cache(256)
def cheapest_offers(
    prices: PriceTable, instance_type: str | None, shape: Requirements | None, *, by_spot_on_day: int | None
) -> IntArray:
    """Per region: the place of its cheapest fitting offer among the offers, NONE where it has none.

    By on-demand price, unknown ones last; by_spot_on_day: by the spot price usable on that day (since 1970-01-01),
    and offers without one are left out. Of equal prices the smaller type. Cached for each question: read only.
    """
    offers = prices.offers
    fits = fitting_types(offers.columns, instance_type, shape)[offers.type]
    if by_spot_on_day is None:
        usd_per_hour = prices.on_demand_usd_per_hour
    else:
        usd_per_hour = prices.usable_spot(by_spot_on_day)
        fits &= np.isfinite(usd_per_hour)
    fitting = np.flatnonzero(fits)
    cheapest = np.full(len(offers.regions), NONE, dtype=np.intp)
    if not fitting.size:
        return cheapest
    price = usd_per_hour[fitting]
    np.nan_to_num(price, copy=False, nan=np.inf)
    first = _first_of_region(offers.region[fitting])  # offers are sorted by region
    lowest_price = np.repeat(np.minimum.reduceat(price, first), np.diff(first, append=len(fitting)))
    lowest = fitting[price == lowest_price]
    ordered = lowest[np.lexsort((offers.columns.order[offers.type[lowest]], offers.region[lowest]))]
    best = ordered[_first_of_region(offers.region[ordered])]
    cheapest[offers.region[best]] = best
    return cheapest


def _first_of_region(region: IntArray) -> IntArray:
    """Where in an ascending column each region's rows begin."""
    return np.flatnonzero(np.diff(region, prepend=-1))
