"""No live source at all: without a key every reading says so."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime

from carbon.reading import Observation, Shares, ZoneReading
from grid.source import SourceState


class NoLiveSource:
    """The GridReader of a service without a key, and its only snapshot."""

    REASON = "no-key"

    def __init__(self, source: str) -> None:
        self._source = source
        self._nothing = ZoneReading(reason=self.REASON)
        self._lock = threading.Lock()
        self._readings = 0

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """No values, for the reason "no-key"."""
        readings = dict.fromkeys(zones, self._nothing)
        with self._lock:
            self._readings += len(readings)
        return readings

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """None."""
        return None

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """Nothing."""
        return {}

    def open(self) -> NoLiveSource:
        """Itself: nothing ever changes."""
        return self

    @property
    def version(self) -> str:
        """Always the same: nothing is known."""
        return self.REASON

    def states(self) -> tuple[SourceState, ...]:
        """One state, "unconfigured"."""
        fallbacks = {self.REASON: self._readings} if self._readings else {}
        return (SourceState(source=self._source, state="unconfigured", detail="no key is set", fallbacks=fallbacks),)
