"""Decisions that are kept, each of one tenant. SQLAlchemy is imported when one is stored or read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from carbon.decisions import Decision
from store.history.scores import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is stored beside a decision. question: JSON as it was sent. answer: its bytes. evidence: what was read.

    facts: the version of the tables that were used, which must be stored before.
    """

    question: bytes
    answer: bytes
    evidence: bytes
    facts: str


def writer(tenant: str, decision: Decision, kept: Kept) -> Callable[[Any], None]:
    """What stores a new decision in a transaction that is under way, given its connection. As DecisionStore.put."""

    def write(connection: Any) -> None:
        from store.ledger import decision_rows

        decision_rows.put(connection, tenant, decision, kept)

    return write


class DecisionStore(Protocol):
    """Where decisions are. All methods raise StateUnavailable."""

    def keep_facts(self, version: str, files: Callable[[], Mapping[str, bytes]]) -> None:
        """Store the files of a version of the facts by path, unless they are stored; then `files` is not called."""
        ...

    def facts(self, version: str) -> Mapping[str, bytes]:
        """The files of a version by path; empty if there is none."""
        ...

    def put(self, tenant: str, decision: Decision, kept: Kept) -> None:
        """Store a new decision. StateUnavailable also if its facts are not stored.

        To store it in a transaction with other rows: store.ledger.decision_rows.put.
        """
        ...

    def decision(self, tenant: str, decision_id: str) -> Decision | None:
        """One decision."""
        ...

    def kept(self, tenant: str, decision_id: str) -> Kept | None:
        """What is stored beside a decision."""
        ...

    def decisions(
        self, tenant: str, first: datetime, last: datetime, *, offset: int = 0, limit: int | None = None
    ) -> list[Decision]:
        """Those made from `first` to `last`, both included, the earliest first."""
        ...

    def count(self, tenant: str, first: datetime, last: datetime) -> int:
        """How many there are of these."""
        ...

    def made_at(self, tenant: str, decision_ids: Sequence[str]) -> dict[str, datetime]:
        """When decisions were made, by id; without those that there are not."""
        ...

    def delete(self, tenant: str, decision_id: str) -> bool:
        """Remove a decision with all that is stored of it, and facts that no other one uses. False if there is none."""
        ...


class DecisionLedger:
    """A DecisionStore in the database of the history. Creates no file before something is stored."""

    def __init__(self, history: Stored) -> None:
        self._history = history

    def keep_facts(self, version: str, files: Callable[[], Mapping[str, bytes]]) -> None:
        """See DecisionStore."""
        from store.ledger import decision_facts

        if self._history.exists():
            with self._history.database.reading() as connection:
                if decision_facts.are_stored(connection, version):
                    return
        contents = decision_facts.compressed(files())  # takes half a second, so not while others wait to write
        with self._history.database.answering() as connection:
            decision_facts.put(connection, version, contents)

    def facts(self, version: str) -> Mapping[str, bytes]:
        """See DecisionStore."""
        if not self._history.exists():
            return {}
        from store.ledger import decision_facts

        with self._history.database.reading() as connection:
            return decision_facts.files(connection, version)

    def put(self, tenant: str, decision: Decision, kept: Kept) -> None:
        """See DecisionStore."""
        from store.ledger import decision_rows

        with self._history.database.answering() as connection:
            decision_rows.put(connection, tenant, decision, kept)

    def decision(self, tenant: str, decision_id: str) -> Decision | None:
        """See DecisionStore."""
        if not self._history.exists():
            return None
        from store.ledger import decision_rows

        with self._history.database.reading() as connection:
            return decision_rows.decision(connection, tenant, decision_id)

    def kept(self, tenant: str, decision_id: str) -> Kept | None:
        """See DecisionStore."""
        if not self._history.exists():
            return None
        from store.ledger import decision_rows

        with self._history.database.reading() as connection:
            return decision_rows.kept(connection, tenant, decision_id)

    def decisions(
        self, tenant: str, first: datetime, last: datetime, *, offset: int = 0, limit: int | None = None
    ) -> list[Decision]:
        """See DecisionStore."""
        if not self._history.exists():
            return []
        from store.ledger import decision_rows

        with self._history.database.reading() as connection:
            return decision_rows.decisions(connection, tenant, first, last, offset, limit)

    def count(self, tenant: str, first: datetime, last: datetime) -> int:
        """See DecisionStore."""
        if not self._history.exists():
            return 0
        from store.ledger import decision_rows

        with self._history.database.reading() as connection:
            return decision_rows.count(connection, tenant, first, last)

    def made_at(self, tenant: str, decision_ids: Sequence[str]) -> dict[str, datetime]:
        """See DecisionStore."""
        if not decision_ids or not self._history.exists():
            return {}
        from store.ledger import decision_rows

        with self._history.database.reading() as connection:
            return decision_rows.made_at(connection, tenant, decision_ids)

    def delete(self, tenant: str, decision_id: str) -> bool:
        """See DecisionStore."""
        if not self._history.exists():
            return False
        from store.ledger import decision_facts, decision_rows

        with self._history.database.answering() as connection:
            version = decision_rows.delete(connection, tenant, decision_id)
            if version is not None:
                decision_facts.remove_unused(connection, version)
            return version is not None
