"""Reads and writes rows of usage. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, and_, delete, func, select

from carbon.ledger import SettledUsage, UsageDay, UsageRow
from store.history.bulk import insert_rows
from store.history.upsert import insert_into
from store.ledger import codec, content
from store.ledger.tables import usage, usage_changes, usage_days, usage_decisions, usage_kinds
from store.ledger.turns import free_numbers, take_turns
from store.ledger.usage import LedgerRow, UsageChange, Written
from store.ledger.usage_kinds import kind_ids
from store.ledger.usage_marks import Touched, mark, publish, unmark

REPLACED = "replaced"  # a reason of a change
AT_ONCE = 5000  # ids in one query
DAY = tuple(field.name for field in fields(UsageDay))
DAY_VALUES = attrgetter(*DAY)
GRAMS = ("measured_g", "estimated_g", "usual_g")
SUMS = ("energy_kwh", *GRAMS, "embodied_g", "cost_usd", "at_submission_g")


def put(
    connection: Connection, tenant: str, origin: str, rows: Sequence[tuple[SettledUsage, bool]], now: datetime
) -> Written:
    """See UsageStore."""
    take_turns(connection)
    written, touched = Written(), Touched()
    last_of_each_id = [one for _, one in sorted({one[0].row.id: one for one in rows}.items())]
    for begin in range(0, len(last_of_each_id), AT_ONCE):
        written += _put(connection, tenant, origin, last_of_each_id[begin : begin + AT_ONCE], now, touched)
    publish(connection, touched)
    return written


def _put(
    connection: Connection,
    tenant: str,
    origin: str,
    rows: Sequence[tuple[SettledUsage, bool]],
    now: datetime,
    touched: Touched,
) -> Written:
    texts = {settled.row.id: codec.packed(settled.row) for settled, _ in rows}
    present = _present(connection, tenant, texts)
    equal = {one for one, stored in present.items() if stored.content == codec.digest(texts[one])}
    replaced = [stored.number for one, stored in present.items() if one not in equal]
    note_changes(connection, replaced, REPLACED, now)
    _remove(connection, tenant, [stored for one, stored in present.items() if one not in equal], touched)
    fresh = [(settled, improves) for settled, improves in rows if settled.row.id not in equal]
    kinds = kind_ids(connection, tenant, [settled for settled, _ in fresh])
    free = iter(free_numbers(connection, len(fresh) - len(replaced)))
    numbers = [present[one.row.id].number if one.row.id in present else next(free) for one, _ in fresh]
    records = [
        (number, tenant, origin, kind_id, *_columns(settled, improves, texts[settled.row.id]))
        for number, (settled, improves), kind_id in zip(numbers, fresh, kinds, strict=True)
    ]
    insert_rows(connection, usage, ("number", "tenant", "origin", "kind_id", *COLUMNS), records)
    written = [(number, kind_id, one) for number, kind_id, (one, _) in zip(numbers, kinds, fresh, strict=True)]
    add_days(connection, written)
    mark(connection, tenant, written, touched)
    return Written(added=len(fresh) - len(replaced), replaced=len(replaced), unchanged=len(equal))


COLUMNS = ("id", "first_day", "last_day", "row", "content", "unknown", "price_as_of", "improves")


def _columns(settled: SettledUsage, improves: bool, text: str) -> tuple[Any, ...]:
    """In the order of COLUMNS."""
    row, first, last = settled.row, settled.days[0].day, settled.days[-1].day
    figures = (codec.digest(text), settled.unknown, settled.price_as_of, int(improves))
    return row.id, first, last, text, *figures


def _present(connection: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Row[Any]]:
    columns = (usage.c.id, usage.c.number, usage.c.content, usage.c.first_day, usage.c.last_day)
    query = select(*columns).where(usage.c.tenant == tenant, usage.c.id.in_(list(ids)))
    return {row.id: row for row in connection.execute(query)}


def add_days(connection: Connection, rows: Sequence[tuple[int, int, SettledUsage]]) -> None:
    days = [(number, kind, *DAY_VALUES(day)) for number, kind, one in rows for day in one.days]
    insert_rows(connection, usage_days, ("number", "kind_id", *DAY), days)


def _remove(connection: Connection, tenant: str, stored: Sequence[Row[Any]], touched: Touched) -> None:
    """Remove rows and their days, but not what they were before."""
    numbers = [one.number for one in stored]
    touched.add_days(tenant, stored)
    unmark(connection, numbers, touched)
    remove_days(connection, stored)
    connection.execute(delete(usage).where(usage.c.number.in_(numbers)))


def remove_days(connection: Connection, stored: Sequence[Row[Any]]) -> None:
    for one in stored:  # each by its own days, which the key begins with
        in_span = usage_days.c.day.between(one.first_day, one.last_day)
        connection.execute(delete(usage_days).where(in_span, usage_days.c.number == one.number))


def note_changes(connection: Connection, numbers: Sequence[int], reason: str, now: datetime) -> None:
    second = int(now.timestamp())
    changes = [
        {"number": number, "changed_second": second, "reason": reason, "figures": orjson.dumps(figures).decode()}
        for number, figures in _sums(connection, numbers).items()
    ]
    if changes:  # of two changes within a second the first one counts: it has the figures that stood longer
        connection.execute(insert_into(connection, usage_changes).on_conflict_do_nothing(), changes)


def _sums(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, float | None]]:
    """Energy, operational grams and those that rest on usual values, of whole rows; None where one day has none."""
    return {
        number: {
            "energy_kwh": total([day.energy_kwh for day in one]),
            "operational_g": total([day.operational_g for day in one]),
            "usual_g": total([day.usual_g for day in one]),
        }
        for number, one in days_by_number(connection, numbers).items()
    }


def days_by_number(connection: Connection, numbers: Sequence[int]) -> dict[int, list[UsageDay]]:
    days: dict[int, list[UsageDay]] = {}
    for number, day in _days_of(connection, numbers):
        days.setdefault(number, []).append(day)
    return days


def total(parts: Sequence[float | None]) -> float | None:
    """The sum; None if a part is unknown."""
    known_parts = [part for part in parts if part is not None]
    return sum(known_parts) if len(known_parts) == len(parts) else None


def _days_of(connection: Connection, numbers: Sequence[int]) -> Iterator[tuple[int, UsageDay]]:
    query = (
        select(usage_days)
        .join(usage, and_(usage.c.number == usage_days.c.number, usage_days.c.day.between(*_SPAN)))
        .where(usage.c.number.in_(numbers))
        .order_by(usage_days.c.number, usage_days.c.day)
    )
    for row in connection.execute(query):
        yield row.number, day_of(row)


_SPAN = (usage.c.first_day, usage.c.last_day)


def day_of(row: Row[Any]) -> UsageDay:
    """The figures of a day, or sums of several, from columns of these names."""
    return UsageDay(day=row.day, hours=row.hours, **{name: getattr(row, name) for name in SUMS})


def row(connection: Connection, tenant: str, usage_id: str) -> LedgerRow | None:
    """See UsageStore."""
    read = list(
        read_rows(connection, whole_rows().where(usage.c.tenant == tenant, usage.c.id == usage_id), changes=True)
    )
    return read[0][2] if read else None


def rows(
    connection: Connection, tenant: str, first_day: int, last_day: int, offset: int, limit: int
) -> tuple[list[LedgerRow], int]:
    """See UsageStore."""
    on_these = and_(usage.c.tenant == tenant, usage.c.first_day <= last_day, usage.c.last_day >= first_day)
    count = connection.execute(select(func.count()).select_from(usage).where(on_these)).scalar_one()
    query = whole_rows().where(on_these).order_by(usage.c.first_day, usage.c.id).offset(offset).limit(limit)
    return [one for _, _, one in read_rows(connection, query)], count


def of_decisions(connection: Connection, tenant: str, decision_ids: Sequence[str]) -> dict[str, list[SettledUsage]]:
    """See UsageStore."""
    found: dict[str, list[SettledUsage]] = {}
    marks = usage_decisions.c
    for begin in range(0, len(decision_ids), AT_ONCE):
        some = decision_ids[begin : begin + AT_ONCE]
        named = select(marks.number).where(marks.tenant == tenant, marks.decision_id.in_(some))
        query = whole_rows().where(usage.c.number.in_(named)).order_by(usage.c.number)
        for _, _, one in read_rows(connection, query):
            found.setdefault(one.settled.row.decision_id or "", []).append(one.settled)
    return found


def whole_rows() -> Select[Any]:
    return select(usage, usage_kinds.c.zone, usage_kinds.c.pue).join(usage_kinds, usage_kinds.c.id == usage.c.kind_id)


def read_rows(
    connection: Connection, query: Select[Any], *, changes: bool = False
) -> Iterator[tuple[int, str, LedgerRow]]:
    stored = connection.execute(query).all()
    days: dict[int, list[UsageDay]] = {}
    for begin in range(0, len(stored), AT_ONCE):
        days.update(days_by_number(connection, [one.number for one in stored[begin : begin + AT_ONCE]]))
    for one in stored:
        with content.of_row(f"usage {one.id}"):
            usage_row = codec.unpacked(one.row)
            settled = SettledUsage(
                row=usage_row,
                zone=one.zone,
                days=tuple(days[one.number]),
                unknown=one.unknown,
                billed=usage_row.cost_usd is not None,
                price_as_of=one.price_as_of,
                pue=one.pue,
            )
            past = _changes(connection, one.number) if changes else ()
        yield one.number, one.tenant, LedgerRow(settled=settled, origin=one.origin, changes=past)


def _changes(connection: Connection, number: int) -> tuple[UsageChange, ...]:
    query = select(usage_changes).where(usage_changes.c.number == number)
    return tuple(
        UsageChange(
            changed_at=datetime.fromtimestamp(one.changed_second, UTC), reason=one.reason, **orjson.loads(one.figures)
        )
        for one in connection.execute(query.order_by(usage_changes.c.changed_second.desc()))
    )


def unchanged(connection: Connection, tenant: str, rows: Sequence[UsageRow]) -> set[str]:
    """See UsageStore."""
    equal: set[str] = set()
    for begin in range(0, len(rows), AT_ONCE):
        digests = {one.id: codec.digest(codec.packed(one)) for one in rows[begin : begin + AT_ONCE]}
        stored = _present(connection, tenant, digests)
        equal.update(one for one, present in stored.items() if present.content == digests[one])
    return equal


def delete_row(connection: Connection, tenant: str, usage_id: str) -> bool:
    """See UsageStore."""
    take_turns(connection)
    stored, touched = list(_present(connection, tenant, [usage_id]).values()), Touched()
    _remove(connection, tenant, stored, touched)
    connection.execute(delete(usage_changes).where(usage_changes.c.number.in_([one.number for one in stored])))
    publish(connection, touched)
    return bool(stored)
