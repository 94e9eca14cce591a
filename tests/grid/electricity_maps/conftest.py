"""An imitated Electricity Maps and a client of it, on a day in March."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from grid.sources.electricity_maps.client import ElectricityMaps
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.grid.electricity_maps.clients import build


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 42, tzinfo=UTC))


@pytest.fixture
def server(clock: SteppedClock) -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 300, "FR": 40}).serving() as fake:
        fake.utc_now = clock.utc_now
        yield fake


@pytest.fixture
def source(server: FakeElectricityMaps, clock: SteppedClock) -> ElectricityMaps:
    return build(server, clock)
