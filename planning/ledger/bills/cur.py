"""Lines of AWS Cost and Usage Reports, legacy and 2.0."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from planning.ledger.bills.outcome import BillFacts, Cost, Ignored, Line, Mapped, NoMachine, NoUsage, Outcome, Unmapped
from planning.ledger.bills.rows import (
    REPEATED,
    Tags,
    cost,
    json_map,
    mapped,
    moment,
    number,
    parts_of,
    region_key,
    text,
)
from planning.ledger.bills.usage_types import machine_hours

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
# Without it, a line of a savings plan has the price on demand; one of a reservation has 0, which is not what it cost.
UNBLENDED = "line_item_unblended_cost"
COSTS = {
    "DiscountedUsage": ("reservation_effective_cost",),
    "SavingsPlanCoveredUsage": ("savings_plan_savings_plan_effective_cost", UNBLENDED),
}
PLACES = ("product_region_code", "product_region", "line_item_availability_zone")
TAG, USER = "resource_tags_", "user_"


def column(name: str) -> str:
    """A column as Athena and CUR 2.0 name it: line_item_usage_type for lineItem/UsageType."""
    if "/" not in name:
        return name
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", snake).lower()


OTHER_COLUMNS = frozenset(
    {
        *PLACES,
        *(name for names in COSTS.values() for name in names),
        "line_item_currency_code",
        "line_item_product_code",
        "line_item_usage_account_id",
        "pricing_unit",
        "resource_tags",
    }
)


def is_read(column: str) -> bool:
    """Whether outcome() looks at a column, as it is named by `column`."""
    return column in COLUMNS or column in OTHER_COLUMNS or column.startswith(TAG)


def outcome(line: Line, facts: BillFacts) -> Outcome:
    """What becomes of a line, whose columns are named by `column`."""
    kind = text(line, "line_item_line_item_type")
    paid = cost(line, "line_item_currency_code", *COSTS.get(kind, (UNBLENDED,)))
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
    parts = parts_of(facts, text(line, "line_item_usage_type"))
    amount = number(line, "line_item_usage_amount") or 0.0
    used = machine_hours(parts, amount, text(line, "pricing_unit"))
    places = tuple(text(line, name) for name in PLACES)
    start = moment(line, "line_item_usage_start_date")
    line_id = text(line, "identity_line_item_id")
    if not line_id:
        raise NoMachine("identity_line_item_id is empty")
    return mapped(
        f"{line_id}:{_stamp(start)}".replace("/", "_"),
        (start, moment(line, "line_item_usage_end_date")),
        used,
        region_key(facts, places, "aws", parts),
        _tags(
            text(line, "line_item_usage_account_id"),
            text(line, "line_item_product_code"),
            tuple((name, cell) for name, cell in line.items() if name.startswith(TAG)),
            text(line, "resource_tags"),
        ),
        paid,
        facts,
    )


@lru_cache(REPEATED)
def _stamp(start: datetime) -> str:
    return f"{start:%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(REPEATED)
def _tags(account: str, service: str, columns: Tags, one_map: str) -> Tags:
    """The resource tags: a column each, or one map. What users wrote loses its user_; account and service are ours."""
    every = {name.removeprefix(TAG): cell for name, cell in columns} | json_map(one_map)
    tags = {name.removeprefix(USER).removeprefix("user:"): value.strip() for name, value in sorted(every.items())}
    ours = {"account": account, "service": service}
    return (*ours.items(), *((name, value) for name, value in tags.items() if value and name not in ours))
