"""The shipped tables that bring figures to one footing, loaded once for all tests."""

from __future__ import annotations

from functools import cache

from grid.conversion import Conversion
from grid.neighbours import Neighbours
from tests.fakes.background import even_zones


@cache
def conversion() -> Conversion:
    """With the same yearly figure for every zone."""
    return Conversion.load(Neighbours(even_zones()))
