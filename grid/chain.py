"""Several live sources as one: each zone is read from the first source that has a fresh value."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from carbon.intensity import Signal
from carbon.reading import Observation, Shares, ZoneReading
from grid.live.reader import Pin, SourceReader
from grid.source import SourceState
from store.shared.snapshot import Snapshot
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

NO_KEY = "no-key"  # a source lacks its key
NO_SOURCE = "no-source"  # no source covers the zone


class ChainReader:
    """A GridReader over sources in the order of preference. Without a source every reading has a reason for that."""

    def __init__(
        self,
        readers: Sequence[SourceReader] = (),
        shared: SharedState | None = None,
        *,
        unconfigured: Sequence[str] = (),
        telemetry: Telemetry = SILENT,
    ) -> None:
        """shared: the records that the readers use. unconfigured: sources that lack a setting."""
        self._readers = tuple(readers)
        self._shared = shared
        self._unconfigured = tuple(unconfigured)
        self._telemetry = telemetry
        self._deadline_seconds = max((reader.deadline_seconds for reader in readers), default=0.0)
        self._lock = threading.Lock()
        self._unread = 0
        self.nothing = ZoneReading(reason=NO_KEY if unconfigured or not readers else NO_SOURCE)

    def open(self, signal: Signal = Signal.AVERAGE_LIFECYCLE) -> ChainSnapshot:
        """See GridReader."""
        snapshot = Snapshot({}) if self._shared is None else self._shared.snapshot()
        readers = [reader for reader in self._readers if reader.signal is signal]
        return ChainSnapshot(self, readers, Pin(snapshot, self._deadline_seconds))

    def states(self) -> tuple[SourceState, ...]:
        """See GridReader."""
        fallbacks = {NO_KEY: self._unread} if self._unread else {}
        without_key = (
            SourceState(source=name, state="unconfigured", detail="no key is set", fallbacks=fallbacks)
            for name in self._unconfigured
        )
        return (*(reader.state() for reader in self._readers), *without_key)

    def count_fallbacks(self, readings: Mapping[str, ZoneReading]) -> None:
        """Count the readings without a fresh value."""
        if not self._readers:
            with self._lock:
                self._unread += len(readings)
            return
        fallbacks = Counter(
            reading.reason if reading.latest is None else "last-value"
            for reading in readings.values()
            if reading.reason is not None
        )
        for reason, count in fallbacks.items():
            self._telemetry.fallback(reason or "", count)


class ChainSnapshot:
    """A GridSnapshot over the sources of a chain."""

    def __init__(self, chain: ChainReader, readers: Sequence[SourceReader], pin: Pin) -> None:
        self._chain = chain
        self._readers = readers
        self._pin = pin

    @property
    def version(self) -> str:
        """See GridSnapshot."""
        return f"{self._pin.snapshot.version:016x}" if self._readers else NO_KEY

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """See GridSnapshot."""
        zones = tuple(dict.fromkeys(zones))
        readings = dict.fromkeys(zones, self._chain.nothing)
        incomplete = zones
        for reader in self._readers:
            covered = [zone for zone in incomplete if reader.covers(zone)]
            for zone, reading in reader.read(self._pin, covered, now=now, forecast=forecast).items():
                readings[zone] = _combined(readings[zone], reading)
            incomplete = tuple(zone for zone in incomplete if not _is_complete(readings[zone], forecast))
        self._chain.count_fallbacks(readings)
        return readings

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """See GridSnapshot."""
        answers = (reader.shares(self._pin, zone, now=now) for reader in self._readers if reader.covers(zone))
        return next((shares for shares in answers if shares is not None), None)

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """See GridSnapshot."""
        zones = tuple(zones)
        values: dict[str, Observation] = {}
        for reader in reversed(self._readers):
            values |= reader.peek(self._pin, zones, now=now)
        return values


def _is_complete(reading: ZoneReading, forecast: bool) -> bool:
    return reading.latest is not None and reading.reason is None and (reading.forecast is not None or not forecast)


def _combined(first: ZoneReading, second: ZoneReading) -> ZoneReading:
    """The values of the preferred source if they are fresh, otherwise those of the next one."""
    if not first.attempts:
        return second
    is_fresher = first.reason is not None and second.reason is None
    better = second if second.latest is not None and (first.latest is None or is_fresher) else first
    return ZoneReading(
        latest=better.latest,
        forecast=first.forecast or second.forecast,
        reason=better.reason,
        attempts=first.attempts + second.attempts,
    )
