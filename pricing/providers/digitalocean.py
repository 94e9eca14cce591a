"""DigitalOcean's sizes, from its API with a token: one price in all regions that a size has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, items, pairs, part, text
from settings import Settings

MOST_PAGES = 50


def missing(settings: Settings) -> str | None:
    """The setting without which the list cannot be read."""
    return None if settings.prices_digitalocean_token else "PRICES_DIGITALOCEAN_TOKEN is not set"


def figures(task: Task) -> Iterator[Figure]:
    """The sizes' prices. Raises RefreshRefused."""
    headers = {"Authorization": f"Bearer {task.settings.prices_digitalocean_token}"}
    web = task.web(task.settings.prices_digitalocean_base_url, headers=headers)
    for page in range(1, MOST_PAGES + 1):
        document = web.json("sizes", {"page": str(page), "per_page": "200"})
        yield from size_prices(document, task.today)
        if not pairs(document, "links").get("pages", {}).get("next"):
            return
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def size_prices(document: Any, day: str) -> Iterator[Figure]:
    """The prices of one page, of what can be had. Raises RefreshRefused."""
    for size in items(document, "sizes"):
        usd = amount(size, "price_hourly")
        for region in items(size, "regions") if part(size, "available") is True and usd > 0 else ():
            yield Figure(ON_DEMAND, str(region), text(size, "slug"), usd, day)


REFRESHER = Refresher(
    name="digitalocean",
    provider="digitalocean",
    kinds=(ON_DEMAND,),
    source=published(
        "digitalocean-sizes", "DigitalOcean API, sizes that the account sees", "https://api.digitalocean.com/v2/sizes"
    ),
    figures=figures,
    missing=missing,
    is_partial=True,
)
