"""A value that changes at the source arrives as an event at the clients of real services.

A look is due once a minute, and the one that finds a value too old tells it with the next: these drills wait for up to
two minutes, so they run in CI alone.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.electricity_maps import LATEST, FakeElectricityMaps
from tests.fakes.redis_server import running
from tests.faults.server import Gunicorn, upstream_settings
from tests.streams.stream_clients import Client, following

pytestmark = pytest.mark.skipif(not os.environ.get("CI"), reason="waits for up to two minutes")
GERMANY = "zone=DE"
BEFORE, AFTER = 311.2, 205.6  # gCO2e/kWh


def live(source: FakeElectricityMaps) -> dict[str, str]:
    """Settings of a service that asks the source again after a second."""
    settings = upstream_settings(source.base_url)
    return {**settings, "EL_MAPS_CALLS_PER_HOUR": "off", "INTENSITY_TTL_SECONDS": "1"}


def until(client: Client, grams: float) -> str | None:
    """The id of the event that tells this value."""
    while (event := client.next()).data.get("carbon_intensity") != grams:
        pass
    return event.id


def test_a_change_at_the_source_is_told_once_to_a_client(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": BEFORE}).serving() as source, Gunicorn(tmp_path, live(source), workers=2) as server:
        with following(server.port, GERMANY) as client:
            assert client.next().data["carbon_intensity"] == BEFORE
            source.intensity["DE"] = AFTER
            event = client.next()
            while event.name != "intensity":
                event = client.next()

        assert (event.data["zone"], event.data["carbon_intensity"]) == ("DE", AFTER)
        assert event.id is not None
        with following(server.port, GERMANY) as client:
            assert client.next().data["carbon_intensity"] == AFTER


def test_a_change_reaches_the_clients_of_two_services_over_redis_as_one_event(tmp_path: Path) -> None:
    with running() as redis, FakeElectricityMaps({"DE": BEFORE}).serving() as source, ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        settings = {**live(source), "REDIS_URL": redis.url}
        services = [stack.enter_context(Gunicorn(folder, settings, workers=1)) for folder in folders]
        clients = [stack.enter_context(following(service.port, GERMANY)) for service in services]
        assert [client.next().data["carbon_intensity"] for client in clients] == [BEFORE, BEFORE]
        source.intensity["DE"] = AFTER

        ids = {until(client, AFTER) for client in clients}

    assert len(ids) == 1
    assert ids != {None}
    assert source.count(LATEST) > 1
