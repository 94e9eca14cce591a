"""Role and tenant of keys where they are stored, beside machines that still run an earlier release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from carbon.roles import Role
from store.keys.ring import KeyRing
from store.keys.shared import KEYS, SharedKeys
from store.keys.table import KeyNotManaged, KeyTable, UnreadableKeys, digest_of
from store.redis_link import PREFIX, RedisLink
from tests.fakes.redis_server import RedisServer, running
from tests.fakes.telemetry import Counts

NOW = datetime(2026, 2, 11, 10, 30, 7, tzinfo=UTC)
# As the releases before roles wrote it.
OLD = {
    "id": "622bf84f",
    "name": "old",
    "sha256": digest_of("cao_old").hex(),
    "created_at": "2026-01-01T00:00:00+00:00",
    "revoked_at": "",
    "rate": "5 per second",
}


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


def link(redis: RedisServer) -> RedisLink:
    return RedisLink(redis.url, telemetry=Counts())


def machine(folder: Path, redis: RedisServer) -> SharedKeys:
    return SharedKeys(link(redis), KeyTable(folder, busy_seconds=1.0))


def put(redis: RedisServer, record: dict[str, Any]) -> None:
    link(redis).use(lambda client: client.hset(PREFIX + KEYS, record["id"], orjson.dumps(record)))


def stored(redis: RedisServer) -> dict[str, Any]:
    """The records in Redis by name."""
    texts: Any = link(redis).use(lambda client: client.hvals(PREFIX + KEYS))
    return {record["name"]: record for record in map(orjson.loads, texts)}


def test_a_record_of_an_earlier_release_may_do_everything_in_the_one_tenant(tmp_path: Path, redis: RedisServer) -> None:
    put(redis, OLD)

    record = KeyRing(machine(tmp_path, redis).records).find("cao_old")

    assert record is not None
    assert (record.role, record.tenant, record.rate) == (Role.ADMIN, "default", "5 per second")


def test_role_and_tenant_are_those_of_the_key_on_every_machine(tmp_path: Path, redis: RedisServer) -> None:
    one, two = machine(tmp_path / "one", redis), machine(tmp_path / "two", redis)

    key = one.create("ci", rate=None, now=NOW, role=Role.READ, tenant="search")
    record = KeyRing(two.records).find(key)
    redis.stop()
    copy = KeyRing(two.records).find(key)

    assert record is not None
    assert (record.role, record.tenant) == (Role.READ, "search")
    assert copy == record


def test_an_earlier_release_refuses_a_key_whose_role_or_tenant_it_does_not_know(
    tmp_path: Path, redis: RedisServer
) -> None:
    """It demands the field sha256; with it, it would take any key for one that may do everything."""
    keys = machine(tmp_path, redis)
    keys.create("reader", rate=None, now=NOW, role=Role.READ)
    keys.create("elsewhere", rate=None, now=NOW, role=Role.ADMIN, tenant="search")
    keys.create("everything", rate=None, now=NOW, role=Role.ADMIN)

    records = stored(redis)

    assert {name: "sha256" in record for name, record in records.items()} == {
        "reader": False,
        "elsewhere": False,
        "everything": True,
    }
    assert records["everything"].keys() == OLD.keys()


def test_a_key_that_an_earlier_release_revoked_stays_revoked(tmp_path: Path, redis: RedisServer) -> None:
    keys = machine(tmp_path, redis)
    key = keys.create("reader", rate=None, now=NOW, role=Role.READ, tenant="search")
    put(redis, {**stored(redis)["reader"], "revoked_at": "2026-02-12T00:00:00+00:00"})  # it writes back what it read

    assert KeyRing(keys.records).find(key) is None


@pytest.mark.parametrize("change", [{"role": "owner"}, {"role": ""}, {"tenant": "no spaces"}, {"tenant": 7}])
def test_a_record_with_a_role_or_tenant_that_does_not_exist_is_unreadable(
    tmp_path: Path, redis: RedisServer, change: dict[str, object]
) -> None:
    digest = digest_of("cao_x").hex()
    fields = {name: value for name, value in OLD.items() if name != "sha256"}
    put(redis, {**fields, "digest": digest, "role": "read", "tenant": "search", **change})

    with pytest.raises(UnreadableKeys):
        machine(tmp_path, redis).records()


@pytest.mark.parametrize("missing", ["role", "tenant", "digest"])
def test_a_record_that_lacks_its_role_or_tenant_gets_no_other(tmp_path: Path, redis: RedisServer, missing: str) -> None:
    fields = {name: value for name, value in OLD.items() if name != "sha256"}
    whole = {**fields, "digest": digest_of("cao_x").hex(), "role": "read", "tenant": "search"}
    put(redis, {name: value for name, value in whole.items() if name != missing})

    with pytest.raises(UnreadableKeys):
        machine(tmp_path, redis).records()


def test_a_new_key_may_write_in_the_default_tenant(tmp_path: Path) -> None:
    table = KeyTable(tmp_path, busy_seconds=1)

    table.create("ci", rate=None, now=NOW)

    assert [(record.role, record.tenant) for record in table.records()] == [(Role.WRITE, "default")]


@pytest.mark.parametrize("tenant", ["", "no spaces", "a/b", "0a1b2c3d", "x" * 65])
def test_a_tenant_is_named_as_keys_are(tmp_path: Path, tenant: str) -> None:
    with pytest.raises(KeyNotManaged, match="is not a valid name"):
        KeyTable(tmp_path, busy_seconds=1).create("ci", rate=None, now=NOW, tenant=tenant)

    assert not list(tmp_path.iterdir())
