"""Vultr's public list of plans: a price, other prices in some regions, and where a plan can be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.refreshed import ON_DEMAND, SPOT
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, items, pairs, part, text

MOST_PAGES = 50
PRICES = ((ON_DEMAND, "deploy_ondemand", "hourly_cost"), (SPOT, "deploy_preemptible", "hourly_cost_preemptible"))


def figures(task: Task) -> Iterator[Figure]:
    """The plans' prices where they can be had. Raises RefreshRefused."""
    web, cursor = task.web(task.settings.prices_vultr_base_url), ""
    for _ in range(MOST_PAGES):
        document = web.json("plans", {"per_page": "500"} | ({"cursor": cursor} if cursor else {}))
        yield from plan_prices(document, task.today)
        cursor = text(document, "meta", "links", "next")
        if not cursor:
            return
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def plan_prices(document: Any, day: str) -> Iterator[Figure]:
    """The prices of one page. A plan without places is sold out and has none. Raises RefreshRefused."""
    for plan in items(document, "plans"):
        own = pairs(plan, "location_cost") if plan.get("location_cost") else {}
        for kind, permission, column in PRICES:
            if part(plan, permission) is not True:
                continue
            for region in items(plan, "locations"):
                usd = amount(own.get(region, plan), column)
                if usd > 0:
                    yield Figure(kind, str(region), text(plan, "id"), usd, day)


REFRESHER = Refresher(
    name="vultr",
    provider="vultr",
    kinds=(ON_DEMAND, SPOT),
    source=published("vultr-plans", "Vultr's public list of plans", "https://api.vultr.com/v2/plans"),
    figures=figures,
)
