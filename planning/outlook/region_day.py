"""The next 24 hours of one region."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite

import numpy as np

from carbon import units
from carbon.results import HourStep, RegionDetails, RegionNow, ZoneSources
from catalog.columns import FloatArray
from planning.outlook.zones import Outlook

HOURS_AHEAD = 24
OPTIMAL_HOURS = 9
# Hours that differ by less than this share of the highest are all alike.
ALIKE_SHARE = 0.02


def describe_day(now: RegionNow, zone: str, outlook: Outlook, sources: ZoneSources | None = None) -> RegionDetails:
    """Mean from now on for 24 h, extremes of the steps touched, and the lowest of the 24 hourly steps.

    The outlook must hold 25 hours.
    """
    row = outlook.rows[outlook.zones[zone]]
    hourly = row.values_by(row.step_seconds, HOURS_AHEAD + 1).reshape(HOURS_AHEAD + 1, -1)
    day = hourly[:HOURS_AHEAD].mean(axis=1)
    touched = hourly[: HOURS_AHEAD + (1 if outlook.offset_seconds else 0)]
    first = outlook.first_hour_at
    baseline = row.baseline_from / units.HOUR_SECONDS
    return RegionDetails(
        now=now,
        average=outlook.mean(zone, outlook.offset_seconds, HOURS_AHEAD * float(units.SECONDS_PER_HOUR)),
        minimum=_extreme(np.fmin, touched),
        maximum=_extreme(np.fmax, touched),
        optimal_hours_utc=tuple((first + timedelta(hours=step)).hour for step in lowest_steps(day)),
        hours=tuple(
            HourStep(
                starts_at=first + timedelta(hours=step),
                intensity=outlook.hour(zone, step),
            )
            for step in range(HOURS_AHEAD)
        ),
        baseline_from=first + timedelta(hours=baseline) if baseline <= HOURS_AHEAD else None,
        sources=sources,
    )


def lowest_steps(values: FloatArray) -> list[int]:
    """The nine lowest steps in time order, the earlier of equals; none where all are alike."""
    steps = np.flatnonzero(np.isfinite(values))
    if not len(steps) or values[steps].max() - values[steps].min() < ALIKE_SHARE * values[steps].max():
        return []
    return sorted(int(step) for step in steps[np.argsort(values[steps], kind="stable")[:OPTIMAL_HOURS]])


def _extreme(of: np.ufunc, values: FloatArray) -> float | None:
    """The extreme of the known values; None without any."""
    extreme = float(of.reduce(values, axis=None))
    return extreme if isfinite(extreme) else None
