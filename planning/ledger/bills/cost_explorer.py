"""Usage and cost of a day as AWS Cost Explorer sums them up: by account and usage type, without resources and tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from planning.ledger.bills.outcome import BillFacts, Cost, Ignored, Mapped, NoMachine, NoUsage, Outcome, Unmapped
from planning.ledger.bills.rows import mapped, region_key
from planning.ledger.bills.usage_types import machine_hours, usage_type

ESTIMATED = "AWS still estimates these days: import them again later"
NO_UNIT = "N/A"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """What an account used of a usage type on a UTC day. unit: as AWS writes it. is_estimated: the bill may change."""

    day: date
    account: str
    usage_type: str
    amount: float
    unit: str
    cost: Cost | None
    is_estimated: bool


def outcome(line: CostLine, facts: BillFacts) -> Outcome:
    """What becomes of a line."""
    try:
        return _mapped(line, facts)
    except NoUsage as why:
        return Ignored(reason=str(why), cost=line.cost)
    except NoMachine as why:
        return Unmapped(reason=str(why), cost=line.cost)


def _mapped(line: CostLine, facts: BillFacts) -> Mapped:
    parts = usage_type(line.usage_type, facts.prefixes)
    used = machine_hours(parts, line.amount, "" if line.unit == NO_UNIT else line.unit)
    start = datetime.combine(line.day, time(), UTC)
    row = mapped(
        f"ce:{line.account}:{line.usage_type}:{line.day.isoformat()}".replace("/", "_"),
        (start, start + timedelta(days=1)),
        used,
        region_key(facts, (), "aws", parts),
        (("account", line.account),),
        line.cost,
        facts,
    )
    notes = (*row.notes, ESTIMATED) if line.is_estimated else row.notes
    return Mapped(row=row.row, cost=row.cost, notes=notes)
