"""One transaction at a time writes rows of usage. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from store.ledger.tables import usage

WRITER_LOCK = 0x0CA0_418  # of PostgreSQL; any number that nothing else in the database uses


def take_turns(connection: Connection) -> None:
    """Wait until no other transaction writes rows, as SQLite does by itself: two with the same rows would meet."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))


def free_numbers(connection: Connection, count: int) -> Sequence[int]:
    """So many numbers that no row has. This transaction is the only one that writes rows."""
    if connection.dialect.name == "sqlite":
        newest = connection.execute(select(func.coalesce(func.max(usage.c.number), 0))).scalar_one()
        return range(newest + 1, newest + 1 + count)
    sequence = func.pg_get_serial_sequence(usage.name, usage.c.number.name)
    return (
        connection.execute(select(func.nextval(sequence)).select_from(func.generate_series(1, count))).scalars().all()
    )
