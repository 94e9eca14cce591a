"""Readings of EIA."""

from __future__ import annotations

from datetime import UTC, datetime

from carbon.reading import ZoneReading
from grid.sources import eia
from tests.fakes.background import reader_of, settled
from tests.fakes.eia import KEY, FakeEia

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
PJM, CISO = "US-MIDA-PJM", "US-CAL-CISO"


def read(server: FakeEia, zone: str = CISO, **more: object) -> ZoneReading:
    reader = reader_of(eia.ENTRY, NOW, eia_base_url=server.base_url, **{"eia_api_key": KEY, **more})
    return settled(reader, zone, now=NOW, forecast=False)[zone]
