"""Files in DATA_DIR have a version of their tables: older ones are migrated, newer ones are left as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.database import Database
from store.keys.table import KeyTable
from store.limits.sqlite_counter import FileCounter
from store.schema import Schema
from store.shared.sqlite_cache import SqliteCache

VERSION_1 = Schema(tables=("CREATE TABLE notes (text TEXT)",))
VERSION_2 = Schema(
    tables=("CREATE TABLE notes (text TEXT, author TEXT NOT NULL DEFAULT '')",),
    migrations=((), ("ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT ''",)),
)


def use_keys(folder: Path) -> None:
    table = KeyTable(folder, busy_seconds=1)
    if not table.records():
        table.create("ci", rate=None, now=datetime(2026, 11, 28, tzinfo=UTC))


def use_counter(folder: Path) -> None:
    assert FileCounter(folder, busy_seconds=1).hit("someone", 5, 60).allowed


def use_cache(folder: Path) -> None:
    SqliteCache(folder, lock_seconds=1, wait_seconds=1).put({"intensity:X": b"{}"})


every_file = pytest.mark.parametrize("use", [use_keys, use_counter, use_cache])


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def set_version(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {number}")


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [line for line in connection.iterdump() if "INSERT" in line]


@every_file
def test_every_file_of_data_dir_has_the_version_of_its_tables(tmp_path: Path, use: Callable[[Path], None]) -> None:
    use(tmp_path)

    (path,) = tmp_path.glob("*.sqlite3")
    assert version(path) == 1


@every_file
def test_a_file_of_before_versions_is_kept_with_all_its_rows(tmp_path: Path, use: Callable[[Path], None]) -> None:
    use(tmp_path)
    (path,) = tmp_path.glob("*.sqlite3")
    set_version(path, 0)  # as every release before wrote it: the same tables, no version
    rows = contents(path)

    use(tmp_path)

    assert version(path) == 1
    assert set(rows) - set(contents(path)) <= {row for row in rows if "intensity:X" in row}  # which was put again


@every_file
def test_a_file_of_a_newer_release_is_left_as_it_is_and_the_error_says_so(
    tmp_path: Path, use: Callable[[Path], None]
) -> None:
    use(tmp_path)
    (path,) = tmp_path.glob("*.sqlite3")
    set_version(path, 7)
    rows = contents(path)

    with pytest.raises(StateUnavailable) as caught:
        use(tmp_path)

    assert "version 7, made by a newer release; this one knows version 1" in str(caught.value.__cause__)
    assert (version(path), contents(path)) == (7, rows)


def test_a_migration_runs_once_and_keeps_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"
    old = Database(path, VERSION_1, busy_seconds=1)
    with old.writing() as connection:
        connection.execute("INSERT INTO notes VALUES ('first')")

    for _ in range(2):
        new = Database(path, VERSION_2, busy_seconds=1)
        with new.reading() as connection:
            rows = connection.execute("SELECT text, author FROM notes").fetchall()

    assert (rows, version(path)) == ([("first", "")], 2)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"
    with Database(path, VERSION_1, busy_seconds=1).writing() as connection:
        connection.execute("INSERT INTO notes VALUES ('first')")
    broken = Schema(tables=(), migrations=((), ("DELETE FROM notes", "ALTER TABLE nowhere ADD COLUMN x")))

    with (
        pytest.raises(StateUnavailable, match=r"notes\.sqlite3"),
        Database(path, broken, busy_seconds=1).reading(),
    ):
        pass

    assert (contents(path), version(path)) == (["INSERT INTO \"notes\" VALUES('first');"], 1)


def test_a_new_file_has_the_newest_tables(tmp_path: Path) -> None:
    with Database(tmp_path / "notes.sqlite3", VERSION_2, busy_seconds=1).writing() as connection:
        connection.execute("INSERT INTO notes (text, author) VALUES ('a', 'b')")

    assert version(tmp_path / "notes.sqlite3") == 2
