"""Scaleway's public product catalogue: instances by the hour in each zone, in euros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.euro import NOTE, usd_per_eur
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, currency, items, text, unit

PATH = "product-catalog/v2alpha1/public-catalog/products"
PAGE_SIZE = 1000
MOST_PAGES = 50
NANO = Decimal("1e-9")


def figures(task: Task) -> Iterator[Figure]:
    """The instances' prices. Raises RefreshRefused."""
    yield from instance_prices(pages(task), usd_per_eur(task), task.today)


def pages(task: Task) -> Iterator[Any]:
    """The pages of the catalogue. Raises RefreshRefused."""
    web = task.web(task.settings.prices_scaleway_base_url)
    rows = 0
    for page in range(1, MOST_PAGES + 1):
        query = {"product_types": "instance", "page_size": str(PAGE_SIZE), "page": str(page)}
        document = web.json(PATH, query)
        products = items(document, "products")
        yield document
        rows += len(products)
        if not products or rows >= amount(document, "total_count"):
            return
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def instance_prices(documents: Iterable[Any], rate: Decimal, day: str) -> Iterator[Figure]:
    """The price in the first zone of each region that sells the type. rate: USD per EUR. Raises RefreshRefused."""
    first_zone: dict[tuple[str, str], tuple[str, Decimal]] = {}
    for document in documents:
        for product in items(document, "products"):
            if not text(product, "sku").startswith("/compute/") or "/run_" not in text(product, "sku"):
                continue
            unit((text(product, "unit_of_measure", "unit"), amount(product, "unit_of_measure", "size")), ("hour", 1))
            currency(text(product, "price", "retail_price", "currency_code"), "EUR")
            eur = amount(product, "price", "retail_price", "units") + NANO * amount(
                product, "price", "retail_price", "nanos"
            )
            zone = text(product, "locality", "zone")
            region = zone.rpartition("-")[0]  # fr-par-1
            key = region, text(product, "product")
            if eur > 0 and (key not in first_zone or zone < first_zone[key][0]):
                first_zone[key] = zone, eur
    for (region, name), (_, eur) in first_zone.items():
        yield Figure(ON_DEMAND, region, name, eur * rate, day)


REFRESHER = Refresher(
    name="scaleway",
    provider="scaleway",
    kinds=(ON_DEMAND,),
    source=published(
        "scaleway-products",
        "Scaleway's public product catalogue",
        "https://api.scaleway.com/product-catalog/v2alpha1/public-catalog/products",
        NOTE,
    ),
    figures=figures,
)
