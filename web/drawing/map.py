"""The map as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot

from carbon.bands import BANDS
from web.drawing.marks import Paint, cross, group, mark, shape
from web.drawing.paint import ROLES, Attributes, Theme, fill_of, quality_of
from web.drawing.svg import NOTHING, Svg, element, escaped, joined, picture, words
from web.geometry.map_marks import Mark
from web.geometry.map_picture import FOOT_LEADING, FOOT_SIZE, MAP_TOP, MAP_WIDTH, MARGIN, WIDTH, MapPicture
from web.geometry.projection import Point
from web.geometry.text import Font
from web.marks import Shape, Standing

_SWATCH, _SWATCH_HEIGHT = 86.0, 24.0
_ROW = 21.0


def draw_map(chart: MapPicture, land: str, theme: Theme, font: Font) -> Svg:
    """The whole file. land: the path of the coastlines."""
    paint = ROLES[theme]
    return picture(
        WIDTH,
        round(chart.height),
        chart.title,
        chart.description,
        element("rect", {"width": WIDTH, "height": round(chart.height), **paint["ground"]}),
        words(chart.title, MARGIN, 48, 28, paint["title"]),
        words(chart.subtitle, MARGIN, 75, 16, paint["quiet"]),
        _coast(chart, land, paint),
        _lowest(chart, paint),
        element("g", {"transform": f"translate({MARGIN:g} {MAP_TOP:g})"}, *_marks(chart, paint)),
        _bands(chart.legend_top, paint),
        _shapes(chart, paint, font),
        _standings(chart.legend_top + 46, paint, font),
        *_foot(chart, paint),
    )


def _coast(chart: MapPicture, land: str, paint: Paint) -> Svg:
    frame, zoom = chart.frame, MAP_WIDTH / chart.frame.width
    place: Attributes = {"x": MARGIN, "y": MAP_TOP, "width": MAP_WIDTH, "height": chart.map_height}
    part = f"{frame.x:g} {frame.y:g} {frame.width:g} {frame.height:.2f}"
    coast = element("path", {"d": land, **paint["land"], "stroke-width": 0.8 / zoom})
    return joined((element("rect", {**place, **paint["sea"]}), element("svg", {**place, "viewBox": part}, coast)))


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


def _bands(top: float, paint: Paint) -> Svg:
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


def _shapes(chart: MapPicture, paint: Paint, font: Font) -> Svg:
    kinds = [(kind.value, _icon(kind, paint)) for kind in chart.shapes]
    return _legend_row(kinds, chart.legend_top + 12, paint, font)


def _standings(middle: float, paint: Paint, font: Font) -> Svg:
    kinds = [(one.value, _sample(one, paint)) for one in Standing]
    return _legend_row(kinds, middle - 10, paint, font)


def _legend_row(items: list[tuple[str, Svg]], middle: float, paint: Paint, font: Font) -> Svg:
    """Icons with their words, in a row that begins to the right of the bands. Icons are drawn around 0."""
    left, parts = MARGIN + len(BANDS) * _SWATCH + 44, []
    for label, icon in items:
        parts.append(element("g", {"transform": f"translate({left:g} {middle:g})"}, icon))
        parts.append(words(label, left + 13, middle + 4.5, 13, paint["text"]))
        left += 13 + font.regular.width(label, 13) + 26
    return joined(parts)


def _icon(kind: Shape, paint: Paint) -> Svg:
    look: Attributes = {**paint["ground"], **paint["outline"], "stroke-width": 1.6}
    behind = shape(kind, Point(2.5, -2.5), 7, look) if kind is Shape.STACK else NOTHING
    return joined((behind, shape(kind, Point(0, 0), 7, look)))


def _sample(standing: Standing, paint: Paint) -> Svg:
    if standing is Standing.UNKNOWN:
        return cross(Point(0, 0), 8, paint)
    look = {**fill_of(BANDS[2]), **paint["outline"], "stroke-width": 1.6, **quality_of(standing)}
    return shape(Shape.CIRCLE, Point(0, 0), 7, look)


def _foot(chart: MapPicture, paint: Paint) -> Iterator[Svg]:
    for number, line in enumerate(chart.foot):
        yield words(line, MARGIN, chart.legend_top + 66 + FOOT_LEADING * number, FOOT_SIZE, paint["quiet"])
