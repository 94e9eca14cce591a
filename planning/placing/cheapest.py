"""The cheapest machine of each region, for a question about prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from carbon.workload import Requirements
from catalog.columns import BoolArray, IntArray, TypeColumns
from catalog.memo import table_cache
from catalog.policy import NO_POLICY, Policy, allowed_types
from catalog.prices import PriceTable
from planning.placing.constraints import on_sale, requirement_constraints, sustained_speed

# The machine that prices are for if the question names none: the smallest general one with its own cores.
DEFAULT_VCPUS, DEFAULT_MEMORY_GB = 2.0, 8.0
NONE = -1


def fitting_types(
    columns: TypeColumns, instance_type: str | None, shape: Requirements | None, today_day: int
) -> BoolArray:
    """Types of this name, or of this shape, that are sold on that day (since 1970-01-01).

    A shape without a size or a model of accelerator has the default size. Of a shape that demands no accelerator only
    types without any: a size gets the machine that the default gets. A shape means a machine, never a service.
    """
    if instance_type is not None:
        return columns.mask_of_names([instance_type]) & on_sale(columns, today_day)
    size = of_default_size(shape or Requirements())
    masks = {**requirement_constraints(size, columns), **sustained_speed(size, columns)}
    mask: BoolArray = np.logical_and.reduce([*masks.values(), on_sale(columns, today_day)])
    if not size.asks_accelerators:
        mask &= ~columns.accelerated
    return mask & ~columns.service


def of_default_size(shape: Requirements) -> Requirements:
    """The shape; without a size and a model of accelerator, as big as the default size or as its caps allow."""
    if shape.sized or shape.gpu_model:
        return shape
    return replace(
        shape,
        vcpus=min(DEFAULT_VCPUS, shape.max_vcpus or DEFAULT_VCPUS),
        memory_gb=min(DEFAULT_MEMORY_GB, shape.max_memory_gb or DEFAULT_MEMORY_GB),
    )


@table_cache(256)
def cheapest_offers(
    prices: PriceTable,
    instance_type: str | None,
    shape: Requirements | None,
    *,
    by_spot: bool,
    today_day: int,
    policy: Policy = NO_POLICY,
) -> IntArray:
    """Per region: the place of its cheapest fitting offer among the offers, NONE where it has none.

    By on-demand price, unknown ones last; by_spot: by the spot price usable today, and offers without one
    are left out. Types that the policy forbids do not fit. Of equal prices the smaller type. Cached for each question:
    read only.
    """
    offers = prices.offers
    fitting_type = fitting_types(offers.columns, instance_type, shape, today_day)
    if policy.rules:
        fitting_type &= allowed_types(offers.columns, policy)
    fits = fitting_type[offers.type]
    if not by_spot:
        usd_per_hour = prices.on_demand_usd_per_hour
    else:
        usd_per_hour = prices.usable_spot(today_day)
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
