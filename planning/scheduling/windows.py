"""The window of a forecast with the lowest mean.

Intensity is constant within a step and power within a phase, so the energy-weighted mean over [s, s + d) is piecewise
linear in s, and its minimum touches a step boundary with its start, its end or a change of power: only those starts are
examined. They are at the same few places of every step, so slices of the running integral give all sums.
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
from planning.scheduling.power import Power

# Means closer than this share of each other are equal; the difference is rounding of the prefix sums.
TIE_TOLERANCE = 1e-9

# Positions closer than this number of seconds are one; the difference is rounding of times.
SAME_SECONDS = 1e-6

# From the first and the last start that are allowed, in seconds, to the best start and its figure, NaN if unknown.
Search = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Best:
    """Per zone: the start of the best window in seconds, and its mean."""

    starts: FloatArray
    means: FloatArray


def best_windows(
    series: Series, *, earliest: float, latest: float, duration: float, power: Power | None = None
) -> Best:
    """For each zone the window starting in [earliest, latest] with the lowest mean; the earliest of equals.

    power: over the duration, as shares of its mean, which weigh the mean; None: it does not change.
    Raises ValueError if latest < earliest or a window would leave the series.
    """
    if latest < earliest:
        raise ValueError(f"latest start {latest} is before the earliest {earliest}")
    series.check(earliest, latest, duration)
    if power is None or power.seconds < SHORTEST_SECONDS:
        power = Power.even(max(duration, SHORTEST_SECONDS))
    look = _Candidates(earliest, latest, power, series.step_seconds)
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

    In each step those at which the start, a change of power or the end meets a boundary: one where all phases are whole
    steps. Those outside [earliest, latest] are moved to its ends.
    """

    def __init__(self, earliest: float, latest: float, power: Power, step_seconds: float) -> None:
        self.duration = power.seconds
        self._earliest, self._latest, self._step_seconds = earliest, latest, step_seconds
        self._first, self._last = int(earliest // step_seconds), int(latest // step_seconds)
        self._changes = power.changes
        self._places = sorted({-at % step_seconds for at, _ in self._changes})

    def unbounded(self, index: Any) -> Any:
        """Seconds from the first step's start, of one number or an array of them; maybe outside [earliest, latest]."""
        step, place = divmod(index, len(self._places))
        in_step = self._places[place] if isinstance(place, int) else np.array(self._places)[place]
        return (self._first + step) * self._step_seconds + in_step

    def start(self, index: int) -> float:
        """Seconds from the first step's start."""
        return min(max(float(self.unbounded(index)), self._earliest), self._latest)

    def sums(self, values: FloatArray, integral: FloatArray) -> FloatArray:
        """Value x share x seconds of the window from each start: (starts,) or, from (steps, zones), (starts, zones)."""
        first, last, places = self._first, self._last, len(self._places)
        sums: FloatArray = np.zeros((*values.shape[1:], (last - first + 1) * places + 1)).T
        for place, offset in enumerate(self._places):
            from_place = sums[place : -1 - places : places]
            ends = [(fall, *self._nearest_boundary(offset + at)) for at, fall in self._changes]
            for fall, step, _ in ends:
                _add(from_place, fall, integral[first + step : last + step])
            for fall, step, rest in ends:
                if rest:
                    in_step = step if rest > 0 else step - 1
                    _add(from_place, fall * rest, values[first + in_step : last + in_step])
        # In the first step a start may lie before the earliest, in the last step after the latest.
        totals: dict[float, FloatArray] = {}
        for index in (*range(places), *range(len(sums) - places - 1, len(sums))):
            start = self.start(index)
            if start not in totals:
                totals[start] = self._total(start, values, integral)
            sums[index] = totals[start]
        return sums

    def _total(self, start: float, values: FloatArray, integral: FloatArray) -> FloatArray:
        total: FloatArray = np.zeros(values.shape[1:])
        for at, fall in self._changes:
            total = total + fall * self._until(start + at, values, integral)
        return total

    def _nearest_boundary(self, seconds: float) -> tuple[int, float]:
        """The step that begins nearest to a position, and the seconds from its start, negative before it.

        The integrals up to both ends of a window within a step thus cancel exactly.
        """
        step = round(seconds / self._step_seconds)
        rest = seconds - step * self._step_seconds
        return step, 0.0 if abs(rest) < SAME_SECONDS else rest

    def _until(self, seconds: float, values: FloatArray, integral: FloatArray) -> FloatArray:
        step = min(int(seconds / self._step_seconds), len(values) - 1)
        rest = seconds - step * self._step_seconds
        sums: FloatArray = integral[step] + values[step] * rest if rest else integral[step]
        return sums


def _add(sums: FloatArray, factor: float, values: FloatArray) -> None:
    """Add values x factor in place; without a copy for a plain job, whose factors are 1 and -1."""
    if factor == 1.0:
        sums += values
    elif factor == -1.0:
        sums -= values
    else:
        sums += values * factor


def lowest_mean(series: Series, power: Power) -> Search:
    """Among the windows of a single-zone series the one with the lowest mean, weighted by the power."""

    def search(earliest: float, latest: float) -> tuple[float, float]:
        best = best_windows(series, earliest=earliest, latest=latest, duration=power.seconds, power=power)
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
