"""Readings as the history is given and gives them."""

from __future__ import annotations

from datetime import datetime, timedelta

from carbon.intensity import Quality, Signal
from carbon.reading import Observation
from store.history.entries import ReadingEntry
from store.history.history import History
from tests.store.conftest import NOON

AVERAGE = Signal.AVERAGE_LIFECYCLE
DAY = timedelta(days=1)


def reading(
    starts_at: datetime,
    gco2e_per_kwh: float,
    *,
    minutes: int = 60,
    zone: str = "DE",
    source: str = "one",
    quality: Quality = Quality.MEASURED,
) -> Observation:
    return Observation(
        zone=zone,
        gco2e_per_kwh=gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        quality=quality,
        source=source,
    )


def entry(starts_at: datetime, gco2e_per_kwh: float, **named: object) -> ReadingEntry:
    return ReadingEntry.of(AVERAGE, reading(starts_at, gco2e_per_kwh, **named))  # type: ignore[arg-type]


def values(history: History, *, zone: str = "DE", signal: Signal = AVERAGE, days: float = 500) -> list[float]:
    """All values of a zone up to now, in the order of source and time."""
    readings = history.readings(signal, zone, NOON - timedelta(days=days), NOON + DAY)
    return [float(value) for one in readings for value in one.gco2e_per_kwh]
