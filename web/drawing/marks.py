"""The shapes of marks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin

from carbon.bands import band_of
from carbon.intensity import CarbonIntensity
from web.drawing.paint import FADED, Attributes, Paint, fill_of, quality_of
from web.drawing.svg import NOTHING, Svg, element, joined, words
from web.geometry.projection import Point
from web.marks import Shape, Standing, standing_of

# Corners of each shape, and its size against a circle of the same radius.
_CORNERS = {Shape.SQUARE: (4, pi / 4, 1.22), Shape.DIAMOND: (4, 0.0, 1.22), Shape.STACK: (6, 0.0, 1.13)}
_TRIANGLE = (3, -pi / 2, 1.45)


def shape(kind: Shape, at: Point, radius: float, attributes: Attributes) -> Svg:
    """A shape around a place; those with corners reach a little further, so that all look alike in size."""
    return element("path", {"d": f"M{at.x:.2f} {at.y:.2f}{_around(kind, radius)}", **attributes})


@lru_cache(maxsize=64)
def _around(kind: Shape, radius: float) -> str:
    """A closed path around the present place."""
    if kind is Shape.CIRCLE:
        half = f"a{radius:g} {radius:g} 0 0 0"
        return f"m{-radius:g} 0{half} {2 * radius:g} 0{half} {-2 * radius:g} 0z"
    corners, turn, size = _CORNERS.get(kind, _TRIANGLE)
    drop = radius * 0.14 if kind is Shape.TRIANGLE else 0.0
    angles = [turn + 2 * pi * corner / corners for corner in range(corners)]
    places = [(size * radius * cos(angle), drop + size * radius * sin(angle)) for angle in angles]
    steps = [places[0], *((bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(places))]
    return "m" + "l".join(f"{x:.2f} {y:.2f}" for x, y in steps) + "z"


def group(marks: Iterable[Svg], radius: float, paint: Paint) -> Svg:
    """Marks of one size with the outline that they share."""
    return element("g", {**paint["outline"], "stroke-width": 1.6 if radius > 8 else 1.2}, *marks)


def mark(kind: Shape, at: Point, radius: float, intensity: CarbonIntensity, paint: Paint, figure: str = "") -> Svg:
    """A mark in the colour of its band, dashed or faded by quality, with its figure; an x where nothing is known.

    It belongs into a group, from which it has its outline.
    """
    band, standing = band_of(intensity.gco2e_per_kwh), standing_of(intensity)
    if band is None:
        return cross(at, radius, paint)
    look = {**fill_of(band), **quality_of(standing)}
    layers = []
    if kind is Shape.STACK:  # one mark behind the other
        layers.append(shape(kind, Point(at.x + radius * 0.3, at.y - radius * 0.3), radius, look))
    if standing is Standing.STALE:  # nothing shines through what is faded
        layers.append(shape(kind, at, radius, {**paint["ground"], "stroke": "none"}))
    layers.append(shape(kind, at, radius, look))
    return joined((*layers, _figure(kind, at, radius, figure, band.text, standing)))


def cross(at: Point, radius: float, paint: Paint) -> Svg:
    """The mark of what is not known."""
    reach = radius * 0.62
    lines = f"M{at.x - reach:.1f} {at.y - reach:.1f}l{2 * reach:.1f} {2 * reach:.1f}m0 {-2 * reach:.1f}"
    return element("path", {"d": f"{lines}l{-2 * reach:.1f} {2 * reach:.1f}", **paint["unknown"], "stroke-width": 2.2})


def _figure(kind: Shape, at: Point, radius: float, figure: str, colour: str, standing: Standing) -> Svg:
    if not figure:
        return NOTHING
    size = radius * (0.74 if kind is Shape.TRIANGLE else 0.88 if len(figure) > 2 else 1.0)
    drop = radius * 0.4 if kind is Shape.TRIANGLE else 0.0
    attributes: dict[str, str | float] = {
        "fill": colour,
        "text-anchor": "middle",
        "font-weight": "bold",
        "stroke": "none",
    }
    if standing is Standing.STALE:
        attributes["fill-opacity"] = FADED + 0.3
    return words(figure, at.x, at.y + drop + size * 0.36, size, attributes)
