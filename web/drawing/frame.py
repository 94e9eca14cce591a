"""What stands around the plot of a file: the heading above it, the legend and the sources below it."""

from __future__ import annotations

from collections.abc import Sequence

from web.drawing import legend
from web.drawing.paint import Paint
from web.drawing.svg import NOTHING, Svg, element, picture, words
from web.geometry.canvas import Canvas
from web.geometry.text import Font


def framed(
    plot: Svg,
    canvas: Canvas,
    paint: Paint,
    font: Font,
    *,
    title: str,
    subtitle: str,
    description: str,
    sources: str,
    note: Svg = NOTHING,
    signs: Sequence[legend.Sign] = (),
) -> Svg:
    """The whole file. note: a line above the plot. signs: those of the legend besides bands and qualities."""
    room = canvas.width - 2 * canvas.margin
    foot = font.regular.lines(sources, legend.FOOT_SIZE, room)
    height = canvas.height + 66 + legend.FOOT_LEADING * len(foot)
    return picture(
        canvas.width,
        height,
        title,
        description,
        element("rect", {"width": canvas.width, "height": height, **paint["ground"]}),
        words(font.bold.shortened(title, 28, room), canvas.margin, 48, 28, paint["title"]),
        words(font.regular.shortened(subtitle, 16, room), canvas.margin, 75, 16, paint["quiet"]),
        plot,
        note,
        legend.bands(canvas.height, paint),
        legend.row(signs, canvas.height + 12, paint, font),
        legend.row(legend.standings(paint), canvas.height + 36, paint, font),
        *legend.foot(foot, canvas.height + 66, paint),
    )
