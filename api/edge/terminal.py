"""Answers as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from api.edge.lists import noted
from api.shapes.aligned import Column, aligned, sparkline
from api.shapes.reading import Json

UNIT = "gCO2e/kWh"


def in_terminal(heading: str, rows: Sequence[Json], columns: Sequence[Column], figure: str) -> Response:
    """What the rows are of, their figures as a line of blocks, and the rows. figure: the field of the blocks."""
    blocks = sparkline([row[figure] for row in rows])  # type: ignore[misc]  # a number or None
    text = f"{heading}\n{blocks}\n\n{aligned(rows, columns)}"
    return noted(Response(text, content_type="text/plain; charset=utf-8"))
