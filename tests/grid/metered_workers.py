"""Workers over a source that counts its calls."""

from __future__ import annotations

from collections.abc import Callable

from carbon.reading import ZoneReading
from grid.live.live_source import ReadPolicy
from grid.records import KINDS
from grid.upstream.quota import Budget, Governor
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.patience import eventually
from tests.grid.readings import is_at_rest

HOUR, MINUTE = 3600.0, 60.0
NEED = 1 / 300 + 1 / 1800  # what one zone takes: a value each 5 minutes, a forecast each 30


class Metered(FakeLiveSource):
    """A source whose every call is counted by a governor and noted with its time."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(clock.utc_now)
        self.governor: Governor | None = None
        self.times: list[tuple[float, str]] = []
        self._clock = clock

    def _call(self, kind: str, zone: str) -> None:
        assert self.governor is not None
        self.governor.take()
        self.times.append((self._clock.monotonic(), zone))
        super()._call(kind, zone)


class Worker:
    """One process: a reader over what is shared, on a stepped clock."""

    def __init__(
        self, clock: SteppedClock, budget: Budget, shared: SharedState | None = None, *, plan_calls: int | None = None
    ) -> None:
        self.clock = clock
        self.shared = shared or SharedState(None, KINDS)
        self.source = Metered(clock)
        self.governor = Governor(
            "fake",
            budget,
            self.shared,
            calls_per_zone_second=NEED,
            plan_calls_per_hour=lambda: plan_calls,
            utc_now=clock.utc_now,
        )
        self.source.governor = self.governor
        self.reader = reader_of(
            self.source,
            ReadPolicy(),
            shared=self.shared,
            governor=self.governor,
            utc_now=clock.utc_now,
            monotonic=clock.monotonic,
            jitter=lambda: 1.0,
        )

    def read(self, *zones: str) -> dict[str, ZoneReading]:
        """Read, and let what that started come to its end."""
        readings = self.reader.open().read(zones, now=self.clock.utc_now(), forecast=True)
        assert eventually(lambda: is_at_rest(self.reader))
        return dict(readings)

    def hour(self, ask: Callable[[int], tuple[str, ...]], *, every_seconds: float = 20.0, hours: float = 1.0) -> None:
        """An hour or so of requests; ask: which zones the n-th wants."""
        for number in range(round(hours * HOUR / every_seconds)):
            self.read(*ask(number))
            self.clock.advance(every_seconds)
