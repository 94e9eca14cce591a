"""How old the prices of each cloud are: of the prices themselves, not of the newest row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.memo import table_cache
from catalog.prices import MAX_SPOT_AGE_DAYS, PriceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Ages of `prices` prices in whole days; a date that is not exact counts as the earliest day it can mean.

    old_share: share, 0 to 1, of those older than MAX_SPOT_AGE_DAYS.
    """

    prices: int
    median_days: int
    oldest_days: int
    old_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAges:
    """One cloud's on-demand prices, None without any, and its spot prices by the name of their source."""

    on_demand: Ages | None
    spot: Mapping[str, Ages]


@table_cache(2)
def price_ages(prices: PriceTable, today_day: int) -> Mapping[str, PriceAges]:
    """Provider -> how old its prices are on that day (days since 1970-01-01); only of providers with offers."""
    region_providers = np.array([region.provider for region in prices.offers.regions])
    of_offer = region_providers[prices.offers.region]
    ages = {}
    for provider in sorted(set(of_offer.tolist())):
        own = of_offer == provider
        spot = {
            prices.sources[source].key: _ages(today_day - prices.spot_day[own & (prices.spot_source == source)])
            for source in np.unique(prices.spot_source[own & (prices.spot_day >= 0)])
        }
        on_demand = _ages(today_day - prices.on_demand_day[own & (prices.on_demand_day >= 0)])
        ages[provider] = PriceAges(
            on_demand=on_demand, spot={source: age for source, age in spot.items() if age is not None}
        )
    return ages


def _ages(days: NDArray[np.int32]) -> Ages | None:
    if not days.size:
        return None
    days = np.maximum(days, 0)  # a clock may be behind a price's date
    return Ages(
        prices=int(days.size),
        median_days=round(float(np.median(days))),
        oldest_days=int(days.max()),
        old_share=float((days > MAX_SPOT_AGE_DAYS).mean()),
    )
