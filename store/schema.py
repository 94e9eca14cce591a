"""The tables of a file and their version, which SQLite keeps in the file as user_version."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The newest tables, and the migrations of older ones.

    tables: statements that create the newest tables. migrations: the n-th contains the statements that lead from
    version n to n + 1. Files of releases that stored no version have version 0 and the tables of version 1.
    """

    tables: tuple[str, ...]
    migrations: tuple[tuple[str, ...], ...] = ((),)

    @property
    def version(self) -> int:
        """The version of the newest tables."""
        return len(self.migrations)

    def create(self, connection: sqlite3.Connection) -> None:
        """Create the tables in an empty file."""
        for statement in self.tables:
            connection.execute(statement)
        self._set(connection, self.version)

    def upgrade(self, connection: sqlite3.Connection) -> None:
        """Bring the tables of a file to the newest version, in one transaction.

        Raises sqlite3.Error, also for a file of a newer release, which is left as it is.
        """
        if self._version_of(connection) == self.version:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = self._version_of(connection)  # another process may have upgraded the file meanwhile
            self._refuse_newer(version)
            for statements in self.migrations[version:]:
                for statement in statements:
                    connection.execute(statement)
            self._set(connection, self.version)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _refuse_newer(self, version: int) -> None:
        if version > self.version:
            raise sqlite3.DatabaseError(
                f"its tables have version {version}, made by a newer release; this one knows version {self.version}"
            )

    def _version_of(self, connection: sqlite3.Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _set(self, connection: sqlite3.Connection, version: int) -> None:
        connection.execute(f"PRAGMA user_version = {version:d}")
