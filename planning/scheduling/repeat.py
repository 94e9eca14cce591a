"""The runs of a job that comes back by a cron expression, each with the times at which it may run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import dropwhile, takewhile

from cronsim import CronSim, CronSimError

from carbon import units
from carbon.errors import DoesNotFit
from carbon.jobs import Repeat, ScheduleQuery
from planning.scheduling.span import RunSpan, job_span

FIELDS = 5  # minute, hour, day of month, month, day of week
MOST_RUNS = 200
# How long runs are looked for where the question does not say until when.
DEFAULT_REACH = timedelta(days=7)
# Clocks go forward or back by at most this time; an expression is followed from that much earlier on.
MOST_CLOCK_CHANGE = timedelta(hours=3)


ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class WrongCron(ValueError):
    """Not a cron expression of five fields."""


class NoRun(ValueError):
    """No run is scheduled until the end. next_at: the first after it; None if there is none."""

    def __init__(self, next_at: datetime | None) -> None:
        super().__init__(f"no run is scheduled, the next at {next_at}")
        self.next_at = next_at


class TooManyRuns(ValueError):
    """More than MOST_RUNS. last_at: the last one of as many as are accepted."""

    def __init__(self, last_at: datetime) -> None:
        super().__init__(f"more than {MOST_RUNS} runs, the last of so many at {last_at}")
        self.last_at = last_at


class RunsMeet(ValueError):
    """Runs could overlap, or change their order: the next one is due before the run has certainly ended.

    flex: the longest with which these two cannot; negative if the run is longer than the time between them.
    """

    def __init__(self, due_at: datetime, next_at: datetime, flex: timedelta) -> None:
        super().__init__(f"the run of {due_at} may still run at {next_at}")
        self.due_at, self.next_at, self.flex = due_at, next_at, flex


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job: when it is due, the question for it alone, and when it may run or why it cannot."""

    due_at: datetime
    query: ScheduleQuery
    span: RunSpan | DoesNotFit


def require_cron(expression: str) -> None:
    """Raises WrongCron unless it is a cron expression of five fields."""
    _times(expression, ANY_TIME)


@lru_cache(128)  # a day of hours takes 1 ms, and a question needs its runs several times
def due_times(repeat: Repeat, *, from_: datetime, duration: timedelta) -> tuple[datetime, ...]:
    """When the runs are due that may start at or after from_, in UTC, ascending; up to and including repeat.until.

    A local time that is skipped when the clocks go forward is due right after the change, one that comes twice is due
    the first time; runs of every hour or minute (a star in that field) follow the real hours.
    Raises WrongCron, NoRun, TooManyRuns, RunsMeet.
    """
    until = from_ + DEFAULT_REACH if repeat.until is None else repeat.until
    moments = dropwhile(lambda due: due + repeat.flex < from_, _moments(repeat, from_ - repeat.flex))
    due: list[datetime] = []
    for moment in takewhile(lambda due: due <= until, moments):
        if due and due[-1] + repeat.flex + duration > moment:
            raise RunsMeet(due[-1], moment, moment - due[-1] - duration)
        if len(due) == MOST_RUNS:
            raise TooManyRuns(due[-1])
        due.append(moment)
    if not due:
        raise NoRun(next(dropwhile(lambda due: due <= until, _moments(repeat, until)), None))
    return tuple(due)


def runs_of(query: ScheduleQuery, now: datetime) -> list[Run]:
    """The runs of a job in the order in which they are due; a job that does not repeat is one run.

    Raises DoesNotFit if none of them can run, and what due_times raises.
    """
    if query.repeat is None:
        return [Run(due_at=now, query=query, span=job_span(query, now))]
    first, flex = max(now, query.start_after or now), query.repeat.flex
    runs = []
    for due_at in due_times(query.repeat, from_=first, duration=timedelta(hours=query.duration_hours)):
        start = max(due_at, first)
        alone = replace(query, repeat=None, start_after=start, search_hours=(due_at + flex - start) / units.HOUR)
        runs.append(Run(due_at=due_at, query=alone, span=_span(alone, now)))
    problems = [run.span for run in runs if isinstance(run.span, DoesNotFit)]
    if len(problems) == len(runs):
        raise problems[0]
    return runs


def _span(query: ScheduleQuery, now: datetime) -> RunSpan | DoesNotFit:
    try:
        return job_span(query, now)
    except DoesNotFit as error:
        return error


def _moments(repeat: Repeat, after: datetime) -> Iterator[datetime]:
    """Moments of the expression in UTC, ascending, from a little before `after` on."""
    for local in _times(repeat.cron, (after - MOST_CLOCK_CHANGE).astimezone(repeat.time_zone)):
        yield local.astimezone(UTC)


def _times(expression: str, start: datetime) -> CronSim:
    """Its times after the start, in the time zone of the start."""
    count = len(expression.split())
    if count != FIELDS:
        raise WrongCron(f"this has {count} {'field' if count == 1 else 'fields'}")
    try:
        return CronSim(expression, start)
    except CronSimError as error:
        raise WrongCron(str(error)) from error
