"""Which half-life the ratio of the live value to the profile should decay with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from carbon import units
from forecasting.skill import SEARCH_HOURS
from tools.zone_scores import captured_share, on_grid
from tools.zone_shapes import kept_weekend_factor, predicted, shape_of
from tools.zone_sources import Floats, Series

CANDIDATES = (0.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0, np.inf)
HORIZON_HOURS = units.FORECAST_HORIZON_HOURS
STRIDE_HOURS = 5  # coprime to 24 and 168: every hour of the day and week takes part
BANDS = ((1, 6), (7, 24), (25, 72), (1, 72))

INTRO = """\
## Half-life of the live ratio

With a live value, the outlook for lead t is profile x (1 + (r - 1) x 2^(-t / half-life)), r = live / profile.
Profile from 2021 and 2022 with the level of 2022, tested on 2023 from every fifth hour;
error = mean absolute error over the leads, in per cent of the zone's mean of 2023, averaged over {zones} zones.
0 h means the profile alone, infinite keeps the ratio. Captured as above, with the live value as the first hour."""


def half_life_section(pairs: Sequence[tuple[Series, Series]], level_of: Callable[[Series], float]) -> str:
    """Markdown: error by candidate and lead, and the best. pairs: (training, held back) of several-year zones."""
    errors = np.array([_errors(training, held_back, level_of(training)) for training, held_back in pairs])
    mean, median = np.nanmean(errors, axis=0), np.nanmedian(errors, axis=0)
    head = ["half-life h", *(f"leads {first}-{last}" for first, last in BANDS), "captured %", "captured %, median zone"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(BANDS) + 2)]
    for index, candidate in enumerate(CANDIDATES):
        name = "infinite" if np.isinf(candidate) else f"{candidate:g}"
        cells = [f"{100 * value:.2f}" for value in (*mean[index], median[index, -1])]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    best = CANDIDATES[int(np.argmin(mean[:, BANDS.index((1, HORIZON_HOURS))]))]
    verdict = f"Smallest error over 72 h: **{best:g} h**, the constant `RATIO_HALF_LIFE_HOURS` of carbon/units.py."
    return "\n\n".join([INTRO.format(zones=len(pairs)), "\n".join(lines), verdict])


def _errors(training: Series, held_back: Series, level: float) -> Floats:
    """By candidate: mean absolute error over the mean in each band, then the captured share.

    Shape (candidates, bands + 1).
    """
    outlook = level * predicted(held_back, shape_of(training), kept_weekend_factor(training))
    truth, profile = on_grid(held_back.hours, held_back.values), on_grid(held_back.hours, outlook)
    starts = np.arange(0, len(truth) - HORIZON_HOURS, STRIDE_HOURS)
    starts = starts[np.isfinite(truth[starts])]
    leads = np.arange(1, HORIZON_HOURS + 1)
    at = starts[:, None] + leads
    excess = truth[starts] / profile[starts] - 1.0
    errors = np.empty((len(CANDIDATES), len(BANDS) + 1))
    true_days = truth[starts[:, None] + np.arange(SEARCH_HOURS)]
    for index, half_life in enumerate(CANDIDATES):
        decay = np.exp2(-leads / half_life) if half_life > 0 else np.zeros(HORIZON_HOURS)
        scaled = profile[at] * (1.0 + excess[:, None] * decay)
        error = np.abs(scaled - truth[at]) / np.nanmean(truth)
        days = np.column_stack([truth[starts], scaled[:, : SEARCH_HOURS - 1]])
        bands = [np.nanmean(error[:, first - 1 : last]) for first, last in BANDS]
        errors[index] = [*bands, captured_share(true_days, days)]
    return errors
