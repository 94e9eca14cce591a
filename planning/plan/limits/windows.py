"""Where on the grid of steps a job in one piece can be, and what its power emits there.

Intensity is constant within a step. Of all windows that touch the same steps the best one thus begins or ends at the
edge of a step, or as early or as late as the job may start. So there is one candidate for each run of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray, IntArray
from planning.plan.limits.problem import Span

EDGE = 1e-6  # steps; nearer to an edge counts as on it


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The candidates of jobs of one length and one range of starts.

    first, length: (candidates,) in steps. starts, totals: (zones, candidates): seconds, and gCO2e/kWh x hours, infinity
    where an hour is not known. lowest: (zones,) the candidate of the least total, of equals the earliest.
    """

    first: IntArray
    length: IntArray
    starts: FloatArray
    totals: FloatArray
    lowest: IntArray


def windows(integral: Integral, *, seconds: float, starts: Sequence[Span]) -> Windows:
    """All candidates, by their first step. Times in seconds. integral: of the steps, which hold every window.

    starts: (first, last) of those that are allowed, both included; ascending.
    """
    step = integral.step
    parts = [_candidates(step, seconds, earliest, latest) for earliest, latest in starts]
    first, length = (np.concatenate([np.zeros(0, dtype=np.intp), *(part[at] for part in parts)]) for at in (0, 1))
    low, high = (np.concatenate([np.zeros(0), *(part[at] for part in parts)]) for at in (2, 3))
    totals = integral.until(low + seconds) - integral.until(low)
    edges = np.broadcast_to(low, totals.shape)
    if not np.array_equal(low, high):
        late = integral.until(high + seconds) - integral.until(high)
        takes_late = late < totals * (1 - 1e-12)
        totals, edges = np.where(takes_late, late, totals), np.where(takes_late, high, low)
    if integral.has_gaps:
        totals[integral.gaps(first, length) > 0] = np.inf
    lowest = totals.argmin(axis=1) if len(first) else np.zeros(len(totals), dtype=np.intp)
    return Windows(first, length, edges, totals, lowest)


def _candidates(
    step: float, seconds: float, earliest: float, latest: float
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """First step, length in steps, first and last start of each run of steps; one more run where the job needs it."""
    size = int(np.ceil(seconds / step - EDGE))
    first = np.arange(int(earliest / step + EDGE), int(latest / step + EDGE) + 1)
    low = np.maximum(first * step, earliest)
    high = np.minimum((first + size) * step - seconds, latest)
    fits = high >= low - EDGE * step
    first, low, high = first[fits], low[fits], np.maximum(high, low)[fits]
    length = np.full(len(first), size)
    for start in (earliest, latest):
        at, end = int(start / step + EDGE), int(np.ceil((start + seconds) / step - EDGE))
        if end - at > size:
            first, length = np.append(first, at), np.append(length, end - at)
            low, high = np.append(low, start), np.append(high, start)
    order = np.argsort(low, kind="stable")
    return first[order], length[order], low[order], high[order]


class Integral:
    """gCO2e/kWh x hours of zones from the first step on."""

    def __init__(self, intensity: FloatArray, step: float) -> None:
        self._values, self.step = np.nan_to_num(intensity), step
        self._sums = np.zeros((intensity.shape[0], intensity.shape[1] + 1))
        # A step that is not known makes all sums over it unknown, and leaves those after it alone.
        np.cumsum(self._values, axis=1, out=self._sums[:, 1:])
        self._gaps = np.zeros(self._sums.shape, dtype=np.int64)
        np.cumsum(np.isnan(intensity), axis=1, out=self._gaps[:, 1:])
        self.has_gaps = bool(self._gaps[:, -1].any())

    def until(self, seconds: FloatArray) -> FloatArray:
        """(zones, times)."""
        position = seconds / self.step
        at = np.minimum((position + EDGE).astype(np.intp), self._values.shape[1] - 1)
        rest = np.maximum(position - at, 0.0)
        sums: FloatArray = self._sums.take(at, axis=1)
        if rest.any():
            sums += self._values.take(at, axis=1) * rest
        return sums * (self.step / HOUR_SECONDS)

    def gaps(self, first: IntArray, length: IntArray) -> IntArray:
        """(zones, candidates): the number of unknown steps that a window touches."""
        gaps: IntArray = self._gaps[:, first + length] - self._gaps[:, first]
        return gaps
