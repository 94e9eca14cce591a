"""How sure figures are: ranges as factors, combined, and compared without what two figures share."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, log


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """10th and 90th centile as factors of the central figure: low in (0, 1], high 1 or more."""

    low: float
    high: float


SURE = Factors(low=1.0, high=1.0)


def combined(*parts: Factors) -> Factors:
    """The range of a product of independent figures: quadrature of the logarithms, each side by itself."""
    low = hypot(*[log(part.low) for part in parts])
    high = hypot(*[log(part.high) for part in parts])
    return Factors(low=exp(-low), high=exp(high))


@dataclass(frozen=True, slots=True, kw_only=True)
class RangedFigure:
    """A figure with what its doubt comes from. zone, machine: what the grid's and the power's part belong to."""

    value: float
    zone: str
    grid: Factors
    machine: str
    power: Factors

    def own_range(self, other: RangedFigure) -> Factors:
        """The doubt that the other does not share: in one zone the grid's part cancels, on one machine the power's."""
        return combined(
            SURE if self.zone == other.zone else self.grid, SURE if self.machine == other.machine else self.power
        )


def distinguishable(first: RangedFigure, second: RangedFigure) -> bool:
    """Whether the ranges of two figures, without what they share, do not overlap."""
    low, high = sorted((first, second), key=lambda figure: figure.value)
    return low.value * low.own_range(high).high < high.value * high.own_range(low).low
