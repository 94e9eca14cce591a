"""EC2 on demand, from AWS's public offer files: Linux, shared tenancy, nothing pre-installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from catalog.refreshed import ON_DEMAND
from pricing.providers.aws_offer import HOURS, edition, offer_files, offer_rows, price
from pricing.refresh.figure import Figure, Refresher, Task, published

OFFER = "AmazonEC2"
COLUMNS = (
    "Instance Type", "Tenancy", "Operating System", "License Model", "CapacityStatus", "MarketOption",
    "Pre Installed S/W", "Location Type",
)  # fmt: skip


def figures(task: Task) -> Iterator[Figure]:
    """Every region's prices. Raises RefreshRefused."""
    web = task.web(task.settings.prices_aws_base_url)
    for region, path in offer_files(web, OFFER, task):
        yield from web.read_lines(path, partial(machine_prices, region=region))


def machine_prices(lines: Iterator[str], region: str) -> Iterable[Figure]:
    """The prices of one region's file. Raises RefreshRefused."""
    for published_on, row in offer_rows(lines, COLUMNS):
        if (
            row["Operating System"] == "Linux"
            and row["Tenancy"] == "Shared"
            and row["CapacityStatus"] == "Used"
            and row["MarketOption"] in ("OnDemand", "")
            and row["Pre Installed S/W"] in ("NA", "")
            and row["License Model"].lower() in ("no license required", "")
            and row["Location Type"] == "AWS Region"
            and row["Region Code"] == region
            and row["Instance Type"]
            and (usd := price(row, *HOURS)) > 0
        ):
            yield Figure(ON_DEMAND, region, row["Instance Type"], usd, published_on)


REFRESHER = Refresher(
    name="aws-machines",
    provider="aws",
    kinds=(ON_DEMAND,),
    source=published(
        "aws-offers", "AWS offer file of EC2, on demand", "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/"
    ),
    figures=figures,
    edition=partial(edition, OFFER),
)
