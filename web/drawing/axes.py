"""The axes of a plot: lines, figures and times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from web.drawing.paint import Attributes, Paint
from web.drawing.svg import Svg, element, words
from web.geometry.axis import Tick, room_of
from web.geometry.canvas import Canvas

SIZE = 13.0  # of texts at axes, in files; pages enlarge them where a chart is shown small
_END_ROOM = 52.0  # a label that begins closer to the right edge ends at its tick


def upright(ticks: Sequence[Tick], unit: str, canvas: Canvas, paint: Paint) -> Iterator[Svg]:
    """Lines across the plot with their figures to the left, and the unit above them."""
    for tick in ticks:
        yield element("path", {"d": f"M{canvas.left:g} {tick.place:.2f}H{canvas.right:g}", **paint["grid"]})
        yield words(tick.label, canvas.left - 8, tick.place + 4.5, SIZE, {**paint["tick"], "text-anchor": "end"})
    yield words(unit, canvas.margin, canvas.unit, SIZE, paint["tick"])


def along(ticks: Sequence[Tick], canvas: Canvas, paint: Paint) -> Iterator[Svg]:
    """The line under the plot, with short strokes and what they stand for; at the right edge, where that has room."""
    strokes = "".join(f"M{tick.place:.2f} {canvas.bottom:g}v6" for tick in ticks)
    yield element("path", {"d": f"M{canvas.left:g} {canvas.bottom:g}H{canvas.right:g}{strokes}", **paint["grid"]})
    free_from = canvas.margin
    for tick in ticks:
        role = "minor-tick" if tick.minor else "day-tick" if tick.strong else "tick"
        anchor, room = "end" if tick.place > canvas.right - _END_ROOM else "middle", room_of(tick.label)
        if anchor == "end" and tick.place - room < free_from:
            continue
        free_from = tick.place + room / 2
        look: Attributes = {**paint[role], "text-anchor": anchor}
        yield words(tick.label, tick.place, canvas.bottom + 22, SIZE, look)
