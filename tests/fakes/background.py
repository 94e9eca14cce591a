"""Readers of sources that no request waits for: how a test waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from carbon.intensity import Signal
from carbon.reading import ZoneReading
from catalog.model import Zone
from grid.chain import ChainReader
from grid.conversion import Conversion
from grid.live.live_source import AnySource
from grid.live.tools import Entry, Tools
from grid.neighbours import Neighbours
from grid.records import KINDS
from grid.registry import build_reader
from settings import Settings
from store.shared.state import SharedState
from telemetry import SILENT
from tests.fakes.clouds import cloud_map
from tests.fakes.patience import PATIENCE_SECONDS

YEARLY_GCO2E_PER_KWH = 100.0


def even_zones() -> dict[str, Zone]:
    """The zones of the catalog, each with the same yearly figure, so that imports can be worked out by hand."""
    return {key: replace(zone, gco2e_per_kwh=YEARLY_GCO2E_PER_KWH) for key, zone in cloud_map().zones.items()}


def reader_of(entry: Entry, now: datetime | Callable[[], datetime], **settings: object) -> ChainReader:
    """A reader of one source, whose clock stands still or is the test's."""
    values = {"upstream_retries": 0, **settings}
    utc_now = now if callable(now) else lambda: now
    return build_reader(
        Settings(**values),  # type: ignore[arg-type]
        sources={entry.facts.name: entry},
        utc_now=utc_now,
        zones=even_zones(),
    )


def source_of(entry: Entry, now: datetime, **settings: object) -> AnySource:
    """The source itself, whose calls raise what a reader would turn into a reason."""
    values = {"upstream_retries": 0, **settings}
    tools = Tools(
        shared=SharedState(None, KINDS, telemetry=SILENT),
        telemetry=SILENT,
        utc_now=lambda: now,
        conversion=lambda: Conversion.load(Neighbours(even_zones())),
    )
    live = entry.build(Settings(**values), tools)  # type: ignore[arg-type]
    assert live is not None
    return live.source


def settled(
    reader: ChainReader,
    *zones: str,
    now: datetime,
    forecast: bool = True,
    signal: Signal = Signal.AVERAGE_LIFECYCLE,
) -> Mapping[str, ZoneReading]:
    """The readings once every call has ended that reading them began."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        readings = reader.open(signal).read(zones, now=now, forecast=forecast)
        missing = forecast and any(reading.latest and not reading.forecast for reading in readings.values())
        attempts = [attempt for reading in readings.values() for attempt in reading.attempts]
        if not missing and all(attempt.reason != "late" for attempt in attempts):
            return readings
        if time.monotonic() > ends:
            return readings
        time.sleep(0.01)
