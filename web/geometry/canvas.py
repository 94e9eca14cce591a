"""How large a chart is, and where its axes stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A chart's size, and the edges of its plot, within which the values stand.

    margin: left of all text. unit: baseline of the unit above the upright axis. most_figures: steps of that axis.
    """

    width: float
    height: float
    margin: float
    left: float
    right: float
    top: float
    bottom: float
    unit: float
    most_figures: int


# The plot of a file, which has a heading above and a legend below it.
FILE = Canvas(width=1200, height=496, margin=24, left=78, right=1176, top=130, bottom=442, unit=116, most_figures=6)
# The plot alone, for pages; its margins have room for texts that are enlarged where it is shown small.
PAGE = Canvas(width=720, height=300, margin=2, left=60, right=714, top=46, bottom=264, unit=24, most_figures=4)
