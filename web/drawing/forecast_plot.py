"""The plot of the hours to come, which a file has within it and a page has alone."""

from __future__ import annotations

from collections.abc import Iterator

from web.drawing import axes
from web.drawing.marks import cross
from web.drawing.paint import PAGE, Attributes, Paint, fill_of, line_of
from web.drawing.svg import Svg, chart, element, escaped, joined, points, words
from web.geometry.canvas import Canvas
from web.geometry.forecast_picture import NO_FORECAST, BestWindow, Column, ForecastPicture
from web.geometry.projection import Point


def forecast_chart(picture: ForecastPicture, name: str) -> Svg:
    """The plot alone, for a page, which has the window's words and the legend as text. name: begins its ids."""
    canvas = picture.canvas
    return chart(canvas.width, canvas.height, name, picture.title, picture.description, "img", plot(picture, PAGE))


def plot(picture: ForecastPicture, paint: Paint) -> Svg:
    """Axes, ranges, columns, the window and the present time; a sentence where no figure is known."""
    canvas = picture.canvas
    if not picture.is_known:
        return words(NO_FORECAST, canvas.left, (canvas.top + canvas.bottom) / 2, 20, paint["text"])
    return joined(_parts(picture, canvas, paint))


def _parts(picture: ForecastPicture, canvas: Canvas, paint: Paint) -> Iterator[Svg]:
    yield from axes.upright(picture.upright, "g/kWh", canvas, paint)
    # Behind the columns, whose colours say the band.
    if picture.window is not None:
        yield element("rect", {**_box(picture.window, canvas), **paint["window"]})
    for places in picture.ranges:
        yield element("polygon", {"points": points(places), **paint["range"]})
    # Sharp edges and a little overlap, so that the ground does not shine through between two columns.
    yield element(
        "g", {"shape-rendering": "crispEdges"}, *(_column(column, canvas.bottom, paint) for column in picture.columns)
    )
    for places in picture.ranges:
        low = points(places[len(places) // 2 :])
        yield element("polyline", {"points": low, **paint["range-halo"]})
        yield element("polyline", {"points": low, **paint["range-edge"]})
    for standing, places in picture.curves:
        look: Attributes = {**paint["curve"], "stroke-width": 2, **line_of(standing)}
        yield element("polyline", {"points": points(places), **look})
    yield from axes.along(picture.along, canvas, paint)
    if picture.window is not None:
        yield element("rect", {**_box(picture.window, canvas), **paint["window-edge"]})
    yield element("path", {"d": f"M{picture.now:.2f} {canvas.top:g}V{canvas.bottom:g}", **paint["now"]})
    yield words("now", picture.now + 5, canvas.top + 12, axes.SIZE, paint["tick"])


def _column(column: Column, bottom: float, paint: Paint) -> Svg:
    title = element("title", None, escaped(column.title))
    width = column.right - column.left
    if column.top is None:
        sharp: Attributes = {"shape-rendering": "geometricPrecision"}
        return element("g", sharp, title, cross(Point(column.left + width / 2, bottom - 9), min(9, width / 2), paint))
    place: Attributes = {"x": column.left, "y": column.top, "width": width + 1.2, "height": bottom - column.top}
    return element("rect", {**place, **fill_of(column.band)}, title)


def _box(window: BestWindow, canvas: Canvas) -> Attributes:
    top, height = canvas.top - 8, canvas.bottom - canvas.top + 8
    return {"x": window.left, "y": top, "width": window.right - window.left, "height": height}
