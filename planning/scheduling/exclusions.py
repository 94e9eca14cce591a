"""The starts that keep a job out of excluded times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from carbon.workload import Blackout, Interval

# A blackout comes back within a week (and an hour, if the clocks change), so longer jobs always meet it.
RECURRENCE = timedelta(days=8)
_DAY = timedelta(days=1)


def excluded_intervals(
    exclusions: Iterable[Interval], blackouts: Iterable[Blackout], *, earliest: datetime, latest: datetime
) -> list[Interval]:
    """The times in which a job that starts in [earliest, latest] may not run, by their start.

    Complete for the first RECURRENCE of each job; a longer one meets every blackout within that time.
    """
    last = latest + RECURRENCE
    intervals = [*exclusions, *(occurrence for rule in blackouts for occurrence in _occurrences(rule, earliest, last))]
    return sorted(intervals, key=lambda interval: (interval.starts_at, interval.ends_at))


def disjoint(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Intervals in order of their start, with those that overlap or touch as one."""
    joined: list[Interval] = []
    for interval in intervals:
        if joined and interval.starts_at <= joined[-1].ends_at:
            joined[-1] = Interval(joined[-1].starts_at, max(joined[-1].ends_at, interval.ends_at))
        else:
            joined.append(interval)
    return tuple(joined)


def allowed_starts(
    excluded: Sequence[Interval], *, earliest: datetime, latest: datetime, duration: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Each (first, last) of the starts in [earliest, latest], both included, that overlap nothing excluded.

    excluded: by their start. A job may end at the moment at which an excluded time begins. The pairs are ascending;
    first equals last where a gap is exactly as long as the job.
    """
    first = earliest
    for interval in excluded:
        if interval.ends_at <= first:
            continue
        if latest + duration <= interval.starts_at:
            break
        if first + duration <= interval.starts_at:
            yield first, interval.starts_at - duration
        first = interval.ends_at
    if first <= latest:
        yield first, latest


def _occurrences(blackout: Blackout, after: datetime, before: datetime) -> Iterator[Interval]:
    """Each time of the blackout that overlaps [after, before)."""
    zone = blackout.time_zone
    day = after.astimezone(zone).date() - _DAY  # one that began yesterday may not have ended
    crosses_midnight = blackout.ends <= blackout.begins
    while day <= before.astimezone(zone).date():
        if day.weekday() in blackout.weekdays:
            starts_at = min(_moments(day, blackout.begins, zone))
            ends_at = max(_moments(day + _DAY if crosses_midnight else day, blackout.ends, zone))
            if starts_at < before and ends_at > after:
                yield Interval(starts_at, ends_at)
        day += _DAY


def _moments(day: date, clock: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """Both readings of a local time in UTC.

    They are one moment, except on the days on which the clocks change: a time that comes twice is two moments, and one
    that is skipped has the offset of before or that of after the change.
    """
    first, second = (datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return first, second
