"""The plot of past hours, which a file has within it and a page has alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carbon.bands import BANDS
from web.drawing import axes
from web.drawing.marks import cross
from web.drawing.paint import PAGE, Attributes, Paint, fill_of, line_of
from web.drawing.svg import Svg, chart, element, joined, points, words
from web.geometry.canvas import Canvas
from web.geometry.history_picture import NO_HISTORY, HistoryPicture, PastHour
from web.geometry.projection import Point
from web.marks import Standing

_CROSS_ROOM, _WORDS_ROOM = 18.0, 90.0  # how wide a gap must be for its x, and for its words
_LINE = 1.6
_OVERLAP = 0.6  # of columns, so that the ground does not shine through between them


def history_chart(picture: HistoryPicture, name: str) -> Svg:
    """The plot alone, for a page, which has the legend as text. name: begins its ids."""
    canvas = picture.canvas
    return chart(canvas.width, canvas.height, name, picture.title, picture.description, "img", plot(picture, PAGE))


def plot(picture: HistoryPicture, paint: Paint) -> Svg:
    """Axes, gaps, columns in the colours of their bands, ranges and lines; a sentence where nothing is stored."""
    canvas = picture.canvas
    if not picture.runs:
        return words(NO_HISTORY, canvas.left, (canvas.top + canvas.bottom) / 2, 20, paint["text"])
    return joined(_parts(picture, canvas, paint))


def _parts(picture: HistoryPicture, canvas: Canvas, paint: Paint) -> Iterator[Svg]:
    yield from axes.upright(picture.upright, "g/kWh", canvas, paint)
    for left, right in picture.gaps:
        yield from _gap(left, right, canvas, paint)
    for band in BANDS:
        if hours := picture.of_band(band):
            sharp: Attributes = {"shape-rendering": "crispEdges", **fill_of(band)}
            yield element("path", {"d": _columns(hours, canvas.bottom), **sharp})
    for places in picture.ranges:
        yield element("polygon", {"points": points(places), **paint["range"]})
        yield element("polyline", {"points": points(places[len(places) // 2 :]), **paint["range-edge"]})
    for standing, places in picture.curves:
        quality = line_of(standing) if standing is Standing.ESTIMATED else {}
        yield element("polyline", {"points": points(places), **paint["curve"], "stroke-width": _LINE, **quality})
    yield from axes.along(picture.along, canvas, paint)


def _columns(hours: Sequence[PastHour], bottom: float) -> str:
    """One path for all columns of a band: an element each would make a month four times as long."""
    return "".join(f"M{one.left:.1f} {bottom:g}V{one.top:.1f}H{one.right + _OVERLAP:.1f}V{bottom:g}z" for one in hours)


def _gap(left: float, right: float, canvas: Canvas, paint: Paint) -> Iterator[Svg]:
    place: Attributes = {"x": left, "y": canvas.top, "width": right - left, "height": canvas.bottom - canvas.top}
    yield element("rect", {**place, **paint["gap"]})
    middle = (left + right) / 2
    if right - left > _CROSS_ROOM:
        yield cross(Point(middle, canvas.bottom - 14), 8, paint)
    if right - left > _WORDS_ROOM:
        look: Attributes = {**paint["tick"], "text-anchor": "middle"}
        yield words("no data", middle, canvas.bottom - 30, axes.SIZE, look)
