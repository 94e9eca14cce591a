"""Decisions that are kept: what an answer promised of the hours to come, and what it compared that with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from carbon.intensity import Signal
from carbon.ledger import UsageRow


class DecisionKind(StrEnum):
    """Which question was answered."""

    OPTIMIZE = "optimize"
    SCHEDULE = "schedule"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What an answer says of machines that run in [row.start, row.end): the row is settled when these hours are over.

    co2_emissions_g: operational gCO2e. cost_usd: of all machines for the whole time. None: unknown.
    """

    row: UsageRow
    co2_emissions_g: float | None
    embodied_emissions_g: float | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An answer that is kept.

    id: unique. made_at: when it was asked, UTC. tags: as usage has them. budget: the one it reserves in, if any.
    placed: what it placed, a span in which a job runs without a pause each. instead: what the answer's own savings are
    compared with, as many machines and hours; empty where it compares with nothing.
    """

    id: str
    kind: DecisionKind
    made_at: datetime
    signal: Signal
    placed: Sequence[Promise]
    instead: Sequence[Promise] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    budget: str | None = None

    @property
    def ends_at(self) -> datetime:
        """When the last hour of all that it speaks of is over."""
        return max(promise.row.end for promise in (*self.placed, *self.instead))
