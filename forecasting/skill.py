"""How good forecasts were, hour by hour beside what came: sums that can be added over forecasts and days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.hours import DAY, DAYS_AHEAD, HOURS_AHEAD, LEAST_GCO2E, FloatArray

JOB_HOURS, SEARCH_HOURS = 4, DAY  # of the job whose saving is compared with that of perfect foresight
WAITING_JOBS, WAITING_HOURS = (1, 4, 12), (DAY, HOURS_AHEAD)  # as in the backtest of what waiting brings
# The rows of `by_day`, in this order.
ERROR, SCORED, MISSING, ESTIMATED, RANGED, INSIDE = range(6)
# The columns of `savings`, in this order.
CAPTURED, POSSIBLE, JOBS = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """n forecasts of one zone by hour from the hour each was issued in, gCO2e per kWh, NaN where there is none.

    values, low, high: of shape (n, HOURS_AHEAD). origins: the hours of issue, UTC hours since the epoch.
    """

    origins: NDArray[np.int64]
    values: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ActualHours:
    """What came in the hours from `first_hour` on, up to the last one that is over.

    values: gCO2e per kWh, NaN without a reading. is_estimated: of the readings of the hour.
    """

    first_hour: int
    values: FloatArray
    is_estimated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The sums of n forecasts.

    by_day: by day ahead, shape (n, 6, DAYS_AHEAD): the sum of relative errors; hours with forecast and reading; hours
    that are over and have no reading; scored hours whose reading was an estimate; scored hours with a range; those that
    were inside it. savings: shape (n, 3): what a job of JOB_HOURS within SEARCH_HOURS would have saved by the forecast,
    and at most, against the mean of all its starts, gCO2e per kWh; 1 if all these hours are known, else 0 in all three.
    waits: jobs that the forecast would have had wait: row, hours waited, and log(now / later) as predicted and as it
    came; shape (jobs, 4).
    """

    by_day: FloatArray
    savings: FloatArray
    waits: FloatArray


def score(forecasts: Forecasts, hours: ActualHours) -> Scores:
    """The sums of each forecast. A reading below LEAST_GCO2E counts as that: a relative error says nothing there."""
    actual, is_estimated, is_over = _beside(forecasts.origins, hours)
    values, has_value = forecasts.values, np.isfinite(forecasts.values)
    has_both = has_value & np.isfinite(actual)
    has_range = has_both & np.isfinite(forecasts.low) & np.isfinite(forecasts.high)
    is_inside = has_range & (actual >= forecasts.low) & (actual <= forecasts.high)
    errors = np.abs(values - actual) / np.maximum(actual, LEAST_GCO2E)
    parts = (
        np.where(has_both, errors, 0.0),
        has_both,
        has_value & is_over & ~np.isfinite(actual),
        has_both & is_estimated,
        has_range,
        is_inside,
    )
    by_day = np.stack([part.reshape(-1, DAYS_AHEAD, DAY).sum(axis=2) for part in parts], axis=1)
    return Scores(by_day.astype(np.float64), _savings(values, actual), _waits(values, actual))


def captured_savings(actual: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Saved by the start with the lowest forecast, and by the best one, against the mean of all starts; both (n,).

    A job of JOB_HOURS starts at any full hour that lets it end within SEARCH_HOURS; of equal forecasts at the earliest.
    actual, values: the SEARCH_HOURS from each origin on, all known, shape (n, SEARCH_HOURS).
    """
    actual_jobs, predicted_jobs = _means(actual, JOB_HOURS), _means(values, JOB_HOURS)
    choice = np.argmin(predicted_jobs.round(6), axis=1)
    at_random = actual_jobs.mean(axis=1)
    return at_random - _at_starts(actual_jobs, choice), at_random - actual_jobs.min(axis=1)


def _beside(origins: NDArray[np.int64], hours: ActualHours) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]]:
    """What came in the hours of each forecast, whether it was estimated, and whether the hour is over."""
    at = origins[:, None] + np.arange(HOURS_AHEAD) - hours.first_hour
    is_over = (at >= 0) & (at < len(hours.values))
    place = np.where(is_over, at, 0)
    if not len(hours.values):
        return np.full(at.shape, np.nan), is_over, is_over
    return np.where(is_over, hours.values[place], np.nan), is_over & hours.is_estimated[place], is_over


def _savings(values: FloatArray, actual: FloatArray) -> FloatArray:
    day_ahead, day = values[:, :SEARCH_HOURS], actual[:, :SEARCH_HOURS]
    whole = np.flatnonzero(np.isfinite(day_ahead + day).all(axis=1))
    savings = np.zeros((len(values), 3))
    captured, possible = captured_savings(day[whole], day_ahead[whole])
    savings[whole, CAPTURED], savings[whole, POSSIBLE], savings[whole, JOBS] = captured, possible, 1.0
    return savings


def _waits(values: FloatArray, actual: FloatArray) -> FloatArray:
    """For every job and search the forecast's lowest start after the first, where both are known."""
    values, actual = np.maximum(values, LEAST_GCO2E), np.maximum(actual, LEAST_GCO2E)
    parts = [np.zeros((0, 4))]
    for job in WAITING_JOBS:
        predicted_jobs, actual_jobs = _means(values, job), _means(actual, job)
        for search in WAITING_HOURS:
            predicted = np.where(np.isnan(predicted_jobs), np.inf, predicted_jobs)[:, : search + 1]
            best = np.argmin(predicted.round(6), axis=1)
            now, later = predicted[:, 0], _at_starts(predicted, best)
            actual_now, actual_later = actual_jobs[:, 0], _at_starts(actual_jobs, best)
            rows = np.flatnonzero((best > 0) & np.isfinite(now + actual_now + actual_later))
            columns = (rows, best[rows], np.log(now[rows] / later[rows]), np.log(actual_now[rows] / actual_later[rows]))
            parts.append(np.stack(columns, axis=1))
    return np.concatenate(parts)


def _means(hours: FloatArray, job_hours: int) -> FloatArray:
    """Of the job at each start, NaN where an hour is not known."""
    return np.asarray(sliding_window_view(hours, job_hours, axis=1).mean(axis=2))


def _at_starts(means: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
    return np.asarray(np.take_along_axis(means, starts[:, None], axis=1)[:, 0])
