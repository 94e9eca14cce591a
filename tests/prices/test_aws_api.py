"""Spot prices and placement scores from AWS's API, with botocore's own Stubber as the other end."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from catalog.refreshed import SPOT
from pricing.providers import aws_api
from pricing.refresh.figure import PLACEMENT_SCORES, Figure, Task
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.registry import selected
from pricing.refresh.tables import save, stored_figures
from settings import Settings, SettingsError
from tests.fakes.price_lists import NOW, facts, impatient_web

boto3 = pytest.importorskip("boto3", reason="an extra: requirements-aws.txt")
stub = pytest.importorskip("botocore.stub")

TODAY = "2026-11-28"
BASKET = "m6a.xlarge m6i.xlarge m7a.xlarge"
REGIONS = ["eu-north-1", "eu-west-1"]
Reply = dict[str, Any]


class Cloud:
    """Clients of boto3 whose replies are prepared, each with the parameters that it is for."""

    def __init__(self) -> None:
        self._exit = ExitStack()
        self._stubs: dict[str, Any] = {}
        self._clients: dict[str, Any] = {}

    def __call__(self, region: str) -> Any:
        if region not in self._clients:
            keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
            self._clients[region] = boto3.client("ec2", region_name=region, **keys)
            self._stubs[region] = self._exit.enter_context(stub.Stubber(self._clients[region]))
        return self._clients[region]

    def reply(self, region: str, call: str, reply: Reply, expected: Reply) -> None:
        self(region)
        self._stubs[region].add_response(call, reply, expected)

    def error(self, region: str, call: str, code: str) -> None:
        self(region)
        self._stubs[region].add_client_error(call, service_error_code=code, service_message="account 123 may not")

    def regions(self, *names: str) -> None:
        rows = [{"RegionName": name} for name in names]
        self.reply("us-east-1", "describe_regions", {"Regions": rows}, {"AllRegions": False})

    def everything_was_asked(self) -> None:
        for one in self._stubs.values():
            one.assert_no_pending_responses()


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def task(**settings: Any) -> Task:
    return Task(settings=Settings(**settings), cloud=facts("aws"), now=NOW, web=impatient_web)


def history(*rows: tuple[str, str, str], token: str = "") -> Reply:
    return {
        "SpotPriceHistory": [
            {
                "AvailabilityZone": zone,
                "InstanceType": name,
                "ProductDescription": "Linux/UNIX",
                "SpotPrice": price,
                "Timestamp": datetime.fromisoformat("2026-03-03T07:41:09+00:00"),
            }
            for zone, name, price in rows
        ],
        "NextToken": token,
    }


def test_the_cheapest_zone_of_a_region_gives_its_spot_price(cloud: Cloud) -> None:
    question = {"StartTime": NOW, "ProductDescriptions": ["Linux/UNIX"], "MaxResults": 1000}
    cloud.regions("eu-north-1")
    first = history(("eu-north-1a", "c7g.4xlarge", "0.201100"), token="more")
    second = history(("eu-north-1b", "c7g.4xlarge", "0.196400"), ("eu-north-1b", "m6g.large", "0.03"))
    cloud.reply("eu-north-1", "describe_spot_price_history", first, question)
    cloud.reply("eu-north-1", "describe_spot_price_history", second, question | {"NextToken": "more"})

    figures = list(aws_api.spot_prices(task(), cloud))

    assert figures == [
        Figure(SPOT, "eu-north-1", "c7g.4xlarge", Decimal("0.196400"), TODAY),
        Figure(SPOT, "eu-north-1", "m6g.large", Decimal("0.03"), TODAY),
    ]
    cloud.everything_was_asked()


def test_scores_are_asked_for_whole_baskets_in_at_most_ten_regions_a_call(cloud: Cloud) -> None:
    twelve = sorted(facts("aws").commercial())[:12]
    ordered = [region for region in facts("aws").commercial() if region in twelve]
    cloud.regions(*twelve)
    for group, score in ((ordered[:10], 8), (ordered[10:], 3)):
        question = {
            "InstanceTypes": BASKET.split(),
            "TargetCapacity": 1,
            "TargetCapacityUnitType": "units",
            "SingleAvailabilityZone": False,
            "RegionNames": group,
        }
        reply = {"SpotPlacementScores": [{"Region": group[0], "Score": score}]}
        cloud.reply("us-east-1", "get_spot_placement_scores", reply, question)

    figures = list(aws_api.placement_scores(task(prices_aws_score_baskets=BASKET), cloud))

    assert figures == [
        Figure(PLACEMENT_SCORES, ordered[0], BASKET, Decimal(8), TODAY),
        Figure(PLACEMENT_SCORES, ordered[10], BASKET, Decimal(3), TODAY),
    ]
    cloud.everything_was_asked()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("UnauthorizedOperation", "refused"),
        ("MaxConfigLimitExceeded", "rate-limited"),
        ("RequestLimitExceeded", "rate-limited"),
    ],
)
def test_an_error_of_aws_is_a_refusal_that_does_not_quote_the_account(cloud: Cloud, code: str, reason: str) -> None:
    cloud.regions("eu-north-1")
    cloud.error("us-east-1", "get_spot_placement_scores", code)

    with pytest.raises(RefreshRefused) as refusal:
        list(aws_api.placement_scores(task(prices_aws_score_baskets=BASKET), cloud))

    assert (refusal.value.reason, refusal.value.detail) == (reason, code)


def test_a_service_without_credentials_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")

    with pytest.raises(RefreshRefused) as refusal:
        list(aws_api.spot_prices(task()))

    assert (refusal.value.reason, refusal.value.detail) == ("connection", "NoCredentialsError")


def test_the_history_replaces_the_feed_once_the_api_is_on() -> None:
    def names(settings: Settings) -> set[str]:
        return {one.name for one in selected(["aws"], settings) if one.missing(settings) is None}

    off, on = Settings(), replace(Settings(), prices_aws_api="on")

    assert {"aws-spot-feed"} == {name for name in names(off) if name.startswith("aws-spot-") and "advisor" not in name}
    assert {"aws-spot-history"} == {
        name for name in names(on) if name.startswith("aws-spot-") and "advisor" not in name
    }
    assert "aws-placement-scores" not in names(on)
    assert "aws-placement-scores" in names(replace(on, prices_aws_score_baskets=BASKET))


def test_scores_come_back_as_they_were_stored(tmp_path: Any) -> None:
    figures = [Figure(PLACEMENT_SCORES, region, BASKET, Decimal(8), TODAY) for region in REGIONS]

    save(tmp_path, "aws", PLACEMENT_SCORES, figures, aws_api.SCORES.source, NOW)

    assert stored_figures(tmp_path, "aws", PLACEMENT_SCORES) == figures


@pytest.mark.parametrize("text", ["m6i.large m6a.large", "m6i.large m6i.large m6a.large", "m6i m6a m7a", ","])
def test_a_basket_has_three_types_or_more(text: str) -> None:
    with pytest.raises(SettingsError):
        Settings.from_env({"PRICES_AWS_SCORE_BASKETS": text}, dotenv=None)


def test_baskets_are_told_apart_by_commas_and_sorted() -> None:
    settings = Settings.from_env(
        {"PRICES_AWS_SCORE_BASKETS": "m7a.xlarge m6i.xlarge m6a.xlarge,  c6i.large c6a.large c7i.large"}, dotenv=None
    )

    assert settings.prices_aws_score_baskets == f"c6a.large c6i.large c7i.large, {BASKET}"
