"""Ranges from the errors of zone-years: how a year's hours spread, and how far its mean may be from the level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.zone_sources import Floats

CENTILES = (0.1, 0.9)
_QUANTILES = (np.arange(400) + 0.5) / 400


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The errors log(actual / predicted) of one zone-year, by duration.

    around_mean: quantiles of the errors less their mean, shape (400, durations). drift: that mean, shape (durations,):
    how far the year was from the level of the year before. NaN where the series has gaps.
    """

    around_mean: Floats
    drift: Floats

    @classmethod
    def of(cls, logs: NDArray[np.float32]) -> Spread:
        """logs: shape (samples, durations)."""
        unknown = np.isnan(logs).all(axis=0)
        drift, around_mean = np.full(logs.shape[1], np.nan), np.full((len(_QUANTILES), logs.shape[1]), np.nan)
        drift[~unknown] = np.nanmean(logs[:, ~unknown], axis=0, dtype=np.float64)
        around_mean[:, ~unknown] = np.nanquantile(logs[:, ~unknown] - drift[~unknown], _QUANTILES, axis=0)
        return cls(around_mean=around_mean, drift=drift)


def log_range(own: Sequence[Spread], alike: Sequence[Spread]) -> Floats:
    """10th and 90th centile by duration, shape (2, durations): the spread of `own` around each drift of `alike`.

    The one or two years of a zone do not tell how far its next year will be from its level, so the drifts are those of
    all zone-years that are alike. Each counts with both signs: whether the next year is above or below is chance.
    A duration without errors has the range of the next shorter one.
    """
    around_mean = np.concatenate([spread.around_mean for spread in own])
    drifts = np.stack([spread.drift for spread in alike])
    result = np.zeros((2, around_mean.shape[1]))
    for index in range(around_mean.shape[1]):
        drift, errors = (column[np.isfinite(column)] for column in (drifts[:, index], around_mean[:, index]))
        if len(drift) and len(errors):
            if len(own) > 1:
                errors = np.quantile(errors, _QUANTILES)
            result[:, index] = np.quantile(np.add.outer(errors, np.concatenate([drift, -drift])), CENTILES)
        elif index:
            result[:, index] = result[:, index - 1]
    return np.stack([np.minimum(result[0], 0), np.maximum(result[1], 0)])
