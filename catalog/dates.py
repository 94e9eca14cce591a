"""Dates of the price tables, which are as precise as their sources: a day, a month, a year or a span of years."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from carbon import units

_EPOCH = date(1970, 1, 1)
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?|-\d{4})?")


@lru_cache(maxsize=1024)
def earliest_day(as_of: str) -> int:
    """The earliest day the text can mean, in days since 1970-01-01: "2024-2025" is 2024-01-01.

    The earliest, so that a figure is never taken for newer than it may be. Raises ValueError for another text.
    """
    match = _DATE.fullmatch(as_of)
    if match is None:
        raise ValueError(f"not a date: {as_of!r}")
    return (date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)) - _EPOCH).days


def day_of(moment: datetime) -> int:
    """Days from 1970-01-01 to the UTC day of an aware time."""
    return int(moment.timestamp()) // units.SECONDS_PER_DAY


def age_days(as_of: str | None, today_day: int) -> int | None:
    """Whole days from the earliest day that the text can mean to that day (days since 1970-01-01).

    None without a date; 0 for one to come, because a clock may be behind it.
    """
    return None if as_of is None else max(0, today_day - earliest_day(as_of))
