"""When two figures count as equal."""

from __future__ import annotations

import numpy as np

from catalog.columns import FloatArray

# Far below any printed digit: 11.12 + 5 is slightly less than 16.12 in binary.
ROUNDING = 1e-12
# Figures that agree in this many digits are equal: below lies only floating point noise.
SIGNIFICANT_DIGITS = 9
# Figures further apart than this share of them never round to the same significant digits.
NOISE = 10.0 ** (1 - SIGNIFICANT_DIGITS)


def difference(first: float, second: float) -> float:
    """first - second; 0 where they differ by rounding alone."""
    change = first - second
    return 0.0 if abs(change) <= ROUNDING * max(abs(first), abs(second)) else change


def significant(values: FloatArray, digits: int = SIGNIFICANT_DIGITS) -> FloatArray:
    """The values rounded to significant digits, so that ties are ties."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = np.power(10.0, digits - 1 - np.floor(np.log10(np.abs(values))))
        rounded = np.round(values * scale) / scale
    result: FloatArray = np.where(np.isfinite(rounded), rounded, values)
    return result
