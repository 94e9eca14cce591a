"""What usage emitted, by day or month: as an SVG file, and within a page."""

from __future__ import annotations

from collections.abc import Iterator

from web.drawing import axes, legend
from web.drawing.marks import cross
from web.drawing.paint import PAGE, ROLES, Attributes, Paint, Theme
from web.drawing.svg import Svg, chart, element, escaped, joined, picture, words
from web.geometry.projection import Point
from web.geometry.text import Font
from web.geometry.usage_picture import Column, UsagePicture, UsagePlot

_ROLES = {"measured": "bar", "estimated": "bar-middle", "usual": "bar-estimate"}
_WORDS = {
    "measured": "intensity measured in that hour",
    "estimated": "estimated by its source",
    "usual": "usual in the zone, as no reading is stored",
}
_CROSS = 7.0


def draw_usage(one: UsagePicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint, canvas = ROLES[theme], one.plot.canvas
    room = canvas.width - 2 * canvas.margin
    foot = font.regular.lines(one.sources, legend.FOOT_SIZE, room)
    below = font.regular.lines(one.unknown, 13, room)
    sign_line, first_line = canvas.height + 6, canvas.height + 34
    foot_line = first_line + 18 * len(below) + 8
    height = foot_line + legend.FOOT_LEADING * len(foot) + 4
    return picture(
        canvas.width,
        height,
        one.title,
        one.description,
        element("rect", {"width": canvas.width, "height": height, **paint["ground"]}),
        words(font.bold.shortened(one.title, 28, room), canvas.margin, 48, 28, paint["title"]),
        words(font.regular.shortened(one.subtitle, 16, room), canvas.margin, 75, 16, paint["quiet"]),
        *_plot(one.plot, paint),
        *_signs(sign_line, canvas.margin, paint, font),
        *(words(line, canvas.margin, first_line + 18 * n, 13, paint["text"]) for n, line in enumerate(below)),
        *legend.foot(foot, foot_line, paint),
    )


def page_usage(one: UsagePicture) -> Svg:
    """The plot for a page, which has the legend and the sources as text."""
    canvas = one.plot.canvas
    return chart(canvas.width, canvas.height, "usage", one.title, one.description, "img", *_plot(one.plot, PAGE))


def sign(kind: str) -> Svg:
    """The sign of a part for the legend of a page. kind: measured, estimated or usual."""
    box: Attributes = {"x": 1, "y": 1, "width": 14, "height": 14}
    frame = {"class": "chart mini", "viewBox": "0 0 16 16", "aria-hidden": "true"}
    return element("svg", frame, element("rect", {**box, **PAGE[_ROLES[kind]]}))


def _plot(plot: UsagePlot, paint: Paint) -> Iterator[Svg]:
    yield from axes.upright(plot.upright, plot.unit, plot.canvas, paint)
    for column in plot.columns:
        yield element("g", None, element("title", None, escaped(column.said)), *_parts(column, plot, paint))
    yield from axes.along(plot.along, plot.canvas, paint)


def _parts(column: Column, plot: UsagePlot, paint: Paint) -> Iterator[Svg]:
    # The whole room of the column, so that a low one can be pointed at.
    whole: Attributes = {"x": column.left, "y": plot.canvas.top, "width": column.width}
    yield element("rect", {**whole, "height": plot.canvas.bottom - plot.canvas.top, "fill-opacity": 0})
    for part in column.parts:
        place: Attributes = {"x": column.left, "y": part.top, "width": column.width, "height": part.height}
        yield element("rect", {**place, **paint[_ROLES[part.kind]]})
    if not column.is_whole:
        yield cross(Point(column.middle, column.top - _CROSS - 2), min(_CROSS, max(3.0, column.width)), paint)


def _signs(middle: float, left: float, paint: Paint, font: Font) -> Iterator[Svg]:
    for kind, label in (*_WORDS.items(), ("", "some hours unknown, in no column")):
        box: Attributes = {"x": -7, "y": -7, "width": 14, "height": 14}
        shown = element("rect", {**box, **paint[_ROLES[kind]]}) if kind else cross(Point(0, 0), _CROSS, paint)
        yield element("g", {"transform": f"translate({left + 8:g} {middle:g})"}, joined((shown,)))
        yield words(label, left + 22, middle + 4.5, 13, paint["text"])
        left += 22 + font.regular.width(label, 13) + 26
