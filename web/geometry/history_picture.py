"""The picture of the past: columns by hour, their lowest and highest readings, the gaps, and the axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from carbon.bands import Band, band_of
from carbon.history import HistoryPoint, ZoneHistory
from web.geometry.axis import Tick, figure_ticks, hour_ticks
from web.geometry.canvas import FILE, Canvas
from web.geometry.scale import Scale, ticks
from web.marks import SIGNAL_WORDS, Standing, figure, minute, sources_by_name

NO_HISTORY = "No readings of this time are stored."
_HOUR = timedelta(hours=1)
Places = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastHour:
    """A step of the history, or as much of it as is over."""

    left: float
    right: float
    top: float
    highest: float
    lowest: float
    band: Band | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPicture:
    """The picture. runs: hours without a gap in between. gaps: left and right of each."""

    canvas: Canvas
    title: str
    subtitle: str
    description: str
    runs: tuple[tuple[PastHour, ...], ...]
    gaps: tuple[tuple[float, float], ...]
    upright: tuple[Tick, ...]
    along: tuple[Tick, ...]
    sources: str

    def of_band(self, band: Band) -> list[PastHour]:
        return [hour for run in self.runs for hour in run if hour.band is band]

    @property
    def ranges(self) -> Iterator[Places]:
        """From the highest reading of each hour to the lowest, over each run in which they differ."""
        for run in self.runs:
            if any(hour.highest != hour.lowest for hour in run):
                upper = [(side, hour.highest) for hour in run for side in (hour.left, hour.right)]
                lower = [(side, hour.lowest) for hour in run for side in (hour.left, hour.right)]
                yield (*upper, *reversed(lower))

    @property
    def curves(self) -> Iterator[tuple[Standing, Places]]:
        """The upper edges of hours of one standing."""
        for run in self.runs:
            for standing, hours in groupby(run, lambda hour: hour.standing):
                yield standing, tuple((side, hour.top) for hour in hours for side in (hour.left, hour.right))


def history_picture(
    name: str,
    place: str,
    history: ZoneHistory,
    attributions: Mapping[str, str],
    now: datetime,
    canvas: Canvas = FILE,
) -> HistoryPicture:
    """The picture of hours. name: of the region or zone. place: its city and grid zone. attributions: by source."""
    start, end = history.starts_at, history.ends_at
    across = Scale(start.timestamp(), end.timestamp(), canvas.left, canvas.right)
    figures = ticks(max((point.highest for point in history.points), default=0.0), canvas.most_figures)
    up = Scale(0.0, figures[-1], canvas.bottom, canvas.top)
    days = round((end - start) / timedelta(days=1))
    sources = sources_by_name(Counter(point.source for point in history.points), attributions)
    estimates = sum(point.quality.is_estimate for point in history.points)
    of_those = f" ({estimates} estimated)" if estimates else ""
    count = f"readings of {len(history.points)} of {-((start - end) // _HOUR)} hours{of_those}"
    subtitle = f"grams of CO2e per kWh of electricity · {place} · {minute(now)} · {count}"
    return HistoryPicture(
        canvas=canvas,
        title=f"{SIGNAL_WORDS[history.signal]} of {name} in the last {days} days",
        subtitle=subtitle,
        description=f"{subtitle}. {_extremes(history.points)} {sources}.",
        runs=tuple(_run(run, across, up, end) for run in _runs(history.points)),
        gaps=tuple((across.at(gap.starts_at.timestamp()), across.at(gap.ends_at.timestamp())) for gap in history.gaps),
        upright=tuple(figure_ticks(figures, up)),
        along=tuple(hour_ticks(start, end, across)),
        sources=sources,
    )


def _extremes(points: Sequence[HistoryPoint]) -> str:
    if not points:
        return NO_HISTORY
    lowest, highest = (choice(points, key=lambda point: point.value) for choice in (min, max))
    mean = sum(point.value for point in points) / len(points)
    return f"Lowest hour: {_hour(lowest)}; highest: {_hour(highest)}; mean: {figure(mean)} g/kWh."


def _hour(point: HistoryPoint) -> str:
    return f"{figure(point.value)} g/kWh, {minute(point.starts_at)}"


def _runs(points: Sequence[HistoryPoint]) -> Iterator[list[HistoryPoint]]:
    """Points of hours that follow each other."""
    run: list[HistoryPoint] = []
    for point in points:
        if run and point.starts_at - run[-1].starts_at != _HOUR:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _run(points: Sequence[HistoryPoint], across: Scale, up: Scale, end: datetime) -> tuple[PastHour, ...]:
    return tuple(
        PastHour(
            left=across.at(point.starts_at.timestamp()),
            right=across.at(min(point.starts_at + _HOUR, end).timestamp()),
            top=up.at(point.value),
            highest=up.at(point.highest),
            lowest=up.at(point.lowest),
            band=band_of(point.value),
            standing=Standing.ESTIMATED if point.quality.is_estimate else Standing.MEASURED,
        )
        for point in points
    )
