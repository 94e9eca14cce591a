"""Copies of everything in DATA_DIR, made while other processes write, and put back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import orjson

from carbon.errors import CarbonError
from store.database import OWNER_ONLY

MANIFEST = "backup.json"  # written last: without it a backup is not complete
SIDE_FILES = ("-wal", "-shm")
_MAGIC = b"SQLite format 3\0"


class UnusableBackup(CarbonError):
    """A folder that cannot be backed up to, or restored from."""


def back_up(data_dir: Path, target: Path) -> list[str]:
    """Copy every file of data_dir into the new or empty folder `target`; the names of the files.

    Names that begin with a dot are left out: they are locks, and drafts that are renamed or removed at any moment.
    A database is copied as it is at one moment, by SQLite's own backup. Raises UnusableBackup.
    """
    with _translated():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise UnusableBackup(f"{target} is not empty")
        names = [path.as_posix() for path in _files(data_dir)]
        for name in names:
            _copy(data_dir / name, target / name)
        return names


def seal(target: Path, names: list[str], *, now: datetime, version: str) -> None:
    """Mark the backup as complete. Raises UnusableBackup."""
    body = {"created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}", "version": version, "files": sorted(names)}
    with _translated():
        _owned(target / MANIFEST).write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))


def files_of(backup: Path) -> list[str]:
    """The files of a complete backup. Raises UnusableBackup."""
    try:
        names: list[str] = orjson.loads((backup / MANIFEST).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableBackup(f"{backup} is not a complete backup: {MANIFEST} is missing or not readable") from error
    inside = [name for name in names if (backup / name).resolve().is_relative_to(backup.resolve())]
    missing = [name for name in names if name not in inside or not (backup / name).is_file()]
    if missing:
        raise UnusableBackup(f"{backup} lacks {', '.join(missing)}")
    return names


def put_back(backup: Path, data_dir: Path, names: list[str]) -> None:
    """Copy these files of a backup into data_dir; a file there is replaced as a whole.

    Raises UnusableBackup, also for a damaged copy; then that file and those after it are as they were.
    """
    with _translated():
        for name in names:
            target = data_dir / name
            draft = target.with_name(f"{target.name}.restoring")
            draft.unlink(missing_ok=True)
            _copy(backup / name, draft)
            for side in SIDE_FILES:  # of the replaced file: SQLite would apply them to the new one
                target.with_name(target.name + side).unlink(missing_ok=True)
            draft.replace(target)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, a database at one moment."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _owned(target)
    if not _is_database(source):
        shutil.copyfile(source, target)
        return
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as original,
        closing(sqlite3.connect(target)) as duplicate,
    ):
        original.backup(duplicate)
        (state,) = duplicate.execute("PRAGMA quick_check(1)").fetchone()
        duplicate.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if state != "ok":
        raise sqlite3.DatabaseError(f"{source.name} is damaged: {state}")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise UnusableBackup("a file cannot be copied") from error


def _owned(path: Path) -> Path:
    """The path of an empty file that only its owner can read."""
    path.touch(mode=OWNER_ONLY)
    return path


def _files(folder: Path) -> Iterator[Path]:
    """The files to copy, relative to the folder."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not is_hidden and not path.name.endswith(SIDE_FILES):
            yield name


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
