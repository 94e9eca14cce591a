"""Receivers by TLS, and the ledger in both of its stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import redis_server
from tests.fakes.receiver import Receiver, certificate, receiving
from tests.push.webhook_senders import World
from tests.store.shared_places import Place, Time


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of the authority, and of the host."""
    return certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(certificates: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """By TLS, with an authority that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))
    with receiving(certificates[1]) as receiver:
        yield receiver


@pytest.fixture
def file(tmp_path: Path) -> Place:
    return Place(str(tmp_path), Time())


@pytest.fixture
def redis() -> Iterator[Place]:
    with redis_server.running() as server:
        yield Place(server.url, Time(), server)


@pytest.fixture(params=["a file", "Redis"])
def place(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue("file" if request.param == "a file" else "redis")
    return place


@pytest.fixture
def world(place: Place) -> World:
    """A ledger and a log in one of both stores."""
    return World(place)
