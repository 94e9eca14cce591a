"""The order of regions by carbon, then spot score, then spot price, with or without a tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.columns import FloatArray, IntArray
from planning.ties import ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How much more carbon counts as the same: grams per kWh, or a share of a group's lowest. (0, 0): strict."""

    gco2e_per_kwh: float = 0.0
    share: float = 0.0

    def reaches(self, lowest: float) -> float:
        """The highest intensity in the group of `lowest`."""
        return (lowest + self.gco2e_per_kwh + lowest * self.share) * (1.0 + ROUNDING)


STRICT = Tolerance()


def order_regions(
    intensity: FloatArray, spot_score: FloatArray, spot_price: FloatArray, name_rank: IntArray, tolerance: Tolerance
) -> IntArray:
    """Indexes of regions, best first. NaN is unknown and comes last.

    Strict: lowest intensity, then highest spot score, lowest spot price, name. With a tolerance that order is
    walked and cut into groups, each holding what lies within the tolerance of its first; inside a group spot
    score, spot price, intensity and name decide.
    """
    carbon, score, price = _last(intensity), _last(-spot_score), _last(spot_price)
    strict: IntArray = np.lexsort((name_rank, price, score, carbon))
    if tolerance == STRICT:
        return strict
    group = np.empty(len(strict), dtype=np.intp)
    number, limit = -1, -np.inf
    for index in strict:
        if number < 0 or carbon[index] > limit:
            number, limit = number + 1, tolerance.reaches(float(carbon[index]))
        group[index] = number
    relaxed: IntArray = np.lexsort((name_rank, carbon, price, score, group))
    return relaxed


def _last(values: FloatArray) -> FloatArray:
    """Unknown values as higher than any other."""
    ranked: FloatArray = np.where(np.isnan(values), np.inf, values)
    return ranked
