"""What budgets ask a session: states of their periods, and reservations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from carbon.budgets import Budget, BudgetState, Claim, OnExceed, Span
from carbon.errors import Busy
from carbon.ledger import UsageDay
from ledger_questions import settle
from planning.ledger.budgets import lacks, refuse, span_before, span_of, spans_of
from planning.ledger.settle import is_in_catalog
from session import Session
from store.ledger.budgets import BudgetStore, PartKey, PartOfRow, Parts, PartsNeeded, Reservation

T = TypeVar("T")
TRIES = 3  # rows over a boundary may be written between two of them


def state(
    budgets: BudgetStore, session: Session, tenant: str, budget: Budget, span: Span, now: datetime
) -> BudgetState | None:
    """What was spent of a period and what is reserved; None if the budget was removed.

    A row over the boundary counts by the grams of its hours within the period. Raises Busy, StateUnavailable.
    """
    return _with_parts(session, lambda parts: budgets.state(tenant, budget, span, now, parts))


class Engine(Protocol):
    """What opens sessions."""

    def at(self, now: datetime) -> Session: ...


def present_states(budgets: BudgetStore, engine: Engine, tenant: str, now: datetime) -> list[BudgetState]:
    """Of each budget of a tenant: of its present period, and of the one before, whose bills may still come.

    Raises Busy, StateUnavailable.
    """
    session, states = engine.at(now), []
    for budget in budgets.budgets(tenant):
        span = span_of(budget, now)
        both = (state(budgets, session, tenant, budget, one, now) for one in (span_before(budget, span), span))
        states += [one for one in both if one is not None]
    return states


def reserve(
    budgets: BudgetStore,
    session: Session,
    tenant: str,
    name: str,
    decision_id: str,
    claims: Sequence[Claim],
    now: datetime,
    write: Callable[[Any], None],
) -> list[BudgetState]:
    """Reserve what a decision takes, and store it in the same transaction; the states of its periods after it.

    Raises UnknownBudget, BudgetExceeded if the budget refuses what is beyond its limit, Busy, StateUnavailable.
    """
    reservation = Reservation(
        decision_id=decision_id,
        claims=claims,
        spans=lambda budget: spans_of(budget, claims),
        check=lambda budget, states: _check(budget, states, claims),
        write=write,
    )
    return _with_parts(session, lambda parts: budgets.reserve(tenant, name, reservation, now, parts))


def _check(budget: Budget, states: Mapping[Span, BudgetState], claims: Sequence[Claim]) -> None:
    if budget.on_exceed is OnExceed.REFUSE and (missing := lacks(budget, states, claims)):
        raise refuse(budget, states, missing)


def _with_parts(session: Session, ask: Callable[[Parts], T]) -> T:
    """Ask, and again with the figures of the parts of rows that it needs. They are settled outside the transaction."""
    parts: dict[PartKey, UsageDay] = {}
    for _ in range(TRIES):
        try:
            return ask(parts)
        except PartsNeeded as error:
            parts |= _settled(session, error.parts)
    raise Busy("usage at the boundary of the period changes too often: try again")


def _settled(session: Session, parts: Sequence[PartOfRow]) -> dict[PartKey, UsageDay]:
    """The figures of parts; by their share of the hours where the catalog no longer has the machine or region."""
    present = [part for part in parts if is_in_catalog(part.row, session.mapping)]
    settled = settle(session, [part.row for part in present]) if present else []
    by_grid = {part.key: one.days[0] for part, one in zip(present, settled, strict=True)}
    return {part.key: by_grid.get(part.key, part.by_hours) for part in parts}
