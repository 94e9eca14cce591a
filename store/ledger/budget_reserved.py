"""Sums what is reserved in a budget. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, distinct, func, select

from carbon.budgets import RELEASED_AFTER, Budget, Claim, Reserved, Span
from store.history.tables import budget_reservations, usage_decisions
from store.ledger.budget_sums import kinds_of

COLUMNS = budget_reservations.c
AMOUNTS = ("operational_ug", "embodied_ug", "cost_microusd")
HOURS = ("unknown_hours", "no_embodied_hours", "no_price_hours")  # of machines without these amounts


def reserved(connection: Connection, tenant: str, number: int, budget: Budget, span: Span, now: datetime) -> Reserved:
    """What is reserved in a period: neither what was released nor what was used."""
    released = int((now - RELEASED_AFTER).timestamp())
    starts, ends = int(span.starts_at.timestamp()), int(span.ends_at.timestamp())
    is_open = and_(
        COLUMNS.budget_number == number,
        COLUMNS.ends_second > max(released, starts),
        COLUMNS.starts_second < ends,
    )
    used = (
        select(usage_decisions.c.number)
        .where(usage_decisions.c.tenant == tenant, usage_decisions.c.decision_id == COLUMNS.decision_id)
        .exists()
    )
    is_whole = and_(COLUMNS.starts_second >= starts, COLUMNS.ends_second <= ends)
    whole = _sum(connection, and_(is_open, is_whole, ~used))
    query = select(budget_reservations).where(is_open)
    cut = [part for row in connection.execute(query.where(~is_whole, ~used)) if (part := _claim(row).within(span))]
    claims = [*cut, *_of_used(connection, tenant, number, budget, span, released, query.where(used))]
    count = connection.execute(select(func.count(distinct(COLUMNS.decision_id))).where(is_open)).scalar_one()
    return replace(sum(map(open_part, claims), whole), decisions=count)


def _sum(connection: Connection, condition: ColumnElement[bool]) -> Reserved:
    sums = [func.coalesce(func.sum(COLUMNS[name]), 0).label(name) for name in AMOUNTS]
    hours = [
        func.coalesce(func.sum(case((COLUMNS[name].is_(None), COLUMNS.machine_hours), else_=0.0)), 0.0).label(label)
        for name, label in zip(AMOUNTS, HOURS, strict=True)
    ]
    row = connection.execute(select(*sums, *hours).where(condition)).one()
    return Reserved(
        operational_ug=int(row.operational_ug),  # PostgreSQL adds whole numbers up to a decimal
        embodied_ug=int(row.embodied_ug),
        cost_microusd=int(row.cost_microusd),
        unknown_hours=float(row.unknown_hours),
        no_embodied_hours=float(row.no_embodied_hours),
        no_price_hours=float(row.no_price_hours),
    )


def _of_used(
    connection: Connection, tenant: str, number: int, budget: Budget, span: Span, released: int, query: Any
) -> Iterator[Claim]:
    """What decisions of which usage was reported still reserve: their earliest windows are used first."""
    names = sorted({row.decision_id for row in connection.execute(query)})
    if not names:
        return
    hours = _used_hours(connection, tenant, kinds_of(connection, tenant, budget), names)
    rows = connection.execute(
        select(budget_reservations)
        .where(COLUMNS.budget_number == number, COLUMNS.decision_id.in_(names))
        .order_by(COLUMNS.decision_id, COLUMNS.ends_second, COLUMNS.number)
    )
    for decision_id, windows in groupby(rows, lambda row: str(row.decision_id)):
        rest = hours.get(decision_id, 0.0)
        for row in windows:
            taken = min(rest, row.machine_hours)
            rest -= taken
            part = _claim(row).within(span)
            if part is not None and row.ends_second > released and taken < row.machine_hours * (1 - 1e-9):
                yield part.share(1 - taken / row.machine_hours)


def _used_hours(connection: Connection, tenant: str, kinds: frozenset[int], names: list[str]) -> dict[str, float]:
    """Machine hours of usage by decision, of rows that the budget counts."""
    marks = usage_decisions.c
    query = (
        select(marks.decision_id, marks.kind_id, func.sum(marks.machine_hours).label("hours"))
        .where(marks.tenant == tenant, marks.decision_id.in_(names))
        .group_by(marks.decision_id, marks.kind_id)
    )
    hours: dict[str, float] = {}
    for row in connection.execute(query):
        if row.kind_id in kinds:
            hours[row.decision_id] = hours.get(row.decision_id, 0.0) + row.hours
    return hours


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        starts_at=datetime.fromtimestamp(row.starts_second, UTC),
        ends_at=datetime.fromtimestamp(row.ends_second, UTC),
        machine_hours=row.machine_hours,
        **{name: getattr(row, name) for name in AMOUNTS},
    )


def open_part(claim: Claim) -> Reserved:
    """A claim as a sum, without its decision."""
    return Reserved(
        operational_ug=claim.operational_ug or 0,
        embodied_ug=claim.embodied_ug or 0,
        cost_microusd=claim.cost_microusd or 0,
        unknown_hours=claim.machine_hours if claim.operational_ug is None else 0.0,
        no_embodied_hours=claim.machine_hours if claim.embodied_ug is None else 0.0,
        no_price_hours=claim.machine_hours if claim.cost_microusd is None else 0.0,
    )
