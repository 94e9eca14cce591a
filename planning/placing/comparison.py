"""How much one emission is below another."""

from __future__ import annotations

from planning.ties import difference


def share_of_worse(before: float, after: float) -> float:
    """(before - after) as a share of the larger of the two; negative when `after` is worse; 0 for two zeros."""
    worse = max(before, after)
    return difference(before, after) / worse if worse > 0 else 0.0
