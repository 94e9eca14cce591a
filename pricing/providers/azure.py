"""Azure virtual machines on demand and spot, from the public Retail Prices API: Linux, list price in USD.

Documented by Microsoft. The rows of Windows, Cloud Services, dedicated hosts and low priority are named in words only,
which is why each is excluded by the words of its product or meter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.refreshed import ON_DEMAND, SPOT
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, currency, items, moment, part, text

PATH = "api/retail/prices"
QUERY = {
    "api-version": "2023-01-01-preview",
    "currencyCode": "'USD'",
    "$filter": "serviceName eq 'Virtual Machines' and priceType eq 'Consumption'",
}
MOST_PAGES = 2000
OTHER_PRODUCTS = re.compile(r"Windows|\bWin\b|Cloud ?Services|Dedicated")
OTHER_METERS = re.compile(r"Low Priority")
SPOT_METER = re.compile(r" Spot$")


def figures(task: Task) -> Iterator[Figure]:
    """All regions' prices. Raises RefreshRefused."""
    yield from machine_prices(pages(task), task.now, task.today)


def pages(task: Task) -> Iterator[Any]:
    """The pages of the list, each named by the one before. Raises RefreshRefused."""
    web = task.web(task.settings.prices_azure_base_url)
    page = web.json(PATH, QUERY)
    for _ in range(MOST_PAGES):
        yield page
        following = part(page, "NextPageLink")
        if following is None:
            return
        page = web.json(web.link(text(page, "NextPageLink")))
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def machine_prices(documents: Iterable[Any], now: datetime, day: str) -> Iterator[Figure]:
    """The newest price of the primary meter for each region and size. Raises RefreshRefused."""
    newest: dict[tuple[str, str, str], tuple[bool, datetime, Decimal]] = {}
    for document in documents:
        for row in items(document, "Items"):
            if not _is_linux_machine(row):
                continue
            since = moment(text(row, "effectiveStartDate"))
            usd = amount(row, "retailPrice")
            if since > now or usd <= 0:
                continue
            kind = SPOT if SPOT_METER.search(text(row, "skuName")) else ON_DEMAND
            key = kind, text(row, "armRegionName"), text(row, "armSkuName")
            entry = part(row, "isPrimaryMeterRegion") is True, since, usd
            if key not in newest or entry[:2] > newest[key][:2]:
                newest[key] = entry
    for (kind, region, name), (_, _, usd) in newest.items():
        yield Figure(kind, region, name, usd, day)


def _is_linux_machine(row: Any) -> bool:
    currency(part(row, "currencyCode"), "USD")
    meters = f"{text(row, 'meterName')}\n{text(row, 'skuName')}"
    return bool(
        text(row, "type") == "Consumption"
        and text(row, "unitOfMeasure") == "1 Hour"
        and row.get("armSkuName")
        and row.get("armRegionName")
        and amount(row, "tierMinimumUnits") == 0
        and not OTHER_PRODUCTS.search(text(row, "productName"))
        and not OTHER_METERS.search(meters)
    )


REFRESHER = Refresher(
    name="azure",
    provider="azure",
    kinds=(ON_DEMAND, SPOT),
    source=published(
        "azure-retail-prices", "Azure Retail Prices API, Linux", "https://prices.azure.com/api/retail/prices"
    ),
    figures=figures,
)
