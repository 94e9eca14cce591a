"""What became of all lines of a bill, and which share of its cost that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from planning.ledger.bills.outcome import Cost, Ignored, Mapped, Outcome, Unmapped

MOST_REASONS = 1000  # of one kind, so that a strange bill takes bounded memory
OTHERS = "other reasons"


@dataclass(slots=True)
class Sum:
    """Lines, and their cost by currency."""

    lines: int = 0
    cost: dict[str, float] = field(default_factory=dict)

    def add(self, cost: Cost | None) -> None:
        """One more line."""
        self.lines += 1
        if cost is not None:
            self.cost[cost.currency] = self.cost.get(cost.currency, 0.0) + cost.amount


@dataclass(slots=True)
class Tally:
    """Sums of the lines that were mapped, and of the others by reason. notes: lines by note."""

    mapped: Sum = field(default_factory=Sum)
    ignored: dict[str, Sum] = field(default_factory=dict)
    unmapped: dict[str, Sum] = field(default_factory=dict)
    notes: dict[str, Sum] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """One more line."""
        match outcome:
            case Mapped():
                self.mapped.add(outcome.cost)
                for note in outcome.notes:
                    _sum(self.notes, note).add(outcome.cost)
            case Ignored():
                _sum(self.ignored, outcome.reason).add(outcome.cost)
            case Unmapped():
                _sum(self.unmapped, outcome.reason).add(outcome.cost)

    def share(self, part: Sum, currency: str) -> float | None:
        """A part of the cost of all mapped and unmapped lines, 0 to 1; None where these cost nothing."""
        whole = sum(one.cost.get(currency, 0.0) for one in (self.mapped, *self.unmapped.values()))
        return part.cost.get(currency, 0.0) / whole if whole > 0 else None


def by_cost(sums: dict[str, Sum]) -> Iterable[tuple[str, Sum]]:
    """The dearest first, then those of most lines."""
    return sorted(sums.items(), key=lambda one: (-sum(one[1].cost.values()), -one[1].lines, one[0]))


def _sum(sums: dict[str, Sum], reason: str) -> Sum:
    key = reason if reason in sums or len(sums) < MOST_REASONS else OTHERS
    return sums.setdefault(key, Sum())
