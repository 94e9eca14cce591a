"""A plan as an SVG file."""

from __future__ import annotations

from collections.abc import Iterator

from web.drawing import axes, legend
from web.drawing.paint import ROLES, Attributes, Paint, Theme, fill_of
from web.drawing.svg import NOTHING, Svg, element, escaped, joined, picture, words
from web.geometry.plan_picture import STRIP_HEIGHT, Bar, PlanPicture
from web.geometry.text import Font

_LEAST = 4.0  # how wide the frame of a short run is
_NO_JOB = "No job has a place."


def draw_plan(chart: PlanPicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint, canvas = ROLES[theme], chart.canvas
    room = canvas.width - 2 * canvas.margin
    foot = font.regular.lines(chart.sources, legend.FOOT_SIZE, room)
    height = canvas.height + 66 + legend.FOOT_LEADING * len(foot)
    more = f"and {chart.more} more jobs" if chart.more else "" if chart.bars else _NO_JOB
    return picture(
        canvas.width,
        height,
        chart.title,
        chart.description,
        element("rect", {"width": canvas.width, "height": height, **paint["ground"]}),
        words(font.bold.shortened(chart.title, 28, room), canvas.margin, 48, 28, paint["title"]),
        words(font.regular.shortened(chart.subtitle, 16, room), canvas.margin, 75, 16, paint["quiet"]),
        *(_bar(bar, chart, paint, font) for bar in chart.bars),
        *axes.along(chart.along, canvas, paint),
        words(more, canvas.margin, canvas.bottom + 22, 13, paint["quiet"]) if more else NOTHING,
        legend.bands(canvas.height, paint),
        legend.row([("when the job runs", _sign(paint)), ("no data", _grey())], canvas.height + 12, paint, font),
        *legend.foot(foot, canvas.height + 66, paint),
    )


def _bar(bar: Bar, chart: PlanPicture, paint: Paint, font: Font) -> Svg:
    return element("g", None, element("title", None, escaped(_said(bar))), *_parts(bar, chart, paint, font))


def _said(bar: Bar) -> str:
    runs = ", ".join(f"{start:%a %H:%M} to {end:%a %H:%M}" for start, end in bar.job.runs[:10])
    return f"{bar.job.label} in {bar.job.place}: {runs} UTC, {bar.job.figure}"


def _parts(bar: Bar, chart: PlanPicture, paint: Paint, font: Font) -> Iterator[Svg]:
    canvas, job = chart.canvas, bar.job
    top, room = bar.top + 4, canvas.left - canvas.margin - 16
    yield words(font.bold.shortened(job.label, 15, room), canvas.margin, bar.top + 16, 15, paint["strong"])
    yield words(font.regular.shortened(job.place, 13, room), canvas.margin, bar.top + 33, 13, paint["quiet"])
    cells = []
    for cell in bar.strip.cells:
        left, right = chart.across(cell.left), chart.across(cell.right)
        cells.append(element("rect", {**_box(left, right, top, STRIP_HEIGHT), **fill_of(cell.band)}))
    if cells:
        yield element("g", {"shape-rendering": "crispEdges"}, *cells)
    for left, right in ((chart.across(a), chart.across(b)) for a, b in bar.strip.runs):
        frame = _box(left, max(right, left + _LEAST), top - 3, STRIP_HEIGHT + 6)
        yield element("rect", {**frame, "fill": "none", "stroke": paint["ground"]["fill"], "stroke-width": 6})
        yield element("rect", {**frame, "fill": "none", **paint["outline"], "stroke-width": 2.5})
    yield words(job.figure, canvas.right + 14, bar.top + 16, 15, paint["strong"])
    yield words(job.change, canvas.right + 14, bar.top + 33, 13, paint["quiet"])


def _box(left: float, right: float, top: float, height: float) -> Attributes:
    return {"x": left, "y": top, "width": right - left, "height": height}


def _sign(paint: Paint) -> Svg:
    frame: Attributes = {"fill": "none", **paint["outline"], "stroke-width": 2.5}
    return joined((element("rect", {**_box(-8, 8, -7, 14), **frame}),))


def _grey() -> Svg:
    return element("rect", {**_box(-8, 8, -7, 14), **fill_of(None)})
