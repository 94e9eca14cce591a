"""Readings from memory: what is kept how long, what is asked once, and how long anybody waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from grid.chain import ChainReader
from grid.live.live_source import ReadPolicy
from grid.source import MalformedReply, SourceUnavailable, ZoneNotCovered
from tests.fakes.clock import SteppedClock
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.patience import HANG_SECONDS, eventually, promptly
from tests.grid.readings import MINUTE, TIMEOUT, read, value


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
    time.sleep(0.02)  # past its time to live
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
    reader = reader_of(source, ReadPolicy(deadline_seconds=0.2))
    now, snapshot = datetime.now(UTC), reader.open()

    (reading,) = snapshot.read(["DE"], now=now, forecast=True).values()
    assert snapshot._pin.seconds_left <= 0  # so that the second question waits no longer
    shares = snapshot.shares("DE", now=now)

    assert (reading.latest, reading.reason, shares) == (None, "late", None)


def test_a_snapshot_without_waiting_answers_while_a_call_hangs_and_has_its_value_later(
    source: FakeLiveSource, clock: SteppedClock
) -> None:
    source.gate.clear()
    reader = reader_of(source, ReadPolicy(deadline_seconds=HANG_SECONDS), utc_now=clock.utc_now)
    now = clock.utc_now()

    with promptly():
        reading = reader.open().without_waiting().read(["DE"], now=now, forecast=True)["DE"]
    source.gate.set()

    assert (reading.latest, reading.reason) == (None, "late")
    assert eventually(lambda: reader.open().without_waiting().read(["DE"], now=now, forecast=False)["DE"].latest)
