"""Reads and writes digests of the grid's days. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from store.ledger.grid_days import GridDays
from store.ledger.tables import usage_grid_days, usage_kinds


def regions(connection: Connection) -> list[str]:
    """See UsageStore."""
    query = select(usage_kinds.c.region).distinct().order_by(usage_kinds.c.region)
    return list(connection.execute(query).scalars())


def grid_days(connection: Connection) -> dict[str, GridDays]:
    """See UsageStore."""
    return {
        one.zone: GridDays(facts=one.facts, first_day=one.first_day, digests=bytes(one.digests))
        for one in connection.execute(select(usage_grid_days))
    }


def keep(connection: Connection, by_zone: Mapping[str, GridDays]) -> None:
    """See UsageStore."""
    connection.execute(delete(usage_grid_days))
    if by_zone:
        rows = [{"zone": zone, **asdict(one)} for zone, one in sorted(by_zone.items())]
        connection.execute(insert(usage_grid_days), rows)
