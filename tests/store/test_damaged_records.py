"""Records that this service never wrote: each counts as absent or as a failed store, and no question fails for it.

Every file, table, column, key and kind is found by looking at what the service made, so that a new one is damaged too.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from grid.records import KINDS
from grid.source import SourceUnavailable
from settings import Settings
from store.keys.ring import REFRESH_SECONDS, KeyRing
from store.keys.table import KeyTable
from store.shared.changes import START
from store.shared.snapshot import Kind
from store.shared.sqlite_cache import SqliteCache
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.store.damage import CELLS, Cell, cells, damaged_json, empty_tables
from tests.store.damaged_places import NOW, Place, lived_in, read_everything, reader_over
from wiring_stores import build_key_store


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as fake:
        yield fake


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, upstream: FakeElectricityMaps) -> Place:
    """Files of a service on one machine."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("lived") / "var", rate_limit="60000 per minute")
    place = lived_in(settings, upstream)
    assert place.store().lock("left behind").acquire(wait=False)
    return place


@pytest.fixture
def copy(folder: Place, tmp_path: Path) -> Callable[[], Place]:
    """Makes the files anew for each damage, in another folder: a thread of the last one may still write there."""
    numbers = count()

    def copied() -> Place:
        number = next(numbers)
        shutil.rmtree(tmp_path / f"{number - 1}", ignore_errors=True)
        data_dir = shutil.copytree(folder.settings.data_dir, tmp_path / f"{number}")
        settings = Settings(data_dir=data_dir, rate_limit=folder.settings.rate_limit)
        return replace(folder, settings=settings)

    return copied


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No thread fails unnoticed, and none writes a traceback."""
    crashed: list[threading.ExceptHookArgs] = []
    usual, threading.excepthook = threading.excepthook, crashed.append
    yield
    threading.excepthook = usual
    assert not crashed
    assert not [record for record in caplog.records if record.exc_info]


def one_key_at_most(statuses: dict[str, int]) -> bool:
    """Whether all is well but for one key, which is not known any more."""
    lost = [name for name, status in statuses.items() if status != 200]
    return not lost or (len(lost) == 1 and lost[0].startswith("key") and statuses[lost[0]] == 401)


# --- files


def test_the_damaged_files_hold_a_row_of_every_table(folder: Place) -> None:
    assert empty_tables(folder.settings.data_dir) == set()


def test_every_request_is_answered_with_any_damaged_cell_of_a_file(copy: Callable[[], Place]) -> None:
    wrong = []
    for cell in cells(copy().settings.data_dir):
        for value in CELLS:
            place = copy()
            if cell.write(place.settings.data_dir, value) and not one_key_at_most(statuses := place.statuses()):
                wrong.append((cell, repr(value)[:20], statuses))
    assert not wrong


def test_a_text_that_is_no_utf_8_fails_no_question(copy: Callable[[], Place]) -> None:
    wrong = []
    for cell in cells(copy().settings.data_dir):
        place = copy()
        cell.write_bad_text(place.settings.data_dir)
        statuses = place.statuses()
        # A damaged key is refused. Without any readable key the valid keys are unknown, so every request is refused.
        allowed = {200, 401, 503} if cell.table == "keys" else {200}
        if statuses["/health"] != 200 or not set(statuses.values()) <= allowed:
            wrong.append((cell, statuses))
    assert not wrong


@pytest.mark.parametrize("cell", ["id", "name", "sha256", "created_at", "revoked_at", "rate"])
def test_a_key_that_was_known_stays_in_force_when_its_record_is_damaged(
    copy: Callable[[], Place], cell: str, caplog: pytest.LogCaptureFixture
) -> None:
    place, clock = copy(), SteppedClock(NOW)
    ring = KeyRing(build_key_store(place.settings, None).records, monotonic=clock.monotonic)
    assert all(ring.find(key) for key in place.keys)

    damaged = Cell("keys.sqlite3", "keys", cell).write(place.settings.data_dir, b"\xff")
    KeyTable(place.settings.data_dir, busy_seconds=1).create("new", rate=None, now=NOW)
    clock.advance(REFRESH_SECONDS)

    assert damaged
    assert all(ring.find(key) for key in place.keys)
    assert ring.stale()
    assert "unreadable keys" in caplog.text


def test_with_only_damaged_key_records_every_request_is_refused(
    copy: Callable[[], Place], caplog: pytest.LogCaptureFixture
) -> None:
    place = copy()
    Cell("keys.sqlite3", "keys", "created_at").write_bad_text(place.settings.data_dir)

    assert set(place.statuses().values()) == {200, 503}
    assert "unreadable keys" in caplog.text


# --- values


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_readings_continue_with_any_damaged_value(
    kind: Kind, folder: Place, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    values = folder.store().changes(since=START).values
    samples = {key: raw for key, raw in values.items() if key.startswith(f"{kind.name}:")}
    assert samples, "lived_in makes no value of this kind"
    key, raw = next(iter(samples.items()))
    store = SqliteCache(tmp_path / "var", lock_seconds=5, wait_seconds=0.5)
    store.put(values)

    for damaged in damaged_json(raw):
        store.put({key: damaged})
        read_everything(reader_over(store, upstream))
        store.put({key: raw})


def test_an_unreadable_value_is_replaced_by_the_one_of_this_process(
    folder: Place, upstream: FakeElectricityMaps, tmp_path: Path
) -> None:
    store = SqliteCache(tmp_path / "var", lock_seconds=5, wait_seconds=0.5)
    store.put(folder.store().changes(since=START).values)
    source = reader_over(store, upstream)._readers[0]._source  # type: ignore[attr-defined]
    turn = source._gate.health.turn
    store.put({"health:electricity-maps": b"damaged"})

    source._gate.failed(SourceUnavailable("timeout"))

    assert source._gate.health.turn == turn + 1
    assert source._gate.health.failing
