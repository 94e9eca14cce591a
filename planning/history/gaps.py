"""The times of a span for which no reading is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from carbon.spans import Span
from store.history.readings import Minutes, Readings, time_of


def gaps_of(readings: Readings | None, start: datetime, end: datetime) -> list[Span]:
    """The times of [start, end) for which none of the readings of one source stands, in the order of time."""
    none = np.zeros(0, dtype=np.int64)
    begins, ends = (none, none) if readings is None else (readings.starts, readings.ends)
    edges = zip([start, *_times(ends, start, end)], [*_times(begins, start, end), end], strict=True)
    return [(first, last) for first, last in edges if first < last]


def gaps_to_fetch(source: str, sources: Sequence[Readings], start: datetime, end: datetime) -> list[Span]:
    """What one source lacks of [start, end); nothing where any of the sources has all of it.

    Answers about the past are made of the readings of one source, so a gap is filled from the same one.
    """
    by_source = {readings.source: readings for readings in sources}
    if any(not gaps_of(readings, start, end) for readings in sources):
        return []
    return gaps_of(by_source.get(source), start, end)


def _times(minutes: Minutes, start: datetime, end: datetime) -> list[datetime]:
    return [min(max(time_of(minute), start), end) for minute in minutes.tolist()]
