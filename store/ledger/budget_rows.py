"""Reads and writes budgets and reservations. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from math import ceil, floor
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select, text, update

from carbon.budgets import (
    RELEASED_AFTER,
    Budget,
    BudgetPeriod,
    BudgetState,
    Claim,
    OnExceed,
    Span,
    TooManyBudgets,
    UnknownBudget,
)
from store.history.tables import budget_days, budget_reservations
from store.history.tables import budgets as table
from store.ledger import budget_sums
from store.ledger.budget_reserved import open_part, reserved
from store.ledger.budgets import Parts, Reservation

LOCK_SECONDS = 5  # longest wait for another transaction that reserves
FORGOTTEN_AFTER = 7 * RELEASED_AFTER
OF_USAGE = ("tags", "period", "time_zone")  # what sums of usage depend on


def budgets(connection: Connection, tenant: str) -> list[Budget]:
    """See BudgetStore."""
    query = select(table.c.content).where(table.c.tenant == tenant).order_by(table.c.name)
    return [_unpacked(row.content) for row in connection.execute(query)]


def stored(connection: Connection, tenant: str, name: str, *, lock: bool = False) -> tuple[int, Budget] | None:
    """A budget and its number; None if there is none. lock: until the end of the transaction."""
    query = select(table.c.number, table.c.content).where(table.c.tenant == tenant, table.c.name == name)
    if lock:
        _limit_wait(connection)
        query = query.with_for_update()
    row = connection.execute(query).first()
    return None if row is None else (row.number, _unpacked(row.content))


def _limit_wait(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))


def put(connection: Connection, tenant: str, budget: Budget, most: int) -> bool:
    """See BudgetStore."""
    content = orjson.dumps(asdict(budget)).decode()
    before = stored(connection, tenant, budget.name, lock=True)
    if before is None:
        count = connection.execute(select(func.count()).select_from(table).where(table.c.tenant == tenant)).scalar_one()
        if count >= most:
            detail = f"at most {most} budgets are stored: remove one with DELETE before you create another"
            raise TooManyBudgets(detail, retry_after_seconds=60)
        connection.execute(insert(table).values(tenant=tenant, name=budget.name, content=content))
        return True
    number, old = before
    connection.execute(update(table).where(table.c.number == number).values(content=content))
    if any(getattr(old, name) != getattr(budget, name) for name in OF_USAGE):
        connection.execute(delete(budget_days).where(budget_days.c.budget_number == number))
    return False


def delete_budget(connection: Connection, tenant: str, name: str) -> bool:
    """See BudgetStore."""
    before = stored(connection, tenant, name, lock=True)
    if before is None:
        return False
    number, _ = before
    connection.execute(delete(budget_days).where(budget_days.c.budget_number == number))
    connection.execute(delete(budget_reservations).where(budget_reservations.c.budget_number == number))
    connection.execute(delete(table).where(table.c.number == number))
    return True


def state(
    connection: Connection, tenant: str, name: str, span: Span, now: datetime, parts: Parts
) -> tuple[BudgetState | None, bool]:
    """See BudgetStore; and whether sums were made that could be stored."""
    present = stored(connection, tenant, name)
    if present is None:
        return None, False
    number, budget = present
    sums = budget_sums.day_sums(connection, tenant, number, budget, span, now, parts)
    return _state(connection, tenant, number, budget, span, now, sums), bool(sums.fresh)


def renew(connection: Connection, tenant: str, name: str, span: Span, now: datetime, parts: Parts) -> None:
    """Store sums of days that were made anew. Raises PartsNeeded."""
    present = stored(connection, tenant, name, lock=True)
    if present is not None:
        number, budget = present
        sums = budget_sums.day_sums(connection, tenant, number, budget, span, now, parts)
        budget_sums.store(connection, number, span, sums)


def _state(
    connection: Connection,
    tenant: str,
    number: int,
    budget: Budget,
    span: Span,
    now: datetime,
    sums: budget_sums.DaySums,
) -> BudgetState:
    open_ones = reserved(connection, tenant, number, budget, span, now)
    return BudgetState(budget=budget, span=span, spent=sums.total, reserved=open_ones)


def reserve(
    connection: Connection, tenant: str, name: str, reservation: Reservation, now: datetime, parts: Parts
) -> list[BudgetState]:
    """See BudgetStore. The budget is locked first, so that all that is read later was committed by then."""
    present = stored(connection, tenant, name, lock=True)
    if present is None:
        raise UnknownBudget(f"there is no budget of the name {name!r}")
    number, budget = present
    states = {}
    for span in reservation.spans(budget):
        sums = budget_sums.day_sums(connection, tenant, number, budget, span, now, parts)
        budget_sums.store(connection, number, span, sums)
        states[span] = _state(connection, tenant, number, budget, span, now, sums)
    reservation.check(budget, states)
    reservation.write(connection)
    _insert(connection, number, reservation)
    _forget(connection, number, now)
    return [_with(one, reservation.claims) for one in states.values()]


def _with(state: BudgetState, claims: Sequence[Claim]) -> BudgetState:
    """The state with another decision."""
    parts = [open_part(part) for part in (claim.within(state.span) for claim in claims) if part is not None]
    sums = sum(parts, state.reserved)
    return replace(state, reserved=replace(sums, decisions=state.reserved.decisions + 1))


def _insert(connection: Connection, number: int, reservation: Reservation) -> None:
    rows = [
        {
            "budget_number": number,
            "decision_id": reservation.decision_id,
            "starts_second": floor(claim.starts_at.timestamp()),
            "ends_second": ceil(claim.ends_at.timestamp()),
            "machine_hours": claim.machine_hours,
            "operational_ug": claim.operational_ug,
            "embodied_ug": claim.embodied_ug,
            "cost_microusd": claim.cost_microusd,
        }
        for claim in reservation.claims
    ]
    connection.execute(insert(budget_reservations), rows)


def _forget(connection: Connection, number: int, now: datetime) -> None:
    """Remove what a decision reserved whose last window is over for a week."""
    columns, before = budget_reservations.c, int((now - FORGOTTEN_AFTER).timestamp())
    later = select(columns.decision_id).where(columns.budget_number == number, columns.ends_second >= before)
    ended = delete(budget_reservations).where(columns.budget_number == number, columns.ends_second < before)
    connection.execute(ended.where(columns.decision_id.not_in(later)))


def _unpacked(content: str) -> Budget:
    fields: dict[str, Any] = orjson.loads(content)
    kinds = {"period": BudgetPeriod(fields["period"]), "on_exceed": OnExceed(fields["on_exceed"])}
    return Budget(**{**fields, **kinds, "thresholds": tuple(fields["thresholds"])})
