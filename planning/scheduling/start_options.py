"""Every start of a job in several windows and regions, ordered by mean intensity.

Intensity is constant within a step, and steps begin at full five minutes. So the lowest mean is reached where a window
begins or ends, or where the job itself begins or ends at full five minutes of the clock. Only those are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, floor

import numpy as np

from carbon import units
from carbon.start_options import StartOption, StartOptions, StartQuery
from carbon.workload import Interval
from catalog.columns import FloatArray
from catalog.model import Region
from planning.outlook.unknown import intensity_unknown
from planning.outlook.zones import Outlook

GRID_SECONDS = 300  # the shortest step of any outlook
EQUAL_DIGITS = 6  # decimals of gCO2e/kWh; means that agree in them are equal, and the earlier start comes first


def hours_of(query: StartQuery, now: datetime) -> int:
    """Full hours that an outlook from `now` must hold."""
    end = max(window.ends_at for window in query.windows) + timedelta(hours=query.duration_hours)
    return ceil((max(end, now + timedelta(hours=query.duration_hours)) - now) / units.HOUR) + 1


def start_options(query: StartQuery, regions: Mapping[str, Region], outlook: Outlook) -> StartOptions:
    """All starts of the query. regions: by key. Of equal starts the earlier one, then the region named first.

    Starts whose mean is not known do not take part. Raises IntensityUnknown if there are no others.
    """
    zones = list(dict.fromkeys(regions[key].zone for key in query.regions))
    seconds = starts_in(query, outlook)
    duration = query.duration_hours * units.HOUR_SECONDS
    means = np.concatenate([outlook.series(outlook.zones[zone]).means(seconds, duration) for zone in zones])
    figures = means[[zones.index(regions[key].zone) for key in query.regions]].T  # starts in rows, regions beside
    order = _order(figures)
    if not order:
        raise intensity_unknown(outlook.signal, {zone: outlook.current(zone) for zone in zones})

    def option(place: int) -> StartOption:
        start, region = divmod(place, len(query.regions))
        key, second = query.regions[region], float(seconds[start])
        row = outlook.zones[regions[key].zone]
        mean = outlook.describe(row, float(figures[start, region]), second, duration)
        return StartOption(starts_at=outlook.at(second), region=key, mean=mean)

    return StartOptions(
        ideal=option(order[0]),
        options=tuple(option(place) for place in order[: query.options]),
        worst=option(order[-1]),
        naive=option(_naive(figures, order, _first_start(query.windows[0], outlook), seconds)),
        median=option(order[len(order) // 2]),
        count=len(order),
    )


def starts_in(query: StartQuery, outlook: Outlook) -> FloatArray:
    """The starts that are compared, in seconds from the outlook's first hour on: distinct and ascending."""
    duration = query.duration_hours * units.HOUR_SECONDS
    starts: set[float] = set()
    for window in query.windows:
        first = _first_start(window, outlook)
        last = max(first, outlook.seconds_to(window.ends_at))
        starts |= {
            first,
            last,
            *_full(first, last),
            *(end - duration for end in _full(first + duration, last + duration)),
        }
    return np.array(sorted({round(start, 6) for start in starts}))


def _first_start(window: Interval, outlook: Outlook) -> float:
    return max(outlook.offset_seconds, outlook.seconds_to(window.starts_at))


def _full(first: float, last: float) -> Iterable[float]:
    """The full five minutes in [first, last]."""
    return (float(step * GRID_SECONDS) for step in range(ceil(first / GRID_SECONDS), floor(last / GRID_SECONDS) + 1))


def _order(figures: FloatArray) -> list[int]:
    """The places of the known figures of (starts, regions), row by row, from the lowest figure to the highest."""
    flat = np.round(figures.ravel(), EQUAL_DIGITS)
    order = np.argsort(flat, kind="stable")
    ordered: list[int] = order[: int(np.isfinite(flat).sum())].tolist()  # unknown figures are sorted to the end
    return ordered


def _naive(figures: FloatArray, order: Sequence[int], first: float, seconds: FloatArray) -> int:
    """The best place at the first start; where nothing is known then, the best of the earliest start of any figure."""
    width = figures.shape[1]
    row = int(np.searchsorted(seconds, round(first, 6)))
    known_rows = np.flatnonzero(np.isfinite(figures).any(axis=1))
    row = row if row in known_rows else int(known_rows[0])
    return next(place for place in order if place // width == row)
