"""Price against carbon as an SVG file."""

from __future__ import annotations

from web.drawing.frame import framed
from web.drawing.legend import shape_sign
from web.drawing.paint import ROLES, Theme
from web.drawing.pareto_plot import plot
from web.drawing.svg import Svg, words
from web.geometry.pareto_picture import ParetoPicture
from web.geometry.text import Font
from web.marks import Shape


def draw_pareto(chart: ParetoPicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint, canvas = ROLES[theme], chart.canvas
    note = font.regular.shortened(chart.note, 15, canvas.right - canvas.margin) if chart.marks else ""
    shapes = [shape for shape in Shape if any(mark.shape is shape for mark in chart.marks)]
    return framed(
        plot(chart, paint),
        canvas,
        paint,
        font,
        title=chart.title,
        subtitle=chart.subtitle,
        description=chart.description,
        sources=chart.sources,
        note=words(note, canvas.margin, 98, 15, paint["window-text"]),
        signs=[(shape.value, shape_sign(shape, paint)) for shape in shapes],
    )
