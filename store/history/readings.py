"""Past readings of a zone as columns. Imports no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Protocol

import numpy as np
import numpy.typing as npt

from carbon.intensity import Quality, Signal
from carbon.reading import UpstreamForecast

Minutes = npt.NDArray[np.int64]
QUALITIES = tuple(Quality)  # best first; stored as an index
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """The readings of one source in the order of time; row n stands for [starts[n], ends[n]) minutes since 1970.

    They do not overlap: a reading counts until the next one starts. quality: indices in QUALITIES.
    """

    source: str
    starts: Minutes
    ends: Minutes
    gco2e_per_kwh: npt.NDArray[np.float64]
    quality: Minutes


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970, rounded down."""
    return (moment - _EPOCH) // timedelta(minutes=1)


def last_minute_of(moment: datetime) -> int:
    """Whole minutes since 1970, rounded up."""
    return -((_EPOCH - moment) // timedelta(minutes=1))


def time_of(minute: int) -> datetime:
    """The UTC time of a minute since 1970."""
    return datetime.fromtimestamp(60 * minute, UTC)


class Past(Protocol):
    """Where past readings are found."""

    def prepare(self) -> None:
        """Import what is needed, so that processes forked from this one share its memory. Opens nothing."""
        ...

    def record(self, signal: Signal, value: UpstreamForecast) -> None:
        """Have a forecast stored in the background."""
        ...

    def zones(self, signal: Signal) -> Sequence[str]:
        """The zones of which readings were ever stored, by name. Raises StateUnavailable.

        Imports nothing where nothing was ever stored.
        """
        ...

    def readings(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Sequence[Readings]:
        """The readings of each source that has any in [start, end). Raises StateUnavailable."""
        ...


class Nothing:
    """A Past without readings."""

    def prepare(self) -> None:
        """Nothing."""

    def record(self, signal: Signal, value: UpstreamForecast) -> None:
        """Nothing."""

    def zones(self, signal: Signal) -> Sequence[str]:
        """None."""
        return ()

    def readings(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Sequence[Readings]:
        """None."""
        return ()


class PastPin:
    """The past as one request reads it. version: names the readings that it was given; empty before."""

    def __init__(self, past: Past, trust: Callable[[], Sequence[str]]) -> None:
        """trust: the names of the sources in the order of preference."""
        self._past = past
        self.trust = trust
        self._digest = blake2b(digest_size=4)
        self.version = ""

    def zones(self, signal: Signal) -> Sequence[str]:
        """See Past."""
        return self._past.zones(signal)

    def readings(self, signal: Signal, zone: str, start: datetime, end: datetime) -> list[Readings]:
        """See Past; the preferred source first, unknown ones last."""
        order = {name: place for place, name in enumerate(self.trust())}
        sources = sorted(
            self._past.readings(signal, zone, start, end),
            key=lambda readings: (order.get(readings.source, len(order)), readings.source),
        )
        for readings in sources:
            self._digest.update(readings.source.encode())
            for column in (readings.starts, readings.ends, readings.gco2e_per_kwh, readings.quality):
                self._digest.update(column.tobytes())
        self.version = f"-{self._digest.hexdigest()}"
        return sources
