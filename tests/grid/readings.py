"""Readings of one source, and waiting for what happens in the background."""

from __future__ import annotations

import time

from carbon.reading import ZoneReading
from grid.chain import ChainReader, ChainSnapshot
from grid.source import SourceUnavailable
from tests.fakes.clock import SteppedClock

TIMEOUT = SourceUnavailable("timeout")
MINUTE = 60.0


def read(
    reader: ChainReader | ChainSnapshot, clock: SteppedClock, *zones: str, forecast: bool = False
) -> list[ZoneReading]:
    snapshot = reader.open() if isinstance(reader, ChainReader) else reader
    readings = snapshot.read(zones, now=clock.utc_now(), forecast=forecast)
    return [readings[zone] for zone in zones]


def value(reading: ZoneReading) -> float | None:
    return reading.latest.gco2e_per_kwh if reading.latest else None


def eventually(condition: object) -> bool:
    assert callable(condition)
    ends = time.monotonic() + 5
    while not condition() and time.monotonic() < ends:
        time.sleep(0.005)
    return bool(condition())
