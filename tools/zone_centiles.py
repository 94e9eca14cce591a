"""Centiles of errors of zone-years by themselves, as the tables of docs/footing.md have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.zone_sources import Floats

WIDENING = 1.1  # in logarithms


def widened_log_range(parts: Sequence[NDArray[np.float32]]) -> Floats:
    """10th and 90th centile by column, shape (2, columns), widened. parts: log(actual / predicted) of each zone-year.

    Each zone-year's mean error counts with both signs: whether the next year is above or below the last is chance.
    """
    both = np.concatenate([errors for part in parts for errors in (part, part - 2 * np.nanmean(part, axis=0))])
    quantiles = np.nanquantile(both, (0.1, 0.9), axis=0) * WIDENING
    for index in np.flatnonzero(np.isnan(quantiles).any(axis=0)).tolist():  # gaps in the series: as the column before
        quantiles[:, index] = quantiles[:, index - 1]
    return np.asarray(np.stack([np.minimum(quantiles[0], 0), np.maximum(quantiles[1], 0)]), np.float64)
