"""The picture of a year: a row for each month, a column for each hour of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from carbon.bands import Band, band_of
from carbon.history import MonthHours, ZoneYear
from carbon.intensity import Quality, SignalName
from catalog.model import Zone
from web.geometry import canvas as sizes
from web.geometry.axis import Tick
from web.geometry.canvas import Canvas
from web.geometry.scale import Scale
from web.marks import SIGNAL_WORDS, UNIT, Standing, figure, minute, sources_by_name

FILE = sizes.FILE
PAGE = replace(sizes.PAGE, left=80)  # the months are longer than figures
NO_YEAR = "No figure is known for this grid zone."
UNIT_WORDS = "g/kWh by month and hour of the day in UTC"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_USUAL = Quality.BASELINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An hour of a month. figure: empty where it is not known."""

    left: float
    top: float
    band: Band | None
    figure: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Months of one standing."""

    top: float
    bottom: float
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPicture:
    """The picture. width, height: of a cell. months: of each row; means of readings have a * beside usual values."""

    canvas: Canvas
    title: str
    subtitle: str
    description: str
    width: float
    height: float
    cells: tuple[Cell, ...]
    blocks: tuple[Block, ...]
    months: tuple[Tick, ...]
    along: tuple[Tick, ...]
    note: str
    sources: str

    @property
    def is_known(self) -> bool:
        return any(cell.band is not None for cell in self.cells)


def year_picture(
    name: str,
    place: str,
    year: ZoneYear,
    zone: Zone,
    signal: SignalName,
    attributions: Mapping[str, str],
    now: datetime,
    canvas: Canvas = FILE,
) -> YearPicture:
    """The picture of a zone's year. name: of the region or zone. place: its city and grid zone. zone: its facts.

    attributions: by source.
    """
    across, down = Scale(0, 24, canvas.left, canvas.right), Scale(0, 12, canvas.top, canvas.bottom)
    note = _note(year, zone)
    names = Counter(dict.fromkeys((*year.sources, *filter(None, [year.baseline])), 1))
    sources = sources_by_name(names, attributions)
    subtitle = f"grams of CO2e per kWh of electricity · {place} · {minute(now)}"
    return YearPicture(
        canvas=canvas,
        title=f"{SIGNAL_WORDS[signal]} of {name} by month and hour",
        subtitle=subtitle,
        description=f"{subtitle}. {note} {_extremes(year)} {sources}.",
        width=across.at(1) - across.at(0),
        height=down.at(1) - down.at(0),
        cells=tuple(cell for month in year.months for cell in _cells(month, across, down)),
        blocks=tuple(_blocks(year, down)),
        months=tuple(_month(month, down, is_mixed=year.baseline is not None) for month in year.months),
        along=tuple(
            Tick(place=across.at(hour), label=f"{hour:02}:00", minor=hour % 6 != 0) for hour in range(0, 24, 3)
        ),
        note=note,
        sources=sources,
    )


def _standing(quality: Quality) -> Standing:
    return Standing.ESTIMATED if quality.is_estimate else Standing.MEASURED


def _cells(month: MonthHours, across: Scale, down: Scale) -> Iterator[Cell]:
    for hour, value in enumerate(month.values):
        band = band_of(value)
        words = "no data" if value is None or band is None else f"{figure(value)} {UNIT}, {band.words}"
        standing = "" if value is None else f", {_standing(month.quality)}"
        yield Cell(
            left=across.at(hour),
            top=down.at(month.month - 1),
            band=band,
            figure="" if value is None else figure(value),
            title=f"{_MONTHS[month.month - 1]} {hour:02}:00 UTC: {words}{standing}",
        )


def _blocks(year: ZoneYear, down: Scale) -> Iterator[Block]:
    months = (month for month in year.months if any(value is not None for value in month.values))
    for standing, group in groupby(months, lambda month: _standing(month.quality)):
        numbers = [month.month for month in group]
        yield Block(top=down.at(numbers[0] - 1), bottom=down.at(numbers[-1]), standing=standing)


def _month(month: MonthHours, down: Scale, *, is_mixed: bool) -> Tick:
    is_stored = month.quality is not _USUAL
    label = f"{_MONTHS[month.month - 1]}{'*' if is_stored and is_mixed else ''}"
    return Tick(place=down.at(month.month - 0.5), label=label, minor=month.month % 2 == 0)


def _note(year: ZoneYear, zone: Zone) -> str:
    """What the figures are."""
    stored = [month for month in year.months if month.quality is not _USUAL]
    since = f"{year.starts_at.day} {year.starts_at:%b %Y}"
    if len(stored) == len(year.months):
        return f"Means of the stored readings since {since}."
    star = f" Months with * are means of the stored readings since {since}." if stored else ""
    return f"{_usual(year, zone)}{star}" if year.baseline != "none" else f"{NO_YEAR}{star}"


def _usual(year: ZoneYear, zone: Zone) -> str:
    if zone.is_own:
        return "The factor that the operator gave, which is the same at every hour."
    if zone.profile_basis == "flat":
        return f"The mean of {zone.year}, because no hours of this grid zone are known."
    of_zone = "" if zone.profile_zone == zone.zone else f" of {zone.profile_zone}"
    hours = "Usual hours" if zone.profile_basis == "history" else "Hours of a model"
    years = zone.profile_years.replace(";", ", ")
    return f"{hours}{of_zone}, {years}, in the middle of each month, at the level of {zone.year}."


def _extremes(year: ZoneYear) -> str:
    values = [value for month in year.months for value in month.values if value is not None]
    return f"From {figure(min(values))} to {figure(max(values))} g/kWh." if values else ""
