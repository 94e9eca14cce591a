"""Oracle's flexible shapes, from its public price list: OCPUs and memory apart, one price in all commercial regions.

Not documented in detail. Only names that are read without doubt count, so that GPU and bare-metal shapes stay as they
are in the shipped table. Preemptible capacity costs half the list price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.refreshed import ON_DEMAND, SPOT
from pricing.refresh.figure import CloudFacts, Figure, Refresher, Task, published
from pricing.refresh.replies import amount, currency, day, items, shape, text

PATH = "pls/apex/cetools/api/v1/products/"
ITEM = re.compile(r"(?:OCI - )?Compute - Standard - (?P<series>[A-Z]\d+) - (?P<unit>OCPU|Memory)")
METRICS = {"OCPU": "OCPU Per Hour", "Memory": "Gigabyte Per Hour"}
SHAPE = re.compile(r"vm\.standard\.(?P<series>[a-z]\d+)\.flex\.(?P<ocpus>\d+)ocpu")
PREEMPTIBLE_SHARE = Decimal("0.5")


def figures(task: Task) -> Iterator[Figure]:
    """The shapes' prices. Raises RefreshRefused."""
    document = task.web(task.settings.prices_oci_base_url).json(PATH, {"currencyCode": "USD"})
    yield from shape_prices(document, task.cloud)


def shape_prices(document: Any, cloud: CloudFacts) -> Iterator[Figure]:
    """For each shape of the catalog OCPUs and GB at their rates, on demand and preemptible. Raises RefreshRefused."""
    published_on = day(text(document, "lastUpdated")).isoformat()
    rates = _rates(document)
    for spelling, machine in cloud.types.items():
        flexible = SHAPE.fullmatch(spelling)
        if flexible is None or machine.memory_gb is None:
            continue
        series = flexible["series"].upper()
        ocpu, gb = rates.get((series, "OCPU")), rates.get((series, "Memory"))
        if not ocpu or not gb:  # missing, or listed at zero
            continue
        usd = int(flexible["ocpus"]) * ocpu + Decimal(str(machine.memory_gb)) * gb
        for region in cloud.commercial():
            yield Figure(ON_DEMAND, region, machine.instance_type, usd, published_on)
            yield Figure(SPOT, region, machine.instance_type, usd * PREEMPTIBLE_SHARE, published_on)


def _rates(document: Any) -> dict[tuple[str, str], Decimal]:
    """(series, unit) -> USD an hour."""
    rates: dict[tuple[str, str], Decimal] = {}
    for product in items(document, "items"):
        item = ITEM.fullmatch(" ".join(text(product, "displayName").split()))
        if item is None or text(product, "metricName") != METRICS[item["unit"]]:
            continue
        for localization in items(product, "currencyCodeLocalizations"):
            currency(text(localization, "currencyCode"), "USD")
            for price in items(localization, "prices"):
                if text(price, "model") != "PAY_AS_YOU_GO" or "rangeMin" in price:
                    continue
                usd = amount(price, "value")
                if rates.setdefault((item["series"], item["unit"]), usd) != usd:
                    raise shape(f"{item['series']} has two prices of {item['unit']}")
    return rates


REFRESHER = Refresher(
    name="oci",
    provider="oci",
    kinds=(ON_DEMAND, SPOT),
    source=published(
        "oci-products",
        "Oracle Cloud price list, the same in all commercial regions",
        "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/",
        "OCPUs and memory of the shape; preemptible capacity costs half",
    ),
    figures=figures,
    is_partial=True,
)
