"""What lines of bills mean. Expected rows are worked out by hand from the fixtures."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.ledger import UsageRow
from catalog.usage_prefixes import load_usage_prefixes
from planning.ledger.bills import cur, focus
from planning.ledger.bills.outcome import BillFacts, Cost, Ignored, Line, Mapped, Outcome, Unmapped
from planning.ledger.bills.tally import Tally, by_cost
from tests.fakes.clouds import cloud_map

BILLS = Path(__file__).resolve().parents[1] / "fixtures" / "bills"
START, END = datetime(2026, 10, 14, 3, tzinfo=UTC), datetime(2026, 10, 14, 4, tzinfo=UTC)
PREFIXES = load_usage_prefixes()
FACTS = BillFacts(mapping=cloud_map(), prefixes=PREFIXES, now=datetime(2026, 11, 2, tzinfo=UTC))
ACCOUNT = "444455556666"


def lines_of(name: str) -> list[dict[str, str]]:
    with (BILLS / name).open(newline="", encoding="utf-8") as file:
        return [line for line in csv.DictReader(file) if any(line.values())]


def cur_line(**cells: str) -> Line:
    """A line of one hour of an m5.large in Ireland; cells without a value there are left out."""
    line = {
        "identity_line_item_id": "x",
        "line_item_usage_start_date": "2026-10-14T03:00:00Z",
        "line_item_usage_end_date": "2026-10-14T04:00:00Z",
        "line_item_usage_account_id": ACCOUNT,
        "line_item_line_item_type": "Usage",
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": "EU-BoxUsage:m5.large",
        "line_item_usage_amount": "1",
        "line_item_unblended_cost": "0.1",
    }
    return {**line, **cells}


def of_cur(**cells: str) -> Outcome:
    return cur.outcome(cur_line(**cells), FACTS)


def row_of(outcome: Outcome) -> UsageRow:
    assert isinstance(outcome, Mapped), outcome
    return outcome.row


def expected(
    row_id: str, region: str, instance_type: str, count: float, cost: float | None, *, spot: bool = False, **tags: str
) -> UsageRow:
    return UsageRow(
        id=f"{row_id}:2026-10-14T03:00:00Z",
        start=START,
        end=END,
        region=region,
        instance_type=instance_type,
        count=count,
        cost_usd=cost,
        spot=spot,
        tags={"account": ACCOUNT, **tags},
    )


def test_a_legacy_report_of_aws() -> None:
    outcomes = {line["identity_line_item_id"]: cur.outcome(line, FACTS) for line in lines_of("cur_legacy.csv")}

    rows = {name: one.row for name, one in outcomes.items() if isinstance(one, Mapped)}
    ec2 = "AmazonEC2"
    assert rows == {
        "a1": expected("a1", "aws:eu-north-1", "c7g.4xlarge", 1, 0.2011, spot=True, service=ec2, team="ml"),
        "a2": expected("a2", "aws:us-east-1", "m5.large", 1, 0.096, service=ec2),
        "a4": expected("a4", "aws:us-east-2", "c5.4xlarge", 1, 0.0, service=ec2),
        "a5": expected("a5", "aws:sa-east-1", "db.m5.large", 2, 0.5, service="AmazonRDS"),  # two machines
        # 1800 GB-seconds are half a GB-hour.
        "a6": expected("a6", "aws:eu-central-1", "lambda-arm64-1024mb", 0.5, 0.024, service="AWSLambda"),
        "a7": expected("a7", "aws:us-east-1", "fargate-arm64-1vcpu-2gb", 2, 0.0648, service="AmazonECS"),
        "a8": expected("a8", "aws:us-east-1", "t3.medium", 1, 0.052, service=ec2),  # the local zone of Miami
    }
    assert {name: one for name, one in outcomes.items() if not isinstance(one, Mapped)} == {
        "a3": Ignored(reason="SavingsPlanNegation", cost=Cost(amount=-0.096)),
        "a9": Unmapped(reason="USE1-AWS-Out-Bytes", cost=Cost(amount=0.315)),
        "a10": Ignored(reason="Tax", cost=Cost(amount=12.4)),
        "a11": Ignored(reason="EdpDiscount", cost=Cost(amount=-0.01)),
    }


def test_a_report_2_0_of_aws_has_maps_as_json() -> None:
    lines = [
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in line.items()}
        for line in json.loads((BILLS / "cur2.json").read_text(encoding="utf-8"))
    ]

    assert [row_of(cur.outcome(line, FACTS)) for line in lines] == [
        expected("b1", "aws:eu-north-1", "c7g.4xlarge", 1, 0.2011, spot=True, service="AmazonEC2", team="ml"),
        # Paid by a reservation: the 0 of the line is not what it cost, and the column that says it is not there.
        expected("b2", "aws:eu-west-1", "m5.large", 1, None, service="AmazonEC2"),
    ]


def test_a_bill_in_focus() -> None:
    spot, fargate, *others = (focus.outcome(line, FACTS) for line in lines_of("focus.csv"))

    first, second = row_of(spot), row_of(fargate)
    assert (first.region, first.instance_type, first.count, first.cost_usd, first.spot, first.tags) == (
        "aws:eu-north-1",
        "c7g.4xlarge",
        1.0,
        0.2011,
        True,
        {"account": ACCOUNT, "service": "Amazon Elastic Compute Cloud", "team": "ml"},
    )
    assert (second.instance_type, second.count, second.region) == ("fargate-x86_64-1vcpu-2gb", 8.0, "aws:us-east-1")
    assert first.id != second.id
    assert others == [
        Ignored(reason="Unused: reserved, but not running", cost=Cost(amount=0.41)),
        Ignored(reason="Tax", cost=Cost(amount=12.4)),
        Ignored(reason="Correction", cost=Cost(amount=-0.192)),
    ]


def focus_line(**cells: str) -> Line:
    line = {
        "SubAccountId": "s1",
        "ChargePeriodStart": "2026-10-14T00:00:00Z",
        "ChargePeriodEnd": "2026-10-15T00:00:00Z",
        "ChargeCategory": "Usage",
        "ConsumedQuantity": "48",
        "ConsumedUnit": "Hours",
        "EffectiveCost": "2.5",
        "BillingCurrency": "USD",
        "ProviderName": "Microsoft",
        "ServiceName": "Virtual Machines",
        "ServiceCategory": "Compute",
        "RegionId": "westeurope",
        "SkuPriceDetails": '{"InstanceType": "Standard_D2s_v3"}',
    }
    return {**line, **cells}


def test_other_clouds_in_focus_are_read_by_provider_and_instance_type() -> None:
    row = row_of(focus.outcome(focus_line(), FACTS))

    assert (row.region, row.instance_type, row.count) == ("azure:westeurope", "Standard_D2s_v3", 2.0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"ProviderName": "Nobody"}, "the provider Nobody"),
        ({"ProviderName": "Google Cloud"}, "Google bills cores and memory apart, without the machine type"),
        ({"ServiceName": "Virtual Machines Licenses"}, "Virtual Machines Licenses: a licence"),
        ({"ServiceName": "Storage", "ServiceCategory": "Storage"}, "Storage"),
        ({"SkuPriceDetails": ""}, "Virtual Machines: no InstanceType in SkuPriceDetails"),
        ({"SkuPriceDetails": '{"InstanceType": "Q9"}'}, "the type Q9 is not in the catalog"),
        ({"ConsumedUnit": "GB"}, "Virtual Machines in GB"),
        ({"RegionId": "atlantis"}, "the region atlantis is not in the catalog"),
        ({"RegionId": ""}, "no region is named"),
        ({"ConsumedQuantity": "many"}, "ConsumedQuantity is not a number"),
        ({"ChargePeriodEnd": "2026-12-01T00:00:00Z"}, "it ends in the future: import it again later"),
    ],
)
def test_what_cannot_be_mapped_is_named_with_its_cost(cells: dict[str, str], reason: str) -> None:
    assert focus.outcome(focus_line(**cells), FACTS) == Unmapped(reason=reason, cost=Cost(amount=2.5))


def test_a_line_of_focus_has_the_same_id_when_its_amount_is_corrected_and_another_one_for_another_resource() -> None:
    first, corrected, other = (
        row_of(focus.outcome(focus_line(**cells), FACTS)).id
        for cells in ({}, {"ConsumedQuantity": "40", "EffectiveCost": "2"}, {"ResourceId": "vm-2"})
    )

    assert first == corrected != other


def test_a_region_that_is_named_counts_more_than_the_prefix() -> None:
    assert row_of(of_cur(product_region_code="eu-west-2")).region == "aws:eu-west-2"
    assert row_of(of_cur(line_item_availability_zone="eu-west-3a")).region == "aws:eu-west-3"
    assert row_of(of_cur()).region == "aws:eu-west-1"  # EU-


def test_a_prefix_that_is_not_sure_names_no_region() -> None:
    unsure = of_cur(line_item_usage_type="LAX1-BoxUsage:m5.large")

    assert unsure == Unmapped(
        reason="no region is named, and the meaning of the prefix LAX1 is not sure", cost=Cost(amount=0.1)
    )
    assert (
        row_of(of_cur(line_item_usage_type="LAX1-BoxUsage:m5.large", product_region="us-west-2-lax-1")).region
        == "aws:us-west-2"
    )


@pytest.mark.parametrize("usage", ["UnusedBox:m5.large", "UnusedDed:m5.large", "ReservedHostUsage:m5", "HostUsage:m5"])
def test_what_is_reserved_and_the_host_of_counted_instances_are_ignored(usage: str) -> None:
    assert isinstance(of_cur(line_item_usage_type=usage), Ignored)


def test_an_unknown_prefix_is_part_of_the_name() -> None:
    assert of_cur(line_item_usage_type="XYZ9-BoxUsage:m5.large") == Unmapped(
        reason="XYZ9-BoxUsage:m5.large", cost=Cost(amount=0.1)
    )


def test_an_amount_in_another_unit_is_not_mapped() -> None:
    assert of_cur(pricing_unit="GB") == Unmapped(reason="BoxUsage in GB", cost=Cost(amount=0.1))


def test_the_mean_number_of_machines_is_the_amount_over_the_hours_of_the_line() -> None:
    assert row_of(of_cur(line_item_usage_end_date="2026-10-15T03:00:00Z", line_item_usage_amount="6")).count == 0.25


def test_what_a_commitment_paid_for_costs_what_it_really_cost() -> None:
    covered = {
        "line_item_line_item_type": "SavingsPlanCoveredUsage",
        "savings_plan_savings_plan_effective_cost": "0.06",
    }

    assert row_of(of_cur(**covered)).cost_usd == 0.06


def test_what_a_reservation_paid_is_its_effective_cost_and_not_the_0_of_the_line() -> None:
    reserved = {"line_item_line_item_type": "DiscountedUsage", "line_item_unblended_cost": "0"}

    assert row_of(of_cur(**reserved, reservation_effective_cost="0.05")).cost_usd == 0.05
    assert row_of(of_cur(**reserved)).cost_usd is None


def test_a_cost_in_another_currency_is_not_taken_for_dollars() -> None:
    one = of_cur(line_item_currency_code="CNY")

    assert isinstance(one, Mapped)
    assert (one.row.cost_usd, one.cost) == (None, Cost(amount=0.1, currency="CNY"))
    assert one.notes == ("a cost in CNY is not converted: the list price is in its place",)


def test_columns_of_old_reports_get_the_names_of_athena() -> None:
    assert [cur.column(name) for name in ("lineItem/UsageType", "identity/LineItemId", "resourceTags/user:team")] == [
        "line_item_usage_type",
        "identity_line_item_id",
        "resource_tags_user_team",
    ]
    assert cur.column("savingsPlan/SavingsPlanEffectiveCost") == "savings_plan_savings_plan_effective_cost"


def test_more_tags_than_a_row_may_have_are_cut_and_noted() -> None:
    one = of_cur(resource_tags=json.dumps({f"user_{number:02}": "x" for number in range(30)}))

    assert isinstance(one, Mapped)
    assert len(one.row.tags) == 20
    assert one.row.tags["account"] == ACCOUNT
    assert one.notes == ("tags beyond 20, or longer than 200 characters, are cut",)


def of_focus(line: Line) -> Outcome:
    return focus.outcome(line, FACTS)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("cur_legacy.csv", lambda line: cur.outcome(line, FACTS)), ("focus.csv", of_focus)],
)
def test_no_line_and_no_cost_is_lost_between_the_bill_and_the_report(
    name: str, outcome: Callable[[Line], Outcome]
) -> None:
    tally, lines = Tally(), lines_of(name)

    for line in lines:
        tally.add(outcome(line))

    sums = [tally.mapped, *tally.ignored.values(), *tally.unmapped.values()]
    billed = [float(line.get("EffectiveCost") or line.get("line_item_unblended_cost") or 0) for line in lines]
    assert sum(one.lines for one in sums) == len(lines)
    assert sum(one.cost["USD"] for one in sums) == pytest.approx(sum(billed))


def test_the_share_is_of_the_cost_of_all_usage() -> None:
    tally, paid = Tally(), Cost(amount=1.0)
    row = row_of(of_cur())
    for outcome in (
        Mapped(row=row, cost=Cost(amount=3.0)),
        Unmapped(reason="EBS", cost=paid),
        Ignored(reason="Tax", cost=paid),
    ):
        tally.add(outcome)

    ((reason, one),) = by_cost(tally.unmapped)
    assert (reason, tally.share(one, "USD"), tally.share(one, "EUR")) == ("EBS", 0.25, None)
