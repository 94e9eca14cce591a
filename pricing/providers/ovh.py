"""OVHcloud's public catalogue of its German subsidiary: hourly prices in hundred-millionths of a euro.

It names no regions. The plain plans hold in the European regions with one availability zone; plans for regions with
three, and for Local Zones, are others, and nothing says which regions these are, so that they stay as shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.euro import NOTE, usd_per_eur
from pricing.refresh.figure import CloudFacts, Figure, Refresher, Task, published
from pricing.refresh.replies import amount, currency, items, text, unit

EUR_PER_UNIT = Decimal("1e-8")
# Regions of the European Union that bear the name of a town alone, as those with one availability zone do.
ONE_ZONE = ("DE", "DE1", "GRA", "GRA7", "GRA9", "GRA11", "RBX", "RBX-A", "SBG", "SBG5", "SBG7", "WAW", "WAW1")
PLAN_END = ".consumption"


def figures(task: Task) -> Iterator[Figure]:
    """The instances' prices. Raises RefreshRefused."""
    rate = usd_per_eur(task)
    web = task.web(task.settings.prices_ovh_base_url)
    document = web.json("order/catalog/public/cloud", {"ovhSubsidiary": "DE"})
    yield from instance_prices(document, task.cloud, rate, task.today)


def instance_prices(document: Any, cloud: CloudFacts, rate: Decimal, day: str) -> Iterator[Figure]:
    """Linux instances by the hour. rate: USD per EUR. Raises RefreshRefused."""
    currency(text(document, "locale", "currencyCode"), "EUR")
    for addon in items(document, "addons"):
        plan = text(addon, "planCode")
        name = plan.removesuffix(PLAN_END)
        if name == plan or name.lower() not in cloud.types:
            continue
        for pricing in items(addon, "pricings"):
            if "consumption" not in items(pricing, "capacities"):
                continue
            unit((text(pricing, "intervalUnit"), amount(pricing, "interval")), ("hour", 1))
            usd = amount(pricing, "price") * EUR_PER_UNIT * rate
            for region in ONE_ZONE if usd > 0 else ():
                yield Figure(ON_DEMAND, region, name, usd, day)


REFRESHER = Refresher(
    name="ovh",
    provider="ovh",
    kinds=(ON_DEMAND,),
    source=published(
        "ovh-catalogue",
        "OVHcloud's public catalogue, European regions with one availability zone",
        "https://eu.api.ovh.com/v1/order/catalog/public/cloud?ovhSubsidiary=DE",
        NOTE,
    ),
    figures=figures,
    is_partial=True,
)
