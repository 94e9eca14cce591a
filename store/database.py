"""A SQLite file that is created on first use and shared by processes."""

from __future__ import annotations

import fcntl
import math
import os
import sqlite3
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import uniform
from types import SimpleNamespace
from typing import Any, TypeVar

from carbon.errors import StateUnavailable
from pid import process_id
from store.schema import Schema

OWNER_ONLY = 0o600  # regardless of the umask and the mode of the folder


class WrongTypes(sqlite3.DatabaseError):
    """A table contains values of other types than ours. SQLite lets other programs write such values."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def has_damage(error: StateUnavailable) -> bool:
    """Whether the cause is a file that is no database, a broken one, or one with other tables or types than ours."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


T = TypeVar("T")
BUSY_POLL_SECONDS = 0.003  # SQLite itself soon polls only every 0.1 s, and then starves while many processes write


def with_retries(run: Callable[[], T], seconds: float) -> T:
    """The result of `run`, which is tried again for up to `seconds` while another process writes.

    Raises StateUnavailable. For a Database whose busy_seconds is 0.
    """
    ends = time.monotonic() + seconds
    while True:
        try:
            return run()
        except StateUnavailable as error:
            if not _locked(error.__cause__) or time.monotonic() >= ends:
                raise
        time.sleep(BUSY_POLL_SECONDS * uniform(0.3, 1.7))  # noqa: S311 - spreads load  # nosec B311


def _locked(cause: BaseException | None) -> bool:
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(slots=True)
class _Link:
    """A connection. owner: the process that opened it, and the device and inode of its file.

    checked_at: monotonic seconds of the last check that the path still leads to that file. current: whether its tables
    are the newest.
    """

    connection: sqlite3.Connection
    owner: tuple[int, int, int]
    checked_at: float
    current: bool = False


class Database:
    """One file in WAL mode: readers and the one writer at a time do not block each other.

    Every thread has its own connection, unless the threads take turns. Nothing is opened before the first use. A child
    process does not use or close a connection that it inherited by a fork, as SQLite demands. A removed or replaced
    file is noticed at the next use, or after trust_seconds. Every method raises StateUnavailable when the file cannot
    be used.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        busy_seconds: float,
        durable: bool = True,
        trust_seconds: float = 0.0,
        turns: bool = False,
    ) -> None:
        """schema: the tables; older ones are migrated at the first use. busy_seconds: longest wait for another writer.

        durable: whether writes survive a crash of the machine; they always survive a crash of the process.
        trust_seconds: how long the path is not checked again. turns: whether the caller makes sure that one thread at a
        time uses this object, so that one connection is enough.
        """
        self._path = path
        self._name = str(path)
        self._schema = schema
        self._busy_seconds = busy_seconds
        self._durable = durable
        self._trust_seconds = trust_seconds
        self._turns = turns
        self._local: Any = SimpleNamespace() if turns else threading.local()
        self._inherited: list[_Link] = []  # referenced here, or the garbage collector would close them

    def exists(self) -> bool:
        """Whether the file exists. A folder without access raises StateUnavailable: the file is not missing then."""
        with self._translated():
            try:
                self._path.stat()
            except FileNotFoundError:
                return False
            return True

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from. The file must exist."""
        with self._translated():
            yield self._connection()

    def run(self, statement: str, values: Mapping[str, float]) -> list[tuple[Any, ...]]:
        """The rows that one statement returns, in its own transaction. Creates the file.

        values: by the names in the statement (:name). Python 3.14 refuses numbered ones (?1) in a sequence.
        """
        with self._translated():
            return self._ready().execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction, committed at the end and rolled back on an exception. Creates the file."""
        with self._translated():
            connection = self._ready()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has rolled it back already
                    connection.execute("ROLLBACK")
                raise

    def set_aside(self) -> bool:
        """Rename the file that this thread last used to *.damaged, for later inspection; whether that worked."""
        link: _Link | None = getattr(self._local, "link", None)
        if link is None:
            return False
        link.checked_at = -math.inf
        try:
            with self._alone():
                if self._owner() == link.owner:  # otherwise another process has renamed it
                    for path in (*self._side_files(), self._path):
                        with suppress(FileNotFoundError):
                            path.replace(path.with_name(f"{path.name}.damaged"))
        except OSError:
            return False
        return True

    def _side_files(self) -> tuple[Path, ...]:
        return tuple(self._path.with_name(f"{self._path.name}-{kind}") for kind in ("wal", "shm"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A context in which no other process creates or renames files of this folder."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _owner(self) -> tuple[int, int, int]:
        status = os.stat(self._name)  # noqa: PTH116  # takes half the time of Path.stat
        return (process_id(), status.st_dev, status.st_ino)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.Error) and not os.access(self._path.parent, os.W_OK):
                folder = self._path.parent.absolute()
                error.args = (f"{error}; SQLite must write to {folder} even to read, but it is not writable",)
            raise StateUnavailable(self._path.name) from error

    def _create_file(self) -> None:
        """Create the file. It gets its name when its tables are complete, so no process sees it without them."""
        if self.exists():
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            if not self.exists():
                self._write_empty()

    def _write_empty(self) -> None:
        for path in self._side_files():  # of a removed file: SQLite would use them for the new one
            path.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=f"{self._path.name}.") as folder:
            draft = Path(folder) / self._path.name
            draft.touch()
            draft.chmod(OWNER_ONLY)
            connection = sqlite3.connect(draft, isolation_level=None)
            try:
                if not self._durable:
                    connection.execute("PRAGMA synchronous = OFF")
                connection.execute("PRAGMA journal_mode = WAL")  # a property of the file
                self._schema.create(connection)
            finally:
                connection.close()
            os.link(draft, self._path)

    def _ready(self) -> sqlite3.Connection:
        """A connection; creates the file if it is missing."""
        try:
            return self._connection()
        except FileNotFoundError:
            self._create_file()
            return self._connection()

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection to the file that is at the path now."""
        link: _Link | None = getattr(self._local, "link", None)
        now = time.monotonic()
        if link is not None and now - link.checked_at < self._trust_seconds and link.owner[0] == process_id():
            return self._current(link)
        owner = self._owner()
        if link is not None and link.owner == owner:
            link.checked_at = now
            return self._current(link)
        if link is not None:
            self._leave(link)
        self._restrict_to_owner()
        address = f"{self._path.absolute().as_uri()}?mode=rw"  # rw: does not create an empty file
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=not self._turns,
        )
        connection.text_factory = _text
        self._local.link = link = _Link(connection, owner, now)
        if not self._durable:
            connection.execute("PRAGMA synchronous = OFF")
        return self._current(link)

    def _current(self, link: _Link) -> sqlite3.Connection:
        if not link.current:
            self._schema.upgrade(link.connection)
            link.current = True
        return link.connection

    def _restrict_to_owner(self) -> None:
        """Only the owner may read the files, regardless of who created them; SQLite copies the mode to side files."""
        for path in (self._path, *self._side_files()):
            with suppress(OSError):  # the file is missing or belongs to another owner
                if stat.S_IMODE(path.stat().st_mode) != OWNER_ONLY:
                    path.chmod(OWNER_ONLY)

    def _leave(self, link: _Link) -> None:
        if link.owner[0] == process_id():
            link.connection.close()
        else:
            self._inherited.append(link)


def _text(raw: bytes) -> str:
    """A text column, which need not be UTF-8; without this function Python raises an error for such a text."""
    return raw.decode(errors="replace")
