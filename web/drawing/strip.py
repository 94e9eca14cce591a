"""A strip of hours as SVG, for a page."""

from __future__ import annotations

from collections.abc import Sequence

from web.drawing.paint import fill_of
from web.drawing.svg import Svg, Value, element, escaped
from web.geometry.axis import Tick
from web.geometry.strip import HEIGHT, WIDTH, Strip

_EDGE = 3.0
_START_ROOM, _END_ROOM = 4.0, 94.0  # per cent: labels beyond them stay inside


def draw_strip(strip: Strip, title: str) -> Svg:
    """The strip, as wide as its place on the page; classes give the colours that are not those of a band."""
    frame: dict[str, Value] = {
        "class": "strip",
        "viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}",
        "preserveAspectRatio": "none",
        "role": "img",
        "aria-label": title,
    }
    parts = [element("title", None, escaped(title))]
    for cell in strip.cells:
        place: dict[str, Value] = {"x": cell.left, "y": 4, "width": cell.right - cell.left + 0.6, "height": HEIGHT - 8}
        parts.append(element("rect", {**place, **fill_of(cell.band)}))
    parts += [element("path", {"class": "day", "d": f"M{day:.1f} 0V{HEIGHT:g}"}) for day in strip.days]
    for left, right in strip.runs:
        run: dict[str, Value] = {"x": left, "y": 0, "width": max(right - left, _EDGE), "height": HEIGHT}
        parts += [element("rect", {"class": "run-halo", **run}), element("rect", {"class": "run", **run})]
    return element("svg", frame, *parts)


def draw_axis(ticks: Sequence[Tick]) -> Svg:
    """The times above strips, for a page. ticks: their places in per cent of the width; every third is not minor."""
    labels = []
    for number, tick in enumerate(ticks):
        anchor = "start" if tick.place < _START_ROOM else "end" if tick.place > _END_ROOM else "middle"
        kind = "strong" if tick.strong else "minor" if number % 3 else "major"
        place: dict[str, Value] = {"x": f"{tick.place:.2f}%", "y": 14, "text-anchor": anchor, "class": kind}
        labels.append(element("text", place, escaped(tick.label)))
    return element("svg", {"class": "times", "aria-hidden": "true"}, *labels)
