"""Keys on several machines: all machines end with one set of keys, and no revoked key is in force again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from carbon.errors import StateUnavailable
from store.keys.ring import KeyRing
from store.keys.shared import KEYS, SharedKeys
from store.keys.table import KeyNotManaged, KeyTable
from store.redis_link import PREFIX, REST_SECONDS, RedisLink
from tests.fakes.clock import SteppedClock
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


def machine(folder: Path, redis: RedisServer, clock: SteppedClock) -> SharedKeys:
    link = RedisLink(redis.url, telemetry=Counts(), monotonic=clock.monotonic)
    return SharedKeys(link, KeyTable(folder, busy_seconds=1.0))


@pytest.fixture
def one(tmp_path: Path, redis: RedisServer, clock: SteppedClock) -> SharedKeys:
    return machine(tmp_path / "one", redis, clock)


@pytest.fixture
def two(tmp_path: Path, redis: RedisServer, clock: SteppedClock) -> SharedKeys:
    return machine(tmp_path / "two", redis, clock)


def in_force(keys: SharedKeys) -> list[str]:
    return [record.name for record in keys.records() if record.revoked_at is None]


def test_a_key_created_on_one_machine_is_in_force_on_the_other_and_revoked_there_on_both(
    one: SharedKeys, two: SharedKeys
) -> None:
    key = one.create("ci", rate="5 per second", now=NOW)
    record = KeyRing(two.records).find(key)
    two.revoke("ci", now=NOW + timedelta(hours=1))

    assert record is not None
    assert (record.name, record.rate, record.created_at) == ("ci", "5 per second", NOW)
    assert [record.revoked_at for record in one.records()] == [NOW + timedelta(hours=1)]
    assert KeyRing(one.records).find(key) is None


def test_a_name_is_given_once_and_only_what_is_in_force_is_revoked(one: SharedKeys, two: SharedKeys) -> None:
    one.create("ci", rate=None, now=NOW)

    with pytest.raises(KeyNotManaged, match="'ci' is in force"):
        two.create("ci", rate=None, now=NOW)
    with pytest.raises(KeyNotManaged, match="is not a valid name"):
        two.create("1st", rate=None, now=NOW)
    with pytest.raises(KeyNotManaged, match="'other' is in force"):
        two.revoke("other", now=NOW)


def test_keys_of_the_time_before_redis_stay_in_force_everywhere(
    tmp_path: Path, one: SharedKeys, two: SharedKeys
) -> None:
    key = KeyTable(tmp_path / "one", busy_seconds=1.0).create("old", rate=None, now=NOW)

    one.records()

    assert KeyRing(two.records).find(key) is not None


def test_keys_under_the_prefix_of_an_older_release_are_carried_over_and_revoked_ones_stay_revoked(
    tmp_path: Path, redis: RedisServer, clock: SteppedClock, one: SharedKeys
) -> None:
    in_force_key, revoked_key = (one.create(name, rate=None, now=NOW) for name in ("ci", "lost"))
    one.revoke("lost", now=NOW)
    link = RedisLink(redis.url, telemetry=Counts(), monotonic=clock.monotonic)
    link.use(lambda client: client.rename(PREFIX + KEYS, "cao:0:keys"))  # as if an older release had written them
    empty_copy = KeyTable(tmp_path / "new machine", busy_seconds=1.0)

    ring = KeyRing(SharedKeys(link, empty_copy, older_prefixes=("cao:0:",)).records)

    assert ring.find(in_force_key) is not None
    assert ring.find(revoked_key) is None
    link.use(lambda client: client.delete("cao:0:keys"))  # they are under the new prefix now
    assert in_force(machine(tmp_path / "another", redis, clock)) == ["ci"]


def test_a_new_key_outlives_a_redis_that_restarts_empty_before_anything_else_read_it(
    one: SharedKeys, two: SharedKeys, redis: RedisServer, clock: SteppedClock
) -> None:
    key = one.create("ci", rate=None, now=NOW)
    link = RedisLink(redis.url, telemetry=Counts(), monotonic=clock.monotonic)
    link.use(lambda client: client.flushall())

    assert KeyRing(one.records).find(key) is not None
    assert KeyRing(two.records).find(key) is not None


def test_a_redis_that_restarted_empty_does_not_open_the_service_and_is_filled_again(
    one: SharedKeys, two: SharedKeys, redis: RedisServer, clock: SteppedClock
) -> None:
    one.create("kept", rate=None, now=NOW)
    one.create("revoked", rate=None, now=NOW)
    two.records()  # has seen both
    one.revoke("revoked", now=NOW)
    redis.stop()
    redis.start()
    clock.advance(REST_SECONDS)

    first = in_force(two)  # still believes in both
    clock.advance(REST_SECONDS)
    settled = (in_force(one), in_force(two))

    assert set(first) == {"kept", "revoked"}
    assert settled == (["kept"], ["kept"])


def test_while_redis_is_down_the_copy_is_used_and_no_key_can_be_changed(one: SharedKeys, redis: RedisServer) -> None:
    key = one.create("ci", rate=None, now=NOW)
    one.records()
    redis.stop()
    ring = KeyRing(one.records, behind=lambda: one.behind)

    assert ring.find(key) is not None
    assert ring.stale()
    with pytest.raises(StateUnavailable):
        one.create("other", rate=None, now=NOW)
    with pytest.raises(StateUnavailable):
        one.revoke("ci", now=NOW)


def test_with_a_redis_that_refuses_writes_keys_stay_in_force_and_cannot_be_changed(
    tmp_path: Path, one: SharedKeys, redis: RedisServer
) -> None:
    key = KeyTable(tmp_path / "one", busy_seconds=1.0).create("old", rate=None, now=NOW)
    redis.configure("maxmemory", "1")  # full

    assert KeyRing(one.records).find(key) is not None
    with pytest.raises(StateUnavailable):
        one.create("other", rate=None, now=NOW)
    with pytest.raises(StateUnavailable):
        one.revoke("old", now=NOW)
    assert in_force(one) == ["old"]


def test_without_redis_and_without_a_copy_it_is_unknown_whether_keys_exist(one: SharedKeys, redis: RedisServer) -> None:
    redis.stop()

    with pytest.raises(StateUnavailable):
        KeyRing(one.records).configured()


def test_keys_work_without_a_writable_folder_for_the_copy(
    tmp_path: Path, redis: RedisServer, clock: SteppedClock
) -> None:
    (tmp_path / "file").write_text("in the way of the folder")
    keys = machine(tmp_path / "file" / "var", redis, clock)

    key = keys.create("ci", rate=None, now=NOW)

    assert KeyRing(keys.records).find(key) is not None


def test_redis_and_the_copies_hold_no_key(one: SharedKeys, redis: RedisServer, tmp_path: Path) -> None:
    key = one.create("ci", rate=None, now=NOW)
    one.records()

    texts = RedisLink(redis.url, telemetry=Counts()).use(lambda client: client.hvals(PREFIX + KEYS))

    contents = b"".join([*cast(list[bytes], texts), *(path.read_bytes() for path in (tmp_path / "one").iterdir())])
    assert b"ci" in contents
    assert key.encode() not in contents
    assert key.removeprefix("cao_").encode() not in contents
