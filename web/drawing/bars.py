"""A bar with its range as SVG, for a page."""

from __future__ import annotations

from web.drawing.paint import fill_of
from web.drawing.svg import Svg, Value, element
from web.geometry.bars import HEIGHT, WIDTH, Bar

_TOP, _THICK = 5.0, HEIGHT - 10.0
_EDGE = 2.0  # of a stroke at the right edge, which would be cut


def draw_bar(bar: Bar) -> Svg:
    """The bar, as wide as its place on the page, which has the figures as text; its colour is the band."""
    frame: dict[str, Value] = {
        "class": "bar",
        "viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}",
        "preserveAspectRatio": "none",
        "aria-hidden": "true",
    }
    box: dict[str, Value] = {"y": _TOP, "height": _THICK}
    width = max(bar.whole - bar.hardware, _EDGE)
    parts = [element("rect", {"x": bar.hardware, "width": width, **box, **fill_of(bar.band)})]
    if bar.hardware > 0:
        parts.append(element("rect", {"class": "hardware", "x": 0, "width": bar.hardware, **box}))
    low, high = bar.low, min(bar.high, WIDTH - _EDGE)
    middle = HEIGHT / 2
    span = (
        f"M{low:.1f} {middle:g}H{high:.1f}M{low:.1f} {_TOP:g}V{_TOP + _THICK:g}M{high:.1f} {_TOP:g}V{_TOP + _THICK:g}"
    )
    parts += [element("path", {"class": role, "d": span}) for role in ("span-halo", "span")]
    return element("svg", frame, *parts)
