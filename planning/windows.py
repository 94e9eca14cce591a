"""The window of a forecast with the lowest mean.

Intensity is constant within a step, so the mean over [s, s + d) is piecewise linear in s and its
minimum touches a step boundary with its start or its end: those starts are all that need a look.
Times are seconds from the first step's start; steps are even.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Means closer than this share of each other are equal; the difference is rounding of the prefix sums.
TIE_TOLERANCE = 1e-9
# Over less time than this the prefix sums' difference is mostly rounding: a moment has the mean of so many seconds.
SHORTEST_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Series:
    """Step values of one or many zones with their running integral.

    values: (zones, steps). integral: (zones, steps + 1), value x seconds up to each boundary.
    """

    values: FloatArray
    integral: FloatArray
    step_seconds: float

    @classmethod
    def of(cls, values: FloatArray, step_seconds: float) -> Series:
        """From a (zones, steps) array, or (steps,) for a single zone."""
        values = np.atleast_2d(np.asarray(values, dtype=np.float64))
        integral = np.zeros((values.shape[0], values.shape[1] + 1))
        np.cumsum(values, axis=1, out=integral[:, 1:])
        integral *= step_seconds
        return cls(values, integral, step_seconds)

    @property
    def ends_at(self) -> float:
        """Seconds from the first step's start to the last step's end."""
        return float(self.values.shape[1] * self.step_seconds)

    def means(self, starts: FloatArray, duration: float) -> FloatArray:
        """(zones, starts): mean over [start, start + duration). Raises ValueError outside the series."""
        if duration <= 0:
            raise ValueError(f"duration must be above 0, not {duration}")
        if starts.size and (starts.min() < 0 or starts.max() + duration > self.ends_at + 1e-6):
            raise ValueError(f"a window of {duration} s does not lie within the {self.ends_at} s of the series")
        duration = max(duration, SHORTEST_SECONDS)
        return (self._integral_to(starts + duration) - self._integral_to(starts)) / duration

    def _integral_to(self, seconds: FloatArray) -> FloatArray:
        position = seconds / self.step_seconds
        step = np.minimum(position.astype(np.intp), self.values.shape[1] - 1)
        rest = (position - step) * self.step_seconds
        result: FloatArray = self.integral[:, step] + self.values[:, step] * rest
        return result


@dataclass(frozen=True, slots=True)
class Best:
    """Per zone: the start of the best window in seconds, and its mean."""

    starts: FloatArray
    means: FloatArray


def candidate_starts(*, earliest: float, latest: float, duration: float, step_seconds: float) -> FloatArray:
    """Every start that can be optimal, ascending: both ends, and those touching a boundary with start or end."""
    first, last = np.ceil(earliest / step_seconds), np.floor(latest / step_seconds)
    starting = np.arange(first, last + 1) * step_seconds
    first, last = np.ceil((earliest + duration) / step_seconds), np.floor((latest + duration) / step_seconds)
    ending = np.arange(first, last + 1) * step_seconds - duration
    return np.unique(np.clip(np.concatenate(([earliest, latest], starting, ending)), earliest, latest))


def best_windows(series: Series, *, earliest: float, latest: float, duration: float) -> Best:
    """For each zone the window starting in [earliest, latest] with the lowest mean; the earliest of equals.

    Raises ValueError if latest < earliest or a window would leave the series.
    """
    if latest < earliest:
        raise ValueError(f"latest start {latest} is before the earliest {earliest}")
    starts = candidate_starts(earliest=earliest, latest=latest, duration=duration, step_seconds=series.step_seconds)
    means = series.means(starts, duration)
    lowest = means.min(axis=1, keepdims=True)
    index = np.argmax(means <= lowest + np.abs(lowest) * TIE_TOLERANCE, axis=1)
    return Best(starts[index], means[np.arange(means.shape[0]), index])


def next_best_windows(
    series: Series, *, earliest: float, latest: float, duration: float, count: int
) -> list[tuple[float, float]]:
    """Up to `count` windows (start, mean) of a single-zone series, best first, none overlapping another.

    The first is best_windows' own; each next is the best of what is left around those taken.
    """
    free = [(earliest, latest)]
    taken: list[tuple[float, float]] = []
    while free and len(taken) < count:
        found = [
            (float(best.means[0]), float(best.starts[0]), gap)
            for gap in free
            for best in [best_windows(series, earliest=gap[0], latest=gap[1], duration=duration)]
        ]
        lowest = min(mean for mean, _, _ in found)
        mean, start, gap = min((row for row in found if row[0] <= lowest * (1 + TIE_TOLERANCE)), key=lambda row: row[1])
        taken.append((start, mean))
        free.remove(gap)
        free += [(low, high) for low, high in ((gap[0], start - duration), (start + duration, gap[1])) if low <= high]
    return taken
