"""The folder of the service's state locked, gone, spoilt, unwritable or full: answers come none the less."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from settings import Settings
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.faults.client import QUESTIONS, Answer, Question, ask, burst, failures
from tests.faults.drill import ALLOWANCE_SECONDS, DEADLINE_SECONDS, INTENSITIES, marks, not_positive
from tests.faults.server import Gunicorn, upstream_settings, wait_until
from wiring_stores import build_key_store

FULL_AT_BYTES = 4096  # less than any database needs


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process holds every database of the folder for itself."""
    with ExitStack() as stack:
        for path in folder.glob("*.sqlite3"):
            connection = stack.enter_context(closing(sqlite3.connect(path, timeout=10)))
            connection.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def gone(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)
    yield


@contextmanager
def no_folder(folder: Path) -> Iterator[None]:
    """A file replaces the folder, so that no user, not even root, can write there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("")
    try:
        yield
    finally:
        folder.unlink()


@contextmanager
def spoilt(folder: Path) -> Iterator[None]:
    for path in folder.glob("*.sqlite3*"):
        path.write_bytes(b"this is no database" * 500)
    yield


FAULTS: dict[str, Callable[[Path], AbstractContextManager[None]]] = {
    "locked": locked,
    "gone": gone,
    "no folder": no_folder,
    "spoilt": spoilt,
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps(INTENSITIES).serving() as fake:
        yield fake


def settings(upstream: FakeElectricityMaps) -> dict[str, str]:
    short = {"INTENSITY_TTL_SECONDS": "1", "FORECAST_TTL_SECONDS": "1"}
    return {**upstream_settings(upstream.base_url), **short, "UPSTREAM_DEADLINE_SECONDS": str(DEADLINE_SECONDS)}


def live(answers: list[Answer]) -> bool:
    """Whether all of them speak of live values of the covered zones."""
    all_marks = [mark for answer in answers if answer.status == 200 for mark in marks(answer.json())]
    return bool(all_marks) and all(mark.quality == "measured" for mark in all_marks)


def assert_survived(server: Gunicorn) -> None:
    for _ in range(3):
        answers = burst(server.port, QUESTIONS * 2, at_once=8)

        assert failures(answers) == []
        assert [zero for answer in answers for zero in not_positive(answer.json())] == []
        assert max(answer.seconds for answer in answers) < DEADLINE_SECONDS + ALLOWANCE_SECONDS
    wait_until(lambda: live(burst(server.port, QUESTIONS * 2, at_once=8)), "live values")


@pytest.mark.parametrize("name", FAULTS)
def test_without_its_store_the_service_continues(name: str, upstream: FakeElectricityMaps, tmp_path: Path) -> None:
    with Gunicorn(tmp_path, settings(upstream)) as server:
        wait_until(lambda: live(burst(server.port, QUESTIONS * 2, at_once=8)), "live values")

        with FAULTS[name](server.data):
            assert_survived(server)

        assert_survived(server)
        assert "Traceback" not in server.log()


def test_on_a_full_disk_the_service_continues(upstream: FakeElectricityMaps, tmp_path: Path) -> None:
    with Gunicorn(tmp_path, settings(upstream), largest_file_bytes=FULL_AT_BYTES) as server:
        assert_survived(server)

        assert ask(server.port, "/ready").status == 200
        assert "metrics cannot be written and counts are lost" in server.log()
        wait_until(lambda: "readings cannot be stored" in server.log(), "readings cannot be stored")
        assert server.log().count("readings cannot be stored") <= len(server.workers())  # each says it once
        for process in (server.master, *server.workers()):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until(lambda: "readings are stored again" in server.log(), "readings are stored again")
        assert "Traceback" not in server.log()


@pytest.mark.parametrize("name", FAULTS)
def test_keys_stay_in_force_without_their_table(name: str, tmp_path: Path) -> None:
    table = build_key_store(Settings(data_dir=tmp_path / "var"), None)
    key = table.create("ci", rate=None, now=datetime.now(UTC))
    with_key, without_key = Question(path="/v1/by-rank?limit=1", key=key), Question(path="/v1/by-rank?limit=1")
    with Gunicorn(tmp_path, workers=1) as server:  # the one that has seen the keys
        assert ask(server.port, with_key).status == 200

        with FAULTS[name](server.data):
            answers = burst(server.port, [with_key, without_key] * 10, at_once=4)

    assert {answer.status for answer in answers if answer.question == without_key} == {401}
    assert {answer.status for answer in answers if answer.question == with_key} == {200}
