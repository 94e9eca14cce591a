"""Files in DATA_DIR have a version of their tables: older ones are migrated, newer ones are left as they are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from carbon.roles import Role
from settings import Settings
from store.database import Database
from store.keys.table import KeyTable, digest_of
from store.limits.sqlite_counter import FileCounter
from store.schema import Schema
from store.shared.sqlite_cache import SqliteCache
from wiring import build_access
from wiring_stores import build_key_store

VERSION_1 = Schema(tables=("CREATE TABLE notes (text TEXT)",))
VERSION_2 = Schema(
    tables=("CREATE TABLE notes (text TEXT, author TEXT NOT NULL DEFAULT '')",),
    migrations=((), ("ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT ''",)),
)


FIXTURES = Path(__file__).parents[1] / "fixtures" / "data_dir"


def check_keys(folder: Path) -> None:
    in_force, revoked = KeyTable(folder, busy_seconds=1).records()
    assert (in_force.name, in_force.rate, in_force.revoked_at) == ("ci", "5 per second", None)
    assert (in_force.sha256, revoked.sha256) == (digest_of("cao_" + "A" * 43), digest_of("cao_" + "B" * 43))
    assert (revoked.name, revoked.revoked_at) == ("lost", datetime(2026, 11, 28, tzinfo=UTC))


def check_counter(folder: Path) -> None:
    # The fixture counts two requests at 2065 s and 2070 s, so at 2080 s this is the third in 60 s.
    count = FileCounter(folder, busy_seconds=1, monotonic=lambda: 2080.0).hit("someone", 5, 60)
    assert (count.allowed, count.used, count.reset_seconds) == (True, 3, 45.0)


def check_cache(folder: Path) -> None:
    store = SqliteCache(folder, lock_seconds=1, wait_seconds=1)
    assert store.get(["note:DE"]) == [b'{"at":1,"text":"windy"}']
    assert store.lock("note:DE").acquire(wait=False)
    assert store.document("plan:1") in (None, b"{}")
    store.put_document("plan:2", b"[]", 60)
    assert store.document("plan:2") == b"[]"


CHECKS = {"keys": check_keys, "hits": check_counter, "shared": check_cache}
VERSIONS = sorted(
    (path.stem, int(path.parent.name.removeprefix("version-"))) for path in FIXTURES.glob("version-*/*.sql")
)
NEWEST = dict(VERSIONS)

every_file = pytest.mark.parametrize("name", CHECKS)


def restore(folder: Path, release: int, name: str) -> Path:
    """The file of that name in a folder as a release of these tables wrote it."""
    path = folder / f"{name}.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIXTURES / f"version-{release}" / f"{name}.sql").read_text())
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [line for line in connection.iterdump() if "INSERT" in line]


def tables(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return {*connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")}


@pytest.mark.parametrize(("name", "release"), VERSIONS)
def test_a_file_of_every_release_is_migrated_and_its_contents_are_in_use(
    tmp_path: Path, release: int, name: str
) -> None:
    path = restore(tmp_path, release, name)

    CHECKS[name](tmp_path)

    assert version(path) == NEWEST[name]


def test_every_file_that_a_service_creates_has_a_version_and_a_fixture_of_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    build_key_store(settings, None).create("ci", rate=None, now=datetime(2026, 11, 28, tzinfo=UTC))
    build_access(settings, None).limiter.hit("5 per minute", "someone")
    SqliteCache(settings.data_dir, lock_seconds=1, wait_seconds=1).put({"note:DE": b"{}"})

    files = [path for path in settings.data_dir.iterdir() if not path.name.endswith(("-wal", "-shm"))]

    assert {path.name for path in files} == {f"{name}.sqlite3" for name in CHECKS}
    for path in files:
        fixture = restore(tmp_path, NEWEST[path.stem], path.stem)
        assert (version(path), tables(path)) == (NEWEST[path.stem], tables(fixture))


@pytest.mark.parametrize("release", [0, 1])
def test_keys_of_the_releases_before_roles_may_do_everything_in_the_one_tenant(tmp_path: Path, release: int) -> None:
    restore(tmp_path, release, "keys")

    records = KeyTable(tmp_path, busy_seconds=1).records()

    assert [(record.role, record.tenant) for record in records] == [(Role.ADMIN, "default")] * 2


@every_file
def test_a_file_of_a_newer_release_is_left_as_it_is_and_the_error_says_so(tmp_path: Path, name: str) -> None:
    path = restore(tmp_path, NEWEST[name], name)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 7")
    rows = contents(path)

    with pytest.raises(StateUnavailable) as error:
        CHECKS[name](tmp_path)

    assert f"version 7, made by a newer release; this one knows version {NEWEST[name]}" in str(error.value.__cause__)
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
