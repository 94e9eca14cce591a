"""How much a zone varies, by which the error of its forecast grows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.hours import DAY, FloatArray, Hours

LEAST_SPREAD = 0.005
WEEK_HOURS = 168


def spread_features(hours: Hours) -> Iterator[tuple[str, FloatArray]]:
    """Logarithms of spreads of the anomaly over the last day, week and two weeks, each of shape (n, 1)."""
    anomaly = hours.anomaly
    yield "constant", np.ones((len(anomaly), 1))
    yield "log_spread_24h", _log(anomaly[:, -DAY:].std(axis=1))
    yield "log_spread_168h", _log(anomaly[:, -WEEK_HOURS:].std(axis=1))
    yield "log_spread_of_days", _log(hours.days.mean(axis=2).std(axis=1))
    yield "log_spread_of_steps", _log(np.diff(anomaly[:, -WEEK_HOURS:], axis=1).std(axis=1))


def _log(spread: FloatArray) -> FloatArray:
    return np.log(spread + LEAST_SPREAD)[:, None]
