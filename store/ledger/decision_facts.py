"""Reads and writes the files that facts were read from. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from sqlalchemy import Connection, delete, exists, select, text

from store.history.upsert import insert_into
from store.ledger import content as contents
from store.ledger.tables import decision_facts, decision_files, decisions

LOCK = 0x0CA0_419  # of PostgreSQL; any number that nothing else in the database uses
Compressed = Mapping[str, tuple[str, bytes]]  # by path: digest of the content, and the content


def compressed(files: Mapping[str, bytes]) -> Compressed:
    """The files by path as they are stored."""
    return {path: (_digest(content), contents.packed(content)) for path, content in files.items()}


def are_stored(connection: Connection, version: str) -> bool:
    """Whether the files of a version are there."""
    query = select(decision_facts.c.path).where(decision_facts.c.version == version).limit(1)
    return connection.execute(query).first() is not None


def put(connection: Connection, version: str, files: Compressed) -> None:
    """Store the files of a version; those that are there already stay."""
    _wait_alone(connection)
    rows = [{"digest": digest, "content": content} for digest, content in dict(files.values()).items()]
    connection.execute(insert_into(connection, decision_files).on_conflict_do_nothing(), rows)
    paths = [{"version": version, "path": path, "digest": digest} for path, (digest, _) in files.items()]
    connection.execute(insert_into(connection, decision_facts).on_conflict_do_nothing(), paths)


def files(connection: Connection, version: str) -> dict[str, bytes]:
    """See DecisionStore.facts."""
    query = (
        select(decision_facts.c.path, decision_facts.c.digest, decision_files.c.content)
        .join(decision_files, decision_files.c.digest == decision_facts.c.digest)
        .where(decision_facts.c.version == version)
    )
    return {row.path: _whole(row.path, row.digest, row.content) for row in connection.execute(query)}


def _whole(path: str, digest: str, stored: bytes) -> bytes:
    with contents.of_row(f"the table {path}"):
        content = contents.unpacked(stored)
        if _digest(content) != digest:
            raise ValueError("it is not the content that was stored")
        return content


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def remove_unused(connection: Connection, version: str) -> None:
    """Remove the files of a version that no decision uses, but for those of other versions."""
    _wait_alone(connection)
    of_version = decision_facts.c.version == version
    connection.execute(select(decision_facts.c.path).where(of_version).with_for_update()).all()  # until puts have ended
    if connection.execute(select(decisions.c.id).where(decisions.c.facts == version).limit(1)).first() is not None:
        return
    connection.execute(delete(decision_facts).where(of_version))
    is_used = exists().where(decision_facts.c.digest == decision_files.c.digest)
    connection.execute(delete(decision_files).where(~is_used))


def _wait_alone(connection: Connection) -> None:
    """Until the transaction ends no other one stores or removes files; SQLite has one writer anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
