"""The past as SVG files: the hours of days, and the year by month and hour."""

from __future__ import annotations

from web.drawing import history_plot, legend, year_plot
from web.drawing.frame import framed
from web.drawing.paint import ROLES, Theme
from web.drawing.svg import Svg, words
from web.geometry.history_picture import HistoryPicture
from web.geometry.text import Font
from web.geometry.year_picture import YearPicture


def draw_history(chart: HistoryPicture, theme: Theme, font: Font) -> Svg:
    """The whole file of days."""
    paint = ROLES[theme]
    return framed(
        history_plot.plot(chart, paint),
        chart.canvas,
        paint,
        font,
        title=chart.title,
        subtitle=chart.subtitle,
        description=chart.description,
        sources=chart.sources,
        signs=[("lowest to highest reading of an hour", legend.range_sign(paint))],
    )


def draw_year(chart: YearPicture, theme: Theme, font: Font) -> Svg:
    """The whole file of a year."""
    paint, canvas = ROLES[theme], chart.canvas
    note = "" if not chart.is_known else font.regular.shortened(chart.note, 15, canvas.right - canvas.margin)
    return framed(
        year_plot.plot(chart, paint),
        canvas,
        paint,
        font,
        title=chart.title,
        subtitle=chart.subtitle,
        description=chart.description,
        sources=chart.sources,
        note=words(note, canvas.margin, 98, 15, paint["text"]),
    )
