"""Readings cut at the boundaries of steps, and each step's mean, extremes and percentiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from store.history.readings import Minutes, Readings

Figures = npt.NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int64)
TENTHS = (1, 5, 9)  # the percentiles: 10, 50 and 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What one source says in some steps. A piece lies in one reading and in one step, in the order of time.

    step, starts, ends: of each piece; minutes since 1970. covered: minutes with readings, of every step. The others
    are of the steps with readings, whose numbers are in `present`; percentiles has a row for each of TENTHS.
    """

    source: str
    step: Minutes
    starts: Minutes
    ends: Minutes
    covered: Minutes
    present: Minutes
    mean: Figures
    lowest: Figures
    highest: Figures
    percentiles: Figures
    quality: Minutes


def pieces_of(readings: Readings, edges: Minutes) -> Pieces:
    """The readings in the steps between `edges`: n + 1 increasing minutes since 1970 around n steps."""
    inside = (readings.ends > edges[0]) & (readings.starts < edges[-1])
    starts = readings.starts[inside].clip(edges[0], edges[-1])
    ends = readings.ends[inside].clip(edges[0], edges[-1])
    first = np.searchsorted(edges, starts, side="right") - 1
    last = np.searchsorted(edges, ends, side="left") - 1
    counts = last - first + 1
    row = np.repeat(np.arange(len(starts)), counts)
    step = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts, ends = np.maximum(starts[row], edges[step]), np.minimum(ends[row], edges[step + 1])
    values = readings.gco2e_per_kwh[inside][row]
    minutes = ends - starts
    covered = np.bincount(step, weights=minutes, minlength=len(edges) - 1).astype(np.int64)
    present = np.flatnonzero(covered)
    begins = np.searchsorted(step, present)  # the first piece of each step
    return Pieces(
        source=readings.source,
        step=step,
        starts=starts,
        ends=ends,
        covered=covered,
        present=present,
        mean=_reduced(np.add, values * minutes, begins) / covered[present],
        lowest=_reduced(np.minimum, values, begins),
        highest=_reduced(np.maximum, values, begins),
        percentiles=_percentiles(step, values, minutes, covered[present]),
        quality=_reduced(np.maximum, readings.quality[inside][row], begins),
    )


def _reduced(function: np.ufunc, values: npt.NDArray[Number], begins: Minutes) -> npt.NDArray[Number]:
    reduced: npt.NDArray[Number] = function.reduceat(values, begins) if len(begins) else values
    return reduced


def _percentiles(step: Minutes, values: Figures, minutes: Minutes, covered: Minutes) -> Figures:
    """Of each step with readings: the lowest value that the intensity did not exceed in that part of the minutes."""
    order = np.lexsort((values, step))
    tenths_of_minutes = 10 * np.cumsum(minutes[order])
    before = 10 * (np.cumsum(covered) - covered)
    rows = [np.searchsorted(tenths_of_minutes, before + tenths * covered) for tenths in TENTHS]
    return values[order][np.array(rows, dtype=np.int64).reshape(len(TENTHS), -1)]
