"""Rows of usage that are settled anew. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from carbon.ledger import SettledUsage, UsageDay
from store.ledger import codec
from store.ledger.tables import usage, usage_kinds
from store.ledger.turns import take_turns
from store.ledger.usage import LedgerRow, Standing
from store.ledger.usage_kinds import kinds_by_number
from store.ledger.usage_marks import Touched, publish
from store.ledger.usage_rows import (
    add_days,
    days_by_number,
    note_changes,
    read_rows,
    remove_days,
    total,
    whole_rows,
)

READINGS = "readings"  # a reason of a change


def improvable(
    connection: Connection, standing: Standing, ended_before: int, changed: Mapping[str, int], after: int, limit: int
) -> list[tuple[int, str, LedgerRow]]:
    """See UsageStore."""
    query = whole_rows().where(usage.c.improves == int(standing), usage.c.number > after)
    if standing is not Standing.NEW:
        query = query.where(or_(usage.c.last_day < ended_before, *_ran_on(changed)))
    return list(read_rows(connection, query.order_by(usage.c.number).limit(limit)))


def _ran_on(changed: Mapping[str, int]) -> list[ColumnElement[bool]]:
    """Whether a row ran in one of the regions on its day or later."""
    regions: dict[int, list[str]] = {}
    for region, day in changed.items():
        regions.setdefault(day, []).append(region)
    return [and_(usage_kinds.c.region.in_(some), usage.c.last_day >= day) for day, some in sorted(regions.items())]


def improve(connection: Connection, settled: Sequence[tuple[int, SettledUsage, Standing]], now: datetime) -> int:
    """See UsageStore. A row that was replaced or removed meanwhile is left as it is."""
    take_turns(connection)
    texts = {number: codec.digest(codec.packed(one.row)) for number, one, _ in settled}
    query = select(usage).where(usage.c.number.in_(list(texts)))
    stored = {one.number: one for one in connection.execute(query) if one.content == texts[one.number]}
    before = days_by_number(connection, list(stored))
    present = [one for one in settled if one[0] in stored]
    otherwise = {number for number, one, _ in present if _differs(before[number], one.days, "operational_g")}
    changed = [
        (number, one)
        for number, one, _ in present
        if number in otherwise or _differs(before[number], one.days, "at_submission_g")
    ]
    kinds = kinds_by_number(connection, changed, stored)
    for number, one, standing in present:
        values: dict[str, Any] = {"improves": int(standing), "unknown": one.unknown}
        if number in kinds:  # all its figures are by the facts of today, so that the price and the kind have to be too
            values |= {"price_as_of": one.price_as_of, "kind_id": kinds[number]}
        if any(getattr(stored[number], name) != value for name, value in values.items()):
            connection.execute(update(usage).where(usage.c.number == number).values(**values))
    note_changes(connection, sorted(otherwise), READINGS, now)
    remove_days(connection, [stored[number] for number, _ in changed])
    add_days(connection, [(number, kinds[number], one) for number, one in changed])
    touched = Touched()
    for number, _ in changed:
        touched.add_days(stored[number].tenant, [stored[number]])
    publish(connection, touched)
    return len(changed)


def _differs(days_before: Sequence[UsageDay], days: Sequence[UsageDay], name: str) -> bool:
    before, after = (total([getattr(day, name) for day in some]) for some in (days_before, days))
    if before is None or after is None:
        return before is not after
    return abs(after - before) > 1e-9 * max(1.0, abs(before))
