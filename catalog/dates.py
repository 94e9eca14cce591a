"""Dates of the price tables, which are as precise as their sources: a day, a month, a year or a span of years."""

from __future__ import annotations

import re
from datetime import date

_EPOCH = date(1970, 1, 1)
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?|-\d{4})?")


def earliest_day(as_of: str) -> int:
    """The earliest day the text can mean, in days since 1970-01-01: "2024-2025" is 2024-01-01.

    The earliest, so that a figure is never taken for newer than it may be. Raises ValueError for another text.
    """
    found = _DATE.fullmatch(as_of)
    if found is None:
        raise ValueError(f"not a date: {as_of!r}")
    return (date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)) - _EPOCH).days
