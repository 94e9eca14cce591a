"""The rate limit: exactly so many requests in any window, counted for each caller alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.edge.access import client_of
from settings import Settings, SettingsError
from store.limits.rate_limit import MemoryCounter, RateLimiter, Verdict, in_memory
from tests.fakes.clock import SteppedClock

START = datetime(2026, 2, 11, tzinfo=UTC)
RATE = "60 per minute"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
def limiter(clock: SteppedClock) -> RateLimiter:
    return in_memory(monotonic=clock.monotonic)


def passed(limiter: RateLimiter, rate: str, caller: str, times: int) -> int:
    verdicts = [limiter.hit(rate, caller) for _ in range(times)]
    return sum(verdict.allowed for verdict in verdicts if verdict)


def test_exactly_60_of_61_requests_pass_in_a_window(limiter: RateLimiter) -> None:
    assert passed(limiter, RATE, "a", 61) == 60


def test_a_verdict_counts_down_and_says_when_the_oldest_request_is_forgotten(
    limiter: RateLimiter, clock: SteppedClock
) -> None:
    first = limiter.hit("2 per minute", "a")
    clock.advance(18)
    second = limiter.hit("2 per minute", "a")
    clock.advance(0.5)
    third = limiter.hit("2 per minute", "a")

    # the first request is forgotten 60 s after it came: in 60, in 42, in 41.5 s
    assert first == Verdict(allowed=True, limit=2, window_seconds=60, remaining=1, reset_seconds=60)
    assert second == Verdict(allowed=True, limit=2, window_seconds=60, remaining=0, reset_seconds=42)
    assert third == Verdict(allowed=False, limit=2, window_seconds=60, remaining=0, reset_seconds=42)


def test_who_waits_as_long_as_told_gets_in_and_one_second_less_does_not(
    limiter: RateLimiter, clock: SteppedClock
) -> None:
    passed(limiter, "1 per minute", "a", 1)
    clock.advance(7.3)
    verdict = limiter.hit("1 per minute", "a")
    assert verdict is not None

    clock.advance(verdict.reset_seconds - 1)
    early = limiter.hit("1 per minute", "a")
    clock.advance(1)
    late = limiter.hit("1 per minute", "a")

    assert early is not None
    assert late is not None
    assert (early.allowed, late.allowed) == (False, True)


def test_the_window_moves_so_that_no_minute_holds_more_than_the_limit(
    limiter: RateLimiter, clock: SteppedClock
) -> None:
    passed(limiter, RATE, "a", 1)
    clock.advance(59)

    at_the_end = passed(limiter, RATE, "a", 100)
    clock.advance(2)
    after_it = passed(limiter, RATE, "a", 100)

    assert at_the_end == 59
    assert after_it == 1  # a fixed window would let 60 more through


def test_refused_requests_are_not_counted(limiter: RateLimiter, clock: SteppedClock) -> None:
    passed(limiter, RATE, "a", 60)
    for _ in range(59):
        clock.advance(1)
        passed(limiter, RATE, "a", 5)

    clock.advance(1)

    assert passed(limiter, RATE, "a", 61) == 60


def test_callers_are_counted_apart(limiter: RateLimiter) -> None:
    assert [passed(limiter, RATE, caller, 61) for caller in ("a", "b")] == [60, 60]


def test_off_counts_nothing(limiter: RateLimiter) -> None:
    assert limiter.hit("off", "a") is None


@given(
    gaps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=80),
    amount=st.integers(1, 8),
)
def test_no_window_ever_holds_more_than_the_limit_and_no_request_is_refused_without_need(
    gaps: list[float], amount: int
) -> None:
    clock = SteppedClock(START)
    limiter = in_memory(monotonic=clock.monotonic)
    let_in: list[float] = []

    for gap in gaps:
        clock.advance(gap)
        now = clock.monotonic()
        verdict = limiter.hit(f"{amount} per 10 second", "a")
        recent = sum(1 for time in let_in if time > now - 10)
        assert verdict is not None
        assert verdict.allowed == (recent < amount)
        assert verdict.remaining == amount - recent - verdict.allowed
        assert 1 <= verdict.reset_seconds <= 10
        if verdict.allowed:
            let_in.append(now)


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 1000)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless")
def test_exactly_1000_pass_when_16_threads_ask_at_once() -> None:
    limiter = in_memory()
    begin = threading.Barrier(16)

    def ask() -> int:
        begin.wait()
        return passed(limiter, "1000 per minute", "a", 200)

    with ThreadPoolExecutor(16) as pool:
        results = [pool.submit(ask) for _ in range(16)]

    assert sum(result.result() for result in results) == 1000


def test_the_caller_seen_longest_ago_is_forgotten_when_there_are_too_many(clock: SteppedClock) -> None:
    memory = MemoryCounter(clock.monotonic, callers=2)

    for caller in ("a", "b", "a", "c"):
        memory.hit(caller, 10, 60)

    assert [memory.hit(caller, 10, 60).used for caller in ("a", "c", "b")] == [3, 2, 1]


def test_a_limiter_starts_no_thread() -> None:
    before = set(threading.enumerate())

    passed(in_memory(), RATE, "a", 3)

    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:7::1", "2001:db8:0:7::/64"),
        ("2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:7::/64"),
        ("[2001:db8:0:7::1]:4711", "2001:db8:0:7::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_a_client_is_an_ipv4_address_or_an_ipv6_network(address: str, client: str) -> None:
    assert client_of(address) == client


@pytest.mark.parametrize("text", ["60 per minute", "10/second", "5 per 10 seconds", "100000 per day", "off"])
def test_a_rate_is_written_in_words(text: str) -> None:
    assert Settings.from_env({"RATE_LIMIT": text}, dotenv=None).rate_limit == text


@pytest.mark.parametrize(
    "text",
    ["0 per minute", "-1 per minute", "60", "60 per fortnight", "1 per month", "2 per day; 1 per hour", "100001/day"],
)
def test_a_rate_nobody_can_count_by_ends_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match=r"RATE_LIMIT is .*; it must be off or 1 to 100000 requests per second"):
        Settings.from_env({"RATE_LIMIT": text}, dotenv=None)
