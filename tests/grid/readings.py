"""Readings of one source."""

from __future__ import annotations

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


def is_at_rest(reader: ChainReader) -> bool:
    """Whether no call is under way, and none waits in a queue."""
    refreshers = [one._refresher for one in reader._readers]
    queues = [queue for one in refreshers for queue in (one._queue, one._missed and one._missed._queue) if queue]
    return not any(one._flights._in_progress for one in refreshers) and not any(queue._calls for queue in queues)
