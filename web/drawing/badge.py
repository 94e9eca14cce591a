"""A badge as SVG."""

from __future__ import annotations

from web.drawing.paint import DASHES, FADED, Attributes, Theme
from web.drawing.svg import Svg, Value, element, picture, words
from web.geometry.badge import HEIGHT, SIZE, Badge
from web.marks import Standing

_RADIUS, _BASELINE = 4.0, 14.0
# Ground and letters of the label.
_LABELS = {Theme.LIGHT: ("#24323d", "#ffffff"), Theme.DARK: ("#dfe7ec", "#14212b")}


def draw_badge(badge: Badge, theme: Theme) -> Svg:
    """The whole file: the corners are round, and the outline of the figure says its quality."""
    ground, ink = _LABELS[theme]
    split, width = badge.label_width, badge.width
    middle: Attributes = {"text-anchor": "middle"}
    right = f"M{split:g} 0H{width - _RADIUS:g}a{_RADIUS:g} {_RADIUS:g} 0 0 1 {_RADIUS:g} {_RADIUS:g}"
    right += f"V{HEIGHT - _RADIUS:g}a{_RADIUS:g} {_RADIUS:g} 0 0 1-{_RADIUS:g} {_RADIUS:g}H{split:g}z"
    left = f"M{split:g} 0H{_RADIUS:g}a{_RADIUS:g} {_RADIUS:g} 0 0 0-{_RADIUS:g} {_RADIUS:g}"
    left += f"V{HEIGHT - _RADIUS:g}a{_RADIUS:g} {_RADIUS:g} 0 0 0 {_RADIUS:g} {_RADIUS:g}H{split:g}z"
    figure: dict[str, Value] = {"fill": badge.text, "font-weight": "bold", **middle}
    line: dict[str, Value] = {"d": f"M{split + 7:g} 17H{width - 7:g}", "stroke": badge.text, "stroke-width": 1}
    if badge.standing in DASHES:
        line["stroke-dasharray"] = DASHES[badge.standing]
    if badge.standing is Standing.STALE:
        figure["fill-opacity"] = line["stroke-opacity"] = FADED + 0.3
    return picture(
        width,
        HEIGHT,
        badge.title,
        badge.description,
        element("path", {"d": left, "fill": ground}),
        element("path", {"d": right, "fill": badge.fill}),
        words(badge.label, split / 2, _BASELINE, SIZE, {"fill": ink, **middle}),
        words(badge.message, split + badge.message_width / 2, _BASELINE - 1, SIZE, figure),
        *([] if badge.standing is Standing.UNKNOWN else [element("path", line)]),
    )
