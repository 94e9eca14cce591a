"""The forecast: the blend of simple rules, corrected by one linear model that is the same for all zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbon import units
from catalog.forecast_model import DECAY_HOURS, LEADS, ForecastModel
from forecasting.blend import blend
from forecasting.features import features
from forecasting.hours import HOURS_AHEAD, HOURS_BACK, FloatArray, Hours, recent_hours
from forecasting.spread import spread_features

LEADS_AHEAD = np.arange(1, HOURS_AHEAD + 1)
DECAYS = np.stack([np.ones(HOURS_AHEAD), *(np.exp(-LEADS_AHEAD / hours) for hours in DECAY_HOURS)])
MOST_BEYOND = 2.0  # times the highest, and 1 over it times the lowest, of the recent and the usual hours
LEAST_KNOWN_SHARE = 0.6  # of the last hours of a model's history length, for that model to be used
_BAND_CENTRES = (np.array(LEADS[:-1]) + np.array(LEADS[1:]) - 1) / 2


@dataclass(frozen=True, eq=False)
class Forecast:
    """n zones by HOURS_AHEAD hours in gCO2e per kWh, each of shape (n, HOURS_AHEAD).

    values: what is expected, close to the median. low, high: 10th and 90th centile, NaN where the history is too
    short for a model. history_hours: length of history of the model of each row; 0 where the usual pattern was scaled.
    """

    values: FloatArray
    low: FloatArray
    high: FloatArray
    history_hours: NDArray[np.int64]


def forecast(
    history: FloatArray, usual: FloatArray, origins: NDArray[np.int64], models: Mapping[int, ForecastModel]
) -> Forecast:
    """The next week of n zones, each from its own origin.

    history: gCO2e per kWh of the HOURS_BACK hours before the origin, oldest first, NaN where unknown, shape
    (n, HOURS_BACK). usual: what is usual in these and the HOURS_AHEAD hours to come, above 0. origins: first hour to
    come of each row, UTC hours since the epoch. models: by hours of history.
    """
    lengths = history_lengths(history, sorted(models, reverse=True))
    values = scaled(history, usual)
    low, high = np.full_like(values, np.nan), np.full_like(values, np.nan)
    for hours, model in models.items():
        rows = np.flatnonzero(lengths == hours)
        if len(rows):
            values[rows], low[rows], high[rows] = _corrected(history[rows], usual[rows], origins[rows], model, hours)
    return Forecast(values, low, high, lengths)


def history_lengths(history: FloatArray, lengths: Iterable[int]) -> NDArray[np.int64]:
    """For each row the first of `lengths` of whose last hours LEAST_KNOWN_SHARE are known; 0 where none is."""
    has_value = np.isfinite(history)
    result = np.zeros(len(history), np.int64)
    for hours in lengths:
        enough = has_value[:, -hours:].mean(axis=1) >= LEAST_KNOWN_SHARE
        result[(result == 0) & enough] = hours
    return result


def scaled(history: FloatArray, usual: FloatArray) -> FloatArray:
    """The usual pattern scaled to the last known hour, whose ratio relaxes to 1 with units.RATIO_HALF_LIFE_HOURS."""
    has_value = np.isfinite(history)
    last = HOURS_BACK - 1 - np.argmax(has_value[:, ::-1], axis=1)
    rows = np.arange(len(history))
    excess = np.where(has_value.any(axis=1), history[rows, last] / usual[rows, last] - 1.0, 0.0)
    ages = HOURS_BACK - 1 - last[:, None] + LEADS_AHEAD
    return np.asarray(usual[:, HOURS_BACK:] * (1.0 + excess[:, None] * np.exp2(-ages / units.RATIO_HALF_LIFE_HOURS)))


def _corrected(
    history: FloatArray, usual: FloatArray, origins: NDArray[np.int64], model: ForecastModel, hours: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    recent = recent_hours(history, usual, origins, hours)
    base, plain = blend(recent)
    log_values = base + weighted_sum(features(recent, plain), model.correction)
    spread = weighted_sum(spread_features(recent), model.spread)
    log_low, log_high = (log_values + np.exp(spread) * factors for factors in _factors(spread, model))
    values, low, high = (_bounded(numbers, recent) for numbers in (log_values, log_low, log_high))
    return values, low, high


def _bounded(log_values: FloatArray, recent: Hours) -> FloatArray:
    """In gCO2e per kWh, within MOST_BEYOND of the recent and usual hours, however wild these are."""
    both = np.concatenate([recent.log_actual, recent.log_usual], axis=1)
    lowest, highest = (extreme(axis=1, keepdims=True) for extreme in (both.min, both.max))
    bound = np.log(MOST_BEYOND)
    return np.asarray(np.exp(np.clip(log_values, lowest - bound, highest + bound)))


def weighted_sum(parts: Iterable[tuple[str, FloatArray]], weights: Mapping[str, FloatArray]) -> FloatArray:
    """Each named feature times its coefficients, which change with the lead, added; shape (n, HOURS_AHEAD).

    A feature without coefficients takes no part.
    """
    total = np.zeros(HOURS_AHEAD)
    for name, values in parts:
        if name in weights:
            total = total + values * (weights[name] @ DECAYS)
    return np.asarray(total)


def _factors(spread: FloatArray, model: ForecastModel) -> tuple[FloatArray, FloatArray]:
    """Low and high by row and lead, in units of the spread, interpolated between the middles of the bands."""
    classes = np.searchsorted(model.edges, spread.mean(axis=1))
    low, high = (
        np.stack([np.interp(LEADS_AHEAD - 1, _BAND_CENTRES, model.ranges[:, side, row]) for row in classes])
        for side in (0, 1)
    )
    return np.minimum(low, 0.0), np.maximum(high, 0.0)
