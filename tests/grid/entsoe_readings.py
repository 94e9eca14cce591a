"""Readings of ENTSO-E."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from carbon.reading import ZoneReading
from grid.sources import entsoe
from tests.fakes.background import reader_of, settled
from tests.fakes.entsoe import TOKEN, FakeEntsoe

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
FRANCE, SPAIN = "10YFR-RTE------C", "10YES-REE------0"
UNPACED = replace(entsoe.ENTRY, build=partial(entsoe.build, pause_seconds=0.0))


def read(server: FakeEntsoe, zone: str = "FR", **more: object) -> ZoneReading:
    reader = reader_of(UNPACED, NOW, entsoe_base_url=server.base_url, **{"entsoe_token": TOKEN, **more})
    return settled(reader, zone, now=NOW, forecast=False)[zone]
