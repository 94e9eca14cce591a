"""The map as an SVG file: the plane with its heading, the list of the lowest, its legend and its sources."""

from __future__ import annotations

from web.drawing import legend
from web.drawing.map_plane import coastline, marks_of, sea_and_land
from web.drawing.paint import ROLES, Attributes, Paint, Theme, fill_of
from web.drawing.svg import NOTHING, Svg, element, joined, picture, words
from web.geometry.map_picture import MAP_TOP, MAP_WIDTH, MARGIN, WIDTH, MapPicture
from web.geometry.text import Font

_ROW = 21.0


def draw_map(chart: MapPicture, land: str, theme: Theme, font: Font) -> Svg:
    """The whole file. land: the path of the coastlines."""
    paint = ROLES[theme]
    place: Attributes = {"transform": f"translate({MARGIN:g} {MAP_TOP:g})"}
    return picture(
        WIDTH,
        round(chart.height),
        chart.title,
        chart.description,
        element("g", place, sea_and_land(chart, coastline(land), paint)),
        _around(chart, paint),
        words(chart.title, MARGIN, 48, 28, paint["title"]),
        words(chart.subtitle, MARGIN, 75, 16, paint["quiet"]),
        _lowest(chart, paint),
        element("g", place, *marks_of(chart, paint)),
        legend.bands(chart.legend_top, paint),
        _shapes(chart, paint, font),
        legend.row(legend.standings(paint), chart.legend_top + 36, paint, font),
        *legend.foot(chart.foot, chart.legend_top + 66, paint),
    )


def _around(chart: MapPicture, paint: Paint) -> Svg:
    """The ground around the map: a clipped part takes the renderer twice as long."""
    hole = f"M{MARGIN:g} {MAP_TOP:g}h{MAP_WIDTH:g}v{chart.map_height:.2f}h-{MAP_WIDTH:g}z"
    frame = f"M0 0h{WIDTH:g}v{chart.height:.0f}H0z{hole}"
    return element("path", {"d": frame, "fill-rule": "evenodd", **paint["ground"]})


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


def _shapes(chart: MapPicture, paint: Paint, font: Font) -> Svg:
    kinds = [(kind.value, legend.shape_sign(kind, paint)) for kind in chart.shapes]
    return legend.row(kinds, chart.legend_top + 12, paint, font)
