"""Values of even steps with their running integral, for means over any window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.columns import FloatArray

# Over less time the difference of two integrals is mostly rounding: shorter windows get the mean of this many seconds.
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
        integral = np.empty((values.shape[0], values.shape[1] + 1))
        integral[:, 0] = 0
        np.cumsum(values, axis=1, out=integral[:, 1:])
        integral *= step_seconds
        return cls(values, integral, step_seconds)

    @property
    def ends_at(self) -> float:
        """Seconds from the first step's start to the last step's end."""
        return float(self.values.shape[1] * self.step_seconds)

    def means(self, starts: FloatArray, duration: float) -> FloatArray:
        """(zones, starts): mean over [start, start + duration). Raises ValueError outside the series."""
        if starts.size:
            self.check(float(starts.min()), float(starts.max()), duration)
        duration = max(duration, SHORTEST_SECONDS)
        return (self._integral_to(starts + duration) - self._integral_to(starts)) / duration

    def check(self, earliest: float, latest: float, duration: float) -> None:
        """Raise ValueError unless windows starting in [earliest, latest] have a length and lie within the series."""
        if duration <= 0:
            raise ValueError(f"duration must be above 0, not {duration}")
        if earliest < 0 or latest + duration > self.ends_at + 1e-6:
            raise ValueError(f"a window of {duration} s does not lie within the {self.ends_at} s of the series")

    def _integral_to(self, seconds: FloatArray) -> FloatArray:
        position = seconds / self.step_seconds
        step = np.minimum(position.astype(np.intp), self.values.shape[1] - 1)
        rest = (position - step) * self.step_seconds
        part = np.where(rest > 0, self.values[:, step] * rest, 0.0)  # an unknown step of which nothing is used
        result: FloatArray = self.integral[:, step] + part
        return result
