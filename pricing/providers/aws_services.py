"""What a vCPU and a GB of Lambda and Fargate cost, from AWS's public offer files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial

from carbon.units import SECONDS_PER_HOUR
from pricing.providers.aws_offer import HOURS, edition, offer_files, offer_rows, price
from pricing.refresh.figure import SERVICE_RATES, Figure, Refresher, Task, published

LAMBDA, FARGATE = "AWSLambda", "AmazonECS"
# A usage type may begin with a region's abbreviation. Others than these are provisioned or on Windows, or at the edge.
LAMBDA_USAGE = re.compile(r"(?:[A-Z0-9]+-)?Lambda-GB-Second(?P<arm>-ARM)?")
FARGATE_USAGE = re.compile(r"(?:[A-Z0-9]+-)?Fargate-(?P<arm>ARM-)?(?P<unit>vCPU-Hours:perCPU|GB-Hours)")
GB_SECONDS = ("Lambda-GB-Second", "GB-Second", "GB-Seconds")


def figures(task: Task) -> Iterator[Figure]:
    """Every region's rates. Raises RefreshRefused."""
    web = task.web(task.settings.prices_aws_base_url)
    for offer, parse in ((LAMBDA, lambda_rates), (FARGATE, fargate_rates)):
        for region, path in offer_files(web, offer, task):
            yield from web.read_lines(path, partial(parse, region=region))


def lambda_rates(lines: Iterator[str], region: str) -> Iterable[Figure]:
    """A GB-hour of Lambda in the first tier. Raises RefreshRefused."""
    for published_on, row in offer_rows(lines, ("usageType",)):
        usage = LAMBDA_USAGE.fullmatch(row["usageType"])
        if usage and row["Region Code"] == region and row["StartingRange"] == "0":
            usd = price(row, *GB_SECONDS) * SECONDS_PER_HOUR
            if usd > 0:  # the free tier has rows at 0
                yield Figure(SERVICE_RATES, region, f"lambda/{_arch(usage)}/gb", usd, published_on)


def fargate_rates(lines: Iterator[str], region: str) -> Iterable[Figure]:
    """A vCPU-hour and a GB-hour of Fargate; none of an architecture that lacks one. Raises RefreshRefused."""
    rates: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for published_on, row in offer_rows(lines, ("usageType",)):
        usage = FARGATE_USAGE.fullmatch(row["usageType"])
        if usage and row["Region Code"] == region and (usd := price(row, *HOURS)) > 0:
            rates[_arch(usage), "gb" if usage["unit"] == "GB-Hours" else "vcpu"] = usd, published_on
    for (arch, unit), (usd, day) in rates.items():
        if {(arch, "gb"), (arch, "vcpu")} <= rates.keys():
            yield Figure(SERVICE_RATES, region, f"fargate/{arch}/{unit}", usd, day)


def _arch(usage: re.Match[str]) -> str:
    return "arm64" if usage["arm"] else "x86_64"


REFRESHER = Refresher(
    name="aws-services",
    provider="aws",
    kinds=(SERVICE_RATES,),
    source=published(
        "aws-offers-services",
        "AWS offer files of Lambda, duration in the first tier, and of Fargate on Linux",
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/",
        "run time only; requests, storage and the free tier are not included",
    ),
    figures=figures,
    edition=lambda task: f"{edition(LAMBDA, task)} {edition(FARGATE, task)}",
)
