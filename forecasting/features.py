"""What the model sees of the hours before the origin: features by name, in logarithms of carbon intensity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.blend import recent_errors
from forecasting.experts import analogs, experts
from forecasting.hours import DAY, DAYS_AHEAD, DAYS_BACK, HOUR_OF_DAY, HOURS_AHEAD, HOURS_BACK, FloatArray, Hours

Feature = tuple[str, FloatArray]
MEAN_HOURS = (1, 3, 6, 12, 24, 48, 72, 168, 336)
ERROR_HOURS = (1, 3, 6, 12)
WEEK_HOURS = 168
TINY = 1e-4  # squared logarithms: keeps the correlations of a series that hardly varies near 0
LEAST_SPREAD = 0.01


def features(hours: Hours, plain_blend: FloatArray) -> Iterator[Feature]:
    """Each feature with its name, shape (n, HOURS_AHEAD), or (n, 1) where it is the same for every hour to come.

    plain_blend: the logarithm of the blend without the last hour's error, shape (n, HOURS_AHEAD).
    """
    yield "constant", np.ones((len(hours.anomaly), 1))
    yield from _same_hours(hours)
    yield from _levels(hours)
    yield "blend", plain_blend - hours.log_usual_ahead
    yield from _spreads(hours)
    yield from _shapes(hours)
    yield from _weekends(hours)
    yield "experts", experts(hours)
    yield "analogs", analogs(hours)
    yield from _persistence(hours)


def _same_hours(hours: Hours) -> Iterator[Feature]:
    """Anomalies of the same hour of earlier days, and of the same hour of the week."""
    for back in range(1, 8):
        yield f"same_hour_{back}d_ago", hours.days[:, DAYS_BACK - back][:, HOUR_OF_DAY]
    yield "same_hour_week_before", hours.days[:, : DAYS_BACK - 7].mean(axis=1)[:, HOUR_OF_DAY]
    for weeks in (1, 2):
        first = HOURS_BACK - weeks * WEEK_HOURS
        yield f"same_weekday_{weeks}w_ago", hours.anomaly[:, first : first + HOURS_AHEAD]


def _levels(hours: Hours) -> Iterator[Feature]:
    """Mean anomalies, and mean errors of the blend, of the last hours."""
    for count in MEAN_HOURS:
        yield f"mean_{count}h", hours.anomaly[:, -count:].mean(axis=1, keepdims=True)
    errors = recent_errors(hours)
    for count in ERROR_HOURS:
        yield f"error_{count}h", errors[:, :count].mean(axis=1, keepdims=True)


def _spreads(hours: Hours) -> Iterator[Feature]:
    """How much the anomaly varies."""
    week = hours.anomaly[:, -WEEK_HOURS:]
    yield "spread_24h", hours.anomaly[:, -DAY:].std(axis=1, keepdims=True)
    yield "spread_168h", week.std(axis=1, keepdims=True)
    yield "spread_of_days", hours.days.mean(axis=2).std(axis=1, keepdims=True)
    yield "log_spread_168h", np.log(week.std(axis=1, keepdims=True) + LEAST_SPREAD)
    yield "highest_168h", week.max(axis=1, keepdims=True)
    yield "lowest_168h", week.min(axis=1, keepdims=True)


def _shapes(hours: Hours) -> Iterator[Feature]:
    """The usual pattern of the hours to come beside that of yesterday, and the last week's mean day beside it."""
    yesterday, ahead = hours.log_usual[:, HOURS_BACK - DAY : HOURS_BACK], hours.log_usual_ahead
    yield "usual_less_yesterday_mean", ahead - yesterday.mean(axis=1, keepdims=True)
    yield "usual_of_yesterday", yesterday[:, HOUR_OF_DAY] - ahead
    week = hours.actual[:, -WEEK_HOURS:].reshape(-1, 7, DAY).mean(axis=1)
    yield "mean_day_168h", np.log(week)[:, HOUR_OF_DAY] - ahead


def _weekends(hours: Hours) -> Iterator[Feature]:
    """Whether the hour to come and yesterday are of a weekend, and how the zone's own weekends differed."""
    past, ahead = hours.weekend[:, :HOURS_BACK], hours.weekend[:, HOURS_BACK:]
    yesterday = past[:, -DAY:][:, HOUR_OF_DAY]
    yield "weekend", ahead
    yield "weekend_yesterday", yesterday
    yield "weekend_both", ahead * yesterday
    on_weekends, on_weekdays = _mean(hours.anomaly, past), _mean(hours.anomaly, 1.0 - past)
    difference = (on_weekends - on_weekdays)[:, None]
    yield "weekend_difference", difference
    yield "weekend_difference_ahead", difference * ahead
    yield "weekend_difference_yesterday", difference * yesterday
    by_day = past.reshape(-1, DAYS_BACK, DAY)
    on_weekends, on_weekdays = _mean(hours.days, by_day), _mean(hours.days, 1.0 - by_day)
    is_weekend = ahead.reshape(-1, DAYS_AHEAD, DAY) > 0
    kinds = np.where(is_weekend, on_weekends[:, None], on_weekdays[:, None])
    yield "same_kind_of_day", kinds.reshape(len(kinds), -1)


def _mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean over the first axis after the rows; 0 where all weights are 0."""
    return np.asarray((values * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0))


def _persistence(hours: Hours) -> Iterator[Feature]:
    """Anomalies times the zone's own autocorrelation of the last two weeks: what tends to last, and for how long."""
    levels = hours.days.mean(axis=2)
    around = levels - levels.mean(axis=1, keepdims=True)
    from_day = (around[:, 1:] * around[:, :-1]).sum(axis=1) / ((around**2).sum(axis=1) + TINY)
    yield "level_times_persistence", (from_day * around[:, -1])[:, None]
    within = hours.anomaly - np.repeat(levels, DAY, axis=1)
    variance = (within**2).mean(axis=1) + TINY
    over_6h = (within[:, 6:] * within[:, :-6]).mean(axis=1) / variance
    yield "last_hour_times_persistence", (over_6h * within[:, -1])[:, None]
    over_day = ((within[:, DAY:] * within[:, :-DAY]).mean(axis=1) / variance)[:, None]
    yield "yesterday_times_persistence", over_day * within[:, -DAY:][:, HOUR_OF_DAY]
    week = within.reshape(-1, DAYS_BACK, DAY)[:, -7:].mean(axis=1)
    yield "week_times_persistence", over_day * week[:, HOUR_OF_DAY]
