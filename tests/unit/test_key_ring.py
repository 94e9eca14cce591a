"""The copy of the keys in force that each worker has."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.keys.ring import REFRESH_SECONDS, KeyRing
from store.keys.table import FILE, KeyNotManaged, KeyRecord, KeyTable
from tests.fakes.access import record
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import HANG_SECONDS, PATIENCE_SECONDS, eventually

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)


@pytest.fixture
def table(tmp_path: Path) -> KeyTable:
    return KeyTable(tmp_path / "var", busy_seconds=5.0)


class Source:
    """A table whose records and failures a test sets; counts how often it is read."""

    def __init__(self, *records: KeyRecord) -> None:
        self.records = records
        self.failure: StateUnavailable | None = None
        self.reads = 0

    def read(self) -> tuple[KeyRecord, ...]:
        self.reads += 1
        if self.failure:
            raise self.failure
        return self.records


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


def test_a_ring_is_open_until_a_key_was_created() -> None:
    assert KeyRing(Source().read).configured() is False
    assert KeyRing(Source(record("a")).read).configured() is True


def test_a_ring_stays_closed_when_every_key_is_revoked() -> None:
    ring = KeyRing(Source(record("a", revoked=True)).read)

    assert ring.configured() is True
    assert ring.find("a") is None


def test_a_ring_finds_the_key_itself_and_nothing_near_it() -> None:
    ring = KeyRing(Source(record("cao_a", name="one"), record("cao_b", name="two")).read)

    candidates = ring.find("cao_b")

    assert candidates is not None
    assert candidates.name == "two"
    assert [ring.find(text) for text in ("", "cao_", "cao_c", "CAO_B", "cao_b ", "cao_b\0", "ÿ" * 9000)] == [None] * 7


def test_a_revoked_key_is_refused_within_five_seconds(clock: SteppedClock) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    assert ring.find("a")

    source.records = (record("a", revoked=True),)
    clock.advance(4.9)

    assert ring.find("a") is None


def test_a_new_key_is_honoured_within_five_seconds(clock: SteppedClock) -> None:
    source = Source()
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    assert not ring.configured()

    source.records = (record("a"),)
    clock.advance(4.9)

    assert ring.find("a")


def test_the_table_is_not_read_on_every_request(clock: SteppedClock) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)

    for _ in range(1000):  # 10 s, a hundred requests each
        ring.configured()
        ring.find("a")
        clock.advance(0.01)

    assert source.reads == 10 / REFRESH_SECONDS


def test_one_thread_reads_while_the_others_use_the_copy(clock: SteppedClock) -> None:
    reading, go_on = threading.Event(), threading.Event()
    source = Source(record("a"))

    def slow_read() -> tuple[KeyRecord, ...]:
        if source.reads:
            reading.set()
            assert go_on.wait(HANG_SECONDS)
        return source.read()

    ring = KeyRing(slow_read, monotonic=clock.monotonic)
    ring.find("a")
    clock.advance(REFRESH_SECONDS)
    with ThreadPoolExecutor(1) as pool:
        refresher = pool.submit(ring.find, "a")
        assert reading.wait(PATIENCE_SECONDS)
        meanwhile = ring.find("a")
        go_on.set()

    assert meanwhile
    assert refresher.result()
    assert source.reads == 2


def test_a_copy_older_than_four_seconds_is_not_used_while_another_thread_reads(clock: SteppedClock) -> None:
    reading, go_on = threading.Event(), threading.Event()
    source = Source(record("a"))

    def slow_read() -> tuple[KeyRecord, ...]:
        if source.reads:
            reading.set()
            assert go_on.wait(HANG_SECONDS)
        return source.read()

    ring = KeyRing(slow_read, monotonic=clock.monotonic)
    ring.find("a")
    source.records = (record("a", revoked=True),)
    clock.advance(3600)
    with ThreadPoolExecutor(2) as pool:
        refresher = pool.submit(ring.find, "a")
        assert reading.wait(PATIENCE_SECONDS)
        second = pool.submit(ring.find, "a")
        go_on.set()

    assert refresher.result() is None
    assert second.result() is None


def readers_of(ring: KeyRing) -> list[threading.Thread]:
    """The threads that read the table of this ring; others may be left of other tests."""
    return [thread for thread in threading.enumerate() if getattr(thread, "_target", None) == ring._refresh]


def test_a_table_that_does_not_answer_delays_one_request_and_its_answer_counts_when_it_comes(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    go_on, source = threading.Event(), Source(record("a"))

    def slow_read() -> tuple[KeyRecord, ...]:
        assert not source.reads or go_on.wait(HANG_SECONDS)
        return source.read()

    ring = KeyRing(slow_read, monotonic=clock.monotonic)
    ring.find("a")
    source.records = (record("a", revoked=True),)
    clock.advance(REFRESH_SECONDS)

    assert ring.find("a")  # while the table is still being read
    clock.advance(3600)
    assert [ring.find("a") is not None for _ in range(100)] == [True] * 100  # which would take 50 s, waiting each time
    assert ring.stale()
    assert len(caplog.records) == 1
    assert len(readers_of(ring)) == 1  # no request left a thread of its own behind
    go_on.set()
    assert eventually(lambda: ring.find("a") is None)


def test_without_any_copy_a_table_that_does_not_answer_in_time_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.keys.ring.FIRST_PATIENCE_SECONDS", 0.1)
    go_on = threading.Event()
    ring = KeyRing(lambda: [record("a")] if go_on.wait(HANG_SECONDS) else [])

    with pytest.raises(StateUnavailable):
        ring.configured()
    go_on.set()

    def is_closed() -> bool:
        with suppress(StateUnavailable):
            return ring.configured()
        return False

    assert eventually(is_closed)


def test_keys_that_were_known_stay_in_force_while_the_table_cannot_be_read(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    ring.find("a")
    source.failure = StateUnavailable(FILE)

    for _ in range(10):
        clock.advance(REFRESH_SECONDS)
        assert ring.find("a")

    assert ring.stale()
    assert len(caplog.records) == 1  # one line for the outage, not one for every try
    source.failure = None
    clock.advance(REFRESH_SECONDS)
    assert ring.find("a")
    assert not ring.stale()


def test_losing_the_table_does_not_open_the_service(clock: SteppedClock) -> None:
    source = Source(record("a"))
    ring = KeyRing(source.read, monotonic=clock.monotonic)
    ring.find("a")

    source.records = ()
    clock.advance(3600)

    assert ring.configured()
    assert ring.find("a")
    assert ring.stale()


def test_nobody_gets_in_while_it_was_never_known_whether_there_are_keys(clock: SteppedClock) -> None:
    source = Source(record("a"))
    source.failure = StateUnavailable(FILE)
    ring = KeyRing(source.read, monotonic=clock.monotonic)

    for ask in (ring.configured, lambda: ring.find("a")):
        with pytest.raises(StateUnavailable):
            ask()
    assert source.reads == 1  # not tried again at once
    source.failure = None
    clock.advance(REFRESH_SECONDS)

    assert ring.find("a")


def test_a_key_is_in_no_log_line_and_no_error(table: KeyTable, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = table.create("ci", rate=None, now=NOW)
    source = Source(*(replace(kept) for kept in table.records()))
    clock = SteppedClock(NOW)
    ring = KeyRing(source.read, monotonic=clock.monotonic)

    ring.find(key)
    source.failure = StateUnavailable(FILE)
    clock.advance(3600)
    ring.find(key)
    with pytest.raises(KeyNotManaged) as error:
        table.create("ci", rate=None, now=NOW)

    assert caplog.records
    assert key not in caplog.text + str(error.value) + repr(ring) + repr(table)
