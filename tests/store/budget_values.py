"""Budgets, claims and usage for the tests of stored budgets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from carbon.budgets import Budget, BudgetPeriod, BudgetState, Claim, OnExceed, Span
from carbon.ledger import SettledUsage, UsageDay, UsageRow
from planning.ledger.budgets import lacks, refuse, span_of, spans_of
from store.ledger.budgets import BudgetLedger, Parts, Reservation
from tests.store.conftest import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TENANT = "a"
MONTH = Budget(name="month", period=BudgetPeriod.MONTH, tags={"team": "a"}, limit_kg=1.0, on_exceed=OnExceed.REFUSE)
FEBRUARY = span_of(MONTH, NOON)


def claim(grams: float | None = 100.0, *, start: datetime = NOON, hours: float = 2.0, **fields: Any) -> Claim:
    """One machine; 100 g and 1 USD unless told otherwise."""
    given = {"operational_ug": None if grams is None else round(grams * 1e6), "embodied_ug": 0, "cost_microusd": 10**6}
    return Claim(starts_at=start, ends_at=start + hours * HOUR, machine_hours=hours, **{**given, **fields})


def reservation(decision_id: str, *claims: Claim, **more: Any) -> Reservation:
    """As a placement asks for it."""

    def check(budget: Budget, states: Mapping[Span, BudgetState]) -> None:
        if budget.on_exceed is OnExceed.REFUSE and (missing := lacks(budget, states, claims)):
            raise refuse(budget, states, missing)

    return Reservation(
        decision_id=decision_id, claims=claims, spans=lambda budget: spans_of(budget, claims), check=check, **more
    )


def used(
    usage_id: str,
    *,
    grams: float | None = 50.0,
    start: datetime = NOON,
    hours: float = 2.0,
    decision: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> SettledUsage:
    """A row of one machine within a UTC day."""
    row = UsageRow(
        id=usage_id,
        start=start,
        end=start + hours * HOUR,
        region="aws:ca-central-1",
        tags={"team": "a"} if tags is None else tags,
        decision_id=decision,
    )
    none = None if grams is None else 0.0
    day = UsageDay(
        day=(start - EPOCH) // DAY,
        hours=hours,
        energy_kwh=1.0,
        measured_g=grams,
        estimated_g=none,
        usual_g=none,
        embodied_g=5.0,
        cost_usd=0.5,
    )
    return SettledUsage(row=row, zone="CA-QC", days=(day,))


def state(
    ledger: BudgetLedger,
    budget: Budget = MONTH,
    now: datetime = NOON,
    span: Span | None = None,
    parts: Parts | None = None,
) -> BudgetState:
    """Of the period that holds `now`, or another one."""
    found = ledger.state(TENANT, budget, span or span_of(budget, now), now, parts or {})
    assert found is not None
    return found
