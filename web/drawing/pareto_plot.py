"""The plot of price against carbon, which a file has within it and a page has alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from carbon.bands import Band, band_of
from web.drawing import axes
from web.drawing.marks import group, mark
from web.drawing.paint import PAGE, Attributes, Paint, fill_of
from web.drawing.svg import Svg, chart, element, escaped, joined, points, words
from web.geometry.canvas import Canvas
from web.geometry.pareto_picture import ALONG, NO_PRICE, OptionMark, ParetoPicture

_RADIUS, _BEST_RADIUS, _DOT = 6.0, 8.5, 3.5
MOST_MARKS = 60  # of a page; of more options those of the front are marks, the others dots
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
    parts = plot(picture, PAGE, within_page, as_dots=len(picture.marks) > MOST_MARKS)
    return chart(canvas.width, canvas.height, name, picture.title, picture.description, role, parts)


def plot(picture: ParetoPicture, paint: Paint, drawn: Drawn = lambda _, svg: svg, *, as_dots: bool = False) -> Svg:
    """Axes, the front and the options; a sentence where no price is known.

    drawn: wraps a mark. as_dots: options that are not on the front are dots of one path for each band.
    """
    canvas = picture.canvas
    if not picture.marks:
        return words(NO_PRICE, canvas.left, (canvas.top + canvas.bottom) / 2, 20, paint["text"])
    return joined(_parts(picture, canvas, paint, drawn, as_dots=as_dots))


def _parts(picture: ParetoPicture, canvas: Canvas, paint: Paint, drawn: Drawn, *, as_dots: bool) -> Iterator[Svg]:
    yield from axes.upright(picture.upright, picture.unit, canvas, paint)
    yield from axes.along(picture.along, canvas, paint)
    yield words(ALONG, canvas.right, canvas.bottom + 44, axes.SIZE, {**paint["tick"], "text-anchor": "end"})
    yield element("polyline", {"points": points((place.x, place.y) for place in picture.front), **paint["front"]})
    best = [] if as_dots else [one for one in picture.marks if one.is_best]  # among hundreds of dots none can be read
    for one in best[:1] + best[1:][-1:]:  # under the marks, of which it must hide none
        yield _label(one, canvas, paint)
    if as_dots:
        yield from _dots([one for one in picture.marks if not one.is_best], paint)
    for is_best, radius in ((True, _BEST_RADIUS),) if as_dots else ((False, _RADIUS), (True, _BEST_RADIUS)):
        marks = (one for one in reversed(picture.marks) if one.is_best is is_best)
        yield group((drawn(one, _titled(one, radius, paint)) for one in marks), radius, paint)


def _dots(marks: Sequence[OptionMark], paint: Paint) -> Iterator[Svg]:
    """A path for each band, since hundreds of marks take as long as all else in a page."""
    ways: dict[Band | None, list[str]] = {}
    for one in marks:
        way = (
            f"M{one.at.x - _DOT:.1f} {one.at.y:.1f}a{_DOT} {_DOT} 0 1 0 {2 * _DOT} 0a{_DOT} {_DOT} 0 1 0 {-2 * _DOT} 0"
        )
        ways.setdefault(band_of(one.option.intensity.gco2e_per_kwh), []).append(way)
    for band, parts in ways.items():
        yield element("path", {"d": "".join(parts), **fill_of(band), **paint["outline"], "stroke-width": 0.7})


def _titled(one: OptionMark, radius: float, paint: Paint) -> Svg:
    shape = mark(one.shape, one.at, radius, one.option.intensity, paint)
    return element("g", None, element("title", None, escaped(one.title)), shape)


def _label(one: OptionMark, canvas: Canvas, paint: Paint) -> Svg:
    """The name of an end of the front."""
    is_right = one.at.x > canvas.right - _LABEL_ROOM
    look: Attributes = {**paint["label"], "text-anchor": "end" if is_right else "start"}
    return words(one.option.name, one.at.x + (-14 if is_right else 14), one.at.y - 10, axes.SIZE, look)
