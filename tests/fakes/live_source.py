"""A LiveSource without a network: values, errors and delays as a test sets them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from carbon.intensity import Quality, Signal
from carbon.reading import Observation, Shares, UpstreamForecast
from carbon.units import HOUR
from grid.chain import ChainReader
from grid.live.live_source import LiveSource, ReadPolicy
from grid.live.reader import SourceReader
from grid.records import KINDS
from grid.source import SourceError, SourceState
from store.shared.state import SharedState
from tests.fakes.patience import HANG_SECONDS


class FakeLiveSource:
    """Answers each zone with `value`, or raises `errors[kind, zone]` or `errors[kind, "*"]`.

    gate: calls wait for it to be set; a test that closes it opens it again.
    """

    name = "fake"
    signal = Signal.AVERAGE_LIFECYCLE

    def __init__(self, utc_now: Callable[[], datetime]) -> None:
        self.value = 300.0
        self.errors: dict[tuple[str, str], Exception] = {}
        self.hold_error: SourceError | None = None
        self.when_asked_for_holds: Callable[[], object] | None = None
        self.responsive = True
        self.gate = threading.Event()
        self.gate.set()
        self.calls: list[tuple[str, str]] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._utc_now = utc_now
        self.starts_at: datetime | None = None

    def covers(self, zone: str) -> bool:
        return True

    def hold(self) -> SourceError | None:
        action, self.when_asked_for_holds = self.when_asked_for_holds, None
        if action is not None:
            action()
        return self.hold_error

    def latest(self, zone: str) -> Observation:
        self._call("latest", zone)
        starts_at = self._hour()
        return Observation(
            zone=zone,
            gco2e_per_kwh=self.value,
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            quality=Quality.MEASURED,
            source=self.name,
        )

    def forecast(self, zone: str) -> UpstreamForecast:
        self._call("forecast", zone)
        return UpstreamForecast(zone=zone, starts_at=self._hour(), gco2e_per_kwh=(self.value,) * 25, source=self.name)

    def shares(self, zone: str) -> Shares:
        self._call("shares", zone)
        return Shares(
            zone=zone,
            renewable_share=0.6,
            fossil_free_share=0.9,
            starts_at=self._hour(),
            quality=Quality.MEASURED,
            source=self.name,
        )

    def state(self) -> SourceState:
        return SourceState(source=self.name, state="ok", detail="", calls=len(self.calls))

    def count(self, kind: str) -> int:
        return sum(called == kind for called, _ in self.calls)

    def _hour(self) -> datetime:
        return self.starts_at or self._utc_now().replace(minute=0, second=0, microsecond=0)

    def _call(self, kind: str, zone: str) -> None:
        with self._lock:
            self.calls.append((kind, zone))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.gate.wait(HANG_SECONDS)
        with self._lock:
            self._at_once -= 1
        error = self.errors.get((kind, zone)) or self.errors.get((kind, "*"))
        if error is not None:
            raise error


def reader_of(
    source: LiveSource, policy: ReadPolicy, *, shared: SharedState | None = None, **named: Any
) -> ChainReader:
    """A chain of this source alone. named: further arguments of its SourceReader."""
    shared = shared or SharedState(None, KINDS)
    return ChainReader([SourceReader(source, policy, shared=shared, **named)], shared)
