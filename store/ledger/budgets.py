"""Budgets and what is reserved in them, each of one tenant. SQLAlchemy is imported when one is stored or read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from carbon.budgets import Budget, BudgetState, Claim, Span
from carbon.errors import Busy, StateUnavailable
from carbon.ledger import UsageDay, UsageRow
from store.history.scores import Stored

TURN_SECONDS = 10.0  # longest wait for other threads of this process that reserve


@dataclass(frozen=True, slots=True)
class PartOfRow:
    """The part of a stored row that lies in a period, on a UTC day that the period does not fill.

    number, content: of the row that is stored. row: cut; its figures are needed. by_hours: its share of the day's.
    """

    number: int
    content: str
    day: int
    row: UsageRow
    by_hours: UsageDay

    @property
    def key(self) -> PartKey:
        """What its figures are found by."""
        return self.number, self.content, self.day


PartKey = tuple[int, str, int]
Parts = Mapping[PartKey, UsageDay]


class PartsNeeded(Exception):
    """Figures of parts of rows are not at hand: settle them, and ask again with these. Nothing was written."""

    def __init__(self, parts: Sequence[PartOfRow]) -> None:
        super().__init__(f"{len(parts)} rows run over the boundary of a period")
        self.parts = parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What a decision asks of a budget.

    spans: the periods of the budget in which the claims lie. check: raises if they do not fit into these, of which it
    is given the states without the claims. write: what is stored in the same transaction, given its connection.
    """

    decision_id: str
    claims: Sequence[Claim]
    spans: Callable[[Budget], Sequence[Span]]
    check: Callable[[Budget, Mapping[Span, BudgetState]], None]
    write: Callable[[Any], None] = field(default=lambda _connection: None)


class BudgetStore(Protocol):
    """Where budgets are. All methods raise StateUnavailable. parts: figures that are at hand; see PartsNeeded."""

    def budgets(self, tenant: str) -> list[Budget]:
        """Those of a tenant, by name."""
        ...

    def budget(self, tenant: str, name: str) -> Budget | None:
        """One budget."""
        ...

    def put(self, tenant: str, budget: Budget, most: int) -> bool:
        """Create or replace a budget; reservations stay. Whether it is new. Raises TooManyBudgets beyond `most`."""
        ...

    def delete(self, tenant: str, name: str) -> bool:
        """Remove a budget with all reservations. False if there is none."""
        ...

    def state(self, tenant: str, budget: Budget, span: Span, now: datetime, parts: Parts) -> BudgetState | None:
        """What was spent of a period and what is reserved; None if there is no such budget. Raises PartsNeeded."""
        ...

    def reserve(
        self, tenant: str, name: str, reservation: Reservation, now: datetime, parts: Parts
    ) -> list[BudgetState]:
        """Reserve if `check` raises nothing, in one transaction; the states of its periods after it.

        Raises UnknownBudget, PartsNeeded, Busy and what `check` raises; then nothing was written.
        """
        ...


class BudgetLedger:
    """A BudgetStore in the database of the history. Creates no file before something is stored."""

    def __init__(self, history: Stored) -> None:
        self._history = history
        self._turn = threading.Lock()  # threads wait here in order, and not in the database, which has none

    def budgets(self, tenant: str) -> list[Budget]:
        """See BudgetStore."""
        if not self._history.exists():
            return []
        from store.ledger import budget_rows

        with self._history.database.reading() as connection:
            return budget_rows.budgets(connection, tenant)

    def budget(self, tenant: str, name: str) -> Budget | None:
        """See BudgetStore."""
        if not self._history.exists():
            return None
        from store.ledger import budget_rows

        with self._history.database.reading() as connection:
            stored = budget_rows.stored(connection, tenant, name)
            return None if stored is None else stored[1]

    def put(self, tenant: str, budget: Budget, most: int) -> bool:
        """See BudgetStore."""
        from store.ledger import budget_rows

        with self._history.database.writing() as connection:
            return budget_rows.put(connection, tenant, budget, most)

    def delete(self, tenant: str, name: str) -> bool:
        """See BudgetStore."""
        if not self._history.exists():
            return False
        from store.ledger import budget_rows

        with self._history.database.writing() as connection:
            return budget_rows.delete_budget(connection, tenant, name)

    def state(self, tenant: str, budget: Budget, span: Span, now: datetime, parts: Parts) -> BudgetState | None:
        """See BudgetStore. Sums that were made anew are stored, unless others write for so long."""
        if not self._history.exists():
            return None
        from store.ledger import budget_rows

        with self._history.database.reading() as connection:
            state, is_stale = budget_rows.state(connection, tenant, budget.name, span, now, parts)
        if is_stale and self._turn.acquire(blocking=False):
            try:
                with self._history.database.writing() as connection:
                    budget_rows.renew(connection, tenant, budget.name, span, now, parts)
            except StateUnavailable:  # the next reader makes them anew
                pass
            finally:
                self._turn.release()
        return state

    def reserve(
        self, tenant: str, name: str, reservation: Reservation, now: datetime, parts: Parts
    ) -> list[BudgetState]:
        """See BudgetStore."""
        from store.ledger import budget_rows

        with self._in_turn(), self._history.database.writing() as connection:
            return budget_rows.reserve(connection, tenant, name, reservation, now, parts)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=TURN_SECONDS):
            raise Busy("too many placements reserve at once")
        try:
            yield
        finally:
            self._turn.release()
