"""Whether a chore of all processes is due. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from sqlalchemy import Connection, or_

from store.history.tables import chores
from store.history.upsert import insert_into


def is_due(connection: Connection, name: str, now_minute: int, every_minutes: int) -> bool:
    """Whether this process is the one to do the chore now: one of all processes does, once in so many minutes."""
    claim = (
        insert_into(connection, chores)
        .values(name=name, done_minute=now_minute)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"done_minute": now_minute},
            where=or_(chores.c.done_minute <= now_minute - every_minutes, chores.c.done_minute > now_minute),
        )
    )
    return connection.execute(claim.returning(chores.c.name)).first() is not None
