"""Hours side by side in the colours of their bands, with the times in which a job runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from carbon.bands import Band, band_of
from carbon.results import HourStep, HourValue
from web.geometry.scale import Scale

WIDTH, HEIGHT = 1000.0, 28.0
HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Hours of one band that follow each other. band: None where no figure is known."""

    left: float
    right: float
    band: Band | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The strip. runs: left and right end of each time in which the job runs. days: places at which a day begins."""

    cells: tuple[Cell, ...]
    runs: tuple[tuple[float, float], ...]
    days: tuple[float, ...]


def values_of(hours: Iterable[HourStep]) -> list[HourValue]:
    """The hours without what else is known of them."""
    return [(hour.starts_at, hour.intensity.gco2e_per_kwh) for hour in hours]


def strip_of(hours: Sequence[HourValue], runs: Iterable[Span], shown: Span) -> Strip:
    """The strip of the hours within a time, and of the runs in it."""
    start, end = shown
    across = Scale(start.timestamp(), end.timestamp(), 0.0, WIDTH)

    def place(moment: datetime) -> float:
        return across.at(min(max(moment, start), end).timestamp())

    inside = [(begin, value) for begin, value in hours if begin < end and begin + HOUR > start]
    cells = []
    for band, group in groupby(inside, lambda hour: band_of(hour[1])):
        begins = [begin for begin, _ in group]
        cells.append(Cell(left=place(begins[0]), right=place(begins[-1] + HOUR), band=band))
    days = [begin for begin, _ in inside if begin.hour == 0 and begin > start]
    return Strip(
        cells=tuple(cells),
        runs=tuple((place(begin), place(stop)) for begin, stop in runs),
        days=tuple(place(day) for day in days),
    )
