"""The ledger in a real Redis that restarts empty, with a copy in the file of each machine."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from store.redis_link import RedisLink
from store.webhooks import copied_ledger
from store.webhooks.copied_ledger import CopiedLedger
from store.webhooks.file_ledger import FileLedger
from store.webhooks.ledger import Write
from store.webhooks.redis_ledger import RedisLedger
from telemetry import SILENT
from tests.fakes.patience import HANG_SECONDS
from tests.fakes.redis_server import RedisServer
from tests.store.shared_places import Place


class Machine(CopiedLedger):
    """A machine with a folder of its own."""

    def __init__(self, place: Place, folder: Path) -> None:
        link = RedisLink(place.where, telemetry=SILENT, timeout_seconds=HANG_SECONDS, monotonic=place.time)
        self.copy = FileLedger(folder)
        super().__init__(RedisLedger(link), self.copy, folders=("webhooks",))

    def tend_later(self) -> None:
        """A minute later."""
        self._followed_at = -1e9
        self.tend()


@pytest.fixture
def server(redis: Place) -> RedisServer:
    assert redis.redis is not None
    return redis.redis


@pytest.fixture
def one(redis: Place, tmp_path: Path) -> Machine:
    return Machine(redis, tmp_path / "one")


@pytest.fixture
def other(redis: Place, tmp_path: Path) -> Machine:
    return Machine(redis, tmp_path / "other")


def lose(server: RedisServer) -> None:
    server.stop()
    server.start()


def test_a_redis_that_restarts_empty_gets_what_every_machine_has(
    server: RedisServer, one: Machine, other: Machine
) -> None:
    one.tend()
    other.tend()
    due_at = time.time() + 100
    one.commit(
        [Write("webhooks", "a", b"1"), Write("deliveries/a", "x", b"2", due_at), Write("sender", "cursor", b"7")]
    )
    other.commit([Write("webhooks", "b", b"3"), Write("sender", "owner", b"other")])

    lose(server)
    for machine in (one, other):
        machine.tend()

    assert one.folder("webhooks") == {"a": b"1", "b": b"3"}
    assert [due.value for due in one.first_due(due_at + 1, 10)] == [b"2"]
    assert one.folder("sender") == {"cursor": b"7"}


def test_what_a_machine_wrote_before_it_noticed_the_loss_stays(server: RedisServer, one: Machine) -> None:
    one.tend()
    one.commit([Write("webhooks", "a", b"old"), Write("webhooks", "b", b"old")])
    lose(server)
    one.commit([Write("webhooks", "a", b"new")])

    one.tend()

    assert one.folder("webhooks") == {"a": b"new", "b": b"old"}


def test_what_was_removed_elsewhere_does_not_come_back(server: RedisServer, one: Machine, other: Machine) -> None:
    one.tend()
    other.tend()
    one.commit([Write("webhooks", "a", b"1")])
    other.tend_later()
    other.commit([Write("webhooks", "a", None)])
    one.tend_later()

    lose(server)
    one.tend()
    other.tend()

    assert one.folder("webhooks") == {}


def test_a_delivery_that_another_machine_went_on_with_leaves_the_copy(one: Machine) -> None:
    one.tend()
    long_ago = time.time() - copied_ledger.LATE_SECONDS - 1
    one.commit([Write("deliveries/a", "x", b"1", long_ago), Write("deliveries/a", "y", b"2", time.time())])

    one.tend_later()

    assert one.copy.folder("deliveries/a") == {"y": b"2"}
    assert one.folder("deliveries/a") == {"x": b"1", "y": b"2"}


def test_a_copy_that_cannot_be_written_stops_nothing(one: Machine, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("no folder")

    one.tend()

    assert one.commit([Write("webhooks", "a", b"1")])
    assert one.folder("webhooks") == {"a": b"1"}
