"""The names of keys in Redis: one versioned prefix, and everything but API keys expires by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from redis import Redis

from store.keys.shared import KEYS, SharedKeys
from store.keys.table import KeyTable
from store.limits.redis_counter import RedisCounter
from store.redis_link import PREFIX, RedisLink
from store.shared.redis_cache import UNUSED_SECONDS, RedisCache
from telemetry import SILENT
from tests.fakes.redis_server import running

LOCK_SECONDS = 10


def test_every_key_has_the_prefix_and_everything_but_api_keys_expires(tmp_path: Path) -> None:
    with running() as server:
        link = RedisLink(server.url, telemetry=SILENT)
        store = RedisCache(link, lock_seconds=LOCK_SECONDS, wait_seconds=1)
        store.probe()
        store.put({"intensity:DE": b"{}"})
        store.lock("intensity:DE").acquire()
        RedisCounter(link).hit("someone", 5, 60)
        SharedKeys(link, KeyTable(tmp_path, busy_seconds=1)).create("ci", rate=None, now=datetime.now(UTC))

        client = Redis(port=server.port)
        seconds = {key.decode(): client.ttl(key) for key in client.scan_iter()}

    assert all(key.startswith(PREFIX) for key in seconds)
    assert {key.removeprefix(PREFIX): round(ttl, -1) for key, ttl in seconds.items()} == {
        "keys": 0,  # TTL -1: never
        "hits:someone": 60,  # 61, one more than the window
        "{shared}:values": UNUSED_SECONDS,
        "{shared}:revisions": UNUSED_SECONDS,
        "{shared}:lock:intensity:DE": LOCK_SECONDS,
        "{shared}:probe": 60,
    }
    assert seconds[PREFIX + KEYS] == -1
