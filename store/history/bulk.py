"""Inserts of many rows at once. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows with these columns, as SQLAlchemy's insert does, in a third of its time.

    SQLite takes the tuples as they are; PostgreSQL takes one statement with an array for each column.
    """
    if not rows:
        return
    dialect = connection.dialect
    columns = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", list(rows))  # noqa: S608  # nosec B608 - names of our own tables
        return
    arrays = ", ".join(f"%s::{table.c[name].type.compile(dialect)}[]" for name in names)
    insert = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608  # nosec B608
    connection.exec_driver_sql(insert, tuple(list(column) for column in zip(*rows, strict=True)))
