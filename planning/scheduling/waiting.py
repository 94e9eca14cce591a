"""Whether waiting for a window is worth it, from what waiting as advised brought before."""

from __future__ import annotations

from math import exp, isfinite, log

import numpy as np

from carbon import units
from carbon.schedules import ExpectedSavings
from catalog.outlook_error import TESTED_YEARS
from planning.outlook.grid_range import waiting_outcome
from planning.outlook.zones import Outlook
from planning.scheduling.windows import Best

# Below this median saving, or with less chance of any, the advice is to start now (docs/decisions/0018-how-sure.md).
LEAST_SAVING_PERCENT = 1.0
LEAST_CHANCE = 0.6

NO_WAIT = ExpectedSavings(median=0.0, low=0.0, high=0.0, chance_of_saving=0.0)


def expected_savings(
    outlook: Outlook, row: int, *, earliest: float, start: float, ratio: float
) -> ExpectedSavings | None:
    """What starting at `start` instead of `earliest` (seconds) may save, in per cent of starting at `earliest`.

    ratio: predicted mean at the start over that at the earliest. From the zone's stored forecasts if there are enough
    (planning/outlook/stored_skill.py), else from backtests; None where neither says.
    """
    if start <= earliest:
        return NO_WAIT
    if not isfinite(ratio) or ratio <= 0:
        return None
    lead_hours, saving_percent = (start - earliest) / units.HOUR_SECONDS, 100 * (1 - ratio)
    zone, name = outlook.rows[row], outlook.names[row]
    stored = outlook.skills.outcome(name, zone.forecast_at(start), lead_hours, saving_percent)
    if stored is not None:
        outcome, basis = stored[0], f"stored forecasts of {stored[1]} days"
    else:
        is_live, basis = zone.forecast_source is not None, f"backtest {TESTED_YEARS}"
        tested = waiting_outcome(
            outlook.profiles,
            name,
            live=is_live,
            upstream=zone.has_forecast,
            lead_hours=lead_hours,
            saving_percent=saving_percent,
        )
        if tested is None:
            return None
        outcome = tested
    low, median, high = (_percent(change - log(ratio)) for change in (outcome.low, outcome.median, outcome.high))
    return ExpectedSavings(median=median, low=low, high=high, chance_of_saving=outcome.chance, basis=basis)


def _percent(log_saving: float) -> float:
    return 100 * (1 - exp(-log_saving))


def is_worth_waiting(expected: ExpectedSavings | None) -> bool:
    """True where nothing is known of it: then the lowest window is the advice."""
    if expected is None:
        return True
    return expected.median >= LEAST_SAVING_PERCENT and expected.chance_of_saving >= LEAST_CHANCE


def worth_waiting_for(best: Best, outlook: Outlook, *, earliest: float, duration: float) -> Best:
    """The best windows of all the outlook's zones, with the earliest start where waiting is not worth it."""
    starts, means = best.starts.copy(), best.means.copy()
    for row in np.flatnonzero(starts > earliest).tolist():
        at_once = outlook.rows[row].mean(earliest, duration)
        ratio = float(means[row]) / at_once if at_once > 0 else float("nan")
        expected = expected_savings(outlook, row, earliest=earliest, start=float(starts[row]), ratio=ratio)
        if not is_worth_waiting(expected):
            starts[row], means[row] = earliest, at_once
    return Best(starts, means)
