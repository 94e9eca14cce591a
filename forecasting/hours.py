"""The hours a forecast is made from: recent history by day and hour, its gaps filled, beside the usual pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DAYS_BACK, DAYS_AHEAD, DAY = 14, 7, 24
HOURS_BACK, HOURS_AHEAD = DAYS_BACK * DAY, DAYS_AHEAD * DAY
LEAST_GCO2E = 1.0  # below it a relative error says nothing
LEAST_OWN_HOURS = 168  # of history, from which its mean day counts as usual
INTERPOLATED_HOURS = 6  # the longest gap that its neighbours fill
# The hours to come by hour of the day, counted from the first of them.
HOUR_OF_DAY = np.arange(HOURS_AHEAD) % DAY


@dataclass(frozen=True)
class Hours:
    """Several zones side by side: n rows, each with HOURS_BACK hours before its origin and HOURS_AHEAD after it.

    log_usual: logarithm of the usual gCO2e per kWh, shape (n, HOURS_BACK + HOURS_AHEAD).
    anomaly: log(actual / usual) of the hours before the origin, without gaps, shape (n, HOURS_BACK).
    weekend: 1.0 on Saturday and Sunday (UTC), shape (n, HOURS_BACK + HOURS_AHEAD).
    """

    log_usual: FloatArray
    anomaly: FloatArray
    weekend: FloatArray

    @cached_property
    def log_actual(self) -> FloatArray:
        """Logarithm of the history without gaps, shape (n, HOURS_BACK)."""
        return np.asarray(self.log_usual[:, :HOURS_BACK] + self.anomaly)

    @cached_property
    def actual(self) -> FloatArray:
        """The history without gaps in gCO2e per kWh, shape (n, HOURS_BACK)."""
        return np.asarray(np.exp(self.log_actual))

    @cached_property
    def usual(self) -> FloatArray:
        """The usual gCO2e per kWh, shape (n, HOURS_BACK + HOURS_AHEAD)."""
        return np.asarray(np.exp(self.log_usual))

    @cached_property
    def days(self) -> FloatArray:
        """The anomaly by day before the origin (oldest first) and hour of that day, shape (n, DAYS_BACK, DAY)."""
        return self.anomaly.reshape(-1, DAYS_BACK, DAY)

    @cached_property
    def log_usual_ahead(self) -> FloatArray:
        """Logarithm of the usual gCO2e per kWh of the hours to come, shape (n, HOURS_AHEAD)."""
        return self.log_usual[:, HOURS_BACK:]


def hours_of(history: FloatArray, usual: FloatArray, origins: NDArray[np.int64]) -> Hours:
    """The hours of n zones. Each row needs at least one known hour.

    history: gCO2e per kWh of the HOURS_BACK hours before the origin, oldest first, NaN where unknown. usual: of the
    same hours and HOURS_AHEAD more. origins: the first hour to come of each row, UTC hours since the epoch.
    """
    log_usual = np.log(np.maximum(usual, LEAST_GCO2E))
    anomaly = np.log(np.maximum(history, LEAST_GCO2E)) - log_usual[:, :HOURS_BACK]
    for row in np.flatnonzero(np.isnan(anomaly).any(axis=1)).tolist():
        anomaly[row] = filled(anomaly[row])
    hours = origins[:, None] + np.arange(-HOURS_BACK, HOURS_AHEAD)
    return Hours(log_usual, anomaly, is_weekend(hours).astype(np.float64))


def recent_hours(history: FloatArray, usual: FloatArray, origins: NDArray[np.int64], history_hours: int) -> Hours:
    """As hours_of, of the last `history_hours` of each history, which the usual pattern follows half way.

    What is usual is then the geometric mean of `usual` and the history's own mean day: a profile of past years is wrong
    about new plants, and a mean day about weekends. A history under a week is too short for that.
    """
    recent = history.copy()
    recent[:, : HOURS_BACK - history_hours] = np.nan
    if history_hours >= LEAST_OWN_HOURS:
        usual = np.sqrt(np.maximum(usual, LEAST_GCO2E) * np.maximum(usual_of_history(recent), LEAST_GCO2E))
    return hours_of(recent, usual, origins)


def usual_of_history(history: FloatArray) -> FloatArray:
    """The mean of each hour of the day, repeated: shape (n, HOURS_BACK + HOURS_AHEAD).

    Shrunk to the mean of the row, as with one day more at that mean: a single day says little of what is usual.
    """
    days = history.reshape(len(history), DAYS_BACK, DAY)
    has_value = np.isfinite(days)
    mean = np.nanmean(history, axis=1)[:, None]
    by_hour = (np.where(has_value, days, 0.0).sum(axis=1) + mean) / (has_value.sum(axis=1) + 1)
    return np.tile(by_hour, (1, DAYS_BACK + DAYS_AHEAD))


def is_weekend(hours: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True on Saturday and Sunday, UTC. hours: since the epoch, which was a Thursday."""
    return np.asarray((hours // DAY + 3) % 7 >= 5)


def filled(anomaly: FloatArray) -> FloatArray:
    """One row without gaps, shape (HOURS_BACK,).

    A gap of up to INTERPOLATED_HOURS is interpolated, and at the end of the row the last value is carried so far.
    Longer gaps have the anomaly of the same hour of the nearest later day, else of the nearest earlier day, else the
    mean of the row.
    """
    values, indexes = anomaly.copy(), np.arange(HOURS_BACK)
    at = np.flatnonzero(np.isfinite(anomaly))
    after = np.searchsorted(at, indexes)
    before_at = np.where(after > 0, at[after - 1], -HOURS_BACK)
    after_at = np.where(after < len(at), at[np.minimum(after, len(at) - 1)], HOURS_BACK)
    short = (after_at - before_at <= INTERPOLATED_HOURS + 1) & np.isnan(values)
    values[short] = np.interp(indexes[short], at, anomaly[at])
    days = values.reshape(DAYS_BACK, DAY)
    for order in (range(DAYS_BACK - 2, -1, -1), range(1, DAYS_BACK)):
        step = 1 if order.step < 0 else -1
        for day in order:
            days[day] = np.where(np.isnan(days[day]), days[day + step], days[day])
    return np.where(np.isnan(values), np.nanmean(anomaly), values)
