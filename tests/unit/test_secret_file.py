"""The secret that signs cookies and forms: one for all processes of a folder, for nobody else's eyes."""

from __future__ import annotations

import logging
import multiprocessing
import os
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.backup import back_up
from store.keys.secret import BYTES, FILE, SecretFile

PROCESSES = multiprocessing.get_context("spawn")  # nothing is inherited, as with services of their own


def secret_of(folder: Path) -> bytes:
    return SecretFile(folder).read()


def test_the_secret_is_made_once_and_outlives_a_restart(tmp_path: Path) -> None:
    first = secret_of(tmp_path / "var")

    assert len(first) == BYTES == 32
    assert secret_of(tmp_path / "var") == first
    assert secret_of(tmp_path / "other") != first


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with PROCESSES.Pool(4) as pool:
        found = pool.map(secret_of, [tmp_path / "var"] * 16, chunksize=1)

    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == [FILE]  # no draft is left behind


def test_of_processes_that_make_one_at_the_same_moment_the_first_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def late(*paths: str) -> None:
        """Another process is done while ours has just written its draft."""
        monkeypatch.setattr(os, "link", link)
        winner.append(secret_of(tmp_path))
        link(*paths)

    winner: list[bytes] = []
    monkeypatch.setattr(os, "link", late)

    assert [secret_of(tmp_path)] == winner


def test_only_its_owner_may_read_it_whatever_the_umask_and_an_open_one_is_closed(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secret_of(tmp_path)
    finally:
        os.umask(before)
    made = (tmp_path / FILE).stat().st_mode & 0o777

    (tmp_path / FILE).chmod(0o644)
    secret_of(tmp_path)

    assert (made, (tmp_path / FILE).stat().st_mode & 0o777) == (0o600, 0o600)


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 33])
def test_a_damaged_secret_is_never_used_and_the_log_says_once_what_to_do(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    secret = SecretFile(tmp_path)

    for _ in range(2):
        with pytest.raises(StateUnavailable):
            secret.read()

    (line,) = caplog.records
    assert line.levelno == logging.ERROR
    assert "remove it, and a new one is made" in line.getMessage()
    assert not damage or damage.decode() not in line.getMessage()


def test_a_folder_that_cannot_be_used_is_a_state_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")

    with pytest.raises(StateUnavailable):
        secret_of(tmp_path / "var")


def test_a_backup_holds_no_secret_since_it_opens_the_pages_to_its_reader(tmp_path: Path) -> None:
    secret_of(tmp_path / "var")

    assert back_up(tmp_path / "var", tmp_path / "copy") == []
