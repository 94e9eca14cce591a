"""From figures and times to places along an axis, and the figures at which an axis has ticks."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

_LEAST = 1e-6
_FACTORS = ((10, 20, 50), range(10, 100, 10), range(10, 100))


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale: `start` is at `place`, `end` at `end_place`."""

    start: float
    end: float
    place: float
    end_place: float

    def at(self, value: float) -> float:
        """The place of a value, which may lie outside."""
        return self.place + (value - self.start) / (self.end - self.start) * (self.end_place - self.place)


def ticks(highest: float, most: int) -> list[float]:
    """Round figures from 0 to the first at or above the highest, at most `most` + 1 of them.

    Steps are 1, 2 or 5 times a power of ten. highest: 0 or more; for 0, or hardly more, the axis ends at 1.
    """
    highest = highest if highest > _LEAST else 1.0
    power = 10.0 ** floor(log10(highest / most))
    step = next(factor * power for factor in (1, 2, 5, 10) if ceil(highest / (factor * power)) <= most)
    return [step * number for number in range(ceil(highest / step) + 1)]


def round_steps(lowest: float, highest: float) -> list[float]:
    """Round figures between two others, for a logarithmic axis: at least three unless these are very close.

    They are 1, 2 and 5 times powers of ten; where there are too few, with one digit, or with two. lowest: above 0.
    """
    powers = range(floor(log10(lowest)), ceil(log10(highest)) + 1)
    steps: list[float] = []
    for factors in _FACTORS:
        figures = (factor * 10.0 ** (power - 1) for power in powers for factor in factors)
        steps = [step for step in figures if lowest <= step <= highest]
        if len(steps) >= 3:
            break
    return steps
