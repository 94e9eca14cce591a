"""Clients of an imitated Electricity Maps."""

from __future__ import annotations

from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from net import HttpLimits
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.upstream import reply

BAD_KEY = reply({"error": "Invalid auth-token"}, 401)
DAY = 86_400


def build(
    server: FakeElectricityMaps, clock: SteppedClock, *, key: str = KEY, version: str = "v4", read_seconds: float = 2.0
) -> ElectricityMaps:
    config = ElectricityMapsConfig(
        api_key=key,
        base_url=server.base_url.replace("v4", version),
        limits=HttpLimits(retries=0, read_seconds=read_seconds, max_body_bytes=100_000),
    )
    return ElectricityMaps(
        config, max_age_minutes=60, utc_now=clock.utc_now, monotonic=clock.monotonic, sleep=clock.sleep
    )
