"""The plot of a machine's watts by utilisation, for a page."""

from __future__ import annotations

from collections.abc import Iterator

from web.drawing import axes
from web.drawing.paint import PAGE, Paint
from web.drawing.svg import Svg, chart, element, points, words
from web.geometry.power_picture import PowerPicture

_ROOM = 150.0  # right of a mark, for its words


def power_chart(picture: PowerPicture, name: str) -> Svg:
    """The plot as a chart of a page. name: begins its ids."""
    canvas = picture.canvas
    return chart(canvas.width, canvas.height, name, picture.title, picture.description, "img", *_parts(picture, PAGE))


def _parts(picture: PowerPicture, paint: Paint) -> Iterator[Svg]:
    canvas = picture.canvas
    yield from axes.upright(picture.upright, "watts", canvas, paint)
    if picture.range:
        yield element("polygon", {"points": points(picture.range), **paint["range"]})
    yield element("polyline", {"points": points(picture.curve), **paint["curve"], "stroke-width": 2.5})
    yield from axes.along(picture.along, canvas, paint)
    x, y = picture.at
    yield element("path", {"d": f"M{x:.2f} {canvas.top:g}V{canvas.bottom:g}", **paint["now"]})
    yield element("circle", {"cx": x, "cy": y, "r": 5, **paint["dot"]})
    is_right = x > canvas.right - _ROOM
    place = {"text-anchor": "end" if is_right else "start", **paint["text"]}
    yield words(picture.words, x - 9 if is_right else x + 9, canvas.top + 14, axes.SIZE + 2, place)
