"""The window of a forecast with the lowest mean.

Intensity is constant within a step, so the mean over [s, s + d) is piecewise linear in s and its
minimum touches a step boundary with its start or its end: only those starts are examined.
They are at the same one or two places of every step, so differences of slices of the running integral give all sums.
Times are seconds from the first step's start; steps are even.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from catalog.columns import FloatArray, IntArray
from planning.outlook.series import SHORTEST_SECONDS, Series

# Means closer than this share of each other are equal; the difference is rounding of the prefix sums.
TIE_TOLERANCE = 1e-9

# From the first and the last start that are allowed, in seconds, to the best start and its figure, NaN if unknown.
Search = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Best:
    """Per zone: the start of the best window in seconds, and its mean."""

    starts: FloatArray
    means: FloatArray


def best_windows(series: Series, *, earliest: float, latest: float, duration: float) -> Best:
    """For each zone the window starting in [earliest, latest] with the lowest mean; the earliest of equals.

    Raises ValueError if latest < earliest or a window would leave the series.
    """
    if latest < earliest:
        raise ValueError(f"latest start {latest} is before the earliest {earliest}")
    series.check(earliest, latest, duration)
    look = _Candidates(earliest, latest, max(duration, SHORTEST_SECONDS), series.step_seconds)
    if len(series.values) == 1:  # numbers instead of arrays of one: half the time
        sums = look.sums(series.values[0], series.integral[0])
        index = int(_earliest_of_the_lowest(sums))
        return Best(np.array([look.start(index)]), np.array([sums[index] / look.duration]))
    sums = look.sums(series.values.T, series.integral.T)
    indices = _earliest_of_the_lowest(sums)
    starts = look.unbounded(indices).clip(earliest, latest)
    return Best(starts, sums[indices, np.arange(len(indices))] / look.duration)


def _earliest_of_the_lowest(sums: FloatArray) -> IntArray:
    lowest = np.minimum.reduce(sums)
    if np.isnan(lowest).any():  # windows that reach beyond what is known do not compete
        lowest = np.fmin.reduce(sums)
    first: IntArray = (sums <= lowest + abs(lowest) * TIE_TOLERANCE).argmax(axis=0)
    return first


class _Candidates:
    """Every start in [earliest, latest] that can be optimal, ascending, numbered from 0.

    One a step where the duration is whole steps, else two: on the step's start, and where the window's end meets a
    boundary. Those outside [earliest, latest] are moved to its ends.
    """

    def __init__(self, earliest: float, latest: float, duration: float, step_seconds: float) -> None:
        self.duration = duration
        self._earliest, self._latest, self._step_seconds = earliest, latest, step_seconds
        self._first, self._last = int(earliest // step_seconds), int(latest // step_seconds)
        steps, self._rest = divmod(duration, step_seconds)
        self._steps = int(steps)
        self._per_step = 2 if self._rest else 1

    def unbounded(self, index: Any) -> Any:
        """Seconds from the first step's start, of one number or an array of them; maybe outside [earliest, latest]."""
        step, second = divmod(index, self._per_step)
        return (self._first + step) * self._step_seconds + second * (self._step_seconds - self._rest)

    def start(self, index: int) -> float:
        """Seconds from the first step's start."""
        return min(max(float(self.unbounded(index)), self._earliest), self._latest)

    def sums(self, values: FloatArray, integral: FloatArray) -> FloatArray:
        """Value x seconds of the window from each start: (starts,) or, from arrays (steps, zones), (starts, zones)."""
        first, last, steps, rest, places = self._first, self._last, self._steps, self._rest, self._per_step
        sums: FloatArray = np.empty((*values.shape[1:], (last - first + 1) * places + 1)).T
        on_step = sums[: -1 - places : places]
        np.subtract(integral[first + steps : last + steps], integral[first:last], out=on_step)
        if rest:
            on_step += values[first + steps : last + steps] * rest
            on_end = sums[1:-3:2]
            np.subtract(integral[first + steps + 1 : last + steps + 1], integral[first + 1 : last + 1], out=on_end)
            on_end += values[first:last] * rest
        # In the first step a start may lie before the earliest, in the last step after the latest.
        means: dict[float, FloatArray] = {}
        for index in (*range(places), *range(len(sums) - places - 1, len(sums))):
            start = self.start(index)
            if start not in means:
                end = start + self.duration
                means[start] = self._until(end, values, integral) - self._until(start, values, integral)
            sums[index] = means[start]
        return sums

    def _until(self, seconds: float, values: FloatArray, integral: FloatArray) -> FloatArray:
        step = min(int(seconds / self._step_seconds), len(values) - 1)
        rest = seconds - step * self._step_seconds
        sums: FloatArray = integral[step] + values[step] * rest if rest else integral[step]
        return sums


def lowest_mean(series: Series, duration: float) -> Search:
    """Among the windows of a single-zone series the one with the lowest mean."""

    def search(earliest: float, latest: float) -> tuple[float, float]:
        best = best_windows(series, earliest=earliest, latest=latest, duration=duration)
        return float(best.starts[0]), float(best.means[0])

    return search


def next_best_windows(
    search: Search, *, starts: Sequence[tuple[float, float]], apart: float, count: int
) -> list[tuple[float, float]]:
    """Up to `count` windows (start, figure), that of the lowest figure first.

    search: finds one of them. starts: (first, last) of the starts that are allowed, both included; ascending. apart:
    least difference between two starts. Each window is the best of those that are left by the earlier ones, and of
    equals the earliest.
    """

    def best_of(low: float, high: float) -> tuple[float, float, float, float]:
        return *search(low, high), low, high

    gaps = _with_known_figure([best_of(low, high) for low, high in starts])
    windows: list[tuple[float, float]] = []
    while gaps and len(windows) < count:
        lowest = min(figure for _, figure, _, _ in gaps)
        if isnan(lowest):
            return [(gaps[0][0], lowest)]
        start, figure, _, _ = min(candidate for candidate in gaps if candidate[1] <= lowest * (1 + TIE_TOLERANCE))
        windows.append((start, figure))
        if len(windows) == count:
            break
        before, after = start - apart, start + apart
        far = [gap for gap in gaps if gap[3] <= before or gap[2] >= after]
        near = [gap for gap in gaps if gap[3] > before and gap[2] < after]
        parts = [part for _, _, low, high in near for part in ((low, before), (after, high))]
        gaps = far + [gap for low, high in parts if low <= high and not isnan((gap := best_of(low, high))[1])]
    return windows


def _with_known_figure(gaps: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Those with a window of known figure; the first one alone where none has one."""
    return [gap for gap in gaps if not isnan(gap[1])] or gaps[:1]
