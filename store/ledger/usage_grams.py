"""Reads sums of usage. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, case, func, select

from carbon.ledger import UsageDay
from store.history.tables import usage, usage_days, usage_kinds
from store.ledger.usage import UsageTotal

SUMS = ("energy_kwh", "measured_g", "estimated_g", "usual_g", "embodied_g", "cost_usd")


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


def day_of(row: Row[Any]) -> UsageDay:
    """The figures in a row that has their names."""
    return UsageDay(day=row.day, hours=row.hours, **{name: getattr(row, name) for name in SUMS})


def totals(connection: Connection, tenant: str, first_day: int, last_day: int) -> list[UsageTotal]:
    """See UsageStore."""
    days = usage_days.c
    kinds = {one.id: one for one in connection.execute(select(usage_kinds).where(usage_kinds.c.tenant == tenant))}
    in_tenant = days.kind_id.in_(select(usage_kinds.c.id).where(usage_kinds.c.tenant == tenant))
    query = (
        select(
            days.day,
            days.kind_id,
            func.count().label("rows"),
            func.sum(days.hours).label("hours"),
            *(func.sum(days[name]).label(name) for name in SUMS),
            *(
                func.sum(case((days[name].is_(None), days.hours), else_=0.0)).label(label)
                for name, label in (
                    ("usual_g", "unknown_hours"),
                    ("cost_usd", "no_price_hours"),
                    ("embodied_g", "no_embodied_hours"),
                )
            ),
        )
        .where(days.day.between(first_day, last_day), in_tenant)
        .group_by(days.day, days.kind_id)
        .order_by(days.day, days.kind_id)
    )
    return [
        UsageTotal(
            day=one.day,
            region=kinds[one.kind_id].region,
            zone=kinds[one.kind_id].zone,
            machine=kinds[one.kind_id].machine,
            is_metered=bool(kinds[one.kind_id].is_metered),
            tags=orjson.loads(kinds[one.kind_id].tags),
            rows=one.rows,
            figures=day_of(one),
            unknown_hours=one.unknown_hours,
            no_price_hours=one.no_price_hours,
            no_embodied_hours=one.no_embodied_hours,
        )
        for one in connection.execute(query)
    ]
