"""Names of accounts, and what providers say that they emitted; of one tenant. SQLAlchemy is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from carbon.accounts import Account, ProviderFootprint
from store.history.scores import Stored


class AccountStore(Protocol):
    """Where they are. All methods raise StateUnavailable."""

    def put(self, tenant: str, accounts: Sequence[Account]) -> int:
        """Store accounts, in one transaction; one with the id of another replaces it, and all others stay, since
        usage of closed accounts needs their names. How many were not there or had other content.
        """
        ...

    def accounts(self, tenant: str) -> Mapping[str, Account]:
        """All accounts by id."""
        ...

    def put_footprints(self, tenant: str, provider: str, footprints: Sequence[ProviderFootprint]) -> int:
        """Store footprints, in one transaction, in place of all of the same months and accounts; how many changed."""
        ...

    def footprints(self, tenant: str, provider: str, first: date, last: date) -> list[ProviderFootprint]:
        """Those of the months from that of `first` to that of `last`."""
        ...


class Accounts:
    """An AccountStore in the database of the history. Creates no file before something is stored."""

    def __init__(self, history: Stored) -> None:
        self._history = history

    def put(self, tenant: str, accounts: Sequence[Account]) -> int:
        """See AccountStore."""
        from store.ledger import account_rows

        with self._history.database.writing() as connection:
            return account_rows.put(connection, tenant, accounts)

    def accounts(self, tenant: str) -> Mapping[str, Account]:
        """See AccountStore."""
        if not self._history.exists():
            return {}
        from store.ledger import account_rows

        with self._history.database.reading() as connection:
            return account_rows.accounts(connection, tenant)

    def put_footprints(self, tenant: str, provider: str, footprints: Sequence[ProviderFootprint]) -> int:
        """See AccountStore."""
        from store.ledger import account_rows

        with self._history.database.writing() as connection:
            return account_rows.put_footprints(connection, tenant, provider, footprints)

    def footprints(self, tenant: str, provider: str, first: date, last: date) -> list[ProviderFootprint]:
        """See AccountStore."""
        if not self._history.exists():
            return []
        from store.ledger import account_rows

        with self._history.database.reading() as connection:
            return account_rows.footprints(connection, tenant, provider, first, last)
