"""A zone by month and hour of the day: means of stored readings where there are enough, otherwise usual values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from carbon.history import MonthHours, ZoneYear
from carbon.intensity import Quality
from catalog.profiles import ZoneProfiles, hour_of
from planning.history.pieces import Figures
from planning.history.skill import actual_hours
from store.history.readings import Readings

YEAR = timedelta(days=365)
LEAST_DAYS = 20  # with readings of each hour of the day, for a month to be a mean of readings
_MONTHS, _HOURS = 12, 24


def zone_year(zone: str, usual: ZoneProfiles, sources: Sequence[Readings], now: datetime) -> ZoneYear:
    """The year of a zone up to the present hour. usual: profiles of the signal that the readings count.

    sources: readings of the last 365 days, in the order of trust. Raises UnknownZone.
    """
    first = hour_of(now - YEAR)
    hours = actual_hours(sources, first, hour_of(now))
    places = np.flatnonzero(np.isfinite(hours.values))
    numbers = first + places
    cells = numbers.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64) % _MONTHS * _HOURS
    cells += numbers % _HOURS
    counts, sums, estimates = (
        np.bincount(cells, weights, _MONTHS * _HOURS).reshape(_MONTHS, _HOURS)
        for weights in (None, hours.values[places], hours.is_estimated[places].astype(np.float64))
    )
    is_stored = counts.min(axis=1) >= LEAST_DAYS
    means = np.where(is_stored[:, None], sums / np.maximum(counts, 1), usual.mid_months(zone))
    qualities = np.where(estimates.any(axis=1), Quality.ESTIMATED, Quality.MEASURED)
    qualities = np.where(is_stored, qualities, Quality.BASELINE)
    return ZoneYear(
        zone=zone,
        starts_at=now - YEAR,
        months=tuple(
            MonthHours(month=month + 1, values=_known(means[month]), quality=Quality(qualities[month]))
            for month in range(_MONTHS)
        ),
        sources=tuple(one.source for one in sources) if is_stored.any() else (),
        baseline=None if is_stored.all() else usual.baseline_source(zone),
    )


def _known(values: Figures) -> tuple[float | None, ...]:
    return tuple(value if np.isfinite(value) else None for value in values.tolist())
