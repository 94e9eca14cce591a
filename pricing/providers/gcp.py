"""Google Cloud machines from the Cloud Billing Catalog, with a key: cores and memory of a family at their rates.

Google prices cores and GB apart and says in words which family a rate is for. Only families whose words are read
without doubt count, and of these only types without shared cores, accelerators or local disks; the others stay as
shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from catalog.model import InstanceType
from catalog.refreshed import ON_DEMAND, SPOT
from pricing.refresh.figure import CloudFacts, Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, currency, items, part, text
from settings import Settings

PATH = "services/6F81-5844-456A/skus"  # Compute Engine
MOST_PAGES = 200
NANO = Decimal("1e-9")
RATE = re.compile(
    r"(?:Spot Preemptible )?(?P<family>[A-Z]\d[A-Z]?)(?: Predefined| AMD| Arm)? Instance (?P<part>Core|Ram)"
    r" running in .+"
)
USAGE = {"OnDemand": ON_DEMAND, "Preemptible": SPOT}
UNITS = {"Core": "h", "Ram": "GiBy.h"}
PLAIN_SHAPE = re.compile(r"(?P<family>[a-z]\d[a-z]?)-(?:standard|highmem|highcpu)-\d+")

Rates = dict[tuple[str, str, str, str], set[Decimal]]  # kind, region, family, part


def missing(settings: Settings) -> str | None:
    """The setting without which the list cannot be read."""
    return None if settings.prices_gcp_api_key else "PRICES_GCP_API_KEY is not set"


def figures(task: Task) -> Iterator[Figure]:
    """The machines' prices. Raises RefreshRefused."""
    yield from machine_prices(pages(task), task.cloud, task.today)


def pages(task: Task) -> Iterator[Any]:
    """The pages of the catalogue. Raises RefreshRefused."""
    params = {"key": str(task.settings.prices_gcp_api_key), "pageSize": "5000", "currencyCode": "USD"}
    web, token = task.web(task.settings.prices_gcp_base_url, params=params), ""
    for _ in range(MOST_PAGES):
        document = web.json(PATH, {"pageToken": token} if token else {})
        yield document
        token = str(document.get("nextPageToken") or "")
        if not token:
            return
    raise RefreshRefused("shape", f"the list has more than {MOST_PAGES} pages")


def machine_prices(documents: Iterable[Any], cloud: CloudFacts, day: str) -> Iterator[Figure]:
    """Each plain type of the catalog at the rates of its family. Raises RefreshRefused."""
    rates = _rates(documents)
    machines = {machine.instance_type: machine for machine in cloud.types.values()}
    for kind in USAGE.values():
        for region in cloud.regions:
            for machine in machines.values():
                usd = _price(rates, kind, region, machine)
                if usd is not None:
                    yield Figure(kind, region, machine.instance_type, usd, day)


def _price(rates: Rates, kind: str, region: str, machine: InstanceType) -> Decimal | None:
    plain = PLAIN_SHAPE.fullmatch(machine.instance_type)
    if plain is None or machine.shared_core or machine.accelerator_count or not machine.vcpus or not machine.memory_gb:
        return None
    core, ram = (rates.get((kind, region, plain["family"].upper(), name), set()) for name in UNITS)
    if len(core) != 1 or len(ram) != 1:  # none, or two that contradict each other
        return None
    usd = Decimal(str(machine.vcpus)) * min(core) + Decimal(str(machine.memory_gb)) * min(ram)
    return usd if min(core) > 0 and min(ram) > 0 else None


def _rates(documents: Iterable[Any]) -> Rates:
    rates: Rates = {}
    for document in documents:
        for sku in items(document, "skus"):
            words = RATE.fullmatch(text(sku, "description"))
            kind = USAGE.get(text(sku, "category", "usageType"))
            if words is None or kind is None:
                continue
            usd = _rate(sku, UNITS[words["part"]])
            if usd is None:
                continue
            for region in items(sku, "serviceRegions"):
                rates.setdefault((kind, str(region), words["family"], words["part"]), set()).add(usd)
    return rates


def _rate(sku: Any, usage_unit: str) -> Decimal | None:
    """USD an hour; None for a rate in another unit, or in tiers."""
    (pricing, *others) = items(sku, "pricingInfo") or [None]
    expression = part(pricing, "pricingExpression") if pricing else {}
    if others or not expression or text(expression, "usageUnit") != usage_unit:
        return None
    tiers = items(expression, "tieredRates")
    if len(tiers) != 1 or amount(tiers[0], "startUsageAmount") != 0:
        return None
    currency(text(tiers[0], "unitPrice", "currencyCode"), "USD")
    return amount(tiers[0], "unitPrice", "units") + NANO * amount(tiers[0], "unitPrice", "nanos")


REFRESHER = Refresher(
    name="gcp",
    provider="gcp",
    kinds=(ON_DEMAND, SPOT),
    source=published(
        "gcp-billing-catalog",
        "Google Cloud Billing Catalog, cores and memory of the machine's family",
        "https://cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus",
    ),
    figures=figures,
    missing=missing,
    is_partial=True,
)
