"""Which days of a zone's past are other ones than those that rows of usage were settled by."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from planning.ledger.past_hours import PastHours
from store.ledger.grid_days import DIGEST_BYTES, GridDays

DAY_HOURS = 24
ALWAYS = 0  # a day before all rows
DIGITS = 4  # after the point; sums of other hours before them leave fewer than 9 of these equal


def grid_days(past: PastHours, first_day: int, last_day: int, facts: str) -> GridDays:
    """A digest of each UTC day (since 1970) of hours that begin with the first one or earlier. facts: their version."""
    begin, count = first_day * DAY_HOURS - past.first_hour, (last_day - first_day + 1) * DAY_HOURS
    sums = np.concatenate([past.gram_hours, past.hours])[:, begin : begin + count + 1]
    hours = np.round(np.diff(sums, axis=1), DIGITS) + 0.0  # no negative zeros
    digests = (
        blake2b(np.ascontiguousarray(hours[:, at : at + DAY_HOURS]).tobytes(), digest_size=DIGEST_BYTES).digest()
        for at in range(0, count, DAY_HOURS)
    )
    return GridDays(facts=facts, first_day=first_day, digests=b"".join(digests))


def changed_from(before: GridDays | None, now: GridDays) -> int | None:
    """The first day that differs; None: none does. Other facts may change every row, so then it is ALWAYS."""
    if before is None or before.facts != now.facts:
        return ALWAYS
    return next((day for day in now.days if before.digest(day) != now.digest(day)), None)
