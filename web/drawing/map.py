"""The map as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot

from web.drawing import legend
from web.drawing.marks import Paint, group, mark, shape
from web.drawing.paint import ROLES, Attributes, Theme, fill_of
from web.drawing.svg import NOTHING, Svg, element, escaped, joined, picture, words
from web.geometry.map_marks import Mark
from web.geometry.map_picture import MAP_TOP, MAP_WIDTH, MARGIN, WIDTH, MapPicture
from web.geometry.projection import Point
from web.geometry.text import Font
from web.marks import Shape

_ROW = 21.0


def draw_map(chart: MapPicture, land: str, theme: Theme, font: Font) -> Svg:
    """The whole file. land: the path of the coastlines."""
    paint = ROLES[theme]
    return picture(
        WIDTH,
        round(chart.height),
        chart.title,
        chart.description,
        _coast(chart, land, paint),
        words(chart.title, MARGIN, 48, 28, paint["title"]),
        words(chart.subtitle, MARGIN, 75, 16, paint["quiet"]),
        _lowest(chart, paint),
        element("g", {"transform": f"translate({MARGIN:g} {MAP_TOP:g})"}, *_marks(chart, paint)),
        legend.bands(chart.legend_top, paint),
        _shapes(chart, paint, font),
        legend.row(legend.standings(paint), chart.legend_top + 36, paint, font),
        *legend.foot(chart.foot, chart.legend_top + 66, paint),
    )


def _coast(chart: MapPicture, land: str, paint: Paint) -> Svg:
    """The sea, the land, and the ground again around the map: a clipped part takes the renderer twice as long."""
    frame, zoom = chart.frame, MAP_WIDTH / chart.frame.width
    place: Attributes = {"x": MARGIN, "y": MAP_TOP, "width": MAP_WIDTH, "height": chart.map_height}
    move = f"translate({MARGIN - frame.x * zoom:.2f} {MAP_TOP - frame.y * zoom:.2f}) scale({zoom:.4f})"
    coast: Attributes = {"d": land, "transform": move, **paint["land"], "stroke-width": 0.8 / zoom}
    hole = f"M{MARGIN:g} {MAP_TOP:g}h{MAP_WIDTH:g}v{chart.map_height:.2f}h-{MAP_WIDTH:g}z"
    around: Attributes = {"d": f"M0 0h{WIDTH:g}v{chart.height:.0f}H0z{hole}", "fill-rule": "evenodd", **paint["ground"]}
    return joined((element("rect", {**place, **paint["sea"]}), element("path", coast), element("path", around)))


def _lowest(chart: MapPicture, paint: Paint) -> Svg:
    if not chart.lowest:
        return NOTHING
    height = 34 + _ROW * len(chart.lowest)
    left, top = MARGIN + 12, MAP_TOP + chart.map_height - height - 12
    parts = [
        element("rect", {"x": left, "y": top, "width": 264, "height": height, "rx": 6, **paint["panel"]}),
        words("Lowest now, g/kWh", left + 12, top + 21, 13, paint["strong"]),
    ]
    for number, row in enumerate(chart.lowest):
        baseline = top + 42 + _ROW * number
        box: Attributes = {"x": left + 12, "y": baseline - 13, "width": 38, "height": 17, "rx": 3}
        parts.append(element("rect", {**box, **fill_of(row.band)}))
        colour = "#111111" if row.band is None else row.band.text
        figure: Attributes = {"fill": colour, "text-anchor": "middle", "font-weight": "bold"}
        parts.append(words(row.figure, left + 31, baseline, 12.5, figure))
        parts.append(words(row.name, left + 58, baseline, 13, paint["text"]))
    return joined(parts)


def _marks(chart: MapPicture, paint: Paint) -> Iterator[Svg]:
    """Lines to the places of moved marks first, so that no mark is crossed by one."""
    for one in chart.marks:
        if hypot(one.at.x - one.origin.x, one.at.y - one.origin.y) > one.radius:
            ends: Attributes = {"x1": one.origin.x, "y1": one.origin.y, "x2": one.at.x, "y2": one.at.y}
            yield element("line", {**ends, **paint["leader"]})
            yield element("circle", {"cx": one.origin.x, "cy": one.origin.y, "r": 1.6, **paint["origin"]})
    radius = chart.marks[0].radius if chart.marks else 0.0
    yield group((_titled(one, paint) for one in reversed(chart.marks)), radius, paint)


def _titled(one: Mark, paint: Paint) -> Svg:
    drawn = mark(one.shape, one.at, one.radius, one.intensity, paint, one.figure)
    return element("g", None, element("title", None, escaped(one.title)), drawn)


def _shapes(chart: MapPicture, paint: Paint, font: Font) -> Svg:
    kinds = [(kind.value, _icon(kind, paint)) for kind in chart.shapes]
    return legend.row(kinds, chart.legend_top + 12, paint, font)


def _icon(kind: Shape, paint: Paint) -> Svg:
    look: Attributes = {**paint["ground"], **paint["outline"], "stroke-width": 1.6}
    behind = shape(kind, Point(2.5, -2.5), 7, look) if kind is Shape.STACK else NOTHING
    return joined((behind, shape(kind, Point(0, 0), 7, look)))
