"""Lines of AWS Cost and Usage Reports, legacy and 2.0."""

from __future__ import annotations

import re

from planning.ledger.bills.outcome import BillFacts, Cost, Ignored, Line, Mapped, NoMachine, NoUsage, Outcome, Unmapped
from planning.ledger.bills.rows import cost, json_map, mapped, moment, number, region_key, text
from planning.ledger.bills.usage_types import machine_hours, usage_type

COLUMNS = frozenset(
    {
        "identity_line_item_id",
        "line_item_usage_start_date",
        "line_item_usage_end_date",
        "line_item_line_item_type",
        "line_item_usage_type",
        "line_item_usage_amount",
    }
)
COUNTED = {"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"}
IGNORED = {
    "Tax", "Fee", "RIFee", "Credit", "Refund", "Discount", "BundledDiscount", "EdpDiscount", "PrivateRateDiscount",
    "SppDiscount", "SavingsPlanNegation", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "FlatRateSubscription",
}  # fmt: skip
# What a line really cost, where a commitment paid for it.
EFFECTIVE = {
    "DiscountedUsage": "reservation_effective_cost",
    "SavingsPlanCoveredUsage": "savings_plan_savings_plan_effective_cost",
}
TAG, USER = "resource_tags_", "user_"


def column(name: str) -> str:
    """A column as Athena and CUR 2.0 name it: line_item_usage_type for lineItem/UsageType."""
    if "/" not in name:
        return name
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", snake).lower()


def outcome(line: Line, facts: BillFacts) -> Outcome:
    """What becomes of a line, whose columns are named by `column`."""
    kind = text(line, "line_item_line_item_type")
    effective = (EFFECTIVE[kind],) if kind in EFFECTIVE else ()
    paid = cost(line, "line_item_currency_code", *effective, "line_item_unblended_cost")
    if kind in IGNORED:
        return Ignored(reason=kind, cost=paid)
    if kind not in COUNTED:
        return Unmapped(reason=f"the line item type {kind or '(empty)'}", cost=paid)
    try:
        return _mapped(line, paid, facts)
    except NoUsage as why:
        return Ignored(reason=str(why), cost=paid)
    except NoMachine as why:
        return Unmapped(reason=str(why), cost=paid)


def _mapped(line: Line, paid: Cost | None, facts: BillFacts) -> Mapped:
    parts = usage_type(text(line, "line_item_usage_type"), facts.prefixes)
    amount = number(line, "line_item_usage_amount") or 0.0
    used = machine_hours(parts, amount, text(line, "pricing_unit"))
    places = [text(line, name) for name in ("product_region_code", "product_region", "line_item_availability_zone")]
    start = moment(line, "line_item_usage_start_date")
    line_id = text(line, "identity_line_item_id")
    if not line_id:
        raise NoMachine("identity_line_item_id is empty")
    return mapped(
        f"{line_id}:{start:%Y-%m-%dT%H:%M:%SZ}".replace("/", "_"),
        (start, moment(line, "line_item_usage_end_date")),
        used,
        region_key(places, "aws", facts, parts),
        {
            "account": text(line, "line_item_usage_account_id"),
            "service": text(line, "line_item_product_code"),
            **_tags(line),
        },
        paid,
        facts,
    )


def _tags(line: Line) -> dict[str, str]:
    """The resource tags: a column each, or one map. What users wrote loses its user_; account and service are ours."""
    columns = {name.removeprefix(TAG): line[name] for name in line if name.startswith(TAG)}
    every = columns | json_map(text(line, "resource_tags"))
    tags = {name.removeprefix(USER).removeprefix("user:"): value.strip() for name, value in sorted(every.items())}
    return {name: value for name, value in tags.items() if value and name not in ("account", "service")}
