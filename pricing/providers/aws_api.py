"""AWS's EC2 API with credentials: spot prices of this moment, and the placement scores of baskets of types.

boto3 is an extra (requirements-aws.txt) and imported on first use. Documented by AWS; the errors are those of botocore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

from catalog.refreshed import SPOT
from pricing.refresh.figure import PLACEMENT_SCORES, Figure, Refresher, Task, published
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, items, shape, text
from settings import Settings

HOME_REGION = "us-east-1"  # any region names all that the account may use
LINUX = "Linux/UNIX"
REGIONS_A_CALL = 10  # the most that one question about scores may name
MOST_PAGES = 500
# Errors that mean "not now" and not "never"; boto3 has retried by then.
THROTTLED = ("RequestLimitExceeded", "MaxConfigLimitExceeded", "Throttling")

Client = Callable[[str], Any]  # of a region


def missing_api(settings: Settings) -> str | None:
    """What has to be set or installed before AWS's API is asked."""
    if settings.prices_aws_api == "off":
        return "PRICES_AWS_API is off"
    return None if find_spec("boto3") else "boto3 is not installed: install requirements-aws.txt"


def missing_baskets(settings: Settings) -> str | None:
    """As missing_api, for the scores of baskets."""
    baskets = settings.prices_aws_score_baskets
    return missing_api(settings) or (None if baskets else "PRICES_AWS_SCORE_BASKETS is not set")


def spot_prices(task: Task, client: Client | None = None) -> Iterator[Figure]:
    """The price in the cheapest availability zone of each region. Raises RefreshRefused.

    client: None for boto3's.
    """
    client = client or _clients(task.settings)
    for region in _regions(task, client):
        lowest: dict[str, Decimal] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            with _translated():
                page = client(region).describe_spot_price_history(
                    StartTime=task.now, ProductDescriptions=[LINUX], MaxResults=1000, **_next(cursor)
                )
            for row in items(page, "SpotPriceHistory"):
                usd = amount(row, "SpotPrice")
                name = text(row, "InstanceType")
                if text(row, "ProductDescription") == LINUX and usd > 0:
                    lowest[name] = min(usd, lowest.get(name, usd))
            cursor = str(page.get("NextToken") or "")
            if not cursor:
                break
        else:
            raise shape(f"the history of {region} has more than {MOST_PAGES} pages")
        yield from (Figure(SPOT, region, name, usd, task.today) for name, usd in lowest.items())


def placement_scores(task: Task, client: Client | None = None) -> Iterator[Figure]:
    """1 to 10 for each basket in each region that AWS scores. client: as above. Raises RefreshRefused."""
    client = client or _clients(task.settings)
    regions = _regions(task, client)
    for basket in (task.settings.prices_aws_score_baskets or "").split(", "):
        for start in range(0, len(regions), REGIONS_A_CALL):
            with _translated():
                reply = client(HOME_REGION).get_spot_placement_scores(
                    InstanceTypes=basket.split(),
                    TargetCapacity=1,
                    TargetCapacityUnitType="units",
                    SingleAvailabilityZone=False,
                    RegionNames=regions[start : start + REGIONS_A_CALL],
                )
            for row in items(reply, "SpotPlacementScores"):
                yield Figure(PLACEMENT_SCORES, text(row, "Region"), basket, amount(row, "Score"), task.today)


def _regions(task: Task, client: Client) -> list[str]:
    """The commercial regions of the catalog that the account may use."""
    with _translated():
        rows = items(client(HOME_REGION).describe_regions(AllRegions=False), "Regions")
    enabled = {text(row, "RegionName") for row in rows}
    return [region for region in task.cloud.commercial() if region in enabled]


def _next(cursor: str) -> dict[str, str]:
    return {"NextToken": cursor} if cursor else {}


def _clients(settings: Settings) -> Client:
    """A client for each region, with the credentials that boto3 finds. Raises RefreshRefused."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 5, "mode": "standard"})
    clients: dict[str, Any] = {}

    def client(region: str) -> Any:
        if region not in clients:
            with _translated():
                clients[region] = boto3.client(
                    "ec2", region_name=region, endpoint_url=settings.prices_aws_api_base_url, config=config
                )
        return clients[region]

    return client


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of botocore as refusals, without its texts, which may quote an account."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))[:60]
        raise RefreshRefused("rate-limited" if code in THROTTLED else "refused", code) from None
    except BotoCoreError as error:
        raise RefreshRefused("connection", type(error).__name__) from None


SPOT_HISTORY = Refresher(
    name="aws-spot-history",
    provider="aws",
    kinds=(SPOT,),
    source=published(
        "aws-spot-history",
        "AWS EC2 API, spot price in the cheapest availability zone of the region",
        "DescribeSpotPriceHistory",
        "availability zones of one region can differ widely",
    ),
    figures=spot_prices,
    missing=missing_api,
    replaces="aws-spot-feed",
)
SCORES = Refresher(
    name="aws-placement-scores",
    provider="aws",
    kinds=(PLACEMENT_SCORES,),
    source=published(
        "aws-placement-score",
        "AWS EC2 API, Spot placement score of a basket of types",
        "GetSpotPlacementScores",
        "the chance of getting the basket's capacity; says nothing about interruption or price",
    ),
    figures=placement_scores,
    missing=missing_baskets,
)
