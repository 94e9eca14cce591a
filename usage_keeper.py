"""Rows of usage are settled anew when better readings of their hours have come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ledger_questions import settle
from planning.ledger.past_hours import PastHoursCache
from planning.ledger.report import day_number
from planning.ledger.settle import is_in_catalog, may_improve
from session import Session
from store.ledger.usage import UsageStore

AT_ONCE = 200  # rows of a step, so that each is short
MOST_HOURS = 100_000  # of all zones that are kept in memory: 6 MB


def improve_usage(usage: UsageStore, session: Session, now: datetime) -> Iterator[bool]:
    """Settle rows anew that rest on usual values, or are so young that their readings may be corrected.

    In one process of all, once an hour, step by step for a thread in the background; a step yields False, as no
    forecast is made. Raises StateUnavailable.
    """
    if not usage.is_due(now):
        return
    today, after = day_number(now.date()), 0
    past = PastHoursCache(session.grid.past_hours, MOST_HOURS)
    while stored := usage.improvable(after, AT_ONCE):
        after = stored[-1][0]
        present = [
            (number, one.settled) for number, _, one in stored if is_in_catalog(one.settled.row, session.mapping)
        ]
        settled = settle(session, [one.row for _, one in present], past) if present else []
        better = [(number, one, may_improve(one, today)) for (number, _), one in zip(present, settled, strict=True)]
        numbers = {number for number, _ in present}
        gone = [(number, one.settled, False) for number, _, one in stored if number not in numbers]
        usage.improve([*better, *gone], now)
        yield False
