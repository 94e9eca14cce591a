"""Requests counted together: the same windows in memory, in a file and in Redis, and what stands in for either."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carbon.errors import Busy, StateUnavailable
from store.limits.rate_limit import Counter, MemoryCounter, RateLimiter
from store.limits.redis_counter import HITS, RedisCounter
from store.limits.sqlite_counter import CLEAN_EVERY, FILE, SLICE_SECONDS, SLICES, FileCounter
from store.redis_link import RedisLink
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import PATIENCE_SECONDS
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts
from tests.store.limiters import RATE
from wiring_stores import COUNT_SECONDS

ASKING_THREADS = 24
BUSY_THREADS = 8


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 2, 11, tzinfo=UTC))


def in_redis(url: str) -> RedisCounter:
    return RedisCounter(RedisLink(url, telemetry=Counts(), timeout_seconds=PATIENCE_SECONDS))


@pytest.fixture(params=["memory", "file", "redis"])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Counter:
    if request.param == "memory":
        return MemoryCounter(time.monotonic)
    if request.param == "file":
        return FileCounter(tmp_path / "var", busy_seconds=5.0)
    server: RedisServer = request.getfixturevalue("redis")
    redis_counter = in_redis(server.url)
    redis_counter._link.use(lambda client: client.flushall())
    return redis_counter


def test_exactly_the_limit_passes_and_what_is_left_counts_down(counter: Counter) -> None:
    counts = [counter.hit("a", 3, 60) for _ in range(5)]

    assert [count.allowed for count in counts] == [True, True, True, False, False]
    assert [count.used for count in counts] == [1, 2, 3, 3, 3]
    assert all(0 < count.reset_seconds <= 60 for count in counts)


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_wait_is_never_longer_than_the_window_at_any_time_of_the_clock(kind: str, tmp_path: Path) -> None:
    now = 32753.822968760676  # now + 60 - now is 60.00000000000364 in floating point
    assert now + 60 - now > 60
    counter: Counter = MemoryCounter(lambda: now)
    if kind == "file":
        counter = FileCounter(tmp_path, busy_seconds=5.0, monotonic=lambda: now)

    counts = [counter.hit("a", 2, 60) for _ in range(3)]

    assert [count.reset_seconds for count in counts] == [60.0, 60.0, 60.0]


def test_callers_are_counted_apart(counter: Counter) -> None:
    assert [counter.hit(caller, 1, 60).allowed for caller in ("a", "b", "a", "b")] == [True, True, False, False]


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_request_leaves_the_window_when_it_is_that_old(kind: str, tmp_path: Path, clock: SteppedClock) -> None:
    counter: Counter = MemoryCounter(clock.monotonic)
    if kind == "file":
        counter = FileCounter(tmp_path, busy_seconds=5.0, monotonic=clock.monotonic)
    first = counter.hit("a", 2, 10)
    clock.advance(6)
    second = counter.hit("a", 2, 10)
    clock.advance(6)  # 12 s after the first, 6 s after the second

    third, fourth = counter.hit("a", 2, 10), counter.hit("a", 2, 10)

    assert [first.allowed, second.allowed, third.allowed, fourth.allowed] == [True, True, True, False]
    assert fourth.reset_seconds == pytest.approx(4)  # the second leaves 10 s after it came


def test_in_redis_a_request_leaves_the_window_when_it_is_that_old(redis: RedisServer) -> None:
    """Its clock cannot be set, so a request moves into the past instead."""
    counter = in_redis(redis.url)
    counter._link.use(lambda client: client.flushall())
    first, second = counter.hit("a", 2, 1000), counter.hit("a", 2, 1000)
    seconds, microseconds = counter._link.use(lambda client: client.time())
    long_ago = 1_000_000 * (seconds - 1001) + microseconds
    counter._link.use(lambda client: client.lset(f"{HITS}a", 0, str(long_ago)))

    third, fourth = counter.hit("a", 2, 1000), counter.hit("a", 2, 1000)

    assert [first.allowed, second.allowed, third.allowed, fourth.allowed] == [True, True, True, False]
    assert 0 < fourth.reset_seconds <= 1000


def ask_often(build: Callable[[], Counter], times: int, passed: multiprocessing.Queue[int]) -> None:
    limiter = RateLimiter(build())
    passed.put(sum(verdict.allowed for _ in range(times) if (verdict := limiter.hit(RATE, "a"))))


@pytest.mark.parametrize("kind", ["file", "redis"])
def test_exactly_60_pass_when_four_processes_ask_at_once(kind: str, tmp_path: Path, redis: RedisServer) -> None:
    context = multiprocessing.get_context("fork")
    passed: multiprocessing.Queue[int] = context.Queue()
    in_redis(redis.url)._link.use(lambda client: client.flushall())
    url = redis.url

    def build() -> Counter:
        return FileCounter(tmp_path, busy_seconds=5.0) if kind == "file" else in_redis(url)

    workers = [context.Process(target=ask_often, args=(build, 100, passed)) for _ in range(4)]
    for worker in workers:
        worker.start()
    shares = [passed.get(timeout=PATIENCE_SECONDS) for _ in workers]
    for worker in workers:
        worker.join()

    assert sum(shares) == 60


def ask_beside_busy_threads(build: Callable[[], Counter], passed: multiprocessing.Queue[tuple[int, bool]]) -> None:
    """Many threads ask four times each while others keep the processor busy; tells how many passed."""
    limiter, ending = RateLimiter(build()), threading.Event()

    def compute() -> None:
        while not ending.is_set():
            sum(range(1000))

    def ask(_: int) -> bool:
        try:
            verdict = limiter.hit(RATE, "a")
        except Busy:
            return False
        return verdict is None or verdict.allowed

    busy = [threading.Thread(target=compute) for _ in range(BUSY_THREADS)]
    for thread in busy:
        thread.start()
    with ThreadPoolExecutor(ASKING_THREADS) as pool:
        count = sum(pool.map(ask, range(4 * ASKING_THREADS)))
    ending.set()
    for thread in busy:
        thread.join()
    passed.put((count, limiter.failing))


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("kind", ["file", "redis"])
def test_at_most_60_pass_while_every_thread_waits_for_the_processor(
    kind: str, processes: int, tmp_path: Path, redis: RedisServer
) -> None:
    context = multiprocessing.get_context("fork")
    passed: multiprocessing.Queue[tuple[int, bool]] = context.Queue()
    in_redis(redis.url)._link.use(lambda client: client.flushall())
    url = redis.url

    def build() -> Counter:
        return FileCounter(tmp_path, busy_seconds=COUNT_SECONDS) if kind == "file" else in_redis(url)

    workers = [context.Process(target=ask_beside_busy_threads, args=(build, passed)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    shares = [passed.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()

    assert 1 <= sum(count for count, _ in shares) <= 60
    assert not any(failing for _, failing in shares)


def test_old_rows_of_absent_callers_are_deleted(tmp_path: Path, clock: SteppedClock) -> None:
    counter = FileCounter(tmp_path, busy_seconds=1.0, monotonic=clock.monotonic)
    for number in range(50):
        counter.hit(f"caller {number}", 60, 10)
    clock.advance(10)

    for _ in range(SLICES):
        clock.advance(SLICE_SECONDS)
        counter.hit("b", 1, 1000)

    (callers,) = sqlite3.connect(tmp_path / FILE).execute("SELECT count(DISTINCT caller) FROM hits").fetchone()
    assert callers == 1


def test_the_file_keeps_few_more_rows_of_a_caller_than_are_in_the_window(tmp_path: Path, clock: SteppedClock) -> None:
    counter = FileCounter(tmp_path, busy_seconds=1.0, monotonic=clock.monotonic)

    for _ in range(500):
        clock.advance(1)
        counter.hit("a", 60, 10)

    (rows,) = sqlite3.connect(tmp_path / FILE).execute("SELECT count(*) FROM hits").fetchone()
    assert 10 <= rows <= 10 + CLEAN_EVERY


def test_counts_of_before_a_restart_of_the_machine_do_not_count(tmp_path: Path, clock: SteppedClock) -> None:
    clock.advance(1_000_000)
    FileCounter(tmp_path, busy_seconds=1.0, monotonic=clock.monotonic).hit("a", 1, 60)
    clock.advance(-1_000_000)  # the monotonic clock begins again

    again = FileCounter(tmp_path, busy_seconds=1.0, monotonic=clock.monotonic).hit("a", 1, 60)

    assert (again.allowed, again.used) == (True, 1)


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    counter = FileCounter(tmp_path, busy_seconds=0.1)

    with pytest.raises(StateUnavailable):
        counter.hit("a", 1, 60)

    assert counter.hit("a", 1, 60).allowed


def test_redis_forgets_a_caller_one_second_after_the_window(redis: RedisServer) -> None:
    link = RedisLink(redis.url, telemetry=Counts())

    RedisCounter(link).hit("gone", 5, 60)

    assert 59 <= link.use(lambda client: client.ttl(f"{HITS}gone")) <= 61
