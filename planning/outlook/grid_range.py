"""How far what comes may be from an outlook: the grid's part of the uncertainty, from backtests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, nan
from operator import attrgetter

import numpy as np

from carbon.ranges import Factors, combined
from carbon.reading import ZoneReading
from catalog.columns import FloatArray
from catalog.memo import table_cache
from catalog.outlook_error import LEAD_BANDS, WaitingOutcome
from catalog.profiles import ZoneProfiles

LONGEST_LEAD_HOURS = 168  # later on the profile alone is as good
# Hours ahead at which the ranges of means that begin then differ from those of the hour before.
RANGE_CHANGES = (*LEAD_BANDS[1:], LONGEST_LEAD_HOURS + 1)
CACHED_RANGES = 4096  # rows and zones of one question share most of theirs


@table_cache(CACHED_RANGES)
def grid_range(
    profiles: ZoneProfiles,
    zone: str,
    *,
    live: bool,
    upstream: bool,
    lead_hours: float,
    duration_hours: float,
) -> Factors | None:
    """10th to 90th centile of actual over predicted mean intensity; None where no backtest is loaded.

    live: whether a live value or an upstream forecast is at hand; upstream: whether it is a forecast. lead_hours: from
    the hour of now to the first hour of the mean, 0 within the hour of now. Source: catalog/data/grid_ranges.csv.
    """
    if profiles.errors is None or profiles.zones[zone].is_own:  # no backtest is of the operator's own figures
        return None
    outlook = "live" if live and lead_hours <= LONGEST_LEAD_HOURS else "baseline"
    log_range = profiles.errors.log_range(profiles.zones[zone], outlook, lead_hours, duration_hours, shaped=upstream)
    return None if log_range is None else Factors(low=exp(log_range[0]), high=exp(log_range[1]))


def hour_ranges(range_of: Callable[[int], Factors | None], hours: int) -> tuple[FloatArray, FloatArray]:
    """10th and 90th centile over the mean of each of the hours from the present one on; NaN where unknown.

    range_of: of the hour so many hours ahead; asked once for each of RANGE_CHANGES.
    """
    bands = np.searchsorted(RANGE_CHANGES, np.arange(hours), side="right")
    ranges = [range_of(ahead) for ahead in (0, *RANGE_CHANGES)]
    sides = ([nan if one is None else side(one) for one in ranges] for side in (attrgetter("low"), attrgetter("high")))
    low, high = (np.array(side)[bands] for side in sides)
    return low, high


def doubt_of(reading: ZoneReading) -> Factors | None:
    """How far the figures of a reading may be off, besides what comes: the source's error and the sources' spread."""
    basis = reading.latest or reading.forecast
    parts = (None if basis is None else basis.derivation.range, reading.spread)
    return widened(*parts)


def widened(first: Factors | None, second: Factors | None) -> Factors | None:
    """Both ranges combined, or the one there is."""
    if first is None or second is None:
        return first or second
    return combined(first, second)


def mean_range(ranges: Sequence[Factors | None], weights: Sequence[float]) -> Factors | None:
    """The range of a weighted mean whose parts err alike; None if that of a part is not known or the mean is 0."""
    parts = [part for part in ranges if part is not None]
    total = sum(weights)
    if len(parts) < len(ranges) or not total > 0:
        return None
    low = sum(part.low * weight for part, weight in zip(parts, weights, strict=True)) / total
    high = sum(part.high * weight for part, weight in zip(parts, weights, strict=True)) / total
    return Factors(low=low, high=high)


def waiting_outcome(
    profiles: ZoneProfiles, zone: str, *, live: bool, upstream: bool, lead_hours: float, saving_percent: float
) -> WaitingOutcome | None:
    """What waiting so long for a predicted saving brought in backtests; None where none is loaded.

    Source: catalog/data/waiting_savings.csv.
    """
    if profiles.errors is None or profiles.zones[zone].is_own:
        return None
    outlook = "live" if live else "baseline"
    return profiles.errors.outcome(profiles.zones[zone], outlook, lead_hours, saving_percent, shaped=upstream)
