"""When work may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from carbon import units
from carbon.errors import DoesNotFit
from carbon.jobs import ScheduleQuery
from carbon.workload import Blackout, Interval
from planning.scheduling.exclusions import RECURRENCE, allowed_starts, disjoint, excluded_intervals

DEFAULT_DURATION_HOURS = 1.0
# How long work without a deadline may wait for its start.
DEFAULT_SEARCH_HOURS = 24.0
# A service without an end that cannot wait is ranked by the mean of its next day.
OPEN_END_HOURS = 24.0
# Nothing starts after an exclusion that ends so late, such as the time after a forecast of the caller's own.
ENDLESS = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpan:
    """Work starts in [earliest, latest], runs for duration_hours, and is ranked by the mean of window_hours.

    starts: (first, last) of the starts in [earliest, latest] that no exclusion forbids, ascending; the first begins at
    earliest, the last ends at latest. window_hours: at least duration_hours, and longer only for a service without an
    end. flexible: the work can wait. closed: times in which no part of an interruptible job may run, disjoint and
    ascending; its `starts` are those of one piece, and may be none.
    """

    earliest: datetime
    latest: datetime
    duration_hours: float
    window_hours: float
    flexible: bool
    starts: tuple[tuple[datetime, datetime], ...]
    closed: tuple[Interval, ...] = ()

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
    exclusions: Sequence[Interval] = (),
    blackouts: Sequence[Blackout] = (),
) -> RunSpan:
    """The times at which work may run. Raises DoesNotFit if it cannot end before its deadline or avoid the exclusions.

    duration_hours: None for a service without an end, whose figures are for DEFAULT_DURATION_HOURS. search_hours: it
    starts within so many hours of its earliest start; None: DEFAULT_SEARCH_HOURS, or up to the deadline if one is set.
    exclusions, blackouts: times in which no part of it may run; they do not move the end of the search.
    """
    hours = duration_hours or DEFAULT_DURATION_HOURS
    duration = timedelta(hours=hours)
    earliest = max(now, start_after or now)
    excluded = exclusions or blackouts
    first = _first_start(earliest, duration, exclusions, blackouts) if excluded else earliest
    if deadline is not None and (first is None or first + duration > deadline):
        raise _does_not_fit(first, duration, "end before the deadline", avoiding=bool(excluded))
    latest, window_hours = earliest, hours
    if flexible:
        latest = _latest_start(earliest, duration, deadline, search_hours)
    elif duration_hours is None:
        window_hours = OPEN_END_HOURS if deadline is None else min(OPEN_END_HOURS, (deadline - earliest) / units.HOUR)
    starts: tuple[tuple[datetime, datetime], ...] = ((earliest, latest),)
    if excluded:
        if first is None or first > latest:
            raise _does_not_fit(first, duration, "start within the hours searched", avoiding=True)
        forbidden = excluded_intervals(exclusions, blackouts, earliest=first, latest=latest)
        starts = tuple(allowed_starts(forbidden, earliest=first, latest=latest, duration=duration))
    return RunSpan(
        earliest=starts[0][0],
        latest=starts[-1][1],
        duration_hours=hours,
        window_hours=window_hours,
        flexible=flexible,
        starts=starts,
    )


def job_span(query: ScheduleQuery, now: datetime) -> RunSpan:
    """The times at which the job of a schedule may run, in one piece or in segments. Raises DoesNotFit."""
    return schedule_span(query, now) if query.interruption is None else interruptible_span(query, now)


def schedule_span(query: ScheduleQuery, now: datetime) -> RunSpan:
    """The times at which the job of a schedule may run. Raises DoesNotFit."""
    return run_span(
        now,
        duration_hours=query.duration_hours,
        start_after=query.start_after,
        deadline=query.deadline,
        search_hours=query.search_hours,
        exclusions=query.exclusions,
        blackouts=query.blackouts,
    )


def interruptible_span(query: ScheduleQuery, now: datetime) -> RunSpan:
    """The times at which an interruptible job may run: all its segments end where one piece would at the latest.

    `starts` are those of one piece, and may be none. Whether its segments fit between the exclusions is not known yet.
    Raises DoesNotFit if it cannot end before its deadline even without exclusions.
    """
    duration = timedelta(hours=query.duration_hours)
    earliest = max(now, query.start_after or now)
    latest = _latest_start(earliest, duration, query.deadline, query.search_hours)
    if latest < earliest:
        pauses = query.exclusions or query.blackouts
        detail = f"a job of {query.duration_hours:g} h cannot end before the deadline"
        raise DoesNotFit(detail, earliest_finish=None if pauses else earliest + duration)
    closed = excluded_intervals(query.exclusions, query.blackouts, earliest=earliest, latest=latest + duration)
    return RunSpan(
        earliest=earliest,
        latest=latest,
        duration_hours=query.duration_hours,
        window_hours=query.duration_hours,
        flexible=True,
        starts=tuple(allowed_starts(closed, earliest=earliest, latest=latest, duration=duration)),
        closed=disjoint(closed),
    )


def _latest_start(
    earliest: datetime, duration: timedelta, deadline: datetime | None, search_hours: float | None
) -> datetime:
    """The last start that is searched; before the earliest one if the job cannot end before the deadline."""
    bounds = [] if deadline is None else [deadline - duration]
    if search_hours is not None or deadline is None:
        bounds.append(earliest + timedelta(hours=DEFAULT_SEARCH_HOURS if search_hours is None else search_hours))
    return min(bounds)


def _first_start(
    earliest: datetime, duration: timedelta, exclusions: Sequence[Interval], blackouts: Sequence[Blackout]
) -> datetime | None:
    """The first start that overlaps nothing excluded, however late; None if the blackouts leave no gap long enough."""
    ends = [interval.ends_at for interval in exclusions if interval.ends_at < earliest + ENDLESS]
    latest = max([earliest, *ends]) + RECURRENCE
    excluded = excluded_intervals(exclusions, blackouts, earliest=earliest, latest=latest)
    starts = allowed_starts(excluded, earliest=earliest, latest=latest, duration=duration)
    return next((first for first, _ in starts), None)


def _does_not_fit(first: datetime | None, duration: timedelta, demand: str, *, avoiding: bool) -> DoesNotFit:
    hours = duration / units.HOUR
    if first is None:
        return DoesNotFit(f"no gap between the blackouts is as long as a job of {hours:g} h", earliest_finish=None)
    avoided = " without overlapping a time excluded" if avoiding else ""
    return DoesNotFit(f"a job of {hours:g} h cannot {demand}{avoided}", earliest_finish=first + duration)
