"""The legend under a picture: the bands, and rows of signs with their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carbon.bands import BANDS
from web.drawing.marks import cross, group, shape
from web.drawing.paint import Attributes, Paint, fill_of, quality_of
from web.drawing.svg import NOTHING, Svg, element, joined, words
from web.geometry.projection import Point
from web.geometry.text import Font
from web.marks import Shape, Standing

MARGIN = 24.0
FOOT_SIZE, FOOT_LEADING = 12.0, 16.0
_SWATCH, _SWATCH_HEIGHT = 86.0, 24.0
Sign = tuple[str, Svg]


def bands(top: float, paint: Paint) -> Svg:
    """The colours with their words and where each begins."""
    parts = []
    for number, band in enumerate(BANDS):
        left = MARGIN + number * _SWATCH
        place: Attributes = {"x": left, "y": top, "width": _SWATCH, "height": _SWATCH_HEIGHT}
        middle: Attributes = {"fill": band.text, "text-anchor": "middle"}
        parts.append(element("rect", {**place, **fill_of(band)}))
        parts.append(words(band.words, left + _SWATCH / 2, top + 16.5, 13, middle))
        start: Attributes = {**paint["quiet"], "text-anchor": "start" if number == 0 else "middle"}
        parts.append(words(f"{band.start_gco2e_per_kwh:g}", left, top + _SWATCH_HEIGHT + 16, 13, start))
    unit: Attributes = {**paint["quiet"], "text-anchor": "end"}
    parts.append(words("g/kWh", MARGIN + len(BANDS) * _SWATCH, top + _SWATCH_HEIGHT + 16, 13, unit))
    return joined(parts)


def row(signs: Sequence[Sign], middle: float, paint: Paint, font: Font) -> Svg:
    """Signs, which are drawn around 0, with their words, in a row that begins to the right of the bands."""
    left, parts = MARGIN + len(BANDS) * _SWATCH + 44, []
    for label, sign in signs:
        parts.append(element("g", {"transform": f"translate({left:g} {middle:g})"}, sign))
        parts.append(words(label, left + 13, middle + 4.5, 13, paint["text"]))
        left += 13 + font.regular.width(label, 13) + 26
    return joined(parts)


def standings(paint: Paint) -> list[Sign]:
    """A sign for each quality of a figure."""
    return [(one.value, _sample(one, paint)) for one in Standing]


def _sample(standing: Standing, paint: Paint) -> Svg:
    if standing is Standing.UNKNOWN:
        return cross(Point(0, 0), 8, paint)
    look = {**fill_of(BANDS[2]), **paint["outline"], "stroke-width": 1.6, **quality_of(standing)}
    return shape(Shape.CIRCLE, Point(0, 0), 7, look)


def foot(lines: Sequence[str], top: float, paint: Paint) -> Iterator[Svg]:
    """Sources and whom to credit."""
    for number, line in enumerate(lines):
        yield words(line, MARGIN, top + FOOT_LEADING * number, FOOT_SIZE, paint["quiet"])


def range_sign(paint: Paint) -> Svg:
    """The sign of a range around a line."""
    band = element("rect", {"x": -8, "y": -6, "width": 16, "height": 12, **paint["range"]})
    return joined((band, element("line", {"x1": -8, "x2": 8, "y1": 0, "y2": 0, **paint["curve"], "stroke-width": 2})))


def shape_sign(kind: Shape, paint: Paint) -> Svg:
    """The sign of a provider's shape."""
    behind = shape(kind, Point(2.5, -2.5), 7, paint["ground"]) if kind is Shape.STACK else NOTHING
    return group((behind, shape(kind, Point(0, 0), 7, paint["ground"])), 9, paint)
