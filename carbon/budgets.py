"""Budgets: what usage with some tags may emit or cost in a period, what was spent of it, and what is reserved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from carbon.errors import CarbonError, RateLimited, Unsatisfiable

MICROGRAMS_PER_GRAM = 1_000_000
MICROGRAMS_PER_KG = 1_000_000_000
MICRODOLLARS = 1_000_000
USUAL_THRESHOLDS = (50.0, 80.0, 100.0)
RELEASED_AFTER = timedelta(hours=24)  # so long after its window usage may still take the place of a reservation


class BudgetPeriod(StrEnum):
    """How often a budget begins anew. A week is that of ISO 8601, which begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class OnExceed(StrEnum):
    """What becomes of a placement beyond the limit."""

    WARN = "warn"
    REFUSE = "refuse"


class Limited(StrEnum):
    """What a limit is of."""

    KG = "kg"
    USD = "usd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit on usage that has all of the tags.

    time_zone: IANA name; its midnights begin periods. limit_kg, limit_usd: of one period; at least one is set.
    includes_embodied: whether the hardware's share counts beside the grams of the grid. thresholds: percent of the
    limit of which webhooks are told, rising.
    """

    name: str
    period: BudgetPeriod
    time_zone: str = "UTC"
    tags: Mapping[str, str] = field(default_factory=dict)
    limit_kg: float | None = None
    limit_usd: float | None = None
    on_exceed: OnExceed = OnExceed.WARN
    includes_embodied: bool = False
    thresholds: tuple[float, ...] = USUAL_THRESHOLDS

    @property
    def limits(self) -> Mapping[Limited, int]:
        """In micrograms and millionths of a dollar, so that sums are exact."""
        limits = {}
        if self.limit_kg is not None:
            limits[Limited.KG] = round(self.limit_kg * MICROGRAMS_PER_KG)
        if self.limit_usd is not None:
            limits[Limited.USD] = round(self.limit_usd * MICRODOLLARS)
        return limits


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A period of a budget, [starts_at, ends_at), UTC."""

    starts_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.ends_at - self.starts_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Sums of usage in a period, of what is known; the hours of what is not are beside them."""

    hours: float = 0.0
    operational_g: float = 0.0
    embodied_g: float = 0.0
    cost_usd: float = 0.0
    unknown_hours: float = 0.0
    no_embodied_hours: float = 0.0
    no_price_hours: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            hours=self.hours + other.hours,
            operational_g=self.operational_g + other.operational_g,
            embodied_g=self.embodied_g + other.embodied_g,
            cost_usd=self.cost_usd + other.cost_usd,
            unknown_hours=self.unknown_hours + other.unknown_hours,
            no_embodied_hours=self.no_embodied_hours + other.no_embodied_hours,
            no_price_hours=self.no_price_hours + other.no_price_hours,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one window of a decision, [starts_at, ends_at), reserves.

    machine_hours: promised; usage of the decision takes the place of what is reserved by its machine hours.
    operational_ug, embodied_ug, cost_microusd: None where the amount is not known.
    """

    starts_at: datetime
    ends_at: datetime
    machine_hours: float
    operational_ug: int | None
    embodied_ug: int | None
    cost_microusd: int | None

    def share(self, share: float) -> Claim:
        """A part of it: amounts are rounded up, so that many small ones are not too little together."""
        return replace(
            self,
            machine_hours=self.machine_hours * share,
            operational_ug=_part(self.operational_ug, share),
            embodied_ug=_part(self.embodied_ug, share),
            cost_microusd=_part(self.cost_microusd, share),
        )

    def within(self, span: Span) -> Claim | None:
        """The part that lies in a period, by its hours; None if none does."""
        starts_at, ends_at = max(self.starts_at, span.starts_at), min(self.ends_at, span.ends_at)
        if starts_at >= ends_at:
            return None
        if (starts_at, ends_at) == (self.starts_at, self.ends_at):
            return self
        part = self.share((ends_at - starts_at) / (self.ends_at - self.starts_at))
        return replace(part, starts_at=starts_at, ends_at=ends_at)


def _part(whole: int | None, share: float) -> int | None:
    return None if whole is None else ceil(round(whole * share, 3))  # 3: not up because of a binary digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """What open reservations of a period add up to, as far as it is known. Hours: of machines without the figure."""

    decisions: int = 0
    operational_ug: int = 0
    embodied_ug: int = 0
    cost_microusd: int = 0
    unknown_hours: float = 0.0
    no_embodied_hours: float = 0.0
    no_price_hours: float = 0.0

    def __add__(self, other: Reserved) -> Reserved:
        return Reserved(
            decisions=self.decisions + other.decisions,
            operational_ug=self.operational_ug + other.operational_ug,
            embodied_ug=self.embodied_ug + other.embodied_ug,
            cost_microusd=self.cost_microusd + other.cost_microusd,
            unknown_hours=self.unknown_hours + other.unknown_hours,
            no_embodied_hours=self.no_embodied_hours + other.no_embodied_hours,
            no_price_hours=self.no_price_hours + other.no_price_hours,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """A budget in one of its periods."""

    budget: Budget
    span: Span
    spent: Spent
    reserved: Reserved

    def spent_of(self, limited: Limited) -> int:
        """Micrograms or millionths of a dollar that usage took."""
        if limited is Limited.USD:
            return round(self.spent.cost_usd * MICRODOLLARS)
        embodied = self.spent.embodied_g if self.budget.includes_embodied else 0.0
        return round((self.spent.operational_g + embodied) * MICROGRAMS_PER_GRAM)

    def reserved_of(self, limited: Limited) -> int:
        """Micrograms or millionths of a dollar that are reserved."""
        if limited is Limited.USD:
            return self.reserved.cost_microusd
        return self.reserved.operational_ug + (self.reserved.embodied_ug if self.budget.includes_embodied else 0)

    def left(self, limited: Limited) -> int | None:
        """What may still be reserved; negative beyond the limit. None: there is no such limit."""
        limit = self.budget.limits.get(limited)
        return None if limit is None else limit - self.spent_of(limited) - self.reserved_of(limited)

    @property
    def is_exceeded(self) -> bool:
        """Whether a limit is passed."""
        return any((self.left(limited) or 0) < 0 for limited in self.budget.limits)


def amount(claim: Claim, budget: Budget, limited: Limited) -> int | None:
    """What a claim takes of a limit; None if that is not known."""
    if limited is Limited.USD:
        return claim.cost_microusd
    if not budget.includes_embodied or claim.operational_ug is None:
        return claim.operational_ug
    return None if claim.embodied_ug is None else claim.operational_ug + claim.embodied_ug


class UnknownBudget(CarbonError):
    """The tenant has no budget of this name."""


class TooManyBudgets(RateLimited):
    """The tenant has as many budgets as one may have."""


class BudgetExceeded(Unsatisfiable):
    """A placement does not fit into what is left of a budget. states: of its periods, without it."""

    def __init__(
        self, detail: str, budget: Budget, states: Mapping[Span, BudgetState], lacking: Sequence[Mapping[str, object]]
    ) -> None:
        super().__init__(detail, budget=budget.name, lacking=list(lacking))
        self.budget = budget
        self.states = states

    def beside(self, **facts: object) -> BudgetExceeded:
        """The same error with more facts."""
        self.facts = {**self.facts, **facts}
        return self
