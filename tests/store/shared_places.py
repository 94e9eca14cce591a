"""Places in which workers share values, and workers that use them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import orjson
import pytest

from store.redis_link import REST_SECONDS
from store.shared.changes import Store
from store.shared.snapshot import Kind
from store.shared.state import PAUSE_SECONDS, SharedState
from tests.fakes.patience import HANG_SECONDS
from tests.fakes.redis_server import RedisServer
from tests.fakes.workers import store_at

WAIT_SECONDS = 0.5
BACK_AFTER_SECONDS = max(PAUSE_SECONDS, REST_SECONDS) + 1  # a Redis that did not answer is left alone for longer


@dataclass(frozen=True)
class Note:
    """A value of the tests: a text and when it was made."""

    at: float
    text: str


NOTES = Kind(
    name="note",
    encode=orjson.dumps,
    decode=lambda raw: Note(**orjson.loads(raw)),
    order=lambda note: note.at,
    identity=lambda note: note.text,
)
UNSEEN = Kind(name="unseen", encode=NOTES.encode, decode=NOTES.decode, order=NOTES.order, identity=None)


class Time:
    """Monotonic seconds that a test moves on; locks and their waits stay on the real clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """Where workers meet, and their common clock. redis_seconds: how long a reply of Redis is waited for."""

    where: str
    time: Time
    redis: RedisServer | None = None
    redis_seconds: float = HANG_SECONDS

    def store(self, *, wait_seconds: float = WAIT_SECONDS) -> Store:
        """wait_seconds: how long a lock is waited for."""
        store = store_at(self.where, wait_seconds, monotonic=self.time, timeout_seconds=self.redis_seconds)
        assert store is not None
        return store

    def worker(self, store: Store | None = None) -> SharedState:
        """What one process has."""
        return SharedState(store or self.store(), (NOTES, UNSEEN), monotonic=self.time)

    def pass_by(self, seconds: float) -> None:
        self.time.now += seconds


def text(worker: SharedState, name: str = "DE") -> str | None:
    note = worker.snapshot().of(NOTES).get(name)
    return None if note is None else note.text


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
