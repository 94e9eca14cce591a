"""Readings and forecasts in the form in which they are stored. Imports no SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from carbon.intensity import Signal
from carbon.reading import Observation, UpstreamForecast
from store.history.readings import QUALITIES, minute_of

FILE = "history.sqlite3"  # in DATA_DIR, unless a server holds the history
MINUTE = timedelta(minutes=1)
MINUTES_AN_HOUR = 60
SECONDS_A_MINUTE = 60
MOST_MINUTES, MOST_MILLIGRAMS = 2**11, 2**22  # a reading below both can be stored


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """A zone as one source reports one signal of it."""

    source: str
    signal: str
    zone: str


@dataclass(frozen=True, slots=True)
class ReadingEntry:
    """One reading; see tables.readings."""

    series: Series
    starts_minute: int
    minutes: int
    mgco2e_per_kwh: int
    quality: int

    @property
    def fits(self) -> bool:
        """Whether the reading can be stored: it stands for less than 34 hours and is below 4,194 g/kWh."""
        return self.minutes < MOST_MINUTES and self.mgco2e_per_kwh < MOST_MILLIGRAMS

    @classmethod
    def of(cls, signal: Signal, value: Observation) -> ReadingEntry:
        return cls(
            Series(value.source, signal.value, value.zone),
            minute_of(value.starts_at),
            max(1, (value.ends_at - value.starts_at) // MINUTE),
            milligrams(value.gco2e_per_kwh),
            QUALITIES.index(value.quality),
        )


@dataclass(frozen=True, slots=True)
class ForecastEntry:
    """One forecast as it was issued; see tables.forecasts. low, high: see tables.forecast_ranges; empty: no range."""

    series: Series
    issued_hour: int
    starts_minute: int
    step_minutes: int
    gco2e_per_kwh: bytes
    low: bytes = b""
    high: bytes = b""

    @classmethod
    def of(cls, signal: Signal, value: UpstreamForecast, issued_at: datetime) -> ForecastEntry:
        return cls(
            Series(value.source, signal.value, value.zone),
            minute_of(issued_at) // MINUTES_AN_HOUR,
            minute_of(value.starts_at),
            value.step_seconds // SECONDS_A_MINUTE,
            pack(value.gco2e_per_kwh),
            pack_range(value.low),
            pack_range(value.high),
        )


Entry = ReadingEntry | ForecastEntry


def milligrams(gco2e_per_kwh: float) -> int:
    """Whole milligrams, at least 1: a positive value never becomes 0."""
    return max(1, round(gco2e_per_kwh * 1000))


def pack(values: tuple[float | None, ...]) -> bytes:
    """Values as little-endian float32; None as NaN."""
    return np.array([np.nan if value is None else value for value in values], dtype="<f4").tobytes()


def pack_range(values: tuple[float, ...]) -> bytes:
    """One side of a range as little-endian float16, which is exact to 0.05 % and takes half of the space."""
    return np.array(values, dtype="<f2").tobytes()


def unpack(packed: bytes) -> tuple[float | None, ...]:
    """The values of `pack`."""
    return tuple(None if np.isnan(value) else float(value) for value in np.frombuffer(packed, dtype="<f4"))
