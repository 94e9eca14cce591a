"""Requests counted together: the same windows in memory, in a file and in Redis, and what stands in for either."""

from __future__ import annotations

import logging
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
from store.redis_link import REST_SECONDS, TIMEOUT_SECONDS, RedisLink
from tests.fakes.clock import SteppedClock
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts
from wiring import COUNT_SECONDS

RATE = "60 per minute"
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
    return RedisCounter(RedisLink(url, telemetry=Counts()))


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


def test_exactly_the_limit_passes_and_what_is_left_counts_down(counter: Counter) -> None:
    counts = [counter.hit("a", 3, 60) for _ in range(5)]

    assert [count.allowed for count in counts] == [True, True, True, False, False]
    assert [count.used for count in counts] == [1, 2, 3, 3, 3]
    assert all(59 < count.reset_seconds <= 60 for count in counts)


def test_callers_are_counted_apart(counter: Counter) -> None:
    assert [counter.hit(caller, 1, 60).allowed for caller in ("a", "b", "a", "b")] == [True, True, False, False]


def test_a_request_leaves_the_window_when_it_is_that_old(counter: Counter) -> None:
    first = counter.hit("a", 2, 1)
    time.sleep(0.6)
    second = counter.hit("a", 2, 1)
    time.sleep(0.6)  # 1.2 s after the first, 0.6 s after the second

    third, fourth = counter.hit("a", 2, 1), counter.hit("a", 2, 1)

    assert [first.allowed, second.allowed, third.allowed, fourth.allowed] == [True, True, True, False]
    assert 0.2 <= fourth.reset_seconds <= 0.4  # the second leaves 1 s after it came


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
    shares = [passed.get(timeout=30) for _ in workers]
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


class Broken:
    """A Counter that fails as long as it is told to."""

    scope = "machine"
    trouble_logged = False

    def __init__(self, clock: SteppedClock) -> None:
        self.failing = True
        self.calls = 0
        self._memory = MemoryCounter(clock.monotonic)

    def hit(self, caller: str, limit: int, window_seconds: int) -> object:
        self.calls += 1
        if self.failing:
            raise StateUnavailable("counts")
        return self._memory.hit(caller, limit, window_seconds)


def limiter(clock: SteppedClock, broken: Broken, telemetry: Counts, on_store_error: str = "local") -> RateLimiter:
    return RateLimiter(broken, on_store_error=on_store_error, telemetry=telemetry, monotonic=clock.monotonic)  # type: ignore[arg-type]


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


def test_a_locked_file_costs_one_short_wait(tmp_path: Path) -> None:
    counter = FileCounter(tmp_path, busy_seconds=0.1)
    counter.hit("a", 60, 60)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    limited = RateLimiter(counter)
    began = time.monotonic()

    verdicts = [limited.hit(RATE, "a") for _ in range(61)]

    assert time.monotonic() - began < 0.5
    assert sum(verdict.allowed for verdict in verdicts if verdict) == 60
    other.close()


def test_a_redis_that_hangs_costs_one_short_wait_and_comes_back_by_itself(clock: SteppedClock) -> None:
    telemetry = Counts()
    with running() as server:
        link = RedisLink(server.url, telemetry=telemetry, monotonic=clock.monotonic)
        limited = RateLimiter(RedisCounter(link), monotonic=clock.monotonic)
        limited.hit(RATE, "a")
        with server.hanging():
            began = time.monotonic()
            during = [limited.hit(RATE, "a") for _ in range(61)]
            took = time.monotonic() - began
        clock.advance(REST_SECONDS)

        after = limited.hit(RATE, "a")

    assert TIMEOUT_SECONDS <= took < 0.5
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
