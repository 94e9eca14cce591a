"""Where the axes of a chart have ticks, and what is written at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from web.geometry.scale import Scale

_HOUR = timedelta(hours=1)
_LETTER = 7.2  # about the width of one at an axis; files and pages have other fonts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark at an axis. strong: the start of a day. minor: left out where there is little room."""

    place: float
    label: str
    strong: bool = False
    minor: bool = False


def room_of(label: str) -> float:
    """About the width of a label."""
    return _LETTER * len(label)


def figure_ticks(figures: Sequence[float], up: Scale) -> Iterator[Tick]:
    """A tick at each figure."""
    return (Tick(place=up.at(value), label=f"{value:g}") for value in figures)


def hour_ticks(start: datetime, end: datetime, across: Scale) -> Iterator[Tick]:
    """Ticks at full hours, at days or at Mondays; the start of a day has its date. Every second one is minor."""
    count = (end - start) / _HOUR
    step = 3 if count <= 24 else 6 if count <= 72 else 24 if count <= 240 else 168
    moment = start
    while moment <= end:
        is_day = moment.hour == 0
        number, rest = divmod(24 * (moment.toordinal() - 1) + moment.hour, step)  # since a Monday
        if rest == 0:
            label = f"{moment:%a} {moment.day} {moment:%b}" if is_day else f"{moment:%H:%M}"
            yield Tick(place=across.at(moment.timestamp()), label=label, strong=is_day, minor=number % 2 == 1)
        moment += _HOUR
