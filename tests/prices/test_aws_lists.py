"""AWS's price lists: which rows of an offer file, the spot feed and the advisor are prices of ours."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from pricing.providers import aws_machines, aws_rds, aws_services, aws_spot_advisor, aws_spot_feed
from pricing.refresh.figure import Figure
from pricing.refresh.refusal import RefreshRefused
from tests.fakes.price_lists import SAMPLES, PriceServer, facts, offer_csv, read, sample
from tests.fakes.upstream import Answer, reply

INDEX = "offers/v1.0/aws/index.json"
PUBLISHED = "2026-11-02"
COMMON = {
    "TermType": "OnDemand",
    "StartingRange": "0",
    "Currency": "USD",
    "Region Code": "eu-north-1",
    "Location Type": "AWS Region",
}
HEADER = ("SKU", "TermType", "StartingRange", "Unit", "PricePerUnit", "Currency", "Product Family", "Region Code",
          "Location Type", "Instance Type", "Database Engine", "Deployment Option", "License Model", "usageType",
          "Tenancy", "Operating System", "CapacityStatus", "MarketOption", "Pre Installed S/W")  # fmt: skip
MACHINE = {
    **COMMON, "Instance Type": "m6g.large", "Tenancy": "Shared", "Operating System": "Linux", "CapacityStatus": "Used",
    "MarketOption": "OnDemand", "Pre Installed S/W": "NA", "License Model": "No License required", "Unit": "Hrs",
    "PricePerUnit": "0.0820000000",
}  # fmt: skip
DATABASE = {
    **COMMON, "Product Family": "Database Instance", "Instance Type": "db.m6g.large", "Database Engine": "PostgreSQL",
    "Deployment Option": "Single-AZ", "License Model": "No license required", "Unit": "Hrs", "PricePerUnit": "0.1690",
}  # fmt: skip


def usd(figures: list[Figure]) -> dict[tuple[str, str], Decimal]:
    return {(figure.region, figure.name): figure.value for figure in figures}


def offers(code: str, *rows: Mapping[str, str], region: str = "eu-north-1") -> PriceServer:
    """The two indexes and one region's file of an offer."""
    index = sample("aws_offer_index.json")
    index["offers"].setdefault(code, {})["currentRegionIndexUrl"] = f"/offers/v1.0/aws/{code}/current/region_index.json"
    version = f"offers/v1.0/aws/{code}/20261102180411/{region}/index"
    regions = {
        "publicationDate": "2026-11-02T18:04:11Z",
        "regions": {region: {"currentVersionUrl": f"/{version}.json"}},
    }
    return PriceServer(
        {
            INDEX: index,
            f"offers/v1.0/aws/{code}/current/region_index.json": regions,
            f"{version}.csv": offer_csv(HEADER, rows),
        }
    )


def test_the_sample_file_of_aws_has_one_price_of_a_shared_linux_machine() -> None:
    path = "offers/v1.0/aws/AmazonEC2/20261102180411/eu-north-1/index.csv"
    documents: dict[str, Any] = {
        INDEX: sample("aws_offer_index.json"),
        "offers/v1.0/aws/AmazonEC2/current/region_index.json": sample("aws_region_index.json"),
        path: Answer(body=(SAMPLES / "aws_ec2_offer.csv").read_bytes()),
    }

    with PriceServer(documents).serving() as server:
        figures = read(aws_machines.REFRESHER, server)

    # One of its four rows; the others are dedicated, an unused reservation and reserved. Local zones are not read.
    assert figures == [Figure("on_demand", "eu-north-1", "c7g.4xlarge", Decimal("0.6120000000"), PUBLISHED)]
    assert server.paths()[-1] == path


@pytest.mark.parametrize(
    "difference",
    [
        {"Tenancy": "Dedicated"},
        {"Operating System": "Windows"},
        {"CapacityStatus": "AllocatedCapacityReservation"},
        {"MarketOption": "CapacityBlock"},
        {"Pre Installed S/W": "SQL Std"},
        {"License Model": "Bring your own license"},
        {"TermType": "Reserved"},
        {"Location Type": "AWS Local Zone"},
        {"Region Code": "eu-north-1-cph-1"},
        {"PricePerUnit": "0.0000000000"},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_other_rows_than_shared_linux_on_demand_are_no_prices(difference: dict[str, str]) -> None:
    with offers("AmazonEC2", MACHINE, MACHINE | {"Instance Type": "m7g.large"} | difference).serving() as server:
        figures = read(aws_machines.REFRESHER, server)

    assert usd(figures) == {("eu-north-1", "m6g.large"): Decimal("0.082")}


@pytest.mark.parametrize(
    ("difference", "reason"),
    [({"Currency": "CNY"}, "currency"), ({"Unit": "Quantity"}, "unit"), ({"PricePerUnit": "free"}, "shape")],
)
def test_another_currency_or_unit_of_a_machine_refuses_the_list(difference: dict[str, str], reason: str) -> None:
    with offers("AmazonEC2", MACHINE | difference).serving() as server, pytest.raises(RefreshRefused) as refusal:
        read(aws_machines.REFRESHER, server)

    assert refusal.value.reason == reason


def test_a_column_that_aws_renames_refuses_the_list() -> None:
    files = offers("AmazonEC2", MACHINE)
    (path,) = [path for path in files.documents if path.endswith(".csv")]
    files.documents[path] = files.documents[path].replace("Tenancy", "Tenant")

    with files.serving() as server, pytest.raises(RefreshRefused, match="column"):
        read(aws_machines.REFRESHER, server)


def test_a_file_that_is_cut_is_read_again_and_in_the_end_refused() -> None:
    files = offers("AmazonEC2", MACHINE, MACHINE)
    (path,) = [path for path in files.documents if path.endswith(".csv")]
    body = files.documents[path].encode()
    files.documents[path] = Answer(body=body[: len(body) // 2], promised_length=len(body))

    with files.serving() as server, pytest.raises(RefreshRefused) as refusal:
        read(aws_machines.REFRESHER, server)

    assert refusal.value.reason == "truncated"
    assert server.count(path) == 4


def test_only_single_az_classes_of_postgresql_are_prices() -> None:
    others = [
        DATABASE | {"Instance Type": "db.m7g.large"} | difference
        for difference in (
            {"Deployment Option": "Multi-AZ"},
            {"Database Engine": "Oracle"},
            {"Product Family": "Database Storage"},
            {"License Model": "Bring your own license"},
        )
    ]

    with offers("AmazonRDS", DATABASE, *others).serving() as server:
        figures = read(aws_rds.REFRESHER, server)

    assert usd(figures) == {("eu-north-1", "db.m6g.large"): Decimal("0.169")}


def test_a_gb_second_of_lambda_in_the_first_tier_becomes_a_gb_hour() -> None:
    row = COMMON | {
        "Unit": "Lambda-GB-Second",
        "usageType": "EUN1-Lambda-GB-Second-ARM",
        "PricePerUnit": "0.0000133334",
    }
    others = (
        row | {"StartingRange": "7500000000", "PricePerUnit": "0.0000120001"},  # the second tier
        row | {"usageType": "EUN1-Lambda-Provisioned-GB-Second-ARM"},
        row | {"PricePerUnit": "0.0000000000"},  # the free tier
    )

    lambda_file, fargate_file = offers("AWSLambda", row, *others), offers("AmazonECS")
    lambda_file.documents[INDEX]["offers"] |= fargate_file.documents.pop(INDEX)["offers"]
    lambda_file.documents[INDEX]["offers"]["AWSLambda"]["currentRegionIndexUrl"] = (
        "/offers/v1.0/aws/AWSLambda/current/region_index.json"
    )
    lambda_file.documents |= fargate_file.documents
    with lambda_file.serving() as server:
        figures = read(aws_services.REFRESHER, server)

    # 0.0000133334 x 3600 = 0.04800024
    assert usd(figures) == {("eu-north-1", "lambda/arm64/gb"): Decimal("0.04800024")}


def test_fargate_has_a_rate_for_each_vcpu_and_gb_and_none_where_one_is_missing() -> None:
    row = COMMON | {"Unit": "hours"}
    rows = [
        row | {"usageType": f"EUN1-{usage}", "PricePerUnit": price}
        for usage, price in (
            ("Fargate-vCPU-Hours:perCPU", "0.0445"),
            ("Fargate-GB-Hours", "0.0049"),
            ("Fargate-ARM-vCPU-Hours:perCPU", "0.0356"),  # without its GB-hours
            ("Fargate-EphemeralStorage-GB-Hours", "0.0001"),
            ("Fargate-Windows-vCPU-Hours:perCPU", "0.1"),
            ("ECS-EC2-vCPU-Hours", "0.0"),
        )
    ]
    lines = iter(offer_csv(HEADER, rows).splitlines(keepends=True))

    figures = list(aws_services.fargate_rates(lines, "eu-north-1"))

    assert usd(figures) == {
        ("eu-north-1", "fargate/x86_64/vcpu"): Decimal("0.0445"),
        ("eu-north-1", "fargate/x86_64/gb"): Decimal("0.0049"),
    }


def test_the_feed_has_linux_prices_by_region_also_under_old_short_names() -> None:
    modified = reply(sample("aws_spot_feed.json"), Last_Modified="Fri, 27 Nov 2026 23:50:00 GMT")

    with PriceServer({"spot.json": modified}).serving() as server:
        figures = read(aws_spot_feed.REFRESHER, server)

    assert figures == [
        Figure("spot", "eu-north-1", "c7g.4xlarge", Decimal("0.2011"), "2026-11-27"),
        Figure("spot", "us-east-1", "m5.large", Decimal("0.0371"), "2026-11-27"),
    ]


def test_a_feed_with_another_currency_is_refused() -> None:
    feed = sample("aws_spot_feed.json")
    feed["config"]["currencies"] = ["CNY"]

    with pytest.raises(RefreshRefused) as refusal:
        list(aws_spot_feed.spot_prices(feed, "2026-11-27"))

    assert refusal.value.reason == "currency"


def test_the_advisor_gives_a_band_dated_by_its_reply() -> None:
    modified = reply(sample("aws_spot_advisor.json"), Last_Modified="Fri, 27 Nov 2026 03:00:00 GMT")

    with PriceServer({"spot-advisor-data.json": modified}).serving() as server:
        figures = read(aws_spot_advisor.REFRESHER, server)

    assert figures == [Figure("interruption", "eu-north-1", "c7g.4xlarge", Decimal(1), "2026-11-27")]


def test_an_advisor_without_a_date_or_with_other_bands_is_refused() -> None:
    other_bands = sample("aws_spot_advisor.json")
    other_bands["ranges"][1]["max"] = 8

    advisor = PriceServer({"spot-advisor-data.json": sample("aws_spot_advisor.json")})

    with advisor.serving() as server, pytest.raises(RefreshRefused) as undated:
        read(aws_spot_advisor.REFRESHER, server)
    with pytest.raises(RefreshRefused) as other:
        list(aws_spot_advisor.bands(other_bands, "2026-11-27"))

    assert (undated.value.reason, other.value.reason) == ("undated", "unit")


def test_the_catalog_has_the_names_of_the_samples() -> None:
    aws = facts("aws")

    assert {"c7g.4xlarge", "m5.large"} <= aws.types.keys()
    assert {"eu-north-1", "us-east-1"} <= aws.regions.keys()
