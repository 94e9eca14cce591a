"""Reads and writes accounts and their footprints. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from carbon.accounts import Account, ProviderFootprint
from store.ledger import content
from store.ledger.tables import accounts as account_table
from store.ledger.tables import provider_footprints as footprint_table
from store.ledger.usage import UsageTotal

AT_ONCE = 500  # ids in one query


def put(connection: Connection, tenant: str, listed: Sequence[Account]) -> int:
    """See AccountStore."""
    present = accounts(connection, tenant)
    changed = list({one.id: one for one in listed if present.get(one.id) != one}.values())
    table = account_table.c
    for begin in range(0, len(changed), AT_ONCE):
        batch = changed[begin : begin + AT_ONCE]
        gone = table.id.in_([one.id for one in batch])
        connection.execute(delete(account_table).where(table.tenant == tenant, gone))
        rows = [asdict(one) | {"tenant": tenant, "tags": orjson.dumps(dict(one.tags)).decode()} for one in batch]
        connection.execute(insert(account_table), rows)
    return len(changed)


def accounts(connection: Connection, tenant: str) -> dict[str, Account]:
    """See AccountStore."""
    query = select(account_table).where(account_table.c.tenant == tenant).order_by(account_table.c.id)
    found = {}
    for row in connection.execute(query):
        with content.of_row(f"account {row.id}"):
            tags = dict(orjson.loads(row.tags))
        found[row.id] = Account(id=row.id, name=row.name, status=row.status, ou=row.ou, tags=tags)
    return found


def named(connection: Connection, tenant: str, totals: Sequence[UsageTotal]) -> list[UsageTotal]:
    """Totals with the names of their accounts as tags; tags that rows have themselves count first."""
    tags = {one.id: one.tags_of_usage() for one in accounts(connection, tenant).values()}
    return [
        replace(total, tags={**more, **total.tags}) if (more := tags.get(total.tags.get("account", ""))) else total
        for total in totals
    ]


def put_footprints(connection: Connection, tenant: str, provider: str, footprints: Sequence[ProviderFootprint]) -> int:
    """See AccountStore."""
    by_month: dict[date, list[ProviderFootprint]] = {}
    for one in footprints:
        by_month.setdefault(one.month, []).append(one)
    return sum(_put_month(connection, tenant, provider, month, rows) for month, rows in by_month.items())


def _put_month(
    connection: Connection, tenant: str, provider: str, month: date, rows: Sequence[ProviderFootprint]
) -> int:
    accounts_of_rows = {one.account for one in rows}
    present = [one for one in footprints(connection, tenant, provider, month, month) if one.account in accounts_of_rows]
    if set(present) == set(rows):
        return 0
    table = footprint_table.c
    of_month = (table.tenant == tenant) & (table.provider == provider) & (table.month == _number(month))
    ids = sorted(accounts_of_rows)
    for begin in range(0, len(ids), AT_ONCE):
        connection.execute(delete(footprint_table).where(of_month, table.account.in_(ids[begin : begin + AT_ONCE])))
    key = {"tenant": tenant, "provider": provider, "month": _number(month)}
    connection.execute(insert(footprint_table), [asdict(one) | key for one in rows])
    return len(set(rows) - set(present)) or len(set(present) - set(rows))


def footprints(connection: Connection, tenant: str, provider: str, first: date, last: date) -> list[ProviderFootprint]:
    """See AccountStore."""
    table = footprint_table.c
    query = (
        select(footprint_table)
        .where(table.tenant == tenant, table.provider == provider)
        .where(table.month.between(_number(first), _number(last)))
        .order_by(table.month, table.account, table.region, table.service)
    )
    return [_footprint(row._asdict()) for row in connection.execute(query)]


def _footprint(row: dict[str, Any]) -> ProviderFootprint:
    month = row.pop("month")
    del row["tenant"], row["provider"]
    return ProviderFootprint(month=date(month // 12, month % 12 + 1, 1), **row)


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1
