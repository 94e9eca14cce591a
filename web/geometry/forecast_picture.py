"""The picture of the hours to come: columns by hour, their range, the best window, and the axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from carbon.bands import Band, band_of
from carbon.results import HourStep
from carbon.schedules import Schedule
from web.geometry.axis import Tick, figure_ticks, hour_ticks
from web.geometry.canvas import FILE, Canvas
from web.geometry.scale import Scale, ticks
from web.marks import Standing, figure, in_words, minute, sources_in_words, standing_of

HOUR = timedelta(hours=1)
NO_FORECAST = "No figure is known for these hours."
Places = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An hour. top: None where its figure is not known."""

    left: float
    right: float
    top: float | None
    band: Band | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BestWindow:
    """The window in which a job emits least."""

    left: float
    right: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPicture:
    """The picture. ranges: polygons; curves: the upper edges of the columns, by standing. now: a place."""

    canvas: Canvas
    title: str
    subtitle: str
    description: str
    columns: tuple[Column, ...]
    ranges: tuple[Places, ...]
    curves: tuple[tuple[Standing, Places], ...]
    window: BestWindow | None
    upright: tuple[Tick, ...]
    along: tuple[Tick, ...]
    now: float
    sources: str

    @property
    def is_known(self) -> bool:
        return any(column.top is not None for column in self.columns)


def forecast_picture(
    key: str,
    place: str,
    hours: Sequence[HourStep],
    schedule: Schedule | None,
    now: datetime,
    canvas: Canvas = FILE,
) -> ForecastPicture:
    """The picture of a region's hours, at least one. place: its city and grid zone. schedule: None if none is known."""
    start, end = hours[0].starts_at, hours[-1].starts_at + HOUR
    across = Scale(start.timestamp(), end.timestamp(), canvas.left, canvas.right)
    figures = ticks(max((_highest(hour) for hour in hours), default=0.0), canvas.most_figures)
    up = Scale(0.0, figures[-1], canvas.bottom, canvas.top)
    window = None if schedule is None else _window(schedule, across)
    sources = sources_in_words(hour.intensity for hour in hours)
    subtitle = f"grams of CO2e per kWh of electricity · {place} · {minute(now)}"
    return ForecastPicture(
        canvas=canvas,
        title=f"Carbon intensity of {key} in the next {len(hours)} hours",
        subtitle=subtitle,
        description=f"{subtitle}. {window.words if window else NO_FORECAST} {sources}.",
        columns=tuple(_column(hour, across, up) for hour in hours),
        ranges=tuple(_ranges(hours, across, up)),
        curves=tuple(_curves(hours, across, up)),
        window=window,
        upright=tuple(figure_ticks(figures, up)),
        along=tuple(hour_ticks(start, end, across)),
        now=across.at(now.timestamp()),
        sources=sources,
    )


def _highest(hour: HourStep) -> float:
    return hour.intensity.high_gco2e_per_kwh or hour.intensity.gco2e_per_kwh or 0.0


def _column(hour: HourStep, across: Scale, up: Scale) -> Column:
    value = hour.intensity.gco2e_per_kwh
    left, right = _sides(hour, across)
    return Column(
        left=left,
        right=right,
        top=None if value is None else up.at(value),
        band=band_of(value),
        title=f"{hour.starts_at:%a %H:%M} UTC: {in_words(hour.intensity)}",
    )


def _sides(hour: HourStep, across: Scale) -> tuple[float, float]:
    return across.at(hour.starts_at.timestamp()), across.at((hour.starts_at + HOUR).timestamp())


def _curves(hours: Sequence[HourStep], across: Scale, up: Scale) -> Iterator[tuple[Standing, Places]]:
    """Steps over hours of one standing; a step reaches down or up to where the next curve begins."""
    for standing, group in groupby(hours, lambda hour: standing_of(hour.intensity)):
        places: list[tuple[float, float]] = []
        for hour in group:
            if (value := hour.intensity.gco2e_per_kwh) is not None:
                places += [(side, up.at(value)) for side in _sides(hour, across)]
        if places:
            yield standing, tuple(places)


def _ranges(hours: Sequence[HourStep], across: Scale, up: Scale) -> Iterator[Places]:
    """From low to high, over each run of hours whose range is known."""
    for has_range, group in groupby(hours, lambda hour: hour.intensity.high_gco2e_per_kwh is not None):
        if not has_range:
            continue
        upper, lower = list[tuple[float, float]](), list[tuple[float, float]]()
        for hour in group:
            for side in _sides(hour, across):
                upper.append((side, up.at(hour.intensity.high_gco2e_per_kwh or 0.0)))
                lower.append((side, up.at(hour.intensity.low_gco2e_per_kwh or 0.0)))
        yield (*upper, *reversed(lower))


def _window(schedule: Schedule, across: Scale) -> BestWindow | None:
    best, at_once = schedule.best, schedule.at_once
    if best.mean.gco2e_per_kwh is None or at_once.mean.gco2e_per_kwh is None:
        return None
    mean, start_now = figure(best.mean.gco2e_per_kwh), figure(at_once.mean.gco2e_per_kwh)
    day = "" if best.starts_at.date() == best.ends_at.date() else f"{best.ends_at:%a} "
    span = f"{best.starts_at:%a %H:%M} to {day}{best.ends_at:%H:%M} UTC"
    head = f"Best {best.duration_hours:g} h: {span}, {mean} g/kWh."
    if best.starts_at == at_once.starts_at:
        tail = "Waiting saves nothing."
    else:
        tail = f"{schedule.saving_share:.0%} less than starting now ({start_now} g/kWh)."
    left, right = across.at(best.starts_at.timestamp()), across.at(best.ends_at.timestamp())
    return BestWindow(left=left, right=right, words=f"{head} {tail}")
