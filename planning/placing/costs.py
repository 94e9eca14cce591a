"""What machines cost: one machine's bill, and the front of cost against carbon over many offers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon.results import Cost
from catalog.columns import FloatArray
from catalog.offers import IntArray
from catalog.prices import Price
from planning.placing.rank import SIGNIFICANT_DIGITS, significant

NO_PRICE = Cost(
    on_demand_usd_per_hour=None,
    spot_usd_per_hour=None,
    on_demand_usd=None,
    spot_usd=None,
    price_as_of=None,
    spot_price_as_of=None,
    price_source=None,
    spot_price_source=None,
    is_estimate=False,
)
# Figures further apart than this share of them never round to the same significant digits.
NOISE = 10.0 ** (1 - SIGNIFICANT_DIGITS)


def cost_of(price: Price | None, hours: float, count: int) -> Cost:
    """The bill of `count` machines for the hours; unknown is None. Spot at its listed price, however old."""
    if price is None:
        return NO_PRICE
    on_demand, spot = price.on_demand_usd_per_hour, price.spot_usd_per_hour
    return Cost(
        on_demand_usd_per_hour=on_demand,
        spot_usd_per_hour=spot,
        on_demand_usd=None if on_demand is None else on_demand * hours * count,
        spot_usd=None if spot is None else spot * hours * count,
        price_as_of=price.on_demand_as_of,
        spot_price_as_of=price.spot_as_of,
        price_source=price.on_demand_source.what if price.on_demand_source else None,
        spot_price_source=price.spot_source.what if price.spot_source else None,
        is_estimate=price.is_estimate,
    )


@dataclass(frozen=True, slots=True)
class Front:
    """The choices no other choice beats in both cost and carbon, cheapest first.

    index: into the choices. saved_per_usd: grams the next dollar saves on the way to the next choice; NaN for the last.
    """

    index: IntArray
    saved_per_usd: FloatArray


def pareto_front(usd: FloatArray, gco2e: FloatArray, order: IntArray) -> Front:
    """The front of choices given by their cost and carbon; choices with an unknown (NaN) are left out.

    Of choices equal in both (to the digits that count in a ranking) the one first in `order` stands for them.
    """
    known = np.flatnonzero(np.isfinite(usd) & np.isfinite(gco2e))
    dearer = known[np.argsort(usd[known])]
    # What a cheaper choice beats by more than rounding is out; the few others are compared as the ranking compares.
    near = dearer[gco2e[dearer] <= np.minimum.accumulate(gco2e[dearer]) * (1 + NOISE)]
    cost, grams = significant(usd[near]), significant(gco2e[near])
    by_cost = np.lexsort((order[near], grams, cost))
    ascending, carbon = near[by_cost], grams[by_cost]
    before = np.minimum.accumulate(np.concatenate(([np.inf], carbon[:-1]))) if len(carbon) else carbon
    front: IntArray = ascending[carbon < before]
    saved = np.full(len(front), np.nan)
    if len(front) > 1:
        saved[:-1] = -np.diff(gco2e[front]) / np.diff(usd[front])
    return Front(front, saved)
