"""How far outlooks were from what came, in backtests: ranges of zones, and what waiting brought."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import log
from pathlib import Path

import numpy as np

from carbon.ranges import Factors
from catalog.model import Zone
from catalog.tables import Row, read_table

# First values of the bands of the tables; a band reaches to the next.
DURATION_HOURS = (1, 6, 24, 168, 720)
LEAD_BANDS = (0, 1, 7, 25, 73)
WAIT_BANDS = (1, 7, 25)
SAVING_BANDS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)  # percent predicted
OUTLOOKS = ("baseline", "live")
TESTED_YEARS = "2022-2023"  # each is predicted from the years before it
NOWCAST_AGES = tuple(range(1, 25))  # hours from the end of the value's interval to the start of the hour of now
CELL_SEPARATOR = " "
# Zones are alike in how far they stray where their shares of fossil-free electricity are alike.
CLUSTERS = {"fossil": 0.2, "mostly-fossil": 0.5, "mixed": 0.7, "mostly-clean": 1.01}
ANY_CLUSTER = "all"


def cluster_of(fossil_free_share: float | None) -> str:
    """The cluster of a zone by its yearly share of fossil-free electricity, 0 to 1; "all" where it is not known."""
    if fossil_free_share is None:
        return ANY_CLUSTER
    return next(name for name, below in CLUSTERS.items() if fossil_free_share < below)


@dataclass(frozen=True, slots=True)
class WaitingOutcome:
    """What waiting brought, less what was predicted: centiles of log(now / later); chance: how often it saved."""

    low: float
    median: float
    high: float
    chance: float


@dataclass(frozen=True, slots=True)
class OutlookErrors:
    """The tables by key: a zone with a history of its own, or shape and cluster, as in "flat:fossil".

    ranges: (key, outlook, lead band) -> log factors low and high by DURATION_HOURS.
    outcomes: (key, outlook, lead band, saving band) -> what waiting brought.
    nowcasts: key -> factors low and high by NOWCAST_AGES.
    """

    ranges: Mapping[tuple[str, str, int], tuple[tuple[float, ...], tuple[float, ...]]]
    outcomes: Mapping[tuple[str, str, int, float], WaitingOutcome]
    nowcasts: Mapping[str, tuple[Factors, ...]] = field(default_factory=dict)

    def log_range(
        self, zone: Zone, outlook: str, lead_hours: float, duration_hours: float, *, shaped: bool = False
    ) -> tuple[float, float] | None:
        """10th and 90th centile of log(actual / predicted) of the mean over the hours; None without tables.

        outlook: "baseline" or "live". shaped: the hours have a shape of their own, as those of an upstream.
        """
        lead = 0 if outlook == "baseline" else band_of(LEAD_BANDS, lead_hours)
        for key in self.keys(zone, shaped=shaped):
            row = self.ranges.get((key, outlook, int(lead)))
            if row is not None:
                at = log(max(duration_hours, DURATION_HOURS[0]))
                low, high = (float(np.interp(at, _LOG_DURATIONS, factors)) for factors in row)
                return low, high
        return None

    def outcome(
        self, zone: Zone, outlook: str, lead_hours: float, saving_percent: float, *, shaped: bool = False
    ) -> WaitingOutcome | None:
        """What waiting for a predicted saving brought; None without tables."""
        lead, predicted = int(band_of(WAIT_BANDS, lead_hours)), band_of(SAVING_BANDS, saving_percent)
        for key in self.keys(zone, shaped=shaped, cluster_only=shaped):
            for band in reversed([band for band in SAVING_BANDS if band <= predicted]):
                outcome = self.outcomes.get((key, outlook, lead, band))
                if outcome is not None and (band == predicted or key.endswith(f":{ANY_CLUSTER}")):
                    return outcome
        return None

    def nowcast_error(self, zone: Zone, age_hours: float) -> Factors | None:
        """10th and 90th centile of the value now over one of that age carried to now; None without tables.

        age_hours: from the end of the value's interval to the start of the hour of now, counted in whole hours; below 1
        and above 24 the first and the last range hold.
        """
        for key in self.keys(zone):
            if key in self.nowcasts:
                return self.nowcasts[key][bisect_right(NOWCAST_AGES, age_hours) - 1 if age_hours >= 1 else 0]
        return None

    def keys(self, zone: Zone, *, shaped: bool = False, cluster_only: bool = False) -> Iterator[str]:
        """Where to look, best first: the zone itself, its cluster by the kind of its shape, all zones by that."""
        shape = "own"
        if zone.profile_basis == "flat":
            shape = "flat"
        elif zone.profile_basis == "modelled" or zone.profile_zone != zone.zone:
            shape = "borrowed"
        if shape == "own" and not cluster_only:
            yield zone.zone
        shape = "own" if shaped else shape
        yield f"{shape}:{cluster_of(zone.fossil_free_share)}"
        yield f"{shape}:{ANY_CLUSTER}"


_LOG_DURATIONS = [log(hours) for hours in DURATION_HOURS]


def band_of(bands: tuple[int, ...] | tuple[float, ...], value: float) -> float:
    """The first value of the band that holds `value`; below all of them the first band."""
    return bands[max(bisect_right(bands, value) - 1, 0)]


def load_outlook_errors(data: Path) -> OutlookErrors:
    """All three tables. Raises CatalogError, naming file and row."""
    ranges, outcomes = {}, {}
    for row in read_table(data, "grid_ranges.csv", "key", "outlook", "lead_from_hours"):
        cells = [_numbers(row, f"factors_{hours}h", 2) for hours in DURATION_HOURS]
        if any(low > 1 or high < 1 or low <= 0 for low, high in cells):
            raise row.error("a range does not contain 1")
        low, high = (tuple(log(factor) for factor in factors) for factors in zip(*cells, strict=True))
        ranges[_place(row)] = (low, high)
    for row in read_table(data, "waiting_savings.csv", "key", "outlook", "lead_from_hours"):
        for band in SAVING_BANDS:
            if row.text(f"saving_from_{band:g}"):
                numbers = _numbers(row, f"saving_from_{band:g}", 4)
                least, median, most = (number / 100 for number in numbers[:3])
                outcomes[*_place(row), band] = WaitingOutcome(least, median, most, numbers[3])
    nowcasts = {row.required("key"): _by_age(row) for row in read_table(data, "nowcast_error.csv", "key")}
    return OutlookErrors(ranges, outcomes, nowcasts)


def _by_age(row: Row) -> tuple[Factors, ...]:
    lows, highs = (_numbers(row, f"{side}_factors_by_age_hours", len(NOWCAST_AGES)) for side in ("low", "high"))
    if not all(0 < low <= 1 <= high for low, high in zip(lows, highs, strict=True)):
        raise row.error("a range does not contain 1")
    return tuple(Factors(low=low, high=high) for low, high in zip(lows, highs, strict=True))


def _place(row: Row) -> tuple[str, str, int]:
    outlook = row.required("outlook")
    if outlook not in OUTLOOKS:
        raise row.error(f"outlook is not one of {', '.join(OUTLOOKS)}: {outlook!r}")
    return row.required("key"), outlook, int(row.number("lead_from_hours"))


def _numbers(row: Row, column: str, count: int) -> list[float]:
    try:
        numbers = [float(text) for text in row.required(column).split(CELL_SEPARATOR)]
    except ValueError:
        raise row.error(f"{column} contains something other than numbers") from None
    if len(numbers) != count:
        raise row.error(f"{column} must hold {count} numbers")
    return numbers
