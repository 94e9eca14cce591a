"""The hours to come as an SVG file."""

from __future__ import annotations

from web.drawing import legend
from web.drawing.forecast_plot import plot
from web.drawing.frame import framed
from web.drawing.paint import ROLES, Theme
from web.drawing.svg import NOTHING, Svg, words
from web.geometry.forecast_picture import ForecastPicture
from web.geometry.text import Font


def draw_forecast(chart: ForecastPicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint, window = ROLES[theme], chart.window if chart.is_known else None
    return framed(
        plot(chart, paint),
        chart.canvas,
        paint,
        font,
        title=chart.title,
        subtitle=chart.subtitle,
        description=chart.description,
        sources=chart.sources,
        note=NOTHING if window is None else words(window.words, chart.canvas.left, 109, 17, paint["window-text"]),
        signs=[("10th to 90th centile", legend.range_sign(paint))],
    )
