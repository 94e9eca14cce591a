"""Database classes of RDS for PostgreSQL, Single-AZ, on demand, from AWS's public offer files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from pricing.providers.aws_offer import HOURS, edition, offer_files, offer_rows, price
from pricing.refresh.figure import RDS_PRICES, Figure, Refresher, Task, published

OFFER = "AmazonRDS"
COLUMNS = ("Product Family", "Instance Type", "Database Engine", "Deployment Option", "License Model", "Location Type")


def figures(task: Task) -> Iterator[Figure]:
    """Every region's classes. Raises RefreshRefused."""
    web = task.web(task.settings.prices_aws_base_url)
    for region, path in offer_files(web, OFFER, task):
        yield from web.read_lines(path, partial(class_prices, region=region))


def class_prices(lines: Iterator[str], region: str) -> Iterable[Figure]:
    """The classes of one region's file. Raises RefreshRefused."""
    for published_on, row in offer_rows(lines, COLUMNS):
        if (
            row["Product Family"] == "Database Instance"
            and row["Database Engine"] == "PostgreSQL"
            and row["Deployment Option"] == "Single-AZ"
            and row["License Model"].lower() == "no license required"
            and row["Location Type"] == "AWS Region"
            and row["Region Code"] == region
            and row["Instance Type"].startswith("db.")
            and (usd := price(row, *HOURS)) > 0
        ):
            yield Figure(RDS_PRICES, region, row["Instance Type"], usd, published_on)


REFRESHER = Refresher(
    name="aws-rds",
    provider="aws",
    kinds=(RDS_PRICES,),
    source=published(
        "aws-offers-rds",
        "AWS offer file of RDS for PostgreSQL, Single-AZ, on demand",
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/",
        "storage is not included; other engines and Multi-AZ have other prices",
    ),
    figures=figures,
    edition=partial(edition, OFFER),
)
