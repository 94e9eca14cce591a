"""Between the months: what is usual at an hour lies on the line from the middle of one month to that of the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

MONTHS = 12
CACHED_SPANS = 32
_COMMON_YEAR_HOURS = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[h]").astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Seasons:
    """Where hours lie between the middles of months. Arrays of one shape, read-only.

    earlier, later: calendar months, 0 to 11. weight: of the later one, 0 in the middle of the earlier one, below 1.
    """

    earlier: NDArray[np.int64]
    later: NDArray[np.int64]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, hours: NDArray[np.int64]) -> Seasons:
        """hours: full UTC hours since the epoch, any shape; each counts by its middle."""
        month = hours.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
        moment = hours + 0.5
        month -= moment < _middle(month)
        middle = _middle(month)
        parts = month % MONTHS, (month + 1) % MONTHS, (moment - middle) / (_middle(month + 1) - middle)
        for part in parts:
            part.flags.writeable = False
        return cls(*parts)


def _middle(months: NDArray[np.int64]) -> NDArray[np.float64]:
    """The middle of each month in hours since the epoch. months: since the epoch."""
    starts, ends = (
        part.astype("datetime64[M]").astype("datetime64[h]").astype(np.int64) for part in (months, months + 1)
    )
    return np.asarray((starts + ends) / 2, np.float64)


def _days_that_count() -> NDArray[np.float64]:
    seasons = Seasons.of(_COMMON_YEAR_HOURS)
    hours = np.bincount(seasons.earlier, 1.0 - seasons.weight, MONTHS)
    hours += np.bincount(seasons.later, seasons.weight, MONTHS)
    return hours / 24


# How many days of a year of 365 the figure of each month counts for, in the mean over the year; February: 29.5.
MONTH_DAYS: Final = _days_that_count()


@dataclass(frozen=True, slots=True, eq=False)
class ProfileCells:
    """Which figures of a profile make the value of each hour: value = earlier + (later - earlier) x weight.

    earlier, later: places in an array by weekday (0) or weekend (1), month and UTC hour, 576 in all.
    """

    earlier: NDArray[np.int64]
    later: NDArray[np.int64]
    weight: NDArray[np.float64]


def profile_cells(hours: NDArray[np.int64]) -> ProfileCells:
    """The cells of full UTC hours since the epoch, cached: all zones of a request ask for the same hours."""
    return _profile_cells(hours.tobytes())


@lru_cache(CACHED_SPANS)
def _profile_cells(hour_bytes: bytes) -> ProfileCells:
    hours = np.frombuffer(hour_bytes, np.int64)
    seasons = Seasons.of(hours)
    # The epoch was a Thursday; Monday is 0, Saturday 5.
    first = ((hours // 24 + 3) % 7 >= 5) * (MONTHS * 24) + hours % 24
    return ProfileCells(first + seasons.earlier * 24, first + seasons.later * 24, seasons.weight)
