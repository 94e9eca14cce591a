"""UpCloud's plans by zone, from its API with a token: hundredths of the account's currency an hour.

The list does not name the currency, so that the operator has to. Spot plans are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.euro import usd_per_eur
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.replies import amount, items, pairs, text, unit
from settings import Settings

PLAN = "server_plan_"
CENT = Decimal("0.01")


def missing(settings: Settings) -> str | None:
    """The setting without which the list cannot be read."""
    if not settings.prices_upcloud_token:
        return "PRICES_UPCLOUD_TOKEN is not set"
    return None if settings.prices_upcloud_currency else "PRICES_UPCLOUD_CURRENCY is not set"


def figures(task: Task) -> Iterator[Figure]:
    """The plans' prices. Raises RefreshRefused."""
    settings = task.settings
    rate = usd_per_eur(task) if settings.prices_upcloud_currency == "EUR" else Decimal(1)
    headers = {"Authorization": f"Bearer {settings.prices_upcloud_token}"}
    document = task.web(settings.prices_upcloud_base_url, headers=headers).json("price")
    yield from plan_prices(document, rate, task.today)


def plan_prices(document: Any, rate: Decimal, day: str) -> Iterator[Figure]:
    """The prices in each zone. rate: USD per unit of the list's currency. Raises RefreshRefused."""
    for zone in items(document, "prices", "zone"):
        for key, price in pairs(zone).items():
            name = key.removeprefix(PLAN)
            if name == key or "SPOT" in name.upper().split("-"):
                continue
            unit(amount(price, "amount"), 1)
            usd = amount(price, "price") * CENT * rate
            if usd > 0:
                yield Figure(ON_DEMAND, text(zone, "name"), name, usd, day)


REFRESHER = Refresher(
    name="upcloud",
    provider="upcloud",
    kinds=(ON_DEMAND,),
    source=published(
        "upcloud-prices",
        "UpCloud API, prices of the account",
        "https://api.upcloud.com/1.3/price",
        "in the account's currency; EUR at the ECB reference rate of the day",
    ),
    figures=figures,
    missing=missing,
    is_partial=True,
)
