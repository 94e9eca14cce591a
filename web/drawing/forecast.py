"""The hours to come as SVG."""

from __future__ import annotations

from collections.abc import Iterator

from web.drawing import legend
from web.drawing.marks import Paint, cross
from web.drawing.paint import ROLES, Attributes, Theme, fill_of, line_of
from web.drawing.svg import Svg, element, escaped, joined, picture, points, words
from web.geometry.forecast_picture import (
    BOTTOM,
    LEFT,
    MARGIN,
    NO_FORECAST,
    RIGHT,
    TOP,
    WIDTH,
    BestWindow,
    Column,
    ForecastPicture,
)
from web.geometry.projection import Point
from web.geometry.text import Font

_LEGEND_TOP = BOTTOM + 54
_RANGE = "10th to 90th centile"


def draw_forecast(chart: ForecastPicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint = ROLES[theme]
    height = _LEGEND_TOP + 66 + legend.FOOT_LEADING * len(chart.foot)
    known = any(column.top is not None for column in chart.columns)
    plot = _plot(chart, paint) if known else [words(NO_FORECAST, LEFT, (TOP + BOTTOM) / 2, 20, paint["text"])]
    return picture(
        WIDTH,
        height,
        chart.title,
        chart.description,
        element("rect", {"width": WIDTH, "height": height, **paint["ground"]}),
        words(chart.title, MARGIN, 48, 28, paint["title"]),
        words(chart.subtitle, MARGIN, 75, 16, paint["quiet"]),
        *plot,
        legend.bands(_LEGEND_TOP, paint),
        legend.row([(_RANGE, _range_sign(paint))], _LEGEND_TOP + 12, paint, font),
        legend.row(legend.standings(paint), _LEGEND_TOP + 36, paint, font),
        *legend.foot(chart.foot, _LEGEND_TOP + 66, paint),
    )


def _plot(chart: ForecastPicture, paint: Paint) -> Iterator[Svg]:
    yield from _figures(chart, paint)
    # Behind the columns, whose colours say the band.
    if chart.window is not None:
        yield element("rect", {**_box(chart.window), **paint["window"]})
    for places in chart.ranges:
        yield element("polygon", {"points": points(places), **paint["range"]})
    yield element("g", None, *(_column(column, paint) for column in chart.columns))
    for places in chart.ranges:
        low = points(places[len(places) // 2 :])
        yield element("polyline", {"points": low, **paint["range-halo"]})
        yield element("polyline", {"points": low, **paint["range-edge"]})
    for standing, places in chart.curves:
        look: Attributes = {**paint["curve"], "stroke-width": 2, **line_of(standing)}
        yield element("polyline", {"points": points(places), **look})
    yield from _hours(chart, paint)
    if chart.window is not None:
        yield from _window(chart.window, paint)
    yield element("line", {"x1": chart.now, "x2": chart.now, "y1": TOP, "y2": BOTTOM, **paint["now"]})
    yield words("now", chart.now + 5, TOP + 12, 13, paint["quiet"])


def _figures(chart: ForecastPicture, paint: Paint) -> Iterator[Svg]:
    end: Attributes = {**paint["quiet"], "text-anchor": "end"}
    for tick in chart.upright:
        yield element("line", {"x1": LEFT, "x2": RIGHT, "y1": tick.place, "y2": tick.place, **paint["grid"]})
        yield words(tick.label, LEFT - 8, tick.place + 4.5, 13, end)
    yield words("g/kWh", LEFT - 8, TOP - 14, 13, end)


def _column(column: Column, paint: Paint) -> Svg:
    title = element("title", None, escaped(column.title))
    width = column.right - column.left
    if column.top is None:
        return element("g", None, title, cross(Point(column.left + width / 2, BOTTOM - 9), min(9, width / 2), paint))
    # A little wider, so that the ground does not shine through between two columns.
    place: Attributes = {"x": column.left, "y": column.top, "width": width + 1.2, "height": BOTTOM - column.top}
    return element("rect", {**place, **fill_of(column.band)}, title)


def _hours(chart: ForecastPicture, paint: Paint) -> Iterator[Svg]:
    yield element("line", {"x1": LEFT, "x2": RIGHT, "y1": BOTTOM, "y2": BOTTOM, **paint["grid"]})
    for tick in chart.along:
        role = "strong" if tick.strong else "quiet"
        middle: Attributes = {**paint[role], "text-anchor": "end" if tick.place > RIGHT - 30 else "middle"}
        yield element("line", {"x1": tick.place, "x2": tick.place, "y1": BOTTOM, "y2": BOTTOM + 6, **paint["grid"]})
        yield words(tick.label, tick.place, BOTTOM + 22, 13, middle)


def _box(window: BestWindow) -> Attributes:
    return {"x": window.left, "y": TOP - 8, "width": window.right - window.left, "height": BOTTOM - TOP + 8}


def _window(window: BestWindow, paint: Paint) -> Iterator[Svg]:
    yield element("rect", {**_box(window), **paint["window-edge"]})
    yield words(window.words, LEFT, 109, 17, paint["window-text"])


def _range_sign(paint: Paint) -> Svg:
    band = element("rect", {"x": -8, "y": -6, "width": 16, "height": 12, **paint["range"]})
    return joined((band, element("line", {"x1": -8, "x2": 8, "y1": 0, "y2": 0, **paint["curve"], "stroke-width": 2})))
