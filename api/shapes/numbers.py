"""How a number and a time look in an answer."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from math import isfinite


def rounded(value: float) -> float:
    """Four significant digits. Raises ValueError for what is not finite: JSON would say null and hide a fault."""
    if not isfinite(value):
        raise ValueError(f"{value} is not finite and cannot be written as JSON")
    return float(f"{value:.4g}")


def percentage(share: float) -> float:
    """A share of 0 to 1 as 0 to 100."""
    return rounded(share * 100.0)


def kilograms(grams: float) -> float:
    """Grams in kilograms."""
    return rounded(grams / 1000.0)


@lru_cache(maxsize=4096)
def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, whole seconds, Z. Kept, since a list repeats few times often."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def moment(time: datetime) -> str:
    """As `stamp`, ending in +00:00, as the scheduling API writes it."""
    return time.isoformat(timespec="seconds")
