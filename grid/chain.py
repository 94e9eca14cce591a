"""Several live sources as one: each zone is read from the most trusted source that has a fresh value."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, Shares, ZoneReading
from grid.live.reader import Pin, SourceReader
from grid.source import MissingPast, SourceFacts, SourceState
from store.shared.snapshot import Snapshot
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

NO_KEY = "no-key"  # a source lacks its key
NO_SOURCE = "no-source"  # no source covers the zone
LIVE_OFF = "live-off"  # LIVE is off, so that no source is called
CURRENT = timedelta(hours=1)  # an older value is not current, and makes a nowcast

NONE: Mapping[str, str] = {}

logger = logging.getLogger(__name__)


class ChainReader:
    """A GridReader over sources in the order of trust. Without a source every reading has a reason for that."""

    def __init__(
        self,
        readers: Sequence[SourceReader] = (),
        shared: SharedState | None = None,
        *,
        unconfigured: Mapping[str, str] = NONE,
        off: Sequence[str] = (),
        facts: Mapping[str, SourceFacts] | None = None,
        telemetry: Telemetry = SILENT,
    ) -> None:
        """shared: the records that the readers use. unconfigured: what the sources lack that cannot be used, by
        name. off: those that the settings switch off. facts: of every source by name.
        """
        self._readers = tuple(readers)
        self._shared = shared
        self._unconfigured = dict(unconfigured)
        self._off = tuple(off)
        self._facts = facts or {}
        self._telemetry = telemetry
        waits = [reader.ranges.deadline_seconds for reader in readers if reader.ranges is not None]
        waits += [reader.deadline_seconds for reader in readers]
        self._deadline_seconds = max(waits, default=0.0)
        self._lock = threading.Lock()
        self._unread = 0
        self._disagreeing: frozenset[str] = frozenset()

    def open(self, signal: Signal = Signal.AVERAGE_LIFECYCLE) -> ChainSnapshot:
        """See GridReader."""
        snapshot = Snapshot({}) if self._shared is None else self._shared.snapshot()
        return ChainSnapshot(self, signal, self._readers, Pin(snapshot, self._deadline_seconds))

    def nothing(self, signal: Signal) -> ZoneReading:
        """The reading of a zone that no source of the signal covers."""
        if not self._readers and not self._unconfigured and self._off:
            return ZoneReading(reason=LIVE_OFF)
        lacks_key = any(self._signal_of(name) is signal for name in self._unconfigured)
        return ZoneReading(reason=NO_KEY if lacks_key or not self._readers else NO_SOURCE)

    def _signal_of(self, name: str) -> Signal:
        facts = self._facts.get(name)
        return Signal.AVERAGE_LIFECYCLE if facts is None else facts.signal

    def states(self) -> tuple[SourceState, ...]:
        """See GridReader."""
        fallbacks = {NO_KEY: self._unread} if self._unread else {}
        without_key = (
            SourceState(source=name, state="unconfigured", detail=detail, fallbacks=fallbacks)
            for name, detail in self._unconfigured.items()
        )
        off = (SourceState(source=name, state="off", detail="LIVE or SOURCES switches it off") for name in self._off)
        states = (*(reader.state() for reader in self._readers), *without_key, *off)
        return tuple(replace(state, facts=self._facts.get(state.source)) for state in states)

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

    def note_disagreement(self, disagreeing: Mapping[str, float], agreeing: Set[str]) -> None:
        """See GridSnapshot."""
        with self._lock:
            new = disagreeing.keys() - self._disagreeing
            self._disagreeing = (self._disagreeing - agreeing) | disagreeing.keys()
        for zone in sorted(new):
            logger.warning("the sources of %s disagree by %.0f %% of their mean", zone, 100 * disagreeing[zone])
            self._telemetry.disagreement(zone)


class ChainSnapshot:
    """A GridSnapshot over the sources of a chain that have its signal."""

    def __init__(self, chain: ChainReader, signal: Signal, readers: Sequence[SourceReader], pin: Pin) -> None:
        """readers: of all signals."""
        self._chain = chain
        self._signal = signal
        self._all_readers = readers
        self._readers = [reader for reader in readers if reader.signal is signal]
        self._pin = pin
        self.note_disagreement = chain.note_disagreement

    @property
    def version(self) -> str:
        """See GridSnapshot. It names the values of all signals, since the tag of an answer does not know its signal."""
        return f"{self._pin.snapshot.version:016x}" if self._all_readers else NO_KEY

    def of_signal(self, signal: Signal) -> ChainSnapshot:
        """See GridSnapshot."""
        return ChainSnapshot(self._chain, signal, self._all_readers, self._pin)

    def without_waiting(self) -> ChainSnapshot:
        """See GridSnapshot."""
        return ChainSnapshot(self._chain, self._signal, self._all_readers, Pin(self._pin.snapshot, 0.0))

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """See GridSnapshot. A source that no request waits for is asked about all its zones, whichever answers."""
        zones = tuple(dict.fromkeys(zones))
        readings = dict.fromkeys(zones, self._chain.nothing(self._signal))
        incomplete = zones
        for reader in self._readers:
            covered = reader.covered(zones if reader.is_background else incomplete)
            if not covered:
                continue
            for zone, reading in reader.read(self._pin, covered, now=now, forecast=forecast).items():
                readings[zone] = _combined(readings[zone], reading, now)
            complete = {zone for zone in covered if _is_complete(readings[zone], forecast, now)}
            if complete:
                incomplete = tuple(zone for zone in incomplete if zone not in complete)
        self._chain.count_fallbacks(readings)
        return readings

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """See GridSnapshot."""
        answers = (reader.shares(self._pin, zone, now=now) for reader in self._readers if reader.covers(zone))
        return next((shares for shares in answers if shares is not None), None)

    def percentile(self, zone: str, *, now: datetime) -> Percentile | None:
        """See GridSnapshot."""
        answers = (reader.percentile(self._pin, zone, now=now) for reader in self._readers if reader.covers(zone))
        return next((percentile for percentile in answers if percentile is not None), None)

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """See GridSnapshot."""
        zones = tuple(zones)
        values: dict[str, Observation] = {}
        for reader in self._readers:
            for zone, value in reader.peek(self._pin, zones, now=now).items():
                first = values.get(zone)
                if first is None or (_is_current(value, now) and not _is_current(first, now)):
                    values[zone] = value
        return values

    def past_sources(self, zone: str) -> Sequence[str]:
        """See GridSnapshot."""
        ranges = ((reader.name, reader.ranges) for reader in self._readers if reader.covers(zone))
        return [name for name, one in ranges if one is not None and one.may_ask(zone)]

    def fetch_past(self, missing: Sequence[MissingPast]) -> None:
        """See GridSnapshot. The calls of all sources are sent before any is waited for."""
        begun = [
            (reader, reader.begin_past(self._pin, (one for one in missing if one.source == reader.name)))
            for reader in self._readers
        ]
        for reader, flights in begun:
            reader.wait_for_past(self._pin, flights)

    def by_source(self, zone: str, *, now: datetime) -> Mapping[str, ZoneReading]:
        """See GridSnapshot."""
        return {
            reader.name: reader.in_snapshot(self._pin, [zone], now=now, forecast=False)[zone]
            for reader in self._readers
            if reader.covers(zone)
        }


def _is_current(value: Observation, now: datetime) -> bool:
    return now - value.ends_at <= CURRENT


def _is_complete(reading: ZoneReading, forecast: bool, now: datetime) -> bool:
    latest = reading.latest
    fresh = latest is not None and reading.reason is None and _is_current(latest, now) and latest.derivation.exact
    return fresh and (reading.forecast is not None or not forecast)


def _combined(first: ZoneReading, second: ZoneReading, now: datetime) -> ZoneReading:
    """The better of two readings; of equals the first, whose source is trusted more. A forecast of either serves."""
    if not first.attempts:
        return second
    better, other = (second, first) if _rank(second, now) > _rank(first, now) else (first, second)
    return ZoneReading(
        latest=better.latest,
        forecast=better.forecast or other.forecast,
        reason=better.reason,
        attempts=first.attempts + second.attempts,
        others=first.others + second.others + _comparable(other),
    )


def _comparable(reading: ZoneReading) -> tuple[Observation, ...]:
    """The value, if it is of the zone itself: that of a larger area is no second opinion."""
    return (reading.latest,) if reading.latest is not None and reading.latest.derivation.exact else ()


def _rank(reading: ZoneReading, now: datetime) -> tuple[bool, ...]:
    """Has a value; it is of the zone itself; it is current; its source answers; and then it is consumption-based."""
    latest = reading.latest
    if latest is None:
        return (False,)
    fresh = reading.reason is None
    how = latest.derivation
    return (True, how.exact, _is_current(latest, now), fresh, fresh and bool(how.flow_traced))
