"""How the power of a job changes over its work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray


@dataclass(frozen=True, slots=True)
class Power:
    """The power of a job over its work, in phases: `ends`, seconds of work done at the end of each, and its share.

    A share of 1 for every phase makes totals integrals of the intensity; shares whose mean over the work is 1 make them
    integrals weighted by energy. restart_weight: added to the intensity of restarts, whose machines cost money too.
    """

    ends: tuple[float, ...]
    levels: tuple[float, ...]
    restart_weight: float = 0.0

    @classmethod
    def even(cls, seconds: float, restart_weight: float = 0.0) -> Power:
        """The same power all the time."""
        return cls((seconds,), (1.0,), restart_weight)

    @classmethod
    def of_watts(cls, phases: Iterable[tuple[float, float]]) -> Power:
        """From the hours and watts of each phase: as shares of their mean; neighbours of equal power are one phase."""
        joined = [(watts, sum(hours for hours, _ in same)) for watts, same in groupby(phases, key=lambda one: one[1])]
        seconds = np.array([hours for _, hours in joined]) * HOUR_SECONDS
        energy = float(np.dot([watts for watts, _ in joined], seconds))
        if len(joined) == 1 or energy <= 0:
            return cls.even(float(seconds.sum()))
        scale = float(seconds.sum()) / energy
        return cls(tuple(np.cumsum(seconds).tolist()), tuple(watts * scale for watts, _ in joined))

    @property
    def seconds(self) -> float:
        """Seconds of work."""
        return self.ends[-1]

    @property
    def is_even(self) -> bool:
        """Whether every phase has the same power."""
        return len(set(self.levels)) == 1

    @property
    def changes(self) -> list[tuple[float, float]]:
        """Where the power changes, in seconds of work, and by how much it falls there: from 0 at first, to 0 at last.

        The total of a job in one piece from `start` on is the sum of each fall times the integral of the intensity up
        to start plus its seconds.
        """
        levels = (0.0, *self.levels, 0.0)
        return [(end, low - high) for end, (low, high) in zip((0.0, *self.ends), pairwise(levels), strict=True)]

    @property
    def layers(self) -> list[tuple[float, float]]:
        """(share, seconds), which stacked give the same levels: shares above those below, each for as long as needed.

        No order of the work has a total below that of the lowest moments of each layer.
        """
        lengths = np.diff(self.ends, prepend=0.0)
        levels = np.array(self.levels)
        heights = sorted(set(self.levels))
        return [
            (high - low, float(lengths[levels >= high].sum())) for low, high in pairwise((0.0, *heights)) if high > low
        ]

    def parts(self, start: float) -> list[tuple[float, float, float]]:
        """(start, end, share) of each phase of a job in one piece from `start` on, in seconds."""
        edges = pairwise((0.0, *self.ends))
        return [(start + low, start + high, share) for (low, high), share in zip(edges, self.levels, strict=True)]

    def shares(self, step: float, steps: int) -> FloatArray:
        """Mean share of each step of work; the last step goes on with the last phase."""
        if len(self.levels) == 1:
            return np.full(steps, self.levels[0])
        edges = np.append(np.arange(steps) * step, max(steps * step, self.seconds))
        energy = np.concatenate(([0.0], np.cumsum(np.diff(self.ends, prepend=0.0) * self.levels)))
        upto = np.interp(edges, (0.0, *self.ends), energy)
        upto[-1] += (edges[-1] - self.seconds) * self.levels[-1]
        shares: FloatArray = np.diff(upto) / step
        return shares
