"""What budgets need to know of a change of usage. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from carbon.ledger import SettledUsage
from store.history.tables import budget_reservations, budgets, usage_decisions, usage_versions
from store.history.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Touched:
    """What a transaction changes: UTC days of tenants, and decisions that its rows name or named."""

    days: set[tuple[str, int]] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)

    def add_days(self, tenant: str, stored: Iterable[Row[Any]]) -> None:
        """The days of rows as they are stored."""
        self.days.update((tenant, day) for one in stored for day in range(one.first_day, one.last_day + 1))


def unmark(connection: Connection, numbers: Sequence[int], touched: Touched) -> None:
    """Rows are removed: their decisions are used less."""
    marks = usage_decisions.c
    ids = connection.execute(select(marks.decision_id).where(marks.number.in_(numbers))).scalars().all()
    if ids:
        touched.decisions.update(ids)
        connection.execute(delete(usage_decisions).where(marks.number.in_(numbers)))


def mark(connection: Connection, tenant: str, rows: Sequence[tuple[int, int, SettledUsage]], touched: Touched) -> None:
    """Rows are added, each with its number and kind: their decisions are used."""
    touched.days.update((tenant, day.day) for _, _, one in rows for day in one.days)
    marks = [
        {
            "number": number,
            "tenant": tenant,
            "decision_id": one.row.decision_id,
            "kind_id": kind_id,
            "machine_hours": one.row.count * one.row.hours,
        }
        for number, kind_id, one in rows
        if one.row.decision_id is not None
    ]
    if marks:
        touched.decisions.update(str(one["decision_id"]) for one in marks)
        connection.execute(insert(usage_decisions), marks)


def publish(connection: Connection, touched: Touched) -> None:
    """Tell budgets; the last step before the commit.

    Usage that takes the place of a reservation becomes visible to a budget at once with its end: the budget is locked,
    as by a placement that reserves. Locks are taken in one order, so that no two transactions wait for each other.
    """
    if touched.decisions:
        reserved = budget_reservations.c
        numbers = select(reserved.budget_number).where(reserved.decision_id.in_(sorted(touched.decisions)))
        lock = select(budgets.c.number).where(budgets.c.number.in_(numbers)).order_by(budgets.c.number)
        connection.execute(lock.with_for_update()).all()
    versions = usage_versions.c
    bump = insert_into(connection, usage_versions).on_conflict_do_update(
        index_elements=["tenant", "day"], set_={"version": versions.version + 1}
    )
    rows = [{"tenant": tenant, "day": day, "version": 1} for tenant, day in sorted(touched.days)]
    if rows:
        connection.execute(bump, rows)
