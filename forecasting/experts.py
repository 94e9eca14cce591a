"""Forecasts by simple rules that are weighted by how well each did on the zone's own last days."""

from __future__ import annotations

import numpy as np

from forecasting.hours import DAY, DAYS_AHEAD, DAYS_BACK, FloatArray, Hours

WEEK = 7
ERROR_FLOOR, ERROR_POWER = 1e-3, -3
NEARNESS, NEARNESS_FLOOR = 0.3, 1e-5  # how sharply analog days are told apart


def experts(hours: Hours) -> FloatArray:
    """The rules' anomalies of each day to come, weighted by their errors of the last week, (n, HOURS_AHEAD).

    A rule's weight for the day `lead` days ahead is its mean absolute log error to the power -3, of all forecasts it
    would have made so far ahead for days that are known by now.
    """
    log_usual = hours.log_usual.reshape(-1, DAYS_BACK + DAYS_AHEAD, DAY)
    result = np.empty((len(log_usual), DAYS_AHEAD, DAY))
    for lead in range(DAYS_AHEAD):
        errors = [
            np.abs(_rules(hours.days, log_usual, day, lead) - hours.days[:, day + lead, None]).mean(axis=2)
            for day in range(WEEK, DAYS_BACK - lead)
        ]
        weights = (np.mean(errors, axis=0) + ERROR_FLOOR) ** ERROR_POWER
        weights /= weights.sum(axis=1, keepdims=True)
        result[:, lead] = (weights[..., None] * _rules(hours.days, log_usual, DAYS_BACK, lead)).sum(axis=1)
    return result.reshape(len(result), -1)


def _rules(days: FloatArray, log_usual: FloatArray, day: int, lead: int) -> FloatArray:
    """Anomalies that each rule forecasts for day `day + lead` from the days before `day`, shape (n, rules, DAY).

    Yesterday again, the mean of the last week's hours, yesterday's level of the usual pattern, the last week's level,
    the same weekday a week before, and the last week's mean anomaly by hour.
    """
    ahead, week = log_usual[:, day + lead], slice(day - WEEK, day)
    return np.stack(
        [
            days[:, day - 1] + log_usual[:, day - 1] - ahead,
            days[:, week].mean(axis=1) + log_usual[:, week].mean(axis=1) - ahead,
            np.broadcast_to(days[:, day - 1].mean(axis=1)[:, None], ahead.shape),
            np.broadcast_to(days[:, week].mean(axis=(1, 2))[:, None], ahead.shape),
            days[:, day + lead - WEEK],
            days[:, week].mean(axis=1),
        ],
        axis=1,
    )


def analogs(hours: Hours) -> FloatArray:
    """The anomalies that followed the earlier days most like the last one, shape (n, HOURS_AHEAD)."""
    days = hours.days
    distances = ((days[:, :-1] - days[:, -1:]) ** 2).mean(axis=2)
    nearness = np.exp(-distances / (NEARNESS * np.median(distances, axis=1, keepdims=True) + NEARNESS_FLOOR))
    nearness += np.finfo(np.float64).tiny
    result = np.empty((len(days), DAYS_AHEAD, DAY))
    for lead in range(DAYS_AHEAD):
        earlier_days = DAYS_BACK - 1 - lead
        weights = nearness[:, :earlier_days] / nearness[:, :earlier_days].sum(axis=1, keepdims=True)
        result[:, lead] = (weights[..., None] * days[:, 1 + lead : 1 + lead + earlier_days]).sum(axis=1)
    return result.reshape(len(result), -1)
