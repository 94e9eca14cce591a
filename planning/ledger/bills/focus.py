"""Lines of bills in FOCUS, the FinOps Open Cost and Usage Specification, 1.0 to 1.2."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

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
from planning.ledger.bills.usage_types import MachineHours, machine_hours

COLUMNS = frozenset({"ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ConsumedQuantity"})
# By what a line is told apart from all others. Amounts are not among them: a bill that is renewed changes them.
KEY = (
    "BillingAccountId", "SubAccountId", "ChargePeriodStart", "ChargePeriodEnd", "ChargeDescription", "PricingCategory",
    "RegionId", "AvailabilityZone", "ResourceId", "SkuId", "SkuPriceId", "CommitmentDiscountId",
    "CommitmentDiscountStatus", "CapacityReservationId", "ConsumedUnit", "Tags", "x_UsageType", "x_Operation",
)  # fmt: skip
PROVIDERS = {
    "aws": "aws",
    "amazon web services": "aws",
    "microsoft": "azure",
    "microsoft azure": "azure",
    "azure": "azure",
    "google cloud": "gcp",
    "google": "gcp",
    "oracle": "oci",
    "oracle cloud infrastructure": "oci",
    "alibaba cloud": "alibaba",
    "ibm": "ibm",
    "ibm cloud": "ibm",
    "digitalocean": "digitalocean",
    "hetzner": "hetzner",
    "ovhcloud": "ovh",
    "scaleway": "scaleway",
}
PROVIDER_COLUMNS = ("ProviderName", "HostProviderName", "ServiceProviderName")
COMPUTING = {"Compute", "Databases"}


def column(name: str) -> str:
    """FOCUS names its columns in one way."""
    return name


OTHER_COLUMNS = frozenset(
    {
        *KEY,
        *PROVIDER_COLUMNS,
        "BilledCost",
        "BillingCurrency",
        "CapacityReservationStatus",
        "ChargeClass",
        "EffectiveCost",
        "ServiceCategory",
        "ServiceName",
        "SkuPriceDetails",
    }
)


def is_read(column: str) -> bool:
    """Whether outcome() looks at a column."""
    return column in COLUMNS or column in OTHER_COLUMNS


def outcome(line: Line, facts: BillFacts) -> Outcome:
    """What becomes of a line."""
    paid = cost(line, "BillingCurrency", "EffectiveCost", "BilledCost")
    try:
        return _mapped(line, paid, facts)
    except NoUsage as why:
        return Ignored(reason=str(why), cost=paid)
    except NoMachine as why:
        return Unmapped(reason=str(why), cost=paid)


def _refuse_other_charges(line: Line) -> None:
    category, charge_class = text(line, "ChargeCategory"), text(line, "ChargeClass")
    if category != "Usage":
        raise NoUsage(category or "no ChargeCategory")
    if charge_class:
        raise NoUsage(charge_class)
    for status in ("CommitmentDiscountStatus", "CapacityReservationStatus"):
        if text(line, status) == "Unused":
            raise NoUsage("Unused: reserved, but not running")


def _mapped(line: Line, paid: Cost | None, facts: BillFacts) -> Mapped:
    _refuse_other_charges(line)
    name = text(line, *PROVIDER_COLUMNS)
    provider = PROVIDERS.get(name.lower())
    if provider is None:
        raise NoMachine(f"the provider {name or '(empty)'}")
    amount = number(line, "ConsumedQuantity") or 0.0
    usage = text(line, "x_UsageType") if provider == "aws" else ""
    parts = parts_of(facts, usage) if usage else None
    unit = text(line, "ConsumedUnit")
    used = machine_hours(parts, amount, unit) if parts else _by_details(line, provider, amount, unit)
    places = (text(line, "RegionId"), text(line, "AvailabilityZone") if provider == "aws" else "")
    return mapped(
        _line_id(line),
        (moment(line, "ChargePeriodStart"), moment(line, "ChargePeriodEnd")),
        used,
        region_key(facts, places, provider, parts),
        _tags(text(line, "SubAccountId", "BillingAccountId"), text(line, "ServiceName"), text(line, "Tags")),
        paid,
        facts,
    )


@lru_cache(REPEATED)
def _tags(account: str, service: str, one_map: str) -> Tags:
    """The tags of the resource; account and service are ours."""
    ours, tags = {"account": account, "service": service}, sorted(json_map(one_map).items())
    return (*ours.items(), *((name, value) for name, value in tags if name not in ours))


def _by_details(line: Line, provider: str, amount: float, unit: str) -> MachineHours:
    """By the InstanceType of SkuPriceDetails. Raises NoMachine."""
    service, category = text(line, "ServiceName"), text(line, "ServiceCategory")
    other = service or category or "a service without a name"
    if category not in COMPUTING:
        raise NoMachine(other)
    if provider == "gcp":
        raise NoMachine("Google bills cores and memory apart, without the machine type")
    if "licen" in service.lower():
        raise NoMachine(f"{other}: a licence")
    details = json_map(text(line, "SkuPriceDetails"))
    machine = details.get("InstanceType") or details.get("x_InstanceType")
    if not machine:
        raise NoMachine(f"{other}: no InstanceType in SkuPriceDetails")
    if not re.fullmatch(r"hours?|hrs?", unit, re.IGNORECASE):
        raise NoMachine(f"{other} in {unit or 'no unit'}")
    return MachineHours(instance_type=machine, hours=amount, spot=text(line, "PricingCategory") == "Dynamic")


def _line_id(line: Line) -> str:
    cells = "\0".join(text(line, name) for name in KEY)
    return f"focus:{blake2b(cells.encode(), digest_size=16).hexdigest()}"
