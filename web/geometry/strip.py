"""Hours side by side in the colours of their bands, with the times in which a job runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from carbon.bands import Band, band_of
from carbon.results import HourStep
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


def strip_of(hours: Sequence[HourStep], runs: Iterable[Span], shown: Span) -> Strip:
    """The strip of the hours within a time, and of the runs in it."""
    start, end = shown
    across = Scale(start.timestamp(), end.timestamp(), 0.0, WIDTH)

    def place(moment: datetime) -> float:
        return across.at(min(max(moment, start), end).timestamp())

    inside = [hour for hour in hours if hour.starts_at < end and hour.starts_at + HOUR > start]
    cells = []
    for band, group in groupby(inside, lambda hour: band_of(hour.intensity.gco2e_per_kwh)):
        run = list(group)
        cells.append(Cell(left=place(run[0].starts_at), right=place(run[-1].starts_at + HOUR), band=band))
    days = [hour.starts_at for hour in inside if hour.starts_at.hour == 0 and hour.starts_at > start]
    return Strip(
        cells=tuple(cells),
        runs=tuple((place(begin), place(stop)) for begin, stop in runs),
        days=tuple(place(day) for day in days),
    )
