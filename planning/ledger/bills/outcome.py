"""What becomes of a line of a bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carbon.ledger import UsageRow
from catalog.memo import Memo
from catalog.usage_prefixes import UsagePrefix
from mapping import CloudMap

Line = Mapping[str, str]  # the cells of a line by column


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """An amount of money, in the currency of the bill (ISO 4217)."""

    amount: float
    currency: str = "USD"

    @property
    def usd(self) -> float | None:
        """The amount; None in another currency."""
        return self.amount if self.currency == "USD" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A line that is usage of a machine. notes: what of the line is not in the row, in words."""

    row: UsageRow
    cost: Cost | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A line that is no usage, or whose usage another line has."""

    reason: str
    cost: Cost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A line that may have used energy, of which it is not known how much."""

    reason: str
    cost: Cost | None


Outcome = Mapped | Ignored | Unmapped


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFacts:
    """What a line is read by. now: lines that end later are left for a later import."""

    mapping: CloudMap
    prefixes: Mapping[str, UsagePrefix]
    now: datetime
    memo: Memo = field(default_factory=dict, init=False, repr=False, compare=False)


class NoUsage(Exception):
    """A line is ignored; says why."""


class NoMachine(Exception):
    """A line is unmapped; says why."""
