"""The shared state and the history, each in both of its stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.history.history import History
from tests.fakes import redis_server
from tests.fakes.clock import SteppedClock
from tests.fakes.postgres_server import PostgresServer, running
from tests.fakes.telemetry import Counts
from tests.store.background_plans import Plans, Steps
from tests.store.shared_places import Place, Time

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)

NewHistory = Callable[..., History]


@pytest.fixture
def file(tmp_path: Path) -> Place:
    """Of the shared state."""
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
def plans(place: Place) -> Plans:
    """A queue in one of both stores."""
    return Plans(place)


@pytest.fixture
def steps() -> Iterator[Steps]:
    """Work that ends with the test."""
    steps = Steps()
    yield steps
    steps.end()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running() as server:
        yield server


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None for a file, as DATABASE_URL is empty then."""
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def new_history(tmp_path: Path, database_url: str | None, clock: SteppedClock, counts: Counts) -> NewHistory:
    """Another history over the same database, as another worker has it."""
    return lambda **named: History(tmp_path / "var", database_url, telemetry=counts, utc_now=clock.utc_now, **named)


@pytest.fixture
def history(new_history: NewHistory) -> Iterator[History]:
    history = new_history()
    yield history
    history.recorder.close(60)
