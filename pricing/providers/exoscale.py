"""Exoscale's public list in US dollars: one price everywhere, by the size of a running instance.

Not documented. The key of the standard family has no family in it; of others only "running_<family>_<size>" is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.refreshed import ON_DEMAND
from pricing.refresh.figure import CloudFacts, Figure, Refresher, Task, published
from pricing.refresh.replies import amount, pairs

PATH = "api/pricing/opencompute"
PLAIN_FAMILY = "standard"


def figures(task: Task) -> Iterator[Figure]:
    """The instances' prices. Raises RefreshRefused."""
    yield from instance_prices(task.web(task.settings.prices_exoscale_base_url).json(PATH), task.cloud, task.today)


def instance_prices(document: Any, cloud: CloudFacts, day: str) -> Iterator[Figure]:
    """The types of the catalog that the list has a key for. Raises RefreshRefused."""
    usd = pairs(document, "usd")
    for machine in {machine.instance_type: machine for machine in cloud.types.values()}.values():
        family, _, size = machine.instance_type.partition(".")
        stem = size if family == PLAIN_FAMILY else f"{family}_{size}"
        keys = [key for key in (f"running_{stem}", f"running_{stem.replace('-', '_')}") if key in usd]
        if keys and (price := amount(usd, keys[0])) > 0:
            for region in cloud.commercial():
                yield Figure(ON_DEMAND, region, machine.instance_type, price, day)


REFRESHER = Refresher(
    name="exoscale",
    provider="exoscale",
    kinds=(ON_DEMAND,),
    source=published(
        "exoscale-opencompute",
        "Exoscale's public price list in USD, the same in all zones",
        "https://portal.exoscale.com/api/pricing/opencompute",
    ),
    figures=figures,
    is_partial=True,
)
