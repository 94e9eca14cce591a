"""The picture of what usage emitted: a column for each day or month, its parts by what the figures rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from carbon.usage_reports import ReportQuery, ReportRow, ReportStep
from web.geometry.axis import Tick, figure_ticks
from web.geometry.canvas import Canvas
from web.geometry.scale import Scale, ticks

MOST_DAYS = 400  # more columns than that would be too thin to see
USUAL_DAYS = 62  # a report without steps is drawn by day up to so many days
PARTS = ("measured", "estimated", "usual")
_GAP, _MOST_GAP = 0.2, 8.0  # between two columns, as a share of their distance
_MOST_TICKS = 10
_MOST_MONDAYS = 63  # days
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a column. kind: one of PARTS."""

    kind: str
    top: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A day or month. top: of the whole column, the line of the axis if nothing is known. said: its figures in words.

    is_whole: False if hours of it are unknown.
    """

    left: float
    width: float
    top: float
    parts: tuple[Part, ...]
    is_whole: bool
    said: str

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlot:
    """The plot. unit: of the upright axis, such as kg CO2e."""

    canvas: Canvas
    columns: tuple[Column, ...]
    upright: tuple[Tick, ...]
    along: tuple[Tick, ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePicture:
    """The plot with its texts. unknown: which hours are in no column; empty if none."""

    plot: UsagePlot
    title: str
    subtitle: str
    description: str
    unknown: str
    sources: str


def by_step(query: ReportQuery) -> ReportQuery:
    """The question of the columns: without groups, in days or months."""
    days, step = (query.last - query.first).days + 1, query.step
    if step is ReportStep.TOTAL:
        step = ReportStep.DAY if days <= USUAL_DAYS else ReportStep.MONTH
    return replace(query, by=(), step=step if days <= MOST_DAYS else ReportStep.MONTH)


def usage_plot(query: ReportQuery, rows: Sequence[ReportRow], said: Sequence[str], canvas: Canvas) -> UsagePlot:
    """The plot of rows without groups. said: of each row, its figures in words."""
    highest = max((row.sums.operational_g or 0.0 for row in rows), default=0.0)
    size, unit = next((pair for pair in ((1e6, "t"), (1e3, "kg")) if highest >= pair[0]), (1.0, "g"))
    figures = ticks(highest / size, canvas.most_figures)
    up = Scale(0.0, figures[-1], canvas.bottom, canvas.top)
    across = Scale(query.first.toordinal(), query.last.toordinal() + 1, canvas.left, canvas.right)
    return UsagePlot(
        canvas=canvas,
        columns=tuple(_column(row, text, across, up, size) for row, text in zip(rows, said, strict=True)),
        upright=tuple(figure_ticks(figures, up)),
        along=tuple(step_ticks(query, across)),
        unit=f"{unit} CO2e of the grid",
    )


def _column(row: ReportRow, said: str, across: Scale, up: Scale, size: float) -> Column:
    left, right = across.at(row.starts_on.toordinal()), across.at(row.ends_on.toordinal() + 1)
    gap = min(_GAP * (right - left), _MOST_GAP)
    sums, parts, below = row.sums, [], 0.0
    for kind, grams in zip(PARTS, (sums.measured_g, sums.estimated_g, sums.usual_g), strict=True):
        if grams:
            top = up.at((below + grams) / size)
            parts.append(Part(kind=kind, top=top, height=up.at(below / size) - top))
            below += grams
    return Column(
        left=left + gap / 2,
        width=right - left - gap,
        top=up.at(below / size),
        parts=tuple(parts),
        is_whole=sums.unknown_hours <= 0,
        said=said,
    )


def step_ticks(query: ReportQuery, across: Scale) -> Iterator[Tick]:
    """Under columns: days, Mondays or the months that begin; at most ten, every second one minor."""
    span = [query.first + timedelta(days=number) for number in range((query.last - query.first).days + 1)]
    is_by_month = query.step is ReportStep.MONTH
    if is_by_month or len(span) > _MOST_MONDAYS:
        shown = [day for number, day in enumerate(span) if day.day == 1 or (is_by_month and number == 0)]
        step = next((one for one in _MONTH_STEPS if len(shown) <= one * _MOST_TICKS), _MONTH_STEPS[-1])
        shown = shown[::step]
    else:
        shown = span if len(span) <= _MOST_TICKS else [day for day in span if day.weekday() == 0]
    for number, day in enumerate(shown):
        end = min(query.last, _end_of_month(day)) if is_by_month else day
        label = f"{day.day} {day:%b}" if not is_by_month and len(span) <= _MOST_MONDAYS else f"{day:%b %Y}"
        middle = (day.toordinal() + end.toordinal() + 1) / 2
        yield Tick(place=across.at(middle), label=label, minor=number % 2 == 1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
