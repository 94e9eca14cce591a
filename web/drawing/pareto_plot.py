"""The plot of price against carbon, which a file has within it and a page has alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from web.drawing import axes
from web.drawing.marks import group, mark
from web.drawing.paint import PAGE, Attributes, Paint
from web.drawing.svg import Svg, chart, element, escaped, joined, points, words
from web.geometry.canvas import Canvas
from web.geometry.pareto_picture import ALONG, NO_PRICE, OptionMark, ParetoPicture

_RADIUS, _BEST_RADIUS = 6.0, 8.5
_LABEL_ROOM = 250.0  # a label that begins closer to the right edge ends at its mark
Drawn = Callable[[OptionMark, Svg], Svg]


def pareto_chart(picture: ParetoPicture, name: str, link: Callable[[str, str], str] | None = None) -> Svg:
    """The plot alone, for a page, which has note and legend as text.

    name: begins its ids. link: from a region's key and a machine type to their address.
    """

    def within_page(one: OptionMark, drawn: Svg) -> Svg:
        if link is None:
            return drawn
        address = link(one.option.region, one.option.instance_type)
        return element("a", {"href": address, "aria-label": one.title, "data-region": one.option.region}, drawn)

    canvas, role = picture.canvas, "img" if link is None else "group"
    parts = plot(picture, PAGE, within_page)
    return chart(canvas.width, canvas.height, name, picture.title, picture.description, role, parts)


def plot(picture: ParetoPicture, paint: Paint, drawn: Drawn = lambda _, svg: svg) -> Svg:
    """Axes, the front and the options; a sentence where no price is known. drawn: wraps a mark."""
    canvas = picture.canvas
    if not picture.marks:
        return words(NO_PRICE, canvas.left, (canvas.top + canvas.bottom) / 2, 20, paint["text"])
    return joined(_parts(picture, canvas, paint, drawn))


def _parts(picture: ParetoPicture, canvas: Canvas, paint: Paint, drawn: Drawn) -> Iterator[Svg]:
    yield from axes.upright(picture.upright, picture.unit, canvas, paint)
    yield from axes.along(picture.along, canvas, paint)
    yield words(ALONG, canvas.right, canvas.bottom + 44, axes.SIZE, {**paint["tick"], "text-anchor": "end"})
    yield element("polyline", {"points": points((place.x, place.y) for place in picture.front), **paint["front"]})
    best = [one for one in picture.marks if one.is_best]
    for one in best[:1] + best[1:][-1:]:  # under the marks, of which it must hide none
        yield _label(one, canvas, paint)
    for is_best, radius in ((False, _RADIUS), (True, _BEST_RADIUS)):
        marks = (one for one in reversed(picture.marks) if one.is_best is is_best)
        yield group((drawn(one, _titled(one, radius, paint)) for one in marks), radius, paint)


def _titled(one: OptionMark, radius: float, paint: Paint) -> Svg:
    shape = mark(one.shape, one.at, radius, one.option.intensity, paint)
    return element("g", None, element("title", None, escaped(one.title)), shape)


def _label(one: OptionMark, canvas: Canvas, paint: Paint) -> Svg:
    """The name of an end of the front."""
    is_right = one.at.x > canvas.right - _LABEL_ROOM
    look: Attributes = {**paint["label"], "text-anchor": "end" if is_right else "start"}
    return words(one.option.name, one.at.x + (-14 if is_right else 14), one.at.y - 10, axes.SIZE, look)
