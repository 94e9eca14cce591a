"""Reads and writes decisions. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select
from sqlalchemy import delete as delete_from

from carbon.decisions import Decision
from carbon.errors import StateUnavailable
from store.ledger import content, decision_codec
from store.ledger.decisions import Kept
from store.ledger.tables import budget_reservations, decision_facts
from store.ledger.tables import decisions as table

AT_ONCE = 500  # ids in one query


def put(connection: Connection, tenant: str, decision: Decision, kept: Kept) -> None:
    """See DecisionStore. The row of the facts is locked, so that they are not removed before the decision is there."""
    facts = select(decision_facts.c.path).where(decision_facts.c.version == kept.facts).limit(1)
    if connection.execute(facts.with_for_update(read=True)).first() is None:
        raise StateUnavailable("the tables that the decision rests on")
    values = {
        "id": decision.id,
        "tenant": tenant,
        "made_second": int(decision.made_at.timestamp()),
        "facts": kept.facts,
        "decision": content.packed(decision_codec.packed(decision)),
        "question": content.packed(kept.question),
        "answer": content.packed(kept.answer),
        "evidence": content.packed(kept.evidence),
    }
    connection.execute(insert(table).values(**values))


def decision(connection: Connection, tenant: str, decision_id: str) -> Decision | None:
    """See DecisionStore."""
    stored = connection.execute(select(table.c.decision).where(_is(tenant, decision_id))).scalar()
    return None if stored is None else _decision(decision_id, stored)


def _decision(decision_id: str, stored: bytes) -> Decision:
    with content.of_row(f"decision {decision_id}"):
        return decision_codec.unpacked(content.unpacked(stored))


def kept(connection: Connection, tenant: str, decision_id: str) -> Kept | None:
    """See DecisionStore."""
    columns = (table.c.question, table.c.answer, table.c.evidence, table.c.facts)
    row = connection.execute(select(*columns).where(_is(tenant, decision_id))).first()
    if row is None:
        return None
    with content.of_row(f"decision {decision_id}"):
        question, answer = content.json_object(row.question), content.json_object(row.answer)
    try:
        evidence = content.unpacked(row.evidence)
    except content.DAMAGE:
        evidence = b""  # which cannot be read: the decision can be shown without being asked again
    return Kept(question=question, answer=answer, evidence=evidence, facts=row.facts)


def decisions(
    connection: Connection, tenant: str, first: datetime, last: datetime, offset: int, limit: int | None
) -> list[Decision]:
    """See DecisionStore."""
    query = (
        select(table.c.id, table.c.decision)
        .where(_between(tenant, first, last))
        .order_by(table.c.made_second, table.c.id)
    )
    rows = connection.execute(query.offset(offset).limit(limit))
    return [_decision(row.id, row.decision) for row in rows]


def count(connection: Connection, tenant: str, first: datetime, last: datetime) -> int:
    """See DecisionStore."""
    return connection.execute(select(func.count()).select_from(table).where(_between(tenant, first, last))).scalar_one()


def made_at(connection: Connection, tenant: str, decision_ids: Sequence[str]) -> dict[str, datetime]:
    """See DecisionStore."""
    found: dict[str, datetime] = {}
    for begin in range(0, len(decision_ids), AT_ONCE):
        some = decision_ids[begin : begin + AT_ONCE]
        query = select(table.c.id, table.c.made_second).where(table.c.tenant == tenant, table.c.id.in_(some))
        found.update({row.id: datetime.fromtimestamp(row.made_second, UTC) for row in connection.execute(query)})
    return found


def delete(connection: Connection, tenant: str, decision_id: str) -> str | None:
    """Remove a decision with what it reserved; the version of its facts, None if there is none."""
    version: str | None = connection.execute(select(table.c.facts).where(_is(tenant, decision_id))).scalar()
    connection.execute(delete_from(table).where(_is(tenant, decision_id)))
    if version is not None:
        connection.execute(delete_from(budget_reservations).where(budget_reservations.c.decision_id == decision_id))
    return version


def _is(tenant: str, decision_id: str) -> ColumnElement[bool]:
    return and_(table.c.id == decision_id, table.c.tenant == tenant)


def _between(tenant: str, first: datetime, last: datetime) -> ColumnElement[bool]:
    seconds = table.c.made_second.between(int(first.timestamp()), int(last.timestamp()))
    return and_(table.c.tenant == tenant, seconds)
