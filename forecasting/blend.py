"""The simple forecast that the model corrects: yesterday, the last week's hours and the usual pattern, blended."""

from __future__ import annotations

import numpy as np

from forecasting.hours import DAY, HOUR_OF_DAY, HOURS_AHEAD, HOURS_BACK, FloatArray, Hours

YESTERDAY, WEEK, USUAL = 0.25, 0.25, 0.5  # weights of the three parts
ERROR_HOURS = 16.0  # the last hour's error decays by e in so many hours
RECENT_HOURS = 12


def blend(hours: Hours) -> tuple[FloatArray, FloatArray]:
    """Logarithm of the forecast in gCO2e per kWh, with the last hour's error and without it, each (n, HOURS_AHEAD)."""
    last_day = slice(HOURS_BACK - DAY, HOURS_BACK)
    week = hours.actual[:, -7 * DAY :].reshape(-1, 7, DAY).mean(axis=1)
    level = hours.actual[:, last_day].sum(axis=1) / hours.usual[:, last_day].sum(axis=1)
    parts = YESTERDAY * hours.actual[:, last_day] + WEEK * week
    plain = np.log(parts[:, HOUR_OF_DAY] + USUAL * hours.usual[:, HOURS_BACK:] * level[:, None])
    error = recent_errors(hours)[:, :1]
    return plain + error * np.exp(-(np.arange(HOURS_AHEAD) + 1) / ERROR_HOURS), plain


def recent_errors(hours: Hours) -> FloatArray:
    """log(actual / blend of the hours before it) of the last hours, newest first, shape (n, RECENT_HOURS)."""
    errors = np.empty((len(hours.actual), RECENT_HOURS))
    for back in range(RECENT_HOURS):
        at = HOURS_BACK - 1 - back
        day = slice(at - DAY, at) if back else slice(HOURS_BACK - DAY, HOURS_BACK)
        level = hours.actual[:, day].sum(axis=1) / hours.usual[:, day].sum(axis=1)
        week = hours.actual[:, at - 7 * DAY : at : DAY].mean(axis=1)
        parts = YESTERDAY * hours.actual[:, at - DAY] + WEEK * week + USUAL * hours.usual[:, at] * level
        errors[:, back] = hours.log_actual[:, at] - np.log(parts)
    return errors
