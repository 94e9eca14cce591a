"""AWS's public feed of spot prices: one figure for each region and type, behind the table of its pricing page.

Not documented by AWS. Old copies have short names of regions, and "N/A" with marks where there is no price.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.refreshed import SPOT
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.replies import amount, currency, items, pairs, part, text, unit

SHORT_NAMES = {
    "us-east": "us-east-1",
    "us-west": "us-west-1",
    "eu-ireland": "eu-west-1",
    "apac-sin": "ap-southeast-1",
    "apac-syd": "ap-southeast-2",
    "apac-tokyo": "ap-northeast-1",
}


def figures(task: Task) -> Iterator[Figure]:
    """Linux prices of every region of the feed. Raises RefreshRefused."""
    document, modified = task.web(task.settings.prices_aws_spot_base_url).dated_json("spot.json")
    yield from spot_prices(document, modified or task.today)


def spot_prices(document: Any, day: str) -> Iterator[Figure]:
    """The prices in the document. day: of the document, which has no date. Raises RefreshRefused."""
    config = part(document, "config")
    unit(part(config, "rate"), "perhr")
    currency(part(config, "currencies"), ["USD"])
    for region in items(config, "regions"):
        name = SHORT_NAMES.get(text(region, "region"), text(region, "region"))
        for group in items(region, "instanceTypes"):
            for size in items(group, "sizes"):
                for column in items(size, "valueColumns"):
                    price = text(pairs(column, "prices"), "USD")
                    if text(column, "name") == "linux" and not price.startswith("N/A") and (usd := amount(price)) > 0:
                        yield Figure(SPOT, name, text(size, "size"), usd, day)


REFRESHER = Refresher(
    name="aws-spot-feed",
    provider="aws",
    kinds=(SPOT,),
    source=published(
        "aws-spot-prices",
        "AWS public spot price feed, one figure a region",
        "https://website.spot.ec2.aws.a2z.com/spot.json",
    ),
    figures=figures,
)
