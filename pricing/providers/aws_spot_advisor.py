"""AWS's Spot Instance Advisor: how often spot capacity was interrupted in the trailing month, as one of five bands.

Not documented by AWS as an API. The file has no date, so that the one of its HTTP reply counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.refreshed import INTERRUPTION
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, items, pairs, unit

UPPER_ENDS = [5, 11, 16, 22, 100]  # of the bands, in percent, as the file gives them


def figures(task: Task) -> Iterator[Figure]:
    """The bands of Linux. Raises RefreshRefused."""
    document, modified = task.web(task.settings.prices_aws_spot_advisor_base_url).dated_json("spot-advisor-data.json")
    if modified is None:
        raise RefreshRefused("undated", "the advisor's reply has no Last-Modified")
    yield from bands(document, modified)


def bands(document: Any, day: str) -> Iterator[Figure]:
    """The bands in the document, 0 the rarest interruptions. Raises RefreshRefused, also where AWS has other bands."""
    ranges = sorted((pairs(band) for band in items(document, "ranges")), key=lambda band: amount(band, "index"))
    unit([band.get("max") for band in ranges], UPPER_ENDS)
    for region, systems in pairs(document, "spot_advisor").items():
        for name, advice in pairs(systems, "Linux").items():
            yield Figure(INTERRUPTION, region, name, amount(advice, "r"), day)


REFRESHER = Refresher(
    name="aws-spot-advisor",
    provider="aws",
    kinds=(INTERRUPTION,),
    source=published(
        "aws-spot-advisor",
        "AWS Spot Instance Advisor, interruption bands over the trailing month, Linux",
        "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json",
    ),
    figures=figures,
)
