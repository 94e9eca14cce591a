"""The hours to come as an SVG file: the plot with its heading, its legend and its sources."""

from __future__ import annotations

from web.drawing import legend
from web.drawing.forecast_plot import plot
from web.drawing.paint import ROLES, Paint, Theme
from web.drawing.svg import NOTHING, Svg, element, joined, picture, words
from web.geometry.forecast_picture import ForecastPicture
from web.geometry.text import Font

_RANGE = "10th to 90th centile"


def draw_forecast(chart: ForecastPicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint, canvas = ROLES[theme], chart.canvas
    room = canvas.width - 2 * canvas.margin
    foot = font.regular.lines(chart.sources, legend.FOOT_SIZE, room)
    height = canvas.height + 66 + legend.FOOT_LEADING * len(foot)
    window = chart.window if chart.is_known else None
    return picture(
        canvas.width,
        height,
        chart.title,
        chart.description,
        element("rect", {"width": canvas.width, "height": height, **paint["ground"]}),
        words(font.bold.shortened(chart.title, 28, room), canvas.margin, 48, 28, paint["title"]),
        words(font.regular.shortened(chart.subtitle, 16, room), canvas.margin, 75, 16, paint["quiet"]),
        plot(chart, paint),
        NOTHING if window is None else words(window.words, canvas.left, 109, 17, paint["window-text"]),
        legend.bands(canvas.height, paint),
        legend.row([(_RANGE, _range_sign(paint))], canvas.height + 12, paint, font),
        legend.row(legend.standings(paint), canvas.height + 36, paint, font),
        *legend.foot(foot, canvas.height + 66, paint),
    )


def _range_sign(paint: Paint) -> Svg:
    band = element("rect", {"x": -8, "y": -6, "width": 16, "height": 12, **paint["range"]})
    return joined((band, element("line", {"x1": -8, "x2": 8, "y1": 0, "y2": 0, **paint["curve"], "stroke-width": 2})))
