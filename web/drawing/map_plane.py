"""The plane of the map with its marks, which a file has within it and a page has alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import hypot

from web.drawing.marks import group, mark
from web.drawing.paint import PAGE, Attributes, Paint
from web.drawing.svg import NOTHING, Svg, chart, element, escaped, joined
from web.geometry.map_marks import Mark
from web.geometry.map_picture import MapPicture

_RING = 5.0  # from the edge of a mark to the middle of the ring around the selected one
Drawn = Callable[[Mark, Svg], Svg]


def map_chart(
    picture: MapPicture,
    coast: Svg,
    name: str,
    link: Callable[[str], str] | None = None,
    selected: str | None = None,
) -> Svg:
    """The plane alone, for a page, which has the legend as text.

    coast: see coastline, shared_coastline. name: begins its ids. link: from a region's key to its address; a mark of
    several regions leads to the selected one or the first. selected: a region's key, whose mark has a ring.
    """

    def within_page(one: Mark, drawn: Svg) -> Svg:
        is_selected = selected in one.keys
        ring = (
            element("circle", {**_centre(one), "r": one.radius + _RING, **PAGE["selected"]}) if is_selected else NOTHING
        )
        attributes: dict[str, str | float] = {"data-region": " ".join(one.keys)}
        if link is None:
            return element("g", attributes, drawn, ring)
        attributes |= {"href": link(selected if selected is not None and is_selected else one.keys[0])}
        if is_selected:
            attributes["aria-current"] = "true"
        return element("a", {**attributes, "aria-label": one.title}, drawn, ring)

    parts = (sea_and_land(picture, coast, PAGE), *marks_of(picture, PAGE, within_page))
    role = "img" if link is None else "group"
    return chart(picture.map_width, picture.map_height, name, picture.title, picture.description, role, *parts)


def coastline(path: str) -> Svg:
    """The coastlines themselves, from their path."""
    return element("path", {"d": path})


def shared_coastline(address: str) -> Svg:
    """The coastlines from a file at this address, which pages share."""
    return element("use", {"href": f"{address}#land"})


def coastline_file(path: str) -> Svg:
    """That file: it has no colours, so that those of the page hold."""
    frame: Attributes = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 1000 500"}
    return element("svg", frame, element("path", {"id": "land", "d": path}))


def sea_and_land(picture: MapPicture, coast: Svg, paint: Paint) -> Svg:
    """The sea in the frame of the map, and the land, which reaches beyond it."""
    frame, zoom = picture.frame, picture.map_width / picture.frame.width
    move = f"translate({-frame.x * zoom:.2f} {-frame.y * zoom:.2f}) scale({zoom:.4f})"
    sea = element("rect", {"width": picture.map_width, "height": picture.map_height, **paint["sea"]})
    # Without a line along the coast, which takes the renderer of PNG a fifth of the whole time.
    return joined((sea, element("g", {"transform": move, **paint["land"]}, coast)))


def marks_of(picture: MapPicture, paint: Paint, drawn: Drawn = lambda _, svg: svg) -> Iterator[Svg]:
    """The marks; lines to the places of moved ones first, so that no mark is crossed by one. drawn: wraps a mark."""
    for one in picture.marks:
        if hypot(one.at.x - one.origin.x, one.at.y - one.origin.y) > one.radius:
            ends: Attributes = {"x1": one.origin.x, "y1": one.origin.y, "x2": one.at.x, "y2": one.at.y}
            yield element("line", {**ends, **paint["leader"]})
            yield element("circle", {"cx": one.origin.x, "cy": one.origin.y, "r": 1.6, **paint["origin"]})
    radius = picture.marks[0].radius if picture.marks else 0.0
    yield group((drawn(one, _titled(one, paint)) for one in reversed(picture.marks)), radius, paint)


def _titled(one: Mark, paint: Paint) -> Svg:
    shape = mark(one.shape, one.at, one.radius, one.intensity, paint, one.figure)
    return element("g", None, element("title", None, escaped(one.title)), shape)


def _centre(one: Mark) -> Attributes:
    return {"cx": one.at.x, "cy": one.at.y}
