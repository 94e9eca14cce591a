"""How far what comes may be from an outlook: the grid's part of the uncertainty, from backtests."""

from __future__ import annotations

from math import exp

from carbon.ranges import Factors, combined
from carbon.reading import ZoneReading
from catalog.memo import table_cache
from catalog.outlook_error import WaitingOutcome
from catalog.profiles import ZoneProfiles

LONGEST_LEAD_HOURS = 168  # later on the profile alone is as good
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
    if profiles.errors is None:
        return None
    outlook = "live" if live and lead_hours <= LONGEST_LEAD_HOURS else "baseline"
    log_range = profiles.errors.log_range(profiles.zones[zone], outlook, lead_hours, duration_hours, shaped=upstream)
    return None if log_range is None else Factors(low=exp(log_range[0]), high=exp(log_range[1]))


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


def waiting_outcome(
    profiles: ZoneProfiles, zone: str, *, live: bool, upstream: bool, lead_hours: float, saving_percent: float
) -> WaitingOutcome | None:
    """What waiting so long for a predicted saving brought in backtests; None where none is loaded.

    Source: catalog/data/waiting_savings.csv.
    """
    if profiles.errors is None:
        return None
    outlook = "live" if live else "baseline"
    return profiles.errors.outcome(profiles.zones[zone], outlook, lead_hours, saving_percent, shaped=upstream)
