"""Copies the history between PostgreSQL and a SQLite file. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, text

from store.history.database import HistoryDatabase
from store.history.tables import chores, forecast_ranges, forecast_scores, forecasts, readings, series

# Series last: each one that a reading names is there when its turn comes.
TABLES = (chores, forecasts, forecast_ranges, forecast_scores, readings, series)
BATCH = 10_000


def transfer(source: HistoryDatabase, target: HistoryDatabase) -> None:
    """Replace all rows of `target` by those of `source`, in one transaction. Raises StateUnavailable."""
    with source.reading() as original, target.writing() as duplicate:
        for table in TABLES:
            duplicate.execute(delete(table))
            for batch in _batches(original, table):
                duplicate.execute(insert(table), batch)
        if duplicate.dialect.name == "postgresql":  # the next id: those above were not taken from its sequence
            duplicate.execute(
                text("SELECT setval(pg_get_serial_sequence('series', 'id'), (SELECT max(id) FROM series) + 1, false)")
            )


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    result = connection.execution_options(yield_per=BATCH).execute(select(table))
    for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]
