"""A past that answers from given readings, and a short way to write those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from carbon.errors import StateUnavailable
from carbon.intensity import Quality, Signal
from carbon.reading import UpstreamForecast
from store.history.readings import QUALITIES, Readings, minute_of


def readings(
    first: datetime,
    values: Sequence[float | None],
    *,
    minutes: int = 60,
    source: str = "one",
    quality: Quality = Quality.MEASURED,
) -> Readings:
    """One reading after the other from `first`; None leaves a gap."""
    rows = [(number, value) for number, value in enumerate(values) if value is not None]
    starts = np.array([minute_of(first) + minutes * number for number, _ in rows], dtype=np.int64)
    return Readings(
        source=source,
        starts=starts,
        ends=starts + minutes,
        gco2e_per_kwh=np.array([value for _, value in rows], dtype=np.float64),
        quality=np.full(len(rows), QUALITIES.index(quality), dtype=np.int64),
    )


class FakePast:
    """A Past with these readings of one signal, by zone. fails: as if the database did not work."""

    def __init__(
        self,
        sources: Mapping[str, Sequence[Readings]],
        *,
        fails: bool = False,
        signal: Signal = Signal.AVERAGE_LIFECYCLE,
    ) -> None:
        self._signal = signal
        self._sources = sources
        self.fails = fails
        self.recorded: list[tuple[Signal, UpstreamForecast]] = []

    def prepare(self) -> None:
        """Nothing."""

    def record(self, signal: Signal, value: UpstreamForecast) -> None:
        self.recorded.append((signal, value))

    def zones(self, signal: Signal) -> Sequence[str]:
        if self.fails:
            raise StateUnavailable("the history")
        return sorted(self._sources) if signal is self._signal else ()

    def readings(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Sequence[Readings]:
        if self.fails:
            raise StateUnavailable("the history")
        return self._sources.get(zone, ()) if signal is self._signal else ()
