"""What rows of usage have in common, stored once. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from carbon.ledger import SettledUsage
from store.history.upsert import insert_into
from store.ledger import codec
from store.ledger.tables import usage_kinds


def kind_ids(connection: Connection, tenant: str, settled: Sequence[SettledUsage]) -> list[int]:
    """The kind of each row, which is stored if it is new."""
    kinds = [codec.kind(one) for one in settled]
    distinct = list({kind["digest"]: {**kind, "tenant": tenant} for kind in kinds}.values())
    if distinct:
        connection.execute(insert_into(connection, usage_kinds).on_conflict_do_nothing(), distinct)
    digests = [kind["digest"] for kind in distinct]
    query = select(usage_kinds.c.digest, usage_kinds.c.id).where(
        usage_kinds.c.tenant == tenant, usage_kinds.c.digest.in_(digests)
    )
    ids = {row.digest: row.id for row in connection.execute(query)}
    return [ids[kind["digest"]] for kind in kinds]


def kinds_by_number(
    connection: Connection, settled: Sequence[tuple[int, SettledUsage]], stored: Mapping[int, Row[Any]]
) -> dict[int, int]:
    """The kinds of stored rows as they are settled now."""
    by_tenant: dict[str, list[tuple[int, SettledUsage]]] = {}
    for number, one in settled:
        by_tenant.setdefault(stored[number].tenant, []).append((number, one))
    kinds = dict[int, int]()
    for tenant, some in by_tenant.items():
        ids = kind_ids(connection, tenant, [one for _, one in some])
        kinds.update(zip((number for number, _ in some), ids, strict=True))
    return kinds
