"""When the runs of a job are due that comes back by a cron expression."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.errors import DoesNotFit
from carbon.jobs import Repeat, ScheduleQuery
from carbon.workload import Interval
from planning.scheduling.repeat import (
    MOST_RUNS,
    NoRun,
    RunsMeet,
    TooManyRuns,
    WrongCron,
    due_times,
    require_cron,
    runs_of,
)
from planning.scheduling.span import RunSpan

BERLIN = ZoneInfo("Europe/Berlin")
SHORT = timedelta(minutes=5)


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def due(
    cron: str, from_: datetime, until: datetime, *, zone: ZoneInfo = BERLIN, flex: float = 0.0
) -> tuple[datetime, ...]:
    repeat = Repeat(cron=cron, time_zone=zone, flex=timedelta(hours=flex), until=until)
    return due_times(repeat, from_=from_, duration=SHORT)


def test_a_local_time_that_is_skipped_is_due_right_after_the_clocks_went_forward() -> None:
    # Berlin on 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC, so there is no 02:30. On the 28th it is 01:30 UTC
    # (UTC+1), on the 30th 00:30 UTC (UTC+2).
    assert due("30 2 * * *", utc(3, 28), utc(3, 31)) == (utc(3, 28, 1, 30), utc(3, 29, 1), utc(3, 30, 0, 30))


def test_a_local_time_that_comes_twice_is_due_the_first_time() -> None:
    # Berlin on 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC, so 02:30 is at 00:30 and at 01:30 UTC.
    assert due("30 2 * * *", utc(10, 24), utc(10, 27)) == (
        utc(10, 24, 0, 30),
        utc(10, 25, 0, 30),
        utc(10, 26, 1, 30),
    )


def test_two_times_that_are_skipped_are_one_run() -> None:
    assert due("0,30 2 * * *", utc(3, 29), utc(3, 29, 12)) == (utc(3, 29, 1),)


def test_a_run_of_every_hour_follows_the_hours_as_they_pass() -> None:
    # 29 March: 01:30 and 03:30 local time. 25 October: 02:30 twice.
    assert due("30 * * * *", utc(3, 29), utc(3, 29, 2)) == (utc(3, 29, 0, 30), utc(3, 29, 1, 30))
    assert due("30 * * * *", utc(10, 25), utc(10, 25, 2)) == (utc(10, 25, 0, 30), utc(10, 25, 1, 30))


def test_a_star_in_the_minute_leaves_out_the_hour_that_is_skipped_and_takes_both_of_a_double_one() -> None:
    assert due("*/30 2 * * *", utc(3, 29), utc(3, 30, 0, 10)) == (utc(3, 30, 0),)
    assert due("*/30 2 * * *", utc(10, 25), utc(10, 25, 12)) == (
        utc(10, 25, 0),
        utc(10, 25, 0, 30),
        utc(10, 25, 1),
        utc(10, 25, 1, 30),
    )


def test_a_run_whose_flex_holds_the_first_moment_is_among_them() -> None:
    # Due at 02:00 UTC with 6 h of flex: at 08:00 it may just start, a minute later it is over.
    zone = ZoneInfo("UTC")

    assert due("0 2 * * *", utc(5, 1, 8), utc(5, 2), zone=zone, flex=6) == (utc(5, 1, 2),)
    assert due("0 2 * * *", utc(5, 1, 8, 1), utc(5, 2, 2), zone=zone, flex=6) == (utc(5, 2, 2),)


def test_until_holds_and_is_a_week_if_it_is_not_given() -> None:
    repeat = Repeat(cron="0 2 * * *", time_zone=ZoneInfo("UTC"), flex=timedelta(0))

    assert len(due_times(repeat, from_=utc(5, 1, 2), duration=SHORT)) == 8  # 1 to 8 May, both at 02:00


def test_runs_that_could_overlap_are_refused_with_the_longest_flex() -> None:
    # From 02:00 UTC on 28 March to 01:00 on the 29th are 23 h: less 5 minutes 22 h 55 min.
    with pytest.raises(RunsMeet) as refusal:
        due("0 3 * * *", utc(3, 28), utc(3, 31), flex=23)

    error = refusal.value
    assert (error.due_at, error.next_at) == (utc(3, 28, 2), utc(3, 29, 1))
    assert error.flex == timedelta(hours=22, minutes=55)
    assert len(due("0 3 * * *", utc(3, 28), utc(3, 31), flex=22 + 55 / 60)) == 4


def test_the_number_of_runs_is_limited() -> None:
    with pytest.raises(TooManyRuns) as refusal:
        due("0 * * * *", utc(5, 1), utc(6, 1))

    assert refusal.value.last_at == utc(5, 1) + timedelta(hours=MOST_RUNS - 1)
    assert len(due("0 * * * *", utc(5, 1), refusal.value.last_at)) == MOST_RUNS


def test_a_time_without_runs_is_refused_with_the_next_one() -> None:
    with pytest.raises(NoRun) as refusal:
        due("0 12 1 6 *", utc(5, 1), utc(5, 2))
    assert refusal.value.next_at == utc(6, 1, 10)


@pytest.mark.parametrize(
    "cron",
    ["", "* * * *", "* * * * * *", "@daily", "61 * * * *", "* * 31 2 *", "5-1 * * * *", "*/0 * * * *", "a b c d e"],
)
def test_what_is_no_cron_expression_of_five_fields_is_wrong(cron: str) -> None:
    with pytest.raises(WrongCron):
        require_cron(cron)


@given(st.text(alphabet="0123456789*/,-#LWwl monsuJAN²٣", max_size=30))
def test_any_text_is_an_expression_or_wrong(cron: str) -> None:
    try:
        require_cron(cron)
    except WrongCron:
        return
    assert len(cron.split()) == 5


@given(
    minute=st.integers(0, 59),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=3),
    weekday=st.none() | st.integers(0, 6),
    days=st.integers(0, 364),
)
def test_runs_are_due_at_the_minutes_of_the_local_clock_that_fit(
    minute: int, hours: set[int], weekday: int | None, days: int
) -> None:
    """Every minute of four days is tried; those with a change of the clocks are left to the tests above."""
    start = utc(1, 1) + timedelta(days=days)
    minutes = [start + timedelta(minutes=index) for index in range(4 * 1440 + 1)]
    if len({moment.astimezone(BERLIN).utcoffset() for moment in minutes}) > 1:
        return
    fitting = tuple(
        moment
        for moment, local in ((moment, moment.astimezone(BERLIN)) for moment in minutes)
        if local.minute == minute and local.hour in hours and weekday in (None, local.isoweekday() % 7)
    )
    cron = f"{minute} {','.join(map(str, hours))} * * {'*' if weekday is None else weekday}"

    if fitting:
        assert due(cron, start, minutes[-1]) == fitting
    else:
        with pytest.raises(NoRun):
            due(cron, start, minutes[-1])


def test_each_run_has_the_times_from_when_it_is_due_until_its_flex_is_over() -> None:
    now = utc(5, 1, 4)
    repeat = Repeat(cron="0 2 * * *", time_zone=ZoneInfo("UTC"), flex=timedelta(hours=6), until=utc(5, 3, 2))
    closed = (Interval(utc(5, 2), utc(5, 2, 20)),)

    first, second, third = runs_of(ScheduleQuery(region="aws:us-west-2", repeat=repeat, exclusions=closed), now)

    assert isinstance(first.span, RunSpan)
    assert (first.span.earliest, first.span.latest) == (now, utc(5, 1, 8))  # it is due, and has begun to wait
    assert isinstance(second.span, DoesNotFit)
    assert isinstance(third.span, RunSpan)
    assert (third.span.earliest, third.span.latest) == (utc(5, 3, 2), utc(5, 3, 8))


def test_runs_that_all_do_not_fit_are_the_refusal_of_the_first() -> None:
    repeat = Repeat(cron="0 2 * * *", time_zone=ZoneInfo("UTC"), flex=timedelta(0), until=utc(5, 3, 2))
    closed = (Interval(utc(5, 1), utc(5, 4)),)

    with pytest.raises(DoesNotFit):
        runs_of(ScheduleQuery(region="aws:us-west-2", repeat=repeat, exclusions=closed), utc(5, 1))
