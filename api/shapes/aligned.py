"""Rows as text for a terminal: aligned columns, and a line of blocks in place of a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from api.shapes.reading import Json

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_BLOCKS = 72  # so many fit beside each other in a terminal of 80 columns
GAP = "  "
UNKNOWN = "-"
Column = tuple[str, Callable[[Json], object]]  # heading, and the value of a row


def sparkline(values: Sequence[float | None], most: int = MOST_BLOCKS) -> str:
    """A block for each value, from the lowest to the highest, which stand on either side; a space for an unknown one.

    most: of more values, so many that follow each other share a block, which shows their mean.
    """
    size = ceil(len(values) / most) or 1
    means = [_mean(values[start : start + size]) for start in range(0, len(values), size)]
    figures = [mean for mean in means if mean is not None]
    if not figures:
        return "no figure is known"
    low, high = min(figures), max(figures)
    blocks = "".join(" " if mean is None else _block(mean, low, high) for mean in means)
    return f"{low:.1f} {blocks} {high:.1f}"


def aligned(rows: Sequence[Json], columns: Sequence[Column]) -> str:
    """A line of headings and a line a row; numbers end below each other, with one decimal; unknown is a dash."""
    values = [[read(row) for _, read in columns] for row in rows]
    cells = [[_cell(value) for value in line] for line in values]
    headings = [heading for heading, _ in columns]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numeric = [any(isinstance(line[index], float) for line in values) for index in range(len(columns))]
    return "".join(
        GAP.join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, numeric, strict=True)
        ).rstrip()
        + "\n"
        for line in (headings, *cells)
    )


def _mean(values: Sequence[float | None]) -> float | None:
    figures = [value for value in values if value is not None]
    return sum(figures) / len(figures) if figures else None


def _block(value: float, low: float, high: float) -> str:
    share = (value - low) / (high - low) if high > low else 0.5
    return BLOCKS[min(int(share * len(BLOCKS)), len(BLOCKS) - 1)]


def _cell(value: object) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.1f}" if isinstance(value, float) else str(value)
