"""Many processes over one store: one upstream call for each zone and time to live, and one answer, failures included.

Four real processes of eight threads each read three zones over and over. Times to live are a second or two.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes import redis_server
from tests.fakes.electricity_maps import LATEST, FakeElectricityMaps
from tests.fakes.redis_server import RedisServer
from tests.fakes.upstream import Answer, Call, always, reply, slow
from tests.fakes.workers import Seen, Setup, most_in_any_stretch, working

VALUES = {"DE": 300.0, "FR": 40.0, "PL": 600.0}
ALL_LIVE = tuple((value, None) for value in VALUES.values())  # the readings of one question, in its order
PROCESSES, THREADS = 4, 8
LONGEST_SECONDS = 0.5  # of a read; the stores hang or are gone for 3 s


class Upstream(FakeElectricityMaps):
    """Notes when it was asked what, and takes a little time to answer."""

    def __init__(self) -> None:
        super().__init__(VALUES)
        self.times: dict[str, list[float]] = defaultdict(list)
        self.fault = slow(0.05)

    def answer(self, call: Call) -> Answer | None:
        self.times[call.zone if call.path == LATEST else call.path].append(time.monotonic())
        return super().answer(call)

    def excess(self, ttl_seconds: float) -> float:
        """The most calls of one zone in any stretch above floor(elapsed / (0.9 TTL)) + 1."""
        return max(most_in_any_stretch(self.times[zone], ttl_seconds) for zone in VALUES)

    def since(self, moment: float) -> int:
        return sum(at > moment for times in self.times.values() for at in times)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream().serving() as server:
        assert isinstance(server, Upstream)
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server.running() as server:
        yield server


@pytest.fixture
def in_file(upstream: Upstream, tmp_path: Path) -> Setup:
    return Setup(base_url=upstream.base_url, place=str(tmp_path))


@pytest.fixture
def in_redis(upstream: Upstream, redis: RedisServer) -> Setup:
    return Setup(base_url=upstream.base_url, place=redis.url)


@pytest.fixture(params=["in_file", "in_redis"])
def setup(request: pytest.FixtureRequest) -> Setup:
    setup: Setup = request.getfixturevalue(request.param)
    return setup


def contents_by_version(seen: list[Seen]) -> dict[str, set[object]]:
    """What was read at one minute and version, by all workers."""
    together: dict[str, set[object]] = defaultdict(set)
    for one in seen:
        for version, contents in one.contents.items():
            together[version] |= contents
    return together


def changes(seen: Seen) -> list[str]:
    """What the log tells of the store: that it is lost and that it is back, in turns."""
    words = {
        "continues on its own": "lost",
        "local state is used instead": "lost",
        "used again": "back",
        "answers again": "back",
    }
    return [change for line in seen.log for words_of_it, change in words.items() if words_of_it in line]


def told_each_change_once(seen: Seen) -> bool:
    """A busy machine may lose a store more often than the test takes it away."""
    lines = changes(seen)
    return lines[:1] == ["lost"] and all(one != other for one, other in pairwise(lines))


# --- one call


def test_four_workers_of_eight_threads_make_one_call_for_each_zone_and_time_to_live(
    upstream: Upstream, setup: Setup
) -> None:
    with working(setup, processes=PROCESSES, threads=THREADS) as workers:
        workers.start()
        time.sleep(8)
        worker_states = workers.seen()

    assert {reading for one in worker_states for reading in one.readings} == {ALL_LIVE}
    assert upstream.excess(setup.ttl_seconds) <= 0
    assert all(len(upstream.times[zone]) >= 6 for zone in VALUES)  # and they were kept fresh
    assert len(upstream.times["zones"]) == 1


def test_workers_that_share_nothing_ask_more_than_that(upstream: Upstream, in_file: Setup) -> None:
    """So the bound above is the shared store's doing."""
    with working(replace(in_file, place=None), processes=PROCESSES, threads=2) as workers:
        workers.start()
        time.sleep(2.5)
        workers.seen()

    assert upstream.excess(in_file.ttl_seconds) >= PROCESSES - 1
    assert len(upstream.times["zones"]) == PROCESSES


def test_equal_versions_at_one_minute_are_equal_readings_in_every_worker(upstream: Upstream, setup: Setup) -> None:
    with working(setup, processes=PROCESSES, threads=THREADS) as workers:
        workers.start()
        for number in range(8):
            time.sleep(0.4)
            upstream.intensity = {zone: value + number for zone, value in VALUES.items()}
        worker_states = workers.seen()

    together = contents_by_version(worker_states)
    assert len(together) > 4
    assert {version: contents for version, contents in together.items() if len(contents) > 1} == {}


def test_the_other_workers_answer_after_one_is_killed_in_the_middle_of_a_call(upstream: Upstream, setup: Setup) -> None:
    with working(setup, processes=2, threads=2) as workers:
        workers.start()
        time.sleep(1.2)
        upstream.fault = slow(0.6)
        time.sleep(0.5)
        workers.kill(0)
        time.sleep(1.5)
        (survivor,) = workers.seen()

    assert survivor.readings == {ALL_LIVE}
    assert changes(survivor) == []


# --- one breaker


def last_good_values(seen: list[Seen], reason: str) -> bool:
    """Every value known at every time, marked with the reason once asking again fails or may not be tried."""
    pairs = [pair for one in seen for reading in one.readings for pair in zip(VALUES.values(), reading, strict=True)]
    return all(value == expected for expected, (value, _) in pairs) and {why for _, (_, why) in pairs} == {None, reason}


def test_the_429_of_one_worker_stops_all_within_a_second(upstream: Upstream, setup: Setup) -> None:
    with working(setup, processes=PROCESSES, threads=THREADS) as workers:
        workers.start()
        time.sleep(1.5)
        upstream.fault = always(reply({"error": "Too many requests"}, 429, Retry_After="60"))
        limited_at = time.monotonic()
        while not upstream.since(limited_at):
            time.sleep(0.01)
        first_at = time.monotonic()
        time.sleep(4)
        worker_states = workers.seen()

    assert upstream.since(limited_at) <= len(VALUES)  # each zone's call under way at that moment
    assert upstream.since(first_at + 1) == 0
    assert last_good_values(worker_states, "rate-limited")
    assert sum("no calls are sent for 60 s" in line for one in worker_states for line in one.log) == 1


def test_an_outage_seen_by_all_is_tried_by_few(upstream: Upstream, setup: Setup) -> None:
    with working(setup, processes=PROCESSES, threads=THREADS) as workers:
        workers.start()
        time.sleep(1.5)
        upstream.fault = always(reply("<html>down</html>", 503))
        down_at = time.monotonic()
        time.sleep(5)
        worker_states = workers.seen()

    assert 3 <= upstream.since(down_at) <= 2 * len(VALUES)  # three failures in a row, then half a minute nothing
    assert last_good_values(worker_states, "server-error")
    assert sum("no calls are sent for 30 s" in line for one in worker_states for line in one.log) == 1


# --- Redis breaks


def survived(seen: list[Seen]) -> bool:
    """Every reading live, each loss and return of the store told once."""
    live = {reading for one in seen for reading in one.readings} == {ALL_LIVE}
    return live and all(told_each_change_once(one) for one in seen)


def test_redis_killed_and_brought_back_under_load(upstream: Upstream, redis: RedisServer, in_redis: Setup) -> None:
    with working(in_redis, processes=2, threads=4) as workers:
        workers.start()
        time.sleep(2)
        redis.stop()
        time.sleep(3)
        redis.start()
        time.sleep(9)  # a Redis that did not answer is left alone for five seconds
        back_at = time.monotonic()
        time.sleep(4)
        worker_states = workers.seen()

    assert survived(worker_states)
    assert max(one.longest_seconds for one in worker_states) < LONGEST_SECONDS
    after = {zone: [at for at in upstream.times[zone] if at > back_at] for zone in VALUES}
    assert all(most_in_any_stretch(times, in_redis.ttl_seconds) <= 0 for times in after.values())
    assert all("Redis answers again" in one.log for one in worker_states)


def test_redis_hangs_under_load(redis: RedisServer, in_redis: Setup) -> None:
    with working(in_redis, processes=2, threads=4) as workers:
        workers.start()
        time.sleep(2)
        with redis.hanging():
            time.sleep(3)
        time.sleep(6)
        worker_states = workers.seen()

    assert survived(worker_states)
    assert max(one.longest_seconds for one in worker_states) < LONGEST_SECONDS


def test_redis_is_full_under_load(redis: RedisServer, in_redis: Setup) -> None:
    with working(in_redis, processes=2, threads=4) as workers:
        workers.start()
        time.sleep(2)
        redis.configure("maxmemory", "1")
        time.sleep(3)
        redis.configure("maxmemory", "0")
        time.sleep(4)
        worker_states = workers.seen()

    assert survived(worker_states)
    assert max(one.longest_seconds for one in worker_states) < LONGEST_SECONDS
    assert all("the shared state can be used again" in one.log for one in worker_states)


def test_a_service_that_starts_without_redis_answers_live(upstream: Upstream) -> None:
    nowhere = Setup(base_url=upstream.base_url, place=f"redis://127.0.0.1:{redis_server.free_port()}/0")
    with working(nowhere, processes=2, threads=4) as workers:
        workers.start()
        time.sleep(2)
        worker_states = workers.seen()

    assert survived(worker_states)


# --- the file breaks


def test_the_folder_is_removed_and_restored_under_load(in_file: Setup, tmp_path: Path) -> None:
    aside = tmp_path.with_name(f"{tmp_path.name}-aside")
    with working(in_file, processes=2, threads=4) as workers:
        workers.start()
        time.sleep(2)
        tmp_path.rename(aside)
        tmp_path.write_text("a file where the folder was")
        time.sleep(3)
        tmp_path.unlink()
        aside.rename(tmp_path)
        time.sleep(4)
        worker_states = workers.seen()

    assert survived(worker_states)
    assert max(one.longest_seconds for one in worker_states) < LONGEST_SECONDS
    assert all("the shared state can be used again" in one.log for one in worker_states)
