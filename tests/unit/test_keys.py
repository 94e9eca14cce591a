"""API keys: shown once, kept as a hash, in force within seconds, and never forgotten."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.keys.table import FILE, KeyNotManaged, KeyTable

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)


@pytest.fixture
def table(tmp_path: Path) -> KeyTable:
    return KeyTable(tmp_path / "var", busy_seconds=5.0)


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_key_is_32_random_bytes_behind_a_prefix(table: KeyTable) -> None:
    keys = {table.create(f"key-{number}", rate=None, now=NOW) for number in range(20)}

    assert len(keys) == 20
    assert all(re.fullmatch(r"cao_[A-Za-z0-9_-]{43}", key) for key in keys)  # 32 bytes are 43 letters of base64


def test_only_a_keys_sha_256_is_in_the_files(table: KeyTable, tmp_path: Path) -> None:
    key = table.create("ci", rate=None, now=NOW)

    contents = files_of(tmp_path / "var")

    assert hashlib.sha256(key.encode()).digest() in contents
    assert key.encode() not in contents
    assert key.removeprefix("cao_").encode() not in contents


def test_a_record_says_everything_but_the_key(table: KeyTable) -> None:
    key = table.create("ci", rate="600 per minute", now=NOW)

    (kept,) = table.records()

    assert (kept.name, kept.rate, kept.created_at, kept.revoked_at) == ("ci", "600 per minute", NOW, None)
    assert re.fullmatch(r"[0-9a-f]{8}", kept.id)
    assert "sha256" not in repr(kept)
    assert key not in repr(kept)


def test_times_are_kept_in_utc(table: KeyTable) -> None:
    table.create("ci", rate=None, now=NOW.astimezone(tz=None))

    assert table.records()[0].created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("handle", ["name", "id"])
def test_a_key_is_revoked_by_name_or_id_and_its_record_stays(table: KeyTable, handle: str) -> None:
    table.create("other", rate=None, now=NOW)
    table.create("ci", rate=None, now=NOW)
    ci = table.records()[1]

    table.revoke(getattr(ci, handle), now=NOW + timedelta(hours=1))

    assert [(key.name, key.revoked_at) for key in table.records()] == [
        ("other", None),
        ("ci", NOW + timedelta(hours=1)),
    ]


def test_a_name_in_force_is_not_given_twice_but_again_after_it_was_revoked(table: KeyTable) -> None:
    table.create("ci", rate=None, now=NOW)

    with pytest.raises(KeyNotManaged, match="a key named 'ci' is in force"):
        table.create("ci", rate=None, now=NOW)
    table.revoke("ci", now=NOW)
    table.create("ci", rate=None, now=NOW)

    assert [key.revoked_at is None for key in table.records()] == [False, True]


@pytest.mark.parametrize("name", ["", "1st", "a b", "a\tb", "ä", "x" * 65, "-rf", "deadbeef", "a\n"])
def test_a_name_that_would_break_a_list_or_look_like_an_id_is_refused(table: KeyTable, name: str) -> None:
    with pytest.raises(KeyNotManaged, match="is not a valid name"):
        table.create(name, rate=None, now=NOW)


def test_what_is_not_in_force_cannot_be_revoked(table: KeyTable) -> None:
    with pytest.raises(KeyNotManaged, match="'ci' is in force"):
        table.revoke("ci", now=NOW)  # before there is a file
    table.create("ci", rate=None, now=NOW)
    table.revoke("ci", now=NOW)

    with pytest.raises(KeyNotManaged, match="'ci' is in force"):
        table.revoke("ci", now=NOW)


def test_looking_makes_no_file(table: KeyTable, tmp_path: Path) -> None:
    assert table.records() == []
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_enter_the_folder(table: KeyTable, tmp_path: Path) -> None:
    table.create("ci", rate=None, now=NOW)

    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


@pytest.fixture
def open_to_all(tmp_path: Path) -> Iterator[Path]:
    """A folder and a umask that keep nobody out."""
    before = os.umask(0)
    (tmp_path / "var").mkdir(mode=0o777)
    yield tmp_path / "var"
    os.umask(before)


def modes_of(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o7777) for path in folder.iterdir()}


def test_every_file_is_the_owners_alone_whatever_the_folders_mode_and_the_umask(open_to_all: Path) -> None:
    table = KeyTable(open_to_all, busy_seconds=5.0)
    table.create("ci", rate=None, now=NOW)
    table.records()  # keeps the files beside it open

    assert modes_of(open_to_all) == {f"{FILE}{kind}": "0o600" for kind in ("", "-wal", "-shm")}


def test_files_that_others_could_read_are_closed_to_them_when_they_are_opened(open_to_all: Path) -> None:
    older = KeyTable(open_to_all, busy_seconds=5.0)
    older.create("ci", rate=None, now=NOW)
    for path in open_to_all.iterdir():
        path.chmod(0o666)

    KeyTable(open_to_all, busy_seconds=5.0).records()

    assert set(modes_of(open_to_all).values()) == {"0o600"}
