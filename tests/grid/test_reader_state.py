"""Errors of our own, logs, counts, and the version of what a reader knows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from carbon.reading import ZoneReading
from grid.chain import ChainReader
from grid.live.live_source import ReadPolicy
from grid.source import MalformedReply
from tests.fakes.clock import SteppedClock
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.patience import eventually
from tests.grid.readings import MINUTE, TIMEOUT, is_at_rest, read, value


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 10, tzinfo=UTC))


@pytest.fixture
def source(clock: SteppedClock) -> Iterator[FakeLiveSource]:
    fake = FakeLiveSource(clock.utc_now)
    yield fake
    fake.gate.set()


@pytest.fixture
def reader(source: FakeLiveSource, clock: SteppedClock) -> ChainReader:
    return reader_of(source, ReadPolicy(), utc_now=clock.utc_now, monotonic=clock.monotonic, jitter=lambda: 1.0)


# --- our own mistakes


def test_a_mistake_of_ours_is_logged_with_its_traceback_and_does_not_hammer_the_upstream(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    source.errors["latest", "DE"] = ZeroDivisionError("ours")

    (first_reading,) = read(reader, clock, "DE")
    read(reader, clock, "DE")

    assert first_reading.reason == "internal-error"
    assert source.count("latest") == 1
    assert eventually(lambda: "ZeroDivisionError" in caplog.text)


# --- logs and counts


def test_a_failed_refresh_is_one_log_line_however_many_requests_follow(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    source.errors["latest", "DE"] = MalformedReply("null-value", "carbonIntensity of DE")

    for _ in range(10):
        read(reader, clock, "DE")

    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "no live intensity for DE from fake: null-value: carbonIntensity of DE")
    ]


def test_fallbacks_are_counted_by_reason(reader: ChainReader, source: FakeLiveSource, clock: SteppedClock) -> None:
    read(reader, clock, "DE", "FR")
    source.errors["latest", "*"] = TIMEOUT
    clock.advance(5 * MINUTE)
    read(reader, clock, "DE", "FR")  # served while they are asked for
    assert eventually(lambda: is_at_rest(reader))

    read(reader, clock, "DE", "FR", "PL")
    read(reader, clock, "PL")

    (state,) = reader.states()
    assert state.fallbacks == {"last-value": 2, "timeout": 2}


def test_asking_for_the_state_calls_nothing(reader: ChainReader, source: FakeLiveSource) -> None:
    reader.states()

    assert source.calls == []


# --- no key


def test_without_a_key_every_zone_says_so(clock: SteppedClock) -> None:
    reader = ChainReader(unconfigured={"electricity-maps": "no key is set"})

    readings = reader.open().read(["DE", "FR"], now=clock.utc_now(), forecast=True)

    assert readings == {"DE": ZoneReading(reason="no-key"), "FR": ZoneReading(reason="no-key")}
    assert reader.open().shares("DE", now=clock.utc_now()) is None
    (state,) = reader.states()
    assert (state.source, state.state, state.fallbacks) == ("electricity-maps", "unconfigured", {"no-key": 2})


def test_the_version_changes_with_what_is_known(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    versions = [reader.open().version]

    read(reader, clock, "DE")
    versions.append(reader.open().version)
    read(reader, clock, "DE", forecast=True)
    versions.append(reader.open().version)
    source.value = 310.0
    clock.advance(5 * MINUTE + 1)
    read(reader, clock, "DE")  # starts what brings it
    assert eventually(lambda: reader.open().version not in versions)
    versions.append(reader.open().version)
    source.errors["latest", "DE"] = TIMEOUT
    clock.advance(5 * MINUTE + 1)
    read(reader, clock, "DE")

    assert eventually(lambda: reader.open().version not in versions)
    assert len(set(versions)) == 4


def test_the_version_stays_while_a_refresh_brings_what_was_known(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")
    before = reader.open().version
    clock.advance(5 * MINUTE + 1)

    read(reader, clock, "DE")

    assert eventually(lambda: source.count("latest") == 2 and is_at_rest(reader))
    assert reader.open().version == before


def test_a_snapshot_reads_one_state_of_the_grid_until_another_is_opened(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")
    snapshot = reader.open()
    version = snapshot.version
    source.value = 310
    clock.advance(5 * MINUTE)
    with ThreadPoolExecutor(1) as elsewhere:
        newest = elsewhere.submit(lambda: eventually(lambda: value(read(reader, clock, "DE")[0]) == 310)).result()

    (still,) = read(snapshot, clock, "DE")
    same = snapshot.version == version
    (then,) = read(reader, clock, "DE")

    assert newest
    assert (value(still), same) == (300, True)
    assert (value(then), reader.open().version == version) == (310, False)


def test_only_what_a_snapshot_waited_for_changes_its_readings_and_its_version(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")
    snapshot = reader.open()
    before = snapshot.version
    source.value = 310
    clock.advance(5 * MINUTE)
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(lambda: eventually(lambda: value(read(reader, clock, "DE")[0]) == 310)).result()

    with_value, new = read(snapshot, clock, "DE", "FR")

    assert (value(with_value), value(new)) == (310, 310)  # DE was due and so was waited for too
    assert snapshot.version != before


def test_readers_that_know_the_same_have_the_same_version(source: FakeLiveSource, clock: SteppedClock) -> None:
    one, other = (reader_of(source, ReadPolicy(), utc_now=clock.utc_now, monotonic=clock.monotonic) for _ in "ab")

    read(one, clock, "DE", "FR")
    read(other, clock, "FR")
    read(other, clock, "DE")

    assert one.open().version == other.open().version != ChainReader().open().version
