"""A past that was never stored is fetched from the source by the question about it, where its plan has the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from settings import Settings
from tests.fakes.access import access
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.patience import eventually

PAST = "carbon-intensity/history"


def client_of(server: FakeElectricityMaps, folder: Path) -> FlaskClient:
    settings = Settings(
        data_dir=folder,
        el_maps_api_key=KEY,
        el_maps_base_url=server.base_url,
        el_maps_calls_per_hour="off",
        sources="electricity-maps",
    )
    return create_app(settings, rules=access()).test_client()


def path_of(hours_ago: int) -> str:
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    return f"/emissions/bylocation?location=eu-central-1&time={moment:%Y-%m-%dT%H:%M:%SZ}"


def test_the_last_day_is_fetched_once_and_then_answered(tmp_path: Path) -> None:
    with FakeElectricityMaps({"DE": 311.2}).serving() as server:
        client = client_of(server, tmp_path)

        assert eventually(lambda: client.get(path_of(5)).status_code == 200)

        assert [row["rating"] for row in client.get(path_of(6)).get_json()] == [311.2]
        assert sum(call.path == PAST for call in server.calls) == 1


@pytest.mark.parametrize("hours_ago", [5, 100])
def test_a_plan_without_the_past_leaves_it_unknown(tmp_path: Path, hours_ago: int) -> None:
    with FakeElectricityMaps({"DE": 311.2}, access={"DE": ["carbon-intensity/latest"]}).serving() as server:
        client = client_of(server, tmp_path)

        client.get("/emissions/bylocation?location=eu-central-1")

        assert client.get(path_of(hours_ago)).status_code == 204
        assert sum(call.path == PAST for call in server.calls) == 0
