"""Copies the history between PostgreSQL and a SQLite file. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from store.history.database import HistoryDatabase
from store.history.tables import (
    accounts,
    budget_days,
    budget_reservations,
    budgets,
    chores,
    forecast_ranges,
    forecast_scores,
    forecasts,
    provider_footprints,
    readings,
    series,
    usage,
    usage_changes,
    usage_days,
    usage_decisions,
    usage_kinds,
    usage_versions,
)

# Series and kinds last: each one that a row names is there when its turn comes.
NUMBERED = (
    (series, "id"),
    (usage, "number"),
    (usage_kinds, "id"),
    (budgets, "number"),
    (budget_reservations, "number"),
)
TABLES = (
    *(chores, forecasts, forecast_ranges, forecast_scores, readings, series),
    *(usage_days, usage_changes, usage_decisions, usage_versions, usage, usage_kinds, accounts, provider_footprints),
    *(budget_days, budget_reservations, budgets),
)
BATCH = 10_000


def transfer(source: HistoryDatabase, target: HistoryDatabase) -> None:
    """Replace all rows of `target` by those of `source`, in one transaction. Raises StateUnavailable."""
    with source.reading() as original, target.writing() as duplicate:
        for table in TABLES:
            duplicate.execute(delete(table))
            for batch in _batches(original, table):
                duplicate.execute(insert(table), batch)
        if duplicate.dialect.name == "postgresql":  # the next id: those above were not taken from its sequence
            for table, column in NUMBERED:
                most = duplicate.execute(select(func.max(table.c[column]))).scalar() or 0
                sequence = func.pg_get_serial_sequence(table.name, column)
                duplicate.execute(select(func.setval(sequence, most + 1, False)))


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    result = connection.execution_options(yield_per=BATCH).execute(select(table))
    for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]
