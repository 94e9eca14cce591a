"""Times in which a job may not run: single ones, and blackouts by the clock of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.errors import DoesNotFit
from carbon.workload import Blackout, Interval
from catalog.time_zones import time_zone
from planning.scheduling.exclusions import allowed_starts, excluded_intervals
from planning.scheduling.span import RunSpan, run_span

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERY_DAY = frozenset(range(7))
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)  # a Wednesday


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def at(hour: int, minute: int = 0, *, day: int = 18) -> datetime:
    return utc(11, day, hour, minute)


def blackout(begins: str, ends: str, *days: int, zone: str = "UTC") -> Blackout:
    return Blackout(
        weekdays=frozenset(days) or EVERY_DAY,
        begins=time.fromisoformat(begins),
        ends=time.fromisoformat(ends),
        time_zone=time_zone(zone),
    )


def span(hours: float, **more: object) -> RunSpan:
    limits: dict[str, object] = {"start_after": None, "deadline": None, **more}
    return run_span(NOW, duration_hours=hours, **limits)  # type: ignore[arg-type]


def times_of(rule: Blackout, month: int, day: int) -> list[tuple[datetime, datetime]]:
    """What the blackout takes of the 24 hours from 12:00 UTC of a day."""
    start, end = utc(month, day, 12), utc(month, day, 12) + timedelta(days=1)
    intervals = excluded_intervals((), [rule], earliest=start, latest=start)
    return [(one.starts_at, one.ends_at) for one in intervals if one.starts_at < end]


def test_a_job_may_end_when_an_exclusion_begins_and_start_when_it_ends() -> None:
    run_span = span(2, search_hours=6.0, exclusions=[Interval(at(13), at(14))])

    # 10:20 to 16:20 less the starts after 11:00, which would reach into 13:00, and before 14:00.
    assert run_span.starts == ((NOW, at(11)), (at(14), at(16, 20)))
    assert (run_span.earliest, run_span.latest) == (NOW, at(16, 20))


def test_a_gap_exactly_as_long_as_the_job_has_one_start() -> None:
    run_span = span(2, search_hours=6.0, exclusions=[Interval(at(9), at(12)), Interval(at(14), at(20))])

    assert run_span.starts == ((at(12), at(12)),)


def test_exclusions_may_overlap_and_come_in_any_order() -> None:
    spread = [Interval(at(15), at(16)), Interval(at(11), at(18)), Interval(at(8), at(12))]

    assert span(1, search_hours=12.0, exclusions=spread).starts == ((at(18), at(22, 20)),)


def test_what_is_excluded_outside_the_search_changes_nothing() -> None:
    past, later = Interval(at(0), NOW), Interval(at(14, 20), at(20))

    # A start at 12:20, the latest, ends at 14:20.
    assert span(2, search_hours=2.0, exclusions=[past, later]).starts == ((NOW, at(12, 20)),)


def test_a_blackout_follows_summer_time() -> None:
    mondays = blackout("08:00", "18:00", MON, zone="Europe/Berlin")

    # Clocks go forward on 29 March 2026: 08:00 is 07:00 UTC on Monday 23 and 06:00 UTC on Monday 30.
    assert times_of(mondays, 3, 22)[0] == (utc(3, 23, 7), utc(3, 23, 17))
    assert times_of(mondays, 3, 29)[0] == (utc(3, 30, 6), utc(3, 30, 16))


def test_a_blackout_that_ends_before_it_begins_crosses_midnight() -> None:
    saturday_night = blackout("22:00", "06:00", SAT, zone="Europe/Berlin")

    # 22:00 CET is 21:00 UTC, 06:00 CEST is 04:00 UTC: the night has seven hours. In October it has nine.
    assert times_of(saturday_night, 3, 28)[0] == (utc(3, 28, 21), utc(3, 29, 4))
    assert times_of(saturday_night, 10, 24)[0] == (utc(10, 24, 20), utc(10, 25, 5))


def test_a_blackout_from_a_time_to_the_same_time_is_a_whole_day() -> None:
    assert times_of(blackout("00:00", "00:00", THU), 11, 18) == [(at(0, day=19), at(0, day=20))]


def test_an_hour_that_comes_twice_is_blacked_out_from_its_first_time_to_its_second() -> None:
    # On 25 October 2026 it is 02:30 at 00:30 UTC and again at 01:30 UTC.
    until = blackout("01:00", "02:30", SUN, zone="Europe/Berlin")
    since = blackout("02:30", "05:00", SUN, zone="Europe/Berlin")

    assert times_of(until, 10, 24)[0] == (utc(10, 24, 23), utc(10, 25, 1, 30))
    assert times_of(since, 10, 24)[0] == (utc(10, 25, 0, 30), utc(10, 25, 4))


def test_a_blackout_that_began_yesterday_still_holds() -> None:
    night = blackout("20:00", "11:00", TUE)

    assert span(1, search_hours=4.0, blackouts=[night]).earliest == at(11)


def test_a_blackout_that_begins_after_the_latest_start_still_shortens_the_search() -> None:
    # A job of 4 hours from 12:20, the latest start, would run into 16:00.
    run_span = span(4, search_hours=2.0, blackouts=[blackout("16:00", "17:00", WED)])

    assert run_span.starts == ((NOW, at(12)),)


def test_the_search_does_not_move_when_the_first_hours_are_excluded() -> None:
    run_span = span(1, search_hours=4.0, exclusions=[Interval(at(10), at(12))])

    assert run_span.starts == ((at(12), at(14, 20)),)


def test_a_job_that_fits_no_gap_before_its_deadline_says_when_it_could_end() -> None:
    with pytest.raises(DoesNotFit, match="before the deadline without overlapping") as error:
        span(4, deadline=at(20), blackouts=[blackout("13:00", "18:00")])

    assert error.value.facts["earliest_finish"] == at(22)


def test_a_job_that_fits_no_gap_within_the_search_says_when_it_could_end() -> None:
    with pytest.raises(DoesNotFit, match="within the hours searched") as error:
        span(4, search_hours=2.0, exclusions=[Interval(at(10), at(13))])

    assert error.value.facts["earliest_finish"] == at(17)


@pytest.mark.parametrize("hours", [15.5, 200.0, 8760.0])
def test_a_job_longer_than_every_gap_of_the_week_never_fits(hours: float) -> None:
    # 18:00 to 09:00 are 15 hours.
    with pytest.raises(DoesNotFit, match="no gap between the blackouts") as error:
        span(hours, blackouts=[blackout("09:00", "18:00")])

    assert error.value.facts["earliest_finish"] is None


def test_a_job_as_long_as_the_gap_fits_once_a_day() -> None:
    run_span = span(15, search_hours=48.0, blackouts=[blackout("09:00", "18:00")])

    assert run_span.starts == ((at(18), at(18)), (at(18, day=19), at(18, day=19)))


minutes = st.integers(-300, 900)


@given(
    pairs=st.lists(st.tuples(minutes, st.integers(1, 200)), max_size=6),
    duration=st.integers(1, 300),
    latest=st.integers(0, 600),
)
def test_a_start_is_allowed_exactly_if_no_minute_of_the_job_is_excluded(
    pairs: list[tuple[int, int]], duration: int, latest: int
) -> None:
    def moment(minute: int) -> datetime:
        return NOW + timedelta(minutes=minute)

    excluded = sorted((Interval(moment(a), moment(a + n)) for a, n in pairs), key=lambda one: one.starts_at)

    rows = list(allowed_starts(excluded, earliest=NOW, latest=moment(latest), duration=timedelta(minutes=duration)))

    for minute in range(latest + 1):
        free = all(minute + duration <= a or a + n <= minute for a, n in pairs)
        assert any(first <= moment(minute) <= last for first, last in rows) is free


class CountingZone(tzinfo):
    """UTC, counting how often a time is looked up."""

    def __init__(self) -> None:
        self.lookups = 0

    def utcoffset(self, moment: datetime | None) -> timedelta:
        self.lookups += 1
        return timedelta(0)

    def dst(self, moment: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, moment: datetime | None) -> str:
        return "counted"


def test_blackouts_are_not_followed_into_a_time_in_which_nothing_may_run() -> None:
    """As before and after a forecast of the caller's own, which here covers days 30 to 40 from now."""
    zone = CountingZone()
    nights = Blackout(weekdays=EVERY_DAY, begins=time(0), ends=time(6), time_zone=zone)
    opens, closes = NOW + timedelta(days=30), NOW + timedelta(days=40)
    exclusions = [Interval(datetime(1970, 1, 1, tzinfo=UTC), opens), Interval(closes, datetime(2200, 1, 1, tzinfo=UTC))]

    fitting = span(12, search_hours=24 * 60, exclusions=exclusions, blackouts=[nights])

    # The job of 12 h has to end by 10:20 on 28 December and outside the night: it starts by 12:00 on the 27th.
    assert (fitting.earliest, fitting.latest) == (opens, utc(12, 27, 12))
    assert zone.lookups < 2000  # 400 days would be more
