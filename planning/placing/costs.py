"""What machines cost over some hours."""

from __future__ import annotations

from carbon.results import Cost
from catalog.prices import Price

NO_PRICE = Cost()


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
