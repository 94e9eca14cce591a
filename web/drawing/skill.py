"""How good forecasts were: as an SVG file, and as the small charts of a page."""

from __future__ import annotations

from collections.abc import Iterator

from web.drawing import legend
from web.drawing.paint import PAGE, ROLES, Attributes, Paint, Theme
from web.drawing.svg import NOTHING, Svg, Value, element, escaped, joined, picture, words
from web.geometry.skill_picture import (
    CAPTURED,
    COVERAGE,
    ERRORS,
    MARGIN,
    PROMISE,
    TOP,
    WIDTH,
    Series,
    SkillPicture,
    along,
    error_columns,
    percent,
)
from web.geometry.text import Font

_ROOM = ERRORS[0] - MARGIN - 16
_MINI = (0.0, 224.0)
_BAR = (2.0, 118.0)


def draw_skill(chart: SkillPicture, theme: Theme, font: Font) -> Svg:
    """The whole file."""
    paint, room = ROLES[theme], WIDTH - 2 * MARGIN
    foot = font.regular.lines(chart.sources, legend.FOOT_SIZE, room)
    height = chart.bottom + 24 + legend.FOOT_LEADING * len(foot)
    more = f"and {chart.more} more" if chart.more else ""
    return picture(
        WIDTH,
        height,
        chart.title,
        chart.description,
        element("rect", {"width": WIDTH, "height": height, **paint["ground"]}),
        words(font.bold.shortened(chart.title, 28, room), MARGIN, 48, 28, paint["title"]),
        words(font.regular.shortened(chart.subtitle, 16, room), MARGIN, 75, 16, paint["quiet"]),
        words("mean error by days ahead, % of what came", ERRORS[0], TOP - 22, 13, paint["text"]),
        words(f"range held, {PROMISE:g} % promised", COVERAGE[0], TOP - 22, 13, paint["text"]),
        words("saving reached, 100 % is perfect", CAPTURED[0], TOP - 22, 13, paint["text"]),
        *(_row(row, chart, TOP + chart.row * number, paint, font) for number, row in enumerate(chart.rows)),
        words(more, MARGIN, chart.bottom, 13, paint["quiet"]) if more else NOTHING,
        *legend.foot(foot, chart.bottom + 18, paint),
    )


def mini_errors(row: Series, highest: float) -> Svg:
    """The errors of a row for a page, on the scale that the rows share."""
    parts = _columns(row, _MINI, 14, 40, highest, PAGE)
    return _mini(_MINI[1], 68, f"Mean error by day ahead: {', '.join(map(percent, row.errors))}", *parts)


def mini_share(value: float | None, *, is_measured: bool, promise: float | None = None) -> Svg:
    """A share of 0 to 100 per cent for a page. promise: a line across the bar."""
    return _mini(_BAR[1] + 2, 20, percent(value), *_share(value, promise, _BAR, 3, PAGE, is_measured=is_measured))


def _mini(width: float, height: float, name: str, *parts: Svg) -> Svg:
    frame: dict[str, Value] = {"class": "chart mini", "viewBox": f"0 0 {width:g} {height:g}", "role": "img"}
    return element("svg", {**frame, "aria-label": name}, *parts)


def _row(row: Series, chart: SkillPicture, top: float, paint: Paint, font: Font) -> Svg:
    head = [
        element("title", None, escaped(row.in_words)),
        words(font.bold.shortened(row.label, 15, _ROOM), MARGIN, top + 18, 15, paint["strong"]),
        words(font.regular.shortened(row.source, 13, _ROOM), MARGIN, top + 36, 13, paint["quiet"]),
    ]
    if chart.has_basis:
        head.append(words(font.regular.shortened(row.basis, 13, _ROOM), MARGIN, top + 53, 13, paint["quiet"]))
    parts = [*_columns(row, ERRORS, top + 8, 34, chart.highest, paint)]
    for value, promise, edges in ((row.coverage, PROMISE, COVERAGE), (row.captured, None, CAPTURED)):
        if value is not None:
            parts += _share(value, promise, edges, top + 18, paint, is_measured=row.is_measured)
        figure = "not known" if value is None else f"{value:.0f} %"
        parts.append(words(figure, edges[0], top + (29 if value is None else 53), 13, paint["text"]))
    return element("g", None, joined(head), *parts)


def _columns(
    row: Series, edges: tuple[float, float], top: float, height: float, highest: float, paint: Paint
) -> Iterator[Svg]:
    middle: Attributes = {"text-anchor": "middle"}
    for column in error_columns(row.errors, edges, top, height, highest):
        if column.top is not None:
            place: Attributes = {"x": column.left, "y": column.top, "width": column.width, "height": column.height}
            yield element("rect", {**place, **_look(paint, is_measured=row.is_measured)})
        above = (top + height if column.top is None else column.top) - 3
        yield words(column.figure, column.middle, above, 11, {**paint["text"], **middle})
        yield words(str(column.day), column.middle, top + height + 13, 11, {**paint["quiet"], **middle})
    yield element("path", {"d": f"M{edges[0]:g} {top + height:g}H{edges[1]:g}", **paint["grid"]})


def _share(
    value: float | None,
    promise: float | None,
    edges: tuple[float, float],
    top: float,
    paint: Paint,
    *,
    is_measured: bool,
) -> Iterator[Svg]:
    yield element("rect", {"x": edges[0], "y": top, "width": edges[1] - edges[0], "height": 14, **paint["track"]})
    if value is not None:
        width = along(value, edges) - edges[0]
        place: Attributes = {"x": edges[0], "y": top, "width": width, "height": 14}
        yield element("rect", {**place, **_look(paint, is_measured=is_measured)})
    if promise is not None:
        yield element("path", {"d": f"M{along(promise, edges):g} {top - 3:g}v20", **paint["promise"]})


def _look(paint: Paint, *, is_measured: bool) -> Attributes:
    return paint["bar" if is_measured else "bar-estimate"]
