"""Readings from memory: what is kept how long, what is asked once, and how long anybody waits."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from carbon.reading import ZoneReading
from grid.chain import ChainReader, ChainSnapshot
from grid.live.live_source import ReadPolicy
from grid.records import KINDS
from grid.source import MalformedReply, SourceRefused, SourceUnavailable, ZoneNotCovered
from grid.upstream.gate import Gate
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.live_source import FakeLiveSource, reader_of

TIMEOUT = SourceUnavailable("timeout")
DEADLINE_SECONDS = 0.2
MINUTE = 60.0


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


def read(
    reader: ChainReader | ChainSnapshot, clock: SteppedClock, *zones: str, forecast: bool = False
) -> list[ZoneReading]:
    snapshot = reader.open() if isinstance(reader, ChainReader) else reader
    readings = snapshot.read(zones, now=clock.utc_now(), forecast=forecast)
    return [readings[zone] for zone in zones]


def value(reading: ZoneReading) -> float | None:
    return reading.latest.gco2e_per_kwh if reading.latest else None


def eventually(condition: object) -> bool:
    assert callable(condition)
    ends = time.monotonic() + 5
    while not condition() and time.monotonic() < ends:
        time.sleep(0.005)
    return bool(condition())


# --- how long things are kept


def test_an_intensity_is_asked_again_after_five_minutes(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")
    source.value = 310
    clock.advance(5 * MINUTE - 1)
    (before,) = read(reader, clock, "DE")
    clock.advance(1)
    (meanwhile,) = read(reader, clock, "DE")

    assert (value(before), value(meanwhile)) == (300, 300)
    assert eventually(lambda: value(read(reader, clock, "DE")[0]) == 310)
    assert source.count("latest") == 2


def test_a_forecast_is_asked_again_after_half_an_hour(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE", forecast=True)
    clock.advance(30 * MINUTE - 1)
    read(reader, clock, "DE", forecast=True)
    before = source.count("forecast")
    clock.advance(1)
    read(reader, clock, "DE", forecast=True)

    assert before == 1
    assert eventually(lambda: source.count("forecast") == 2)


def test_a_forecast_is_fetched_only_where_it_is_wanted(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    (without,) = read(reader, clock, "DE")
    (with_it,) = read(reader, clock, "DE", forecast=True)

    assert without.forecast is None
    assert with_it.forecast is not None
    assert source.calls == [("latest", "DE"), ("forecast", "DE")]


def test_regions_that_share_a_zone_share_its_call(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "US-MIDA-PJM", "US-MIDA-PJM", "US-MIDA-PJM")

    assert source.calls == [("latest", "US-MIDA-PJM")]


def test_shares_are_stored_for_a_quarter_of_an_hour(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    shares = reader.open().shares("DE", now=clock.utc_now())
    clock.advance(15 * MINUTE - 1)
    reader.open().shares("DE", now=clock.utc_now())
    before = source.count("shares")
    clock.advance(1)
    reader.open().shares("DE", now=clock.utc_now())

    assert shares is not None
    assert shares.renewable_share == 0.6
    assert before == 1
    assert eventually(lambda: source.count("shares") == 2)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        pytest.param(SourceUnavailable("timeout"), 30, id="an outage: 30 s"),
        pytest.param(MalformedReply("null-value"), 300, id="a useless answer: as long as a good one"),
        pytest.param(ZoneNotCovered("no-recent-data"), 300, id="no data: as long as a value"),
        pytest.param(
            ZoneNotCovered("plan-lacks-zone", retry_after_seconds=86_400), 86_400, id="a refusal of the plan: a day"
        ),
    ],
)
def test_a_failure_is_remembered_as_long_as_it_is_worth(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock, error: Exception, seconds: float
) -> None:
    source.errors["latest", "DE"] = error
    (failed,) = read(reader, clock, "DE")
    source.errors.clear()
    clock.advance(seconds - 1)
    (remembered,) = read(reader, clock, "DE")
    clock.advance(1)
    (asked_again,) = read(reader, clock, "DE")

    assert failed.reason == remembered.reason == error.reason  # type: ignore[attr-defined]
    assert value(remembered) is None
    assert (value(asked_again), asked_again.reason) == (300, None)
    assert source.count("latest") == 2


# --- the last good value


def test_a_failed_refresh_serves_the_last_value_until_an_hour_after_the_end_of_its_hour(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")  # at 09:10, for 09:00 to 10:00: good until 11:00
    source.errors["latest", "DE"] = TIMEOUT
    clock.advance(110 * MINUTE)
    (at_eleven,) = read(reader, clock, "DE")
    clock.advance(1)
    (after_eleven,) = read(reader, clock, "DE")

    assert (value(at_eleven), at_eleven.reason) == (300, None)
    assert (value(after_eleven), after_eleven.reason) == (None, "timeout")


def test_the_last_value_says_why_it_is_not_a_fresh_one_until_there_is_one(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")
    source.errors["latest", "DE"] = TIMEOUT
    clock.advance(5 * MINUTE)

    assert eventually(lambda: read(reader, clock, "DE")[0].reason == "timeout")
    assert value(read(reader, clock, "DE")[0]) == 300

    source.errors.clear()
    clock.advance(30)

    assert eventually(lambda: read(reader, clock, "DE")[0].reason is None)


def test_a_value_that_grows_too_old_within_its_time_to_live_is_not_served(
    source: FakeLiveSource, clock: SteppedClock
) -> None:
    reader = reader_of(
        source,
        ReadPolicy(intensity_ttl_seconds=7200),
        utc_now=clock.utc_now,
        monotonic=clock.monotonic,
        jitter=lambda: 1.0,
    )
    read(reader, clock, "DE")
    clock.advance(110 * MINUTE + 1)

    (reading,) = read(reader, clock, "DE")

    assert (value(reading), reading.reason) == (None, "stale")


def test_a_failed_refresh_keeps_the_forecast_for_an_hour_after_it_was_fetched(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE", forecast=True)
    source.errors["forecast", "DE"] = TIMEOUT
    clock.advance(60 * MINUTE)
    (within,) = read(reader, clock, "DE", forecast=True)
    clock.advance(1)
    (beyond,) = read(reader, clock, "DE", forecast=True)

    assert within.forecast is not None
    assert beyond.forecast is None


def test_a_forecast_within_its_time_to_live_is_served_however_small_the_age_limit(
    source: FakeLiveSource, clock: SteppedClock
) -> None:
    reader = reader_of(source, ReadPolicy(max_age_minutes=10), utc_now=clock.utc_now, monotonic=clock.monotonic)
    read(reader, clock, "DE", forecast=True)
    clock.advance(20 * MINUTE)

    (reading,) = read(reader, clock, "DE", forecast=True)

    assert reading.forecast is not None
    assert source.count("forecast") == 1


def test_failed_shares_answer_with_the_last_ones_and_then_with_none(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    reader.open().shares("DE", now=clock.utc_now())
    source.errors["shares", "DE"] = TIMEOUT
    clock.advance(110 * MINUTE)
    within = reader.open().shares("DE", now=clock.utc_now())
    clock.advance(1)
    beyond = reader.open().shares("DE", now=clock.utc_now())

    assert within is not None
    assert beyond is None


def test_a_late_refresh_answers_with_the_last_value(source: FakeLiveSource) -> None:
    reader = reader_of(source, ReadPolicy(deadline_seconds=0.1, intensity_ttl_seconds=0.01))
    source.starts_at = datetime.now(UTC)
    reader.open().read(["DE"], now=datetime.now(UTC), forecast=False)
    time.sleep(0.02)
    source.gate.clear()

    readings = reader.open().read(["DE"], now=datetime.now(UTC), forecast=False)

    assert value(readings["DE"]) == 300
    assert readings["DE"].reason is None


def test_when_the_clock_is_set_back_a_value_from_the_future_is_asked_for_again_once(
    reader: ChainReader, source: FakeLiveSource, clock: SteppedClock
) -> None:
    read(reader, clock, "DE")
    source.value = 310
    clock.advance(-6 * 60 * MINUTE)

    read(reader, clock, "DE")
    renewed = eventually(lambda: value(read(reader, clock, "DE")[0]) == 310)
    clock.advance(MINUTE)
    read(reader, clock, "DE")

    assert renewed
    assert source.count("latest") == 2


def test_a_request_that_asks_twice_waits_for_one_deadline(source: FakeLiveSource) -> None:
    source.gate.clear()
    reader = reader_of(source, ReadPolicy(deadline_seconds=1.0))
    now, snapshot = datetime.now(UTC), reader.open()
    began = time.monotonic()

    (reading,) = snapshot.read(["DE"], now=now, forecast=True).values()
    shares = snapshot.shares("DE", now=now)

    assert (reading.latest, reading.reason, shares) == (None, "late", None)
    assert 1.0 <= time.monotonic() - began < 2.0


# --- while the source holds calls back


def test_a_held_source_is_not_asked_and_the_reason_is_its_own(source: FakeLiveSource, clock: SteppedClock) -> None:
    shared = SharedState(None, KINDS)
    reader = reader_of(source, ReadPolicy(), shared=shared, utc_now=clock.utc_now, monotonic=clock.monotonic)
    read(reader, clock, "DE")
    clock.advance(5 * MINUTE)
    source.hold = SourceRefused("sandbox-key")
    Gate("fake", shared, utc_now=clock.utc_now).failed(source.hold)

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
    source.hold = SourceUnavailable("rate-limited", retry_after_seconds=600)
    Gate("fake", shared, utc_now=clock.utc_now).failed(source.hold)

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
    source.hold = SourceUnavailable("rate-limited", retry_after_seconds=600)
    for shared in states:
        Gate("fake", shared, utc_now=clock.utc_now).failed(source.hold)

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
    began = time.monotonic()

    late = hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]
    waited = time.monotonic() - began
    source.gate.set()

    assert (value(late), late.reason) == (None, "late")
    assert DEADLINE_SECONDS <= waited < 3 * DEADLINE_SECONDS
    assert eventually(lambda: value(hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]) == 300)
    assert source.count("latest") == 1


def test_many_hanging_zones_cost_a_request_one_deadline(hasty: ChainReader, source: FakeLiveSource) -> None:
    source.gate.clear()
    began = time.monotonic()

    readings = hasty.open().read([f"Z{number}" for number in range(50)], now=datetime.now(UTC), forecast=True)

    assert time.monotonic() - began < 3 * DEADLINE_SECONDS
    assert {reading.reason for reading in readings.values()} == {"late"}


def test_a_hanging_upstream_costs_one_deadline_not_one_for_each_request(
    hasty: ChainReader, source: FakeLiveSource
) -> None:
    source.gate.clear()
    hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)
    began = time.monotonic()

    for _ in range(20):
        hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)

    assert time.monotonic() - began < DEADLINE_SECONDS


def test_no_request_waits_for_a_source_that_does_not_reply(hasty: ChainReader, source: FakeLiveSource) -> None:
    source.gate.clear()
    source.responsive = False
    began = time.monotonic()

    reading = hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]
    waited = time.monotonic() - began
    source.gate.set()

    assert reading.reason == "late"
    assert waited < DEADLINE_SECONDS / 2
    assert eventually(lambda: value(hasty.open().read(["DE"], now=datetime.now(UTC), forecast=False)["DE"]) == 300)


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
    assert eventually(lambda: not reader._readers[0]._refresher._flights._in_progress)

    read(reader, clock, "DE", "FR", "PL")
    read(reader, clock, "PL")

    (state,) = reader.states()
    assert state.fallbacks == {"last-value": 2, "timeout": 2}


def test_asking_for_the_state_calls_nothing(reader: ChainReader, source: FakeLiveSource) -> None:
    reader.states()

    assert source.calls == []


# --- no key


def test_without_a_key_every_zone_says_so(clock: SteppedClock) -> None:
    reader = ChainReader(unconfigured=["electricity-maps"])

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

    assert eventually(lambda: source.count("latest") == 2 and not reader._readers[0]._refresher._flights._in_progress)
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
