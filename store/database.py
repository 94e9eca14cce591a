"""An embedded SQLite file: made on first use, shared by processes."""

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

OWNER_ONLY = 0o600  # whatever the umask and the mode of the folder


class WrongTypes(sqlite3.DatabaseError):
    """A table holds values of other types than ours. SQLite lets other programs write such values."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def damaged(error: StateUnavailable) -> bool:
    """Whether the reason is a file that is no database, a broken one, or one with other tables or types than ours."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


T = TypeVar("T")
BUSY_POLL_SECONDS = 0.003  # SQLite's own waiting soon tries every 0.1 s only, and starves while many write


def patiently(run: Callable[[], T], seconds: float) -> T:
    """What `run` returns; it is tried again for so many seconds while another process writes.

    Raises StateUnavailable. For a Database without a busy_seconds of its own.
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
    """A connection and what it leads to: the process that opened it, the file by device and inode.

    seen_at: when that file was last seen to be the one that is there; monotonic seconds. current: whether its tables
    are known to be the newest.
    """

    connection: sqlite3.Connection
    owner: tuple[int, int, int]
    seen_at: float
    current: bool = False


class Database:
    """One file in WAL mode: readers and the one writer at a time do not block each other.

    Every thread has a connection of its own, unless they take turns. Nothing is opened before the first use, and a
    connection that a fork has carried into another process is left alone there, as SQLite demands. A file that was
    removed or replaced is noticed at the next use, or after trust_seconds. Every method raises StateUnavailable when
    the file cannot be used.
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

        durable: whether what was written outlives a crash of the machine; one of the process it always outlives.
        trust_seconds: for so long nobody looks again whether the file is still there.
        turns: whether the caller sees to it that one thread at a time uses it, so that one connection is enough.
        """
        self._path = path
        self._name = str(path)
        self._schema = schema
        self._busy_seconds = busy_seconds
        self._durable = durable
        self._trust_seconds = trust_seconds
        self._turns = turns
        self._mine: Any = SimpleNamespace() if turns else threading.local()
        self._carried_over: list[_Link] = []  # kept from the garbage collector, which would close them

    def exists(self) -> bool:
        """Whether anything was ever written. A folder one may not enter is an error, not a missing file."""
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
        """The rows that one statement gives, in a transaction of its own. Makes the file.

        values: by the names that stand in the statement (:name). Python 3.14 refuses numbered ones (?1) in a sequence.
        """
        with self._translated():
            return self._ready().execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction, committed at the end; an exception undoes it. Makes the file."""
        with self._translated():
            connection = self._ready()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has undone it already
                    connection.execute("ROLLBACK")
                raise

    def set_aside(self) -> bool:
        """Rename the file this thread last used, for a person to look at. False if that is not possible."""
        link: _Link | None = getattr(self._mine, "link", None)
        if link is None:
            return False
        link.seen_at = -math.inf
        try:
            with self._alone():
                if self._owner() == link.owner:  # else another process was faster
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
        """No other process makes or renames files of this folder meanwhile."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _owner(self) -> tuple[int, int, int]:
        status = os.stat(self._name)  # noqa: PTH116  # half the time of the path's own
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

    def _make(self) -> None:
        """Nobody ever sees the file without its tables: it gets its name when it is complete."""
        if self.exists():
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            if not self.exists():
                self._begin()

    def _begin(self) -> None:
        for rest in self._side_files():  # of a file that was removed: SQLite would take them for the new one's
            rest.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=f"{self._path.name}.") as folder:
            draft = Path(folder) / self._path.name
            draft.touch()
            draft.chmod(OWNER_ONLY)
            connection = sqlite3.connect(draft, isolation_level=None)
            try:
                if not self._durable:
                    connection.execute("PRAGMA synchronous = OFF")
                connection.execute("PRAGMA journal_mode = WAL")  # stays with the file
                self._schema.create(connection)
            finally:
                connection.close()
            os.link(draft, self._path)

    def _ready(self) -> sqlite3.Connection:
        """A connection to a file that is there from now on."""
        try:
            return self._connection()
        except FileNotFoundError:
            self._make()
            return self._connection()

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection to the file that is there now."""
        link: _Link | None = getattr(self._mine, "link", None)
        now = time.monotonic()
        if link is not None and now - link.seen_at < self._trust_seconds and link.owner[0] == process_id():
            return self._current(link)
        owner = self._owner()
        if link is not None and link.owner == owner:
            link.seen_at = now
            return self._current(link)
        if link is not None:
            self._leave(link)
        self._close_to_others()
        address = f"{self._path.absolute().as_uri()}?mode=rw"  # rw: never makes an empty file
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=not self._turns,
        )
        connection.text_factory = _text
        self._mine.link = link = _Link(connection, owner, now)
        if not self._durable:
            connection.execute("PRAGMA synchronous = OFF")
        return self._current(link)

    def _current(self, link: _Link) -> sqlite3.Connection:
        if not link.current:
            self._schema.upgrade(link.connection)
            link.current = True
        return link.connection

    def _close_to_others(self) -> None:
        """Nobody but the owner may read the files, whoever made them; SQLite gives new ones the mode of the first."""
        for path in (self._path, *self._side_files()):
            with suppress(OSError):  # there is none, or it is of another owner
                if stat.S_IMODE(path.stat().st_mode) != OWNER_ONLY:
                    path.chmod(OWNER_ONLY)

    def _leave(self, link: _Link) -> None:
        if link.owner[0] == process_id():
            link.connection.close()
        else:
            self._carried_over.append(link)


def _text(raw: bytes) -> str:
    """A text as SQLite holds it, which need not be UTF-8; by default Python raises an error for such a text."""
    return raw.decode(errors="replace")
