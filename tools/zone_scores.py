"""How well a shape predicts held-back hours, in grams and in carbon saved by waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from forecasting.skill import SEARCH_HOURS, captured_savings
from tools.zone_sources import Floats, Series

MAPE_FLOOR = 1.0  # gCO2e per kWh


@dataclass(frozen=True, kw_only=True)
class Score:
    """mae: gCO2e per kWh. mape: share of the true value, which counts as 1 g at least.

    captured: share of the possible saving, see captured_saving.
    """

    mae: float
    mape: float
    captured: float


def score(truth: Series, predicted: Floats) -> Score:
    """Score of predicted intensities against the true series."""
    error = np.abs(predicted - truth.values)
    mape = error / np.maximum(truth.values, MAPE_FLOOR)
    return Score(mae=float(error.mean()), mape=float(mape.mean()), captured=captured_saving(truth, predicted))


def captured_saving(truth: Series, predicted: Floats) -> float:
    """Share of the possible saving a scheduler gets that trusts the prediction.

    From every hour, a job of 4 h may start at any of the 21 full hours that let it end within 24 h. Possible
    saving: true mean over all 21 starts minus the best start. Captured: the same mean minus the start with the
    lowest prediction (the earliest on a tie). Sums over all hours whose next 24 are known; NaN where nothing can
    be saved.
    """
    true_days = sliding_window_view(on_grid(truth.hours, truth.values), SEARCH_HOURS)
    predicted_days = sliding_window_view(on_grid(truth.hours, predicted), SEARCH_HOURS)
    return captured_share(true_days, predicted_days)


def captured_share(true_days: Floats, predicted_days: Floats) -> float:
    """The same from the next 24 hours of many starting points, both of shape (points, 24)."""
    is_complete = np.isfinite(true_days).all(axis=1)
    captured, possible = captured_savings(true_days[is_complete], predicted_days[is_complete])
    return float(captured.sum() / possible.sum()) if possible.sum() > 0 else float("nan")


def on_grid(hours: np.ndarray, values: Floats) -> Floats:
    """Values on every hour from the first to the last, NaN where one is missing."""
    grid = np.full(int(hours[-1] - hours[0]) + 1, np.nan)
    grid[hours - hours[0]] = values
    return grid


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the rest numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
