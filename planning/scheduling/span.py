"""When work may run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from carbon import units
from carbon.errors import DoesNotFit

DEFAULT_DURATION_HOURS = 1.0
# How long work without a deadline may wait for its start.
DEFAULT_SEARCH_HOURS = 24.0
# A service without an end that cannot wait is ranked by the mean of its next day.
OPEN_END_HOURS = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpan:
    """Work starts in [earliest, latest], runs for duration_hours, and is ranked by the mean of window_hours.

    window_hours: at least duration_hours, and longer only for a service without an end. flexible: the work can wait.
    """

    earliest: datetime
    latest: datetime
    duration_hours: float
    window_hours: float
    flexible: bool

    def hours_from(self, now: datetime) -> int:
        """Full hours that an outlook from `now` must hold."""
        end = self.latest + timedelta(hours=self.window_hours)
        return ceil((end - now) / units.HOUR) + 1


def run_span(
    now: datetime,
    *,
    duration_hours: float | None,
    start_after: datetime | None,
    deadline: datetime | None,
    search_hours: float | None = None,
    flexible: bool = True,
) -> RunSpan:
    """The times at which work may run. Raises DoesNotFit if it cannot end before its deadline.

    duration_hours: None for a service without an end, whose figures are for DEFAULT_DURATION_HOURS. search_hours: it
    starts within so many hours of its earliest start; None: DEFAULT_SEARCH_HOURS, or up to the deadline if one is set.
    """
    hours = duration_hours or DEFAULT_DURATION_HOURS
    duration = timedelta(hours=hours)
    earliest = max(now, start_after or now)
    if deadline is not None and earliest + duration > deadline:
        raise DoesNotFit(f"a job of {hours:g} h cannot end before the deadline", earliest_finish=earliest + duration)
    latest, window_hours = earliest, hours
    if flexible:
        bounds = [] if deadline is None else [deadline - duration]
        if search_hours is not None or deadline is None:
            bounds.append(earliest + timedelta(hours=search_hours or DEFAULT_SEARCH_HOURS))
        latest = min(bounds)
    elif duration_hours is None:
        window_hours = OPEN_END_HOURS if deadline is None else min(OPEN_END_HOURS, (deadline - earliest) / units.HOUR)
    return RunSpan(earliest=earliest, latest=latest, duration_hours=hours, window_hours=window_hours, flexible=flexible)
