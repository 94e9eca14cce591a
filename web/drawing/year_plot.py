"""The plot of a year by month and hour, which a file has within it and a page has alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carbon.bands import BANDS
from web.drawing import axes
from web.drawing.marks import cross
from web.drawing.paint import PAGE, Attributes, Paint, fill_of, line_of
from web.drawing.svg import Svg, chart, element, escaped, joined, words
from web.geometry.canvas import Canvas
from web.geometry.projection import Point
from web.geometry.year_picture import NO_YEAR, UNIT_WORDS, Cell, YearPicture

_FIGURE = 11.0  # size of a figure in its cell
_OVERLAP = 0.6  # of cells, so that the ground does not shine through between them


def year_chart(picture: YearPicture, name: str) -> Svg:
    """The plot alone, for a page, which has note and legend as text. name: begins its ids."""
    canvas = picture.canvas
    return chart(canvas.width, canvas.height, name, picture.title, picture.description, "img", plot(picture, PAGE))


def plot(picture: YearPicture, paint: Paint) -> Svg:
    """The cells in the colours of their bands, with their figures; a sentence where none is known."""
    canvas = picture.canvas
    if not picture.is_known:
        return words(NO_YEAR, canvas.left, (canvas.top + canvas.bottom) / 2, 20, paint["text"])
    return joined(_parts(picture, canvas, paint))


def _parts(picture: YearPicture, canvas: Canvas, paint: Paint) -> Iterator[Svg]:
    yield words(UNIT_WORDS, canvas.margin, canvas.unit, axes.SIZE, paint["tick"])
    for month in picture.months:
        role = "minor-tick" if month.minor else "tick"
        yield words(month.label, canvas.left - 8, month.place + 4.5, axes.SIZE, {**paint[role], "text-anchor": "end"})
    for band in BANDS:
        if cells := [cell for cell in picture.cells if cell.band is band]:
            yield element("path", {"d": _boxes(cells, picture), "shape-rendering": "crispEdges", **fill_of(band)})
            figures = (_figure(cell, picture, paint) for cell in cells)
            yield element("g", {"text-anchor": "middle", "font-size": _FIGURE, "fill": band.text}, *figures)
    yield from (_unknown(cell, picture, paint) for cell in picture.cells if cell.band is None)
    for block in picture.blocks:
        frame: Attributes = {"x": canvas.left, "y": block.top, "width": canvas.right - canvas.left}
        look: Attributes = {**paint["curve"], "stroke-width": 1.6, **line_of(block.standing)}
        yield element("rect", {**frame, "height": block.bottom - block.top, **look})
    yield from axes.along(picture.along, canvas, paint)


def _boxes(cells: Sequence[Cell], picture: YearPicture) -> str:
    """One path for all cells of a band: an element each would take twice as long."""
    right, down = picture.width + _OVERLAP, picture.height + _OVERLAP
    return "".join(f"M{cell.left:.2f} {cell.top:.2f}h{right:.2f}v{down:.2f}h-{right:.2f}z" for cell in cells)


def _figure(cell: Cell, picture: YearPicture, paint: Paint) -> Svg:
    at: Attributes = {"x": cell.left + picture.width / 2, "y": cell.top + picture.height / 2 + 4, **paint["cell"]}
    return element("text", at, element("title", None, escaped(cell.title)), escaped(cell.figure))


def _unknown(cell: Cell, picture: YearPicture, paint: Paint) -> Svg:
    centre = Point(cell.left + picture.width / 2, cell.top + picture.height / 2)
    return element("g", None, element("title", None, escaped(cell.title)), cross(centre, 5, paint))
