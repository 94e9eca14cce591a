"""Linode's public list of types: a base price, and other prices in the regions that it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.figure import CloudFacts, Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, items, part, text

MOST_PAGES = 50


def figures(task: Task) -> Iterator[Figure]:
    """The types' prices in every region. Raises RefreshRefused."""
    web = task.web(task.settings.prices_linode_base_url)
    for page in range(1, MOST_PAGES + 1):
        document = web.json("linode/types", {"page": str(page), "page_size": "500"})
        yield from type_prices(document, task.cloud, task.today)
        if page >= int(amount(document, "pages")):
            return
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def type_prices(document: Any, cloud: CloudFacts, day: str) -> Iterator[Figure]:
    """The prices of one page. A type without an hourly price has none. Raises RefreshRefused."""
    for kind in items(document, "data"):
        others = {text(place, "id"): part(place, "hourly") for place in items(kind, "region_prices")}
        for region in cloud.commercial():
            hourly = others.get(region, part(kind, "price", "hourly"))
            if hourly is not None and (usd := amount(hourly)) > 0:
                yield Figure(ON_DEMAND, region, text(kind, "id"), usd, day)


REFRESHER = Refresher(
    name="linode",
    provider="linode",
    kinds=(ON_DEMAND,),
    source=published(
        "linode-types",
        "Linode's public list of types",
        "https://api.linode.com/v4/linode/types",
        "base price for every region but those that the list prices apart; not a list of availability",
    ),
    figures=figures,
)
