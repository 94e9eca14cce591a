"""Sums the usage of a budget by UTC day, and keeps the sums. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, and_, case, delete, func, insert, select

from carbon.budgets import Budget, Span, Spent
from carbon.ledger import UsageDay, UsageRow
from carbon.units import HOUR
from store.history.tables import budget_days, usage, usage_days, usage_kinds, usage_versions
from store.ledger import codec
from store.ledger.budgets import PartOfRow, Parts, PartsNeeded
from store.ledger.usage_rows import SUMS, day_of

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DaySums:
    """What was spent of a period. fresh: sums of days that were made anew, each with the version it rests on."""

    total: Spent
    fresh: Mapping[int, tuple[int, Spent]]


def day_sums(
    connection: Connection, tenant: str, number: int, budget: Budget, span: Span, now: datetime, parts: Parts
) -> DaySums:
    """Sums of a period by UTC day. Raises PartsNeeded.

    Versions are read first: sums that hold more than their version says are only made anew once more.
    """
    first, last = (span.starts_at - EPOCH) // DAY, (min(span.ends_at, now + DAY) - EPOCH) // DAY
    versions = _versions(connection, tenant, first, last)
    kept = _kept(connection, number, span)
    sums = {day: kept[day][1] for day, version in versions.items() if day in kept and kept[day][0] == version}
    stale = [day for day in versions if day not in sums]
    made = _make(connection, tenant, budget, span, stale, parts) if stale else {}
    total = sum([*sums.values(), *made.values()], Spent())
    return DaySums(total, {day: (versions[day], made.get(day, Spent())) for day in stale})


def store(connection: Connection, number: int, span: Span, sums: DaySums) -> None:
    """Keep sums that were made anew; the budget is locked."""
    second = int(span.starts_at.timestamp())
    rows = [
        {
            "budget_number": number,
            "period_second": second,
            "day": day,
            "version": version,
            "sums": orjson.dumps(asdict(spent)).decode(),
        }
        for day, (version, spent) in sums.fresh.items()
    ]
    if rows:
        kept = budget_days.c
        in_period = and_(kept.budget_number == number, kept.period_second == second)
        connection.execute(delete(budget_days).where(in_period, kept.day.in_(list(sums.fresh))))
        connection.execute(insert(budget_days), rows)


def kinds_of(connection: Connection, tenant: str, budget: Budget) -> frozenset[int]:
    """The kinds of rows that have all tags of the budget."""
    query = select(usage_kinds.c.id, usage_kinds.c.tags).where(usage_kinds.c.tenant == tenant)
    wanted = budget.tags.items()
    return frozenset(row.id for row in connection.execute(query) if wanted <= orjson.loads(row.tags).items())


def _versions(connection: Connection, tenant: str, first: int, last: int) -> dict[int, int]:
    columns = usage_versions.c
    query = select(columns.day, columns.version).where(columns.tenant == tenant, columns.day.between(first, last))
    return {row.day: row.version for row in connection.execute(query)}


def _kept(connection: Connection, number: int, span: Span) -> dict[int, tuple[int, Spent]]:
    columns, second = budget_days.c, int(span.starts_at.timestamp())
    query = select(columns.day, columns.version, columns.sums).where(
        columns.budget_number == number, columns.period_second == second
    )
    return {row.day: (row.version, Spent(**orjson.loads(row.sums))) for row in connection.execute(query)}


def _make(
    connection: Connection, tenant: str, budget: Budget, span: Span, days: Sequence[int], parts: Parts
) -> dict[int, Spent]:
    kinds = kinds_of(connection, tenant, budget)
    if not kinds:
        return {}
    cut = [day for day in days if _within(span, day) != (_midnight(day), _midnight(day + 1))]
    whole = _whole_days(connection, tenant, kinds, [day for day in days if day not in cut])
    needed: list[PartOfRow] = []
    for day in cut:
        whole[day] = _cut_day(connection, tenant, kinds, span, day, parts, needed)
    if needed:
        raise PartsNeeded(needed)
    return whole


def _midnight(day: int) -> datetime:
    return EPOCH + day * DAY


def _within(span: Span, day: int) -> tuple[datetime, datetime]:
    """The part of a UTC day that lies in a period; its end is not after its start if none does."""
    return max(span.starts_at, _midnight(day)), min(span.ends_at, _midnight(day + 1))


def _whole_days(connection: Connection, tenant: str, kinds: frozenset[int], days: Sequence[int]) -> dict[int, Spent]:
    columns = usage_days.c
    of_grid = columns.measured_g + columns.estimated_g + columns.usual_g  # NULL where one of them is
    figures = (
        ("operational_g", "unknown_hours", of_grid),
        ("embodied_g", "no_embodied_hours", columns.embodied_g),
        ("cost_usd", "no_price_hours", columns.cost_usd),
    )
    query = (
        select(
            columns.day,
            columns.kind_id,
            func.sum(columns.hours).label("hours"),
            *(func.coalesce(func.sum(figure), 0.0).label(name) for name, _, figure in figures),
            *(func.sum(case((figure.is_(None), columns.hours), else_=0.0)).label(name) for _, name, figure in figures),
        )
        .where(columns.day.in_(days), _in_tenant(tenant))
        .group_by(columns.day, columns.kind_id)
        .order_by(columns.day, columns.kind_id)
    )
    sums: dict[int, Spent] = {}
    for row in connection.execute(query):
        if row.kind_id in kinds:
            fields = {name: getattr(row, name) for name in Spent.__slots__}
            sums[row.day] = sums.get(row.day, Spent()) + Spent(**fields)
    return sums


def _in_tenant(tenant: str) -> Any:
    return usage_days.c.kind_id.in_(select(usage_kinds.c.id).where(usage_kinds.c.tenant == tenant))


def _cut_day(
    connection: Connection,
    tenant: str,
    kinds: frozenset[int],
    span: Span,
    day: int,
    parts: Parts,
    needed: list[PartOfRow],
) -> Spent:
    """The sum of a day that the period does not fill. Parts of rows that are not at hand are added to `needed`."""
    begins, ends = _within(span, day)
    query = (
        select(usage_days, usage.c.row, usage.c.content)
        .join(usage, usage.c.number == usage_days.c.number)
        .where(usage_days.c.day == day, _in_tenant(tenant))
        .order_by(usage_days.c.number)
    )
    figures = []
    for stored in connection.execute(query):
        if stored.kind_id not in kinds:
            continue
        row = codec.unpacked(stored.row)
        on_day = max(row.start, _midnight(day)), min(row.end, _midnight(day + 1))
        inside = max(on_day[0], begins), min(on_day[1], ends)
        if inside == on_day:
            figures.append(day_of(stored))
        elif inside[0] < inside[1]:
            share = (inside[1] - inside[0]) / (on_day[1] - on_day[0])
            by_hours = _share(day_of(stored), share)
            part = PartOfRow(stored.number, stored.content, day, _cut(row, *inside), by_hours)
            if part.key in parts:
                figures.append(parts[part.key])
            else:
                needed.append(part)
    return _spent(figures)


def _cut(row: UsageRow, start: datetime, end: datetime) -> UsageRow:
    """A part of a row: energy and cost that were measured are split by the hours, as they are by day."""
    share = (end - start) / HOUR / row.hours
    return replace(
        row,
        start=start,
        end=end,
        it_kwh=None if row.it_kwh is None else row.it_kwh * share,
        cost_usd=None if row.cost_usd is None else row.cost_usd * share,
    )


def _share(day: UsageDay, share: float) -> UsageDay:
    figures = {name: getattr(day, name) for name in SUMS}
    parts = {name: None if figure is None else figure * share for name, figure in figures.items()}
    return UsageDay(day=day.day, hours=day.hours * share, **parts)


def _spent(days: Iterable[UsageDay]) -> Spent:
    return sum(map(_spent_on, days), Spent())


def _spent_on(day: UsageDay) -> Spent:
    return Spent(
        hours=day.hours,
        operational_g=day.operational_g or 0.0,
        embodied_g=day.embodied_g or 0.0,
        cost_usd=day.cost_usd or 0.0,
        unknown_hours=day.hours if day.operational_g is None else 0.0,
        no_embodied_hours=day.hours if day.embodied_g is None else 0.0,
        no_price_hours=day.hours if day.cost_usd is None else 0.0,
    )
