"""The ledger's rows of usage, each of one tenant. SQLAlchemy is imported when one is stored or read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from carbon.ledger import SettledUsage, UsageDay, UsageRow
from store.history.readings import minute_of
from store.history.scores import Stored
from store.ledger.grid_days import GridDays

CHORE, EVERY_MINUTES = "usage", 60


class Standing(IntEnum):
    """Whether better readings of a row may still come. NEW: they may, and it was not settled anew since it was stored.

    ON_USUAL, ON_READINGS: they may, and its grams rest on usual values, or on readings alone.
    """

    FINAL, NEW, ON_USUAL, ON_READINGS = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many rows were new, had another content before, and were there already."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(
            added=self.added + other.added,
            replaced=self.replaced + other.replaced,
            unchanged=self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageChange:
    """The figures that a row had until `changed_at`. reason: "readings" (better ones came) or "replaced"."""

    changed_at: datetime
    reason: str
    energy_kwh: float | None
    operational_g: float | None
    usual_g: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A row as it is stored. origin: "api", or the format that it was imported from. changes: the latest first."""

    settled: SettledUsage
    origin: str
    changes: tuple[UsageChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTotal:
    """The sums of the rows that are alike on one UTC day. figures: of those that are known.

    machine: provider:type, or the parts of a described one as JSON; empty where only energy is known. is_metered:
    whether the energy was measured. without_submission_rows, without_submission_g: those with grams, but without
    at_submission_g. unknown_hours, no_price_hours, no_embodied_hours: of those without the figure. pue: that is in
    their energy; None: not known.
    """

    day: int
    region: str
    zone: str
    machine: str
    is_metered: bool
    tags: Mapping[str, str]
    rows: int
    figures: UsageDay
    without_submission_rows: int
    without_submission_g: float
    unknown_hours: float
    no_price_hours: float
    no_embodied_hours: float
    pue: float | None = None


class UsageStore(Protocol):
    """Where the rows are. All methods raise StateUnavailable. days: UTC days since 1970, the last one included."""

    def is_due(self, now: datetime) -> bool:
        """Whether this process is the one to settle rows anew: one of all is, once an hour."""
        ...

    def put(self, tenant: str, origin: str, rows: Sequence[tuple[SettledUsage, bool]], now: datetime) -> Written:
        """Store rows, in one transaction; one with the id of another replaces it, unless they are equal.

        bool: whether better readings may still come.
        """
        ...

    def row(self, tenant: str, usage_id: str) -> LedgerRow | None:
        """One row with its changes."""
        ...

    def rows(self, tenant: str, first_day: int, last_day: int, offset: int, limit: int) -> tuple[list[LedgerRow], int]:
        """A page of the rows that ran on these days, by their first day and id, without changes; and how many."""
        ...

    def delete(self, tenant: str, usage_id: str) -> bool:
        """Remove a row with all that is stored of it. False if there is none."""
        ...

    def totals(self, tenant: str, first_day: int, last_day: int) -> list[UsageTotal]:
        """The sums of the rows on these days, by day; with the names of their accounts among the tags."""
        ...

    def grams(self, tenant: str, prefix: str, first_day: int, last_day: int) -> dict[str, float | None]:
        """Operational gCO2e by id, of rows that began on these days and whose id begins so; None: unknown."""
        ...

    def of_decisions(self, tenant: str, decision_ids: Sequence[str]) -> dict[str, list[SettledUsage]]:
        """The rows that name decisions, by the id of the decision; without ids that no row names."""
        ...

    def unchanged(self, tenant: str, rows: Sequence[UsageRow]) -> set[str]:
        """The ids of those rows, each with another id, that are stored as they are."""
        ...

    def improvable(
        self, standing: Standing, ended_before: int, changed: Mapping[str, int], after: int, limit: int
    ) -> list[tuple[int, str, LedgerRow]]:
        """Rows of a standing of all tenants, with number and tenant, from the number `after` on.

        All that are NEW; of others those that ended before a day, and those that ran on the day that `changed` has of
        their region or later.
        """
        ...

    def improve(self, settled: Sequence[tuple[int, SettledUsage, Standing]], now: datetime) -> int:
        """Replace figures by better ones and keep the former; how many changed."""
        ...

    def regions(self) -> list[str]:
        """The regions that rows of any tenant are or were of."""
        ...

    def grid_days(self) -> dict[str, GridDays]:
        """The grid by which rows were last settled anew, by zone."""
        ...

    def keep_grid_days(self, by_zone: Mapping[str, GridDays]) -> None:
        """Replace that."""
        ...


class UsageLedger:
    """A UsageStore in the database of the history. Creates no file before something is stored."""

    def __init__(self, history: Stored) -> None:
        self._history = history

    def is_due(self, now: datetime) -> bool:
        """See UsageStore."""
        if not self._history.exists():
            return False
        from store.history import due

        with self._history.database.writing() as connection:
            return due.is_due(connection, CHORE, minute_of(now), EVERY_MINUTES)

    def put(self, tenant: str, origin: str, rows: Sequence[tuple[SettledUsage, bool]], now: datetime) -> Written:
        """See UsageStore."""
        from store.ledger import usage_rows

        with self._history.database.answering() as connection:
            return usage_rows.put(connection, tenant, origin, rows, now)

    def row(self, tenant: str, usage_id: str) -> LedgerRow | None:
        """See UsageStore."""
        if not self._history.exists():
            return None
        from store.ledger import usage_rows

        with self._history.database.reading() as connection:
            return usage_rows.row(connection, tenant, usage_id)

    def rows(self, tenant: str, first_day: int, last_day: int, offset: int, limit: int) -> tuple[list[LedgerRow], int]:
        """See UsageStore."""
        if not self._history.exists():
            return [], 0
        from store.ledger import usage_rows

        with self._history.database.reading() as connection:
            return usage_rows.rows(connection, tenant, first_day, last_day, offset, limit)

    def delete(self, tenant: str, usage_id: str) -> bool:
        """See UsageStore."""
        if not self._history.exists():
            return False
        from store.ledger import usage_rows

        with self._history.database.answering() as connection:
            return usage_rows.delete_row(connection, tenant, usage_id)

    def totals(self, tenant: str, first_day: int, last_day: int) -> list[UsageTotal]:
        """See UsageStore."""
        if not self._history.exists():
            return []
        from store.ledger import account_rows, usage_totals

        with self._history.database.reading() as connection:
            return account_rows.named(connection, tenant, usage_totals.totals(connection, tenant, first_day, last_day))

    def grams(self, tenant: str, prefix: str, first_day: int, last_day: int) -> dict[str, float | None]:
        """See UsageStore."""
        if not self._history.exists():
            return {}
        from store.ledger import usage_grams

        with self._history.database.reading() as connection:
            return usage_grams.grams(connection, tenant, prefix, first_day, last_day)

    def of_decisions(self, tenant: str, decision_ids: Sequence[str]) -> dict[str, list[SettledUsage]]:
        """See UsageStore."""
        if not self._history.exists():
            return {}
        from store.ledger import usage_rows

        with self._history.database.reading() as connection:
            return usage_rows.of_decisions(connection, tenant, decision_ids)

    def unchanged(self, tenant: str, rows: Sequence[UsageRow]) -> set[str]:
        """See UsageStore."""
        if not self._history.exists():
            return set()
        from store.ledger import usage_rows

        with self._history.database.reading() as connection:
            return usage_rows.unchanged(connection, tenant, rows)

    def improvable(
        self, standing: Standing, ended_before: int, changed: Mapping[str, int], after: int, limit: int
    ) -> list[tuple[int, str, LedgerRow]]:
        """See UsageStore."""
        if not self._history.exists():
            return []
        from store.ledger import usage_improvement

        with self._history.database.reading() as connection:
            return usage_improvement.improvable(connection, standing, ended_before, changed, after, limit)

    def improve(self, settled: Sequence[tuple[int, SettledUsage, Standing]], now: datetime) -> int:
        """See UsageStore."""
        from store.ledger import usage_improvement

        with self._history.database.writing() as connection:
            return usage_improvement.improve(connection, settled, now)

    def regions(self) -> list[str]:
        """See UsageStore."""
        if not self._history.exists():
            return []
        from store.ledger import grid_day_rows

        with self._history.database.reading() as connection:
            return grid_day_rows.regions(connection)

    def grid_days(self) -> dict[str, GridDays]:
        """See UsageStore."""
        if not self._history.exists():
            return {}
        from store.ledger import grid_day_rows

        with self._history.database.reading() as connection:
            return grid_day_rows.grid_days(connection)

    def keep_grid_days(self, by_zone: Mapping[str, GridDays]) -> None:
        """See UsageStore."""
        from store.ledger import grid_day_rows

        with self._history.database.writing() as connection:
            grid_day_rows.keep(connection, by_zone)
