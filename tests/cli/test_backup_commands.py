"""`flask --app app backup DIR` and `restore DIR`: everything in DATA_DIR and the history."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.backup import backup
from settings import Settings
from store.history.entries import ReadingEntry, Series
from store.history.history import History
from store.keys.table import KeyTable
from tests.fakes.postgres_server import PostgresServer, running

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)
DE = Series("one", "average-lifecycle", "DE")


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with running() as server:
        yield server


def run(settings: Settings, name: str, *arguments: str) -> Result:
    create, restore = backup(settings)
    return CliRunner().invoke(create if name == "backup" else restore, arguments)


def entries(count: int, first: int = 0) -> list[ReadingEntry]:
    return [ReadingEntry(DE, 29_000_000 + number, 1, 1000 + number, 0) for number in range(first, first + count)]


def values(history: History) -> list[int]:
    entries = history.reading_entries((), datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))
    return [one.mgco2e_per_kwh for one in entries]


def filled(folder: Path) -> Settings:
    KeyTable(folder, busy_seconds=5.0).create("ci", rate=None, now=NOW)
    History(folder, utc_now=lambda: NOW).add(entries(3))
    (folder / "notes.txt").write_text("of the operator")
    return Settings(data_dir=folder)


def test_what_was_backed_up_is_there_after_a_restore(tmp_path: Path) -> None:
    settings, copies = filled(tmp_path / "var"), tmp_path / "backup"

    result = run(settings, "backup", str(copies))
    other = Settings(data_dir=tmp_path / "other")
    restored = run(other, "restore", str(copies))

    assert result.stdout == f"3 files are in {copies}: history.sqlite3, keys.sqlite3, notes.txt\n"
    assert restored.exit_code == 0
    assert [record.name for record in KeyTable(other.data_dir, busy_seconds=5.0).records()] == ["ci"]
    assert values(History(other.data_dir)) == [1000, 1001, 1002]
    assert (other.data_dir / "notes.txt").read_text() == "of the operator"
    modes = {stat.S_IMODE(path.stat().st_mode) for folder in (copies, other.data_dir) for path in folder.iterdir()}
    assert modes == {0o600}


def test_locks_and_drafts_are_not_copied(tmp_path: Path) -> None:
    settings = filled(tmp_path / "var")
    prices = settings.data_dir / "prices"
    prices.mkdir()
    (prices / "aws-spot.npz").write_bytes(b"table")
    (prices / ".aws-spot.npz.x1y2").write_bytes(b"half a tab")
    (prices / ".lock").touch()
    (settings.data_dir / ".overlay-in-force.json.x1y2").touch()

    result = run(settings, "backup", str(tmp_path / "backup"))

    names = "history.sqlite3, keys.sqlite3, notes.txt, prices/aws-spot.npz"
    assert result.stdout == f"4 files are in {tmp_path / 'backup'}: {names}\n"
    assert [path.name for path in (tmp_path / "backup" / "prices").iterdir()] == ["aws-spot.npz"]


def test_a_database_that_is_written_to_meanwhile_is_copied_as_it_was_at_one_moment(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    history, stop = History(settings.data_dir, utc_now=lambda: NOW), threading.Event()
    history.add(entries(1000))

    def keep_writing() -> None:
        first = 1000
        while not stop.is_set():
            history.add(entries(1000, first))  # one transaction
            first += 1000

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        results = [run(settings, "backup", str(tmp_path / f"backup{number}")) for number in range(3)]
    finally:
        stop.set()
        writer.join()

    assert [result.exit_code for result in results] == [0, 0, 0]
    for number in range(3):
        copied = values(History(tmp_path / f"backup{number}"))
        assert len(copied) % 1000 == 0
        assert copied == list(range(1000, 1000 + len(copied)))


def test_nothing_is_replaced_unless_told_so(tmp_path: Path) -> None:
    settings, copies = filled(tmp_path / "var"), tmp_path / "backup"
    run(settings, "backup", str(copies))
    history = History(settings.data_dir, utc_now=lambda: NOW)
    history.add(entries(2, 10))

    result = run(settings, "restore", str(copies))
    before = values(history)
    replaced = run(settings, "restore", str(copies), "--replace")

    assert result.exit_code == 1
    assert "add --replace" in result.stderr
    assert before == [1000, 1001, 1002, 1010, 1011]
    assert replaced.exit_code == 0
    assert values(history) == [1000, 1001, 1002]


def test_a_backup_that_was_not_completed_is_refused(tmp_path: Path) -> None:
    settings, copies = filled(tmp_path / "var"), tmp_path / "backup"
    run(settings, "backup", str(copies))
    (copies / "backup.json").unlink()

    result = run(Settings(data_dir=tmp_path / "other"), "restore", str(copies))

    assert result.exit_code == 1
    assert "not a complete backup" in result.stderr
    assert not (tmp_path / "other").exists()


def test_a_damaged_copy_replaces_nothing(tmp_path: Path) -> None:
    settings, copies = filled(tmp_path / "var"), tmp_path / "backup"
    run(settings, "backup", str(copies))
    raw = bytearray((copies / "history.sqlite3").read_bytes())
    raw[4096:12288] = b"\xff" * 8192
    (copies / "history.sqlite3").write_bytes(raw)

    result = run(settings, "restore", str(copies), "--replace")

    assert result.exit_code == 1
    assert values(History(settings.data_dir)) == [1000, 1001, 1002]


def test_a_folder_with_files_is_not_backed_up_to(tmp_path: Path) -> None:
    settings = filled(tmp_path / "var")

    result = run(settings, "backup", str(settings.data_dir))

    assert result.exit_code == 1
    assert "is not empty" in result.stderr


def test_a_history_in_postgresql_is_copied_into_a_file_and_back(tmp_path: Path, postgres: PostgresServer) -> None:
    source = Settings(data_dir=tmp_path / "var", database_url=postgres.new_database())
    target = Settings(data_dir=tmp_path / "other", database_url=postgres.new_database())
    History(source.data_dir, source.database_url, utc_now=lambda: NOW).add(entries(25_000))

    result = run(source, "backup", str(tmp_path / "backup"))
    refused = run(target, "restore", str(tmp_path / "backup"))
    restored = run(target, "restore", str(tmp_path / "backup"), "--replace")

    assert (result.exit_code, refused.exit_code, restored.exit_code) == (0, 1, 0)
    history = History(target.data_dir, target.database_url, utc_now=lambda: NOW)
    assert values(history) == list(range(1000, 26_000))
    history.add([ReadingEntry(Series("one", "average-lifecycle", "FR"), 29_000_000, 1, 7, 0)])  # takes the next id
    assert len(values(history)) == 25_001
    with closing(sqlite3.connect(tmp_path / "backup" / "history.sqlite3")) as copied:
        assert copied.execute("SELECT count(*) FROM readings").fetchone() == (25_000,)
