"""Counting requests while the shared counter fails, is slow or is gone."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from store.limits.rate_limit import Counter, MemoryCounter, RateLimiter
from store.limits.redis_counter import RedisCounter
from store.limits.sqlite_counter import FILE, FileCounter
from store.redis_link import REST_SECONDS, RedisLink
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import promptly
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts
from tests.store.limiters import RATE, Broken, limiter


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 2, 11, tzinfo=UTC))


@pytest.fixture(params=["memory", "file", "redis"])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Counter:
    if request.param == "memory":
        return MemoryCounter(time.monotonic)
    if request.param == "file":
        return FileCounter(tmp_path / "var", busy_seconds=5.0)
    server: RedisServer = request.getfixturevalue("redis")
    link = RedisLink(server.url, telemetry=Counts())
    link.use(lambda client: client.flushall())
    return RedisCounter(link)


def test_while_the_counter_fails_each_worker_counts_alone_retries_rarely_and_logs_it_once(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    broken, telemetry = Broken(clock), Counts()
    limited = limiter(clock, broken, telemetry)

    verdicts = [limited.hit(RATE, "a") for _ in range(61)]

    assert sum(verdict.allowed for verdict in verdicts if verdict) == 60
    assert (broken.calls, limited.scope, limited.failing) == (1, "worker", True)
    assert telemetry.seen == {("store_error", "rate-limit"): 1}
    assert len(caplog.records) == 1


def test_a_counter_that_works_again_is_used_again(clock: SteppedClock, caplog: pytest.LogCaptureFixture) -> None:
    broken = Broken(clock)
    limited = limiter(clock, broken, Counts())
    limited.hit(RATE, "a")
    broken.failing = False
    caplog.clear()
    caplog.set_level(logging.INFO)
    clock.advance(1)

    limited.hit(RATE, "a")

    assert (broken.calls, limited.scope, limited.failing) == (2, "machine", False)
    assert [line.getMessage() for line in caplog.records] == ["the shared request counts can be used again"]


def test_while_the_counter_fails_open_allows_every_request_and_closed_refuses_every_request(
    clock: SteppedClock,
) -> None:
    opened = limiter(clock, Broken(clock), Counts(), "open")
    closed = limiter(clock, Broken(clock), Counts(), "closed")

    assert [opened.hit("1 per minute", "a") for _ in range(3)] == [None, None, None]
    for _ in range(2):
        with pytest.raises(StateUnavailable):
            closed.hit("1 per minute", "a")


def test_a_locked_file_costs_one_short_wait(tmp_path: Path, clock: SteppedClock) -> None:
    counter, telemetry = FileCounter(tmp_path, busy_seconds=0.1), Counts()
    counter.hit("a", 60, 60)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    limited = RateLimiter(counter, telemetry=telemetry, monotonic=clock.monotonic)

    with promptly():
        verdicts = [limited.hit(RATE, "a") for _ in range(61)]

    assert telemetry.seen == {("store_error", "rate-limit"): 1}
    assert sum(verdict.allowed for verdict in verdicts if verdict) == 60
    other.close()


def test_a_redis_that_hangs_costs_one_short_wait_and_comes_back_by_itself(clock: SteppedClock) -> None:
    telemetry = Counts()
    with running() as server:
        link = RedisLink(server.url, telemetry=telemetry, monotonic=clock.monotonic)
        limited = RateLimiter(RedisCounter(link), monotonic=clock.monotonic)
        limited.hit(RATE, "a")
        with server.hanging(), promptly():
            during = [limited.hit(RATE, "a") for _ in range(61)]
        clock.advance(REST_SECONDS)

        after = limited.hit(RATE, "a")

    assert sum(verdict.allowed for verdict in during if verdict) == 60
    assert telemetry.seen["store_error", "redis"] == 1
    assert after is not None
    assert (after.remaining, limited.scope, link.failing) == (57, "service", False)

    # one before; the one that timed out was counted when Redis went on; one after: 60 - 3 are left


def test_a_redis_that_is_gone_costs_no_wait_and_is_asked_again_when_it_may_be_back(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with running() as server:
        limited = RateLimiter(
            RedisCounter(RedisLink(server.url, telemetry=Counts(), monotonic=clock.monotonic)),
            monotonic=clock.monotonic,
        )
        limited.hit(RATE, "a")
        server.stop()
        away = [(limited.hit(RATE, "a"), limited.scope) for _ in range(3)]
        server.start()
        clock.advance(REST_SECONDS)
        back = limited.hit(RATE, "a")

    assert [scope for _, scope in away] == ["worker"] * 3
    assert back is not None
    assert (back.remaining, limited.scope) == (59, "service")  # it came back empty
    assert [line.levelname for line in caplog.records] == ["ERROR", "INFO"]  # of the link, for all stores


def test_a_full_redis_is_no_reason_to_wait() -> None:
    with running("--maxmemory", "1mb", "--maxmemory-policy", "noeviction") as server:
        link = RedisLink(server.url, telemetry=Counts())
        limited = RateLimiter(RedisCounter(link))
        for _ in range(3):
            limited.hit(RATE, "who fills it")

        verdicts = [limited.hit(RATE, "a") for _ in range(61)]

    assert sum(verdict.allowed for verdict in verdicts if verdict) == 60
    assert (limited.scope, link.failing) == ("worker", False)
