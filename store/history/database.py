"""The database of the history: SQLite in DATA_DIR, or PostgreSQL. Imports SQLAlchemy: to be imported on first use."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from carbon.errors import StateUnavailable
from pid import process_id
from store.backoff import Backoff
from store.database import OWNER_ONLY
from store.history.entries import FILE
from store.ledger.tables import metadata  # with the tables of the ledger

NAME = "the history"
MIGRATIONS = Path(__file__).with_name("migrations")
NEWEST = "0010"  # the last revision in migrations/versions
BUSY_SECONDS = 5.0  # longest wait for another writer
CONNECT_SECONDS = 2  # the least that psycopg accepts
STATEMENT_SECONDS = 20
WRITERS = 2  # requests of a process that wait for other writers, which hold a thread each
TURN_SECONDS = 2.0  # longest wait of a request to be one of them
PAUSE_SECONDS = 5.0  # after a failure no request waits for the database again for so long
MIGRATION_LOCK = 0x0CA0_417  # of PostgreSQL; any number that nothing else in the database uses


class HistoryDatabase:
    """Connections inside a transaction. Nothing is opened, and no file is created, before the first use.

    A process that was forked opens its own connections. Tables of an older release are migrated at the first use; of
    several processes one does it while the others wait. Every method raises StateUnavailable if the database fails.
    """

    def __init__(
        self,
        data_dir: Path,
        url: str | None = None,
        *,
        statement_seconds: int = STATEMENT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """url: of a PostgreSQL database; None: a SQLite file in data_dir. statement_seconds: of that; 0: no limit."""
        self._statement_seconds = statement_seconds
        self._path = None if url else data_dir / FILE
        self._url = url
        self._engines: dict[int, Engine] = {}  # by process; those of others are referenced but never used or closed
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(WRITERS)
        self._backoff = Backoff(PAUSE_SECONDS, monotonic=monotonic)
        self._is_current = False
        self._failures = 0

    @property
    def path(self) -> Path | None:
        """The file; None for PostgreSQL."""
        return self._path

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from, in one transaction. For a few seconds after a failure it is refused at once."""
        if not self._backoff.may_try():
            raise StateUnavailable(NAME)
        with self._connection(immediate=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection to write to, in one transaction; creates the file. For background threads and commands."""
        with self._connection(immediate=True) as connection:
            yield connection

    @contextmanager
    def answering(self) -> Iterator[Connection]:
        """The same for requests: refused at once for a few seconds after a failure, and of requests that find the
        database locked only WRITERS wait for long, so that other requests find a thread.
        """
        if not self._backoff.may_try() or not self._turns.acquire(timeout=TURN_SECONDS):
            raise StateUnavailable(NAME)
        try:
            with self._connection(immediate=True) as connection:
                yield connection
        finally:
            self._turns.release()

    @contextmanager
    def _connection(self, *, immediate: bool) -> Iterator[Connection]:
        try:
            engine = self._current_engine()
            with engine.connect().execution_options(immediate=immediate) as connection, connection.begin():
                yield connection
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            self._is_current = False  # the file may have been removed or replaced: look at its tables again
            self._failures += 1
            self._backoff.failed()
            raise StateUnavailable(NAME) from error
        self._backoff.succeeded()

    def _current_engine(self) -> Engine:
        """The engine of this process over a database with the newest tables."""
        failures = self._failures
        with self._lock:
            if self._failures != failures:  # of a thread that had its turn before: not every thread waits in vain
                raise StateUnavailable(NAME)
            engine = self._engines.get(process_id())
            if engine is None:
                engine = self._engines[process_id()] = self._new_engine()
            if not self._is_current:
                self._migrate(engine)
                self._is_current = True
            return engine

    def _new_engine(self) -> Engine:
        if self._url is not None:
            from store.history.postgres import bounded

            seconds = self._statement_seconds
            locks = f" -c lock_timeout={BUSY_SECONDS:g}s" if seconds else ""
            server = create_engine(
                self._url,
                pool_size=2,
                max_overflow=4,
                pool_timeout=CONNECT_SECONDS,
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": CONNECT_SECONDS,
                    "tcp_user_timeout": 1000 * STATEMENT_SECONDS,  # of a server that vanished
                    "options": f"-c statement_timeout={seconds}s{locks}",
                },
            )
            bounded(server, seconds)
            return server
        # A file is opened for each use, in some 0.2 ms: so nothing is inherited by a fork, and a new file is noticed.
        engine = create_engine("sqlite://", creator=self._open_file, poolclass=NullPool)
        event.listen(engine, "begin", _begin)
        return engine

    def _open_file(self) -> sqlite3.Connection:
        path: Path = self._path  # type: ignore[assignment]  # only called for a file
        address = f"{path.absolute().as_uri()}?mode=rw"  # rw: does not create an empty file
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = NORMAL")  # a crash of the machine may lose the last seconds
        return connection

    def _migrate(self, engine: Engine) -> None:
        with self._alone(engine), engine.connect() as connection:
            if _revision(connection) == NEWEST:
                return
            connection.rollback()
            with connection.execution_options(immediate=True).begin():
                if self._path is None:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                if _revision(connection) is None:
                    _create(connection)
                else:
                    upgrade(connection)

    @contextmanager
    def _alone(self, engine: Engine) -> Iterator[None]:
        """A context in which no other process migrates; the file exists."""
        path = self._path
        if path is None:
            yield
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            if not path.exists():
                path.touch(mode=OWNER_ONLY)
                with engine.connect() as connection:
                    connection.connection.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
            yield
        finally:
            os.close(folder)


def _begin(connection: Connection) -> None:
    """SQLite's transactions are begun here, because Python's own rules begin none for schema changes.

    IMMEDIATE takes the write lock at once: a transaction that read first could not wait for it.
    """
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)


def _create(connection: Connection) -> None:
    """Create the newest tables. Alembic, which takes 10 MB of memory, is imported only where older ones exist."""
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": NEWEST})


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision, in the transaction of the connection. Raises OSError for newer ones."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise OSError(f"its tables are of a newer release: {error}") from error
