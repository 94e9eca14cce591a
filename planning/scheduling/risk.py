"""Which figure of a window decides: its expected mean, or the 90th centile of that mean."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import nan

import numpy as np

from carbon.intensity import CarbonIntensity
from carbon.jobs import Risk
from carbon.units import HOUR_SECONDS
from planning.outlook.grid_range import RANGE_CHANGES, hour_ranges
from planning.outlook.series import Series
from planning.outlook.zones import Outlook
from planning.scheduling.power import Power
from planning.scheduling.windows import Search, lowest_mean

CHANGES = tuple(hours * HOUR_SECONDS for hours in RANGE_CHANGES)


def decisive(mean: CarbonIntensity, risk: Risk) -> float | None:
    """The figure of a mean that decides, in gCO2e/kWh; None if it is not known."""
    return mean.gco2e_per_kwh if risk is Risk.EXPECTED else mean.high_gco2e_per_kwh


def lowest_high(outlook: Outlook, row: int, power: Power) -> Search:
    """Among the windows of a job that one_rule_each leaves together the one with the lowest 90th centile."""
    zone, duration = outlook.rows[row], power.seconds
    of_means, of_highs = lowest_mean(outlook.series(row), power), lowest_mean(high_series(outlook, row), power)

    def search(earliest: float, latest: float) -> tuple[float, float]:
        if zone.recent is not None and zone.recent.touches(earliest, earliest + duration):
            return of_highs(earliest, latest)
        start, mean = of_means(earliest, latest)
        factors = outlook.range_of(row, start, duration)
        return start, nan if factors is None else mean * factors.high

    return search


def one_rule_each(
    outlook: Outlook, row: int, duration: float, starts: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """The same starts, to the second, in parts (first, last) in seconds.

    In each part all windows have one factor from mean to 90th centile, or all of them touch our own forecast, and the
    centile is the mean of that of their steps.
    """
    changes, recent = list(CHANGES), outlook.rows[row].recent
    if recent is not None:
        changes = sorted({*changes, recent.starts_at - duration + 1, recent.ends_at})
    parts = []
    for low, high in starts:
        edges = [low, *(change for change in changes if low < change <= high)]
        parts += [(first, max(first, after - 1)) for first, after in pairwise(edges)]
        parts.append((edges[-1], high))
    return parts


def high_series(outlook: Outlook, row: int) -> Series:
    """The 90th centile of each hour's mean, in the steps of the zone.

    Their mean is the 90th centile of a mean whose hours err alike, as Outlook.mean_of_spans has it.
    """
    zone, series = outlook.rows[row], outlook.series(row)
    steps = series.values.shape[1]
    if zone.recent is not None:
        return Series.of(zone.recent.high[None, :steps], series.step_seconds)
    _, high = hour_ranges(lambda ahead: outlook.range_of(row, ahead * HOUR_SECONDS, HOUR_SECONDS), outlook.hours)
    return Series.of(series.values * np.repeat(high, steps // outlook.hours), series.step_seconds)
