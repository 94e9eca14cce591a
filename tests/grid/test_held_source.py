"""Readings while the source holds calls back, and while many threads ask."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from grid.chain import ChainReader
from grid.live.live_source import ReadPolicy
from grid.records import KINDS
from grid.source import MalformedReply, SourceRefused, SourceUnavailable
from grid.upstream.gate import Gate
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.patience import HANG_SECONDS, eventually, promptly
from tests.grid.readings import MINUTE, read, value

DEADLINE_SECONDS = 0.2


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


@pytest.fixture
def hasty(source: FakeLiveSource) -> ChainReader:
    """On the real clock, with a deadline short enough to wait for."""
    source.starts_at = datetime.now(UTC)
    return reader_of(source, ReadPolicy(deadline_seconds=DEADLINE_SECONDS))


# --- while the source holds calls back


def test_a_held_source_is_not_asked_and_the_reason_is_its_own(source: FakeLiveSource, clock: SteppedClock) -> None:
    shared = SharedState(None, KINDS)
    reader = reader_of(source, ReadPolicy(), shared=shared, utc_now=clock.utc_now, monotonic=clock.monotonic)
    read(reader, clock, "DE")
    clock.advance(5 * MINUTE)
    source.hold_error = SourceRefused("sandbox-key")
    Gate("fake", shared, utc_now=clock.utc_now).failed(source.hold_error)

    with_value, without_value = read(reader, clock, "DE", "FR", forecast=True)
    shares = reader.open().shares("DE", now=clock.utc_now())

    assert (value(with_value), with_value.reason) == (
        300,
        None,
    )  # at 09:15 the value of 09:00 to 10:00 is what there is
    assert (value(without_value), without_value.reason) == (None, "sandbox-key")
    assert shares is None
    assert source.count("latest") == 1


def test_a_value_whose_hour_is_over_says_why_the_next_one_may_not_be_asked_for(
    source: FakeLiveSource, clock: SteppedClock
) -> None:
    shared = SharedState(None, KINDS)
    reader = reader_of(source, ReadPolicy(), shared=shared, utc_now=clock.utc_now, monotonic=clock.monotonic)
    read(reader, clock, "DE")
    clock.advance(50 * MINUTE)  # 10:00
    source.hold_error = SourceUnavailable("rate-limited", retry_after_seconds=600)
    Gate("fake", shared, utc_now=clock.utc_now).failed(source.hold_error)

    (with_value,) = read(reader, clock, "DE")

    assert (value(with_value), with_value.reason) == (300, "rate-limited")


def test_workers_that_fetched_the_same_at_different_times_answer_alike_while_the_source_is_held(
    source: FakeLiveSource, clock: SteppedClock
) -> None:
    states = [SharedState(None, KINDS), SharedState(None, KINDS)]
    workers = [
        reader_of(source, ReadPolicy(), shared=shared, utc_now=clock.utc_now, monotonic=clock.monotonic)
        for shared in states
    ]
    read(workers[0], clock, "DE")
    clock.advance(4 * MINUTE)
    read(workers[1], clock, "DE")
    clock.advance(2 * MINUTE)  # due for the first, not for the second
    source.hold_error = SourceUnavailable("rate-limited", retry_after_seconds=600)
    for shared in states:
        Gate("fake", shared, utc_now=clock.utc_now).failed(source.hold_error)

    answers = [read(worker, clock, "DE") for worker in workers]

    assert workers[0].open().version == workers[1].open().version
    assert answers[0] == answers[1]


# --- many threads


def test_thirty_two_threads_that_ask_for_one_zone_make_one_call(hasty: ChainReader, source: FakeLiveSource) -> None:
    source.gate.clear()
    together = threading.Barrier(33)

    def ask() -> float | None:
        together.wait()
        return value(hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"])

    with ThreadPoolExecutor(32) as threads:
        answers = [threads.submit(ask) for _ in range(32)]
        together.wait()
        time.sleep(DEADLINE_SECONDS / 4)
        source.gate.set()
        values = [answer.result() for answer in answers]

    assert values == [300.0] * 32
    assert source.calls == [("latest", "DE")]


def test_a_call_that_ended_between_the_look_and_the_start_is_not_repeated(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    source.when_asked_for_holds = lambda: read(reader, clock, "DE")  # another thread, after our look into the cache

    (reading,) = read(reader, clock, "DE")

    assert value(reading) == 300
    assert source.count("latest") == 1


def test_at_most_eight_calls_run_at_once(hasty: ChainReader, source: FakeLiveSource) -> None:
    source.gate.clear()
    zones = [f"Z{number}" for number in range(30)]

    hasty.open().read(zones, now=datetime.now(UTC), forecast=True)
    source.gate.set()

    assert eventually(lambda: len(source.calls) == 60)
    assert source.most_at_once == 8


def test_a_late_zone_answers_from_the_fallback_and_still_fills_the_cache(
    hasty: ChainReader, source: FakeLiveSource
) -> None:
    source.gate.clear()
    start_seconds = time.monotonic()

    with promptly():
        late = hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]
    waited = time.monotonic() - start_seconds
    source.gate.set()

    assert (value(late), late.reason) == (None, "late")
    assert waited >= DEADLINE_SECONDS
    assert eventually(lambda: value(hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]) == 300)
    assert source.count("latest") == 1


def test_many_hanging_zones_cost_a_request_one_deadline(hasty: ChainReader, source: FakeLiveSource) -> None:
    source.gate.clear()

    with promptly():  # a deadline for each of 100 calls would be 20 s
        readings = hasty.open().read([f"Z{number}" for number in range(50)], now=datetime.now(UTC), forecast=True)

    assert {reading.reason for reading in readings.values()} == {"late"}


def test_a_hanging_upstream_costs_one_deadline_not_one_for_each_request(
    hasty: ChainReader, source: FakeLiveSource
) -> None:
    source.gate.clear()
    hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)

    with promptly():  # a deadline for each of them would be 40 s
        for _ in range(200):
            hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)


def test_no_request_waits_for_a_source_that_does_not_reply(source: FakeLiveSource) -> None:
    source.gate.clear()
    source.responsive = False
    source.starts_at = datetime.now(UTC)
    patient = reader_of(source, ReadPolicy(deadline_seconds=HANG_SECONDS))

    with promptly():
        reading = patient.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]
    source.gate.set()

    assert reading.reason == "late"
    assert eventually(lambda: value(patient.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]) == 300)


def test_one_bad_zone_does_not_spoil_the_others(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    source.errors["latest", "FR"] = MalformedReply("null-value")

    german, french = read(reader, clock, "DE", "FR")

    assert value(german) == 300
    assert (value(french), french.reason) == (None, "null-value")


def test_a_forked_worker_makes_its_own_threads(hasty: ChainReader) -> None:
    hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)

    child = os.fork()
    if child == 0:
        readings = hasty.open().read(["FR"], now=datetime.now(UTC), forecast=False)
        os._exit(0 if value(readings["FR"]) == 300 else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
