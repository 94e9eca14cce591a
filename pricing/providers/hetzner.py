"""Hetzner's server types by location, from its API with a token: net prices in the currency that the API names."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.euro import NOTE, usd_per_eur
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, currency, items, part, text
from settings import Settings

MOST_PAGES = 50


def missing(settings: Settings) -> str | None:
    """The setting without which the list cannot be read."""
    return None if settings.prices_hetzner_token else "PRICES_HETZNER_TOKEN is not set"


def figures(task: Task) -> Iterator[Figure]:
    """The types' prices. Raises RefreshRefused."""
    rate, settings = usd_per_eur(task), task.settings
    headers = {"Authorization": f"Bearer {settings.prices_hetzner_token}"}
    web = task.web(settings.prices_hetzner_base_url, headers=headers)
    currency(text(web.json("pricing"), "pricing", "currency"), "EUR")
    page: Any = 1
    for _ in range(MOST_PAGES):
        document = web.json("server_types", {"page": str(page), "per_page": "50"})
        yield from type_prices(document, rate, task.today)
        page = part(document, "meta", "pagination", "next_page")
        if page is None:
            return
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def type_prices(document: Any, rate: Decimal, day: str) -> Iterator[Figure]:
    """The net prices of one page. rate: USD per EUR. Raises RefreshRefused."""
    for kind in items(document, "server_types"):
        for place in items(kind, "prices"):
            usd = amount(place, "price_hourly", "net") * rate
            if usd > 0:
                yield Figure(ON_DEMAND, text(place, "location"), text(kind, "name"), usd, day)


REFRESHER = Refresher(
    name="hetzner",
    provider="hetzner",
    kinds=(ON_DEMAND,),
    source=published("hetzner-api", "Hetzner Cloud API, net prices", "https://api.hetzner.cloud/v1/server_types", NOTE),
    figures=figures,
    missing=missing,
)
