"""Reads the grams of rows whose ids begin alike. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, select

from store.ledger.tables import usage, usage_days


def grams(connection: Connection, tenant: str, prefix: str, first_day: int, last_day: int) -> dict[str, float | None]:
    """See UsageStore."""
    days = usage_days.c
    of_day = days.measured_g + days.estimated_g + days.usual_g  # NULL where one of them is
    on_days = days.day.between(usage.c.first_day, usage.c.last_day)
    query = (
        select(usage.c.id, func.sum(of_day).label("grams"), (func.count() - func.count(of_day)).label("unknown"))
        .join(usage_days, and_(days.number == usage.c.number, on_days))
        .where(
            usage.c.tenant == tenant,
            usage.c.first_day.between(first_day, last_day),
            usage.c.id.startswith(prefix, autoescape=True),
        )
        .group_by(usage.c.id)
    )
    return {row.id: None if row.unknown else row.grams for row in connection.execute(query)}
