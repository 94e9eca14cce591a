"""Sums of rows of usage that are alike. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

import orjson
from sqlalchemy import Connection, case, func, select

from store.ledger import content
from store.ledger.tables import usage_days, usage_kinds
from store.ledger.usage import UsageTotal
from store.ledger.usage_rows import GRAMS, SUMS, day_of


def totals(connection: Connection, tenant: str, first_day: int, last_day: int) -> list[UsageTotal]:
    """See UsageStore."""
    days = usage_days.c
    grams_alone = case((days.at_submission_g.is_(None), sum(days[name] for name in GRAMS)))
    kinds = {one.id: one for one in connection.execute(select(usage_kinds).where(usage_kinds.c.tenant == tenant))}
    in_tenant = days.kind_id.in_(select(usage_kinds.c.id).where(usage_kinds.c.tenant == tenant))
    query = (
        select(
            days.day,
            days.kind_id,
            func.count().label("rows"),
            func.sum(days.hours).label("hours"),
            *(func.sum(days[name]).label(name) for name in SUMS),
            func.count(grams_alone).label("without_rows"),
            func.sum(grams_alone).label("without_grams"),
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
            tags=_tags(kinds[one.kind_id].tags),
            pue=kinds[one.kind_id].pue,
            rows=one.rows,
            figures=day_of(one),
            unknown_hours=one.unknown_hours,
            no_price_hours=one.no_price_hours,
            without_submission_rows=one.without_rows,
            without_submission_g=one.without_grams or 0.0,
            no_embodied_hours=one.no_embodied_hours,
        )
        for one in connection.execute(query)
    ]


def _tags(text: str) -> dict[str, str]:
    with content.of_row("the tags of usage"):
        return dict(orjson.loads(text))
