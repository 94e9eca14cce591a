"""When to run an interruptible job, asked of the engine. Times in UTC, values hour by hour from 10:00."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.errors import DoesNotFit, InvalidRequest
from carbon.jobs import ScheduleQuery
from carbon.schedules import ExpectedSavings, Schedule, Window
from carbon.workload import CalculateQuery, Interruption, Interval
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
HERE = "aws:us-west-2"
ANY_CUT = Interruption()
# 100 from 12:00 to 13:00, 50 from 15:00 to 16:00, else 300.
TWO_DIPS = [300.0, 300, 100, 300, 300, 50] + [300.0] * 66


def at(hour: int, minute: int = 0, *, day: int = 18) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def plan(
    values: list[float], hours: float, rule: Interruption = ANY_CUT, *, now: datetime = NOW, **more: object
) -> Schedule:
    reader = FakeReader({"US-NW-PACW": known(now, values)})
    query = ScheduleQuery(region=HERE, duration_hours=hours, interruption=rule, **more)  # type: ignore[arg-type]
    return Engine(cloud_map(), reader).at(now).schedule(query)


def times(window: Window) -> list[tuple[datetime, datetime]]:
    return [(segment.starts_at, segment.ends_at) for segment in window.segments]


def test_a_job_that_may_be_cut_freely_runs_in_both_dips() -> None:
    schedule = plan(TWO_DIPS, 2)

    # 100 and 50: 75 on average. At once, 10:20 to 12:20: 100 minutes of 300 and 20 of 100, 266.7 on average.
    # In one piece at best 14:00 to 16:00: 300 and 50.
    assert times(schedule.best) == [(at(12), at(13)), (at(15), at(16))]
    assert [segment.gco2e_per_kwh for segment in schedule.best.segments] == [100, 50]
    assert (schedule.best.starts_at, schedule.best.ends_at, schedule.best.duration_hours) == (at(12), at(16), 2)
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx(75)
    assert (schedule.saving_gco2e_per_kwh, schedule.saving_share) == pytest.approx((800 / 3 - 75, 1 - 75 * 3 / 800))
    assert times(schedule.at_once) == [(NOW, at(12, 20))]
    assert schedule.alternatives[0].starts_at == at(14)
    assert schedule.alternatives[0].mean.gco2e_per_kwh == pytest.approx(175)
    assert schedule.grid_minutes == 0


def test_a_restart_counts_in_time_energy_and_grams() -> None:
    machine = CalculateQuery(region=HERE, instance_type="m7g.large", duration_hours=2)
    one_hour = CalculateQuery(region=HERE, instance_type="m7g.large", duration_hours=1)
    reader = FakeReader({"US-NW-PACW": known(NOW, TWO_DIPS)})
    session = Engine(cloud_map(), reader).at(NOW)

    rule = Interruption(restart=1800)
    schedule = session.schedule(ScheduleQuery(region=HERE, duration_hours=2, interruption=rule, run=machine))
    kwh_per_hour = session.calculate(one_hour).energy_kwh

    # The restart of half an hour precedes 15:00, at 300: 100 + 150 + 50 = 300 for 2.5 h, 120 on average.
    # At once, 10:20 to 12:20: 100 minutes of 300 and 20 of 100, 533.3. Saved: 233.3, for 2 kWh of work 116.7 each.
    assert times(schedule.best) == [(at(12), at(13)), (at(14, 30), at(16))]
    assert schedule.best.duration_hours == 2.5
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx(120)
    assert schedule.saving_gco2e_per_kwh == pytest.approx((500 + 100 / 3 - 300) / 2)
    assert schedule.saving_share == pytest.approx(1 - 300 / (500 + 100 / 3))
    assert schedule.grid_minutes == 5
    assert schedule.machines is not None
    assert schedule.machines.duration_hours == 2.5
    assert schedule.machines.energy_kwh == pytest.approx(2.5 * kwh_per_hour)
    assert schedule.best.operational_gco2e == pytest.approx(300 * kwh_per_hour)
    assert schedule.at_once.operational_gco2e == pytest.approx((500 + 100 / 3) * kwh_per_hour)


def test_excluded_times_pause_the_job_and_its_start_at_once() -> None:
    schedule = plan(TWO_DIPS, 4, search_hours=2, exclusions=(Interval(at(11), at(12)), Interval(at(12, 30), at(13))))

    # From 10:20 to 16:20 the lowest are 12:00 to 12:30, 15:00 to 16:00, and of the rest at 300 the first 2.5 h.
    assert times(schedule.best) == [(at(10, 20), at(11)), (at(12), at(12, 30)), (at(13), at(14, 50)), (at(15), at(16))]
    # At once: 40 minutes, 30 minutes, and 170 minutes from 13:00 on.
    assert times(schedule.at_once) == [(at(10, 20), at(11)), (at(12), at(12, 30)), (at(13), at(15, 50))]
    assert schedule.alternatives == ()


def test_no_backtest_says_what_several_segments_save() -> None:
    assert plan(TWO_DIPS, 2).expected is None


def test_without_a_reason_to_wait_the_job_starts_at_once_in_one_piece() -> None:
    schedule = plan([200.0] * 72, 3, Interruption(min_run=3600, restart=600))

    assert times(schedule.best) == [(NOW, at(13, 20))]
    assert schedule.expected == ExpectedSavings(median=0.0, low=0.0, high=0.0, chance_of_saving=0.0)


def test_one_piece_that_is_better_between_the_points_of_the_grid_is_taken() -> None:
    # From 10:21 to 12:00 there are 99 minutes of 100. The grid begins at 10:25, from where 4 minutes of 300 are needed.
    schedule = plan([100.0, 100] + [300.0] * 70, 99 / 60, Interruption(restart=60), now=at(10, 21))

    assert times(schedule.best) == [(at(10, 21), at(12))]
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx(100)


def test_a_gap_that_one_piece_fills_to_the_minute_is_used_although_the_grid_is_coarser() -> None:
    values = [300.0, 300, 100, 100] + [300.0] * 68
    gap = (Interval(at(11, 30), at(12, 3)), Interval(at(13, 3), at(14)))

    schedule = plan(values, 1, Interruption(max_segments=1), exclusions=gap)

    assert times(schedule.best) == [(at(12, 3), at(13, 3))]


def test_a_job_that_does_not_fit_between_the_exclusions_says_when_it_could_end() -> None:
    with pytest.raises(DoesNotFit) as refusal:
        plan(TWO_DIPS, 4, deadline=at(15), exclusions=(Interval(at(11), at(12)),))

    # 40 minutes before 11:00 and 200 from 12:00 on.
    assert refusal.value.facts == {"earliest_finish": at(15, 20)}


def test_a_deadline_before_the_end_of_the_work_is_refused_with_the_earliest_finish() -> None:
    with pytest.raises(DoesNotFit) as refusal:
        plan(TWO_DIPS, 4, deadline=at(14))

    assert refusal.value.facts == {"earliest_finish": at(14, 20)}


def test_a_search_that_is_too_large_says_what_to_change() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        plan(TWO_DIPS, 1000, Interruption(max_segments=9), deadline=NOW + timedelta(hours=8000))

    assert [(error.location, error.code) for error in refusal.value.errors] == [
        (("interruptible",), "search_too_large")
    ]


def lowest_of_all_hours(values: list[int], hours: int, least: int, most: int, closed: set[int]) -> float | None:
    """The least sum over every choice of so many hours in runs of at least `least`, at most `most` of them."""
    sums = []
    for chosen in combinations(range(len(values)), hours):
        runs = _runs(chosen)
        if len(runs) <= most and min(runs) >= min(least, hours) and not closed & set(chosen):
            sums.append(sum(values[hour] for hour in chosen))
    return min(sums, default=None)


def _runs(hours: tuple[int, ...]) -> list[int]:
    """The lengths of the runs of consecutive hours."""
    lengths = [1]
    for before, after in pairwise(hours):
        if after == before + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(10, 900), min_size=8, max_size=8),
    hours=st.integers(1, 4),
    least=st.integers(1, 2),
    most=st.integers(1, 3),
    closed=st.sets(st.integers(0, 7), max_size=2),
)
def test_no_choice_of_hours_emits_less(values: list[int], hours: int, least: int, most: int, closed: set[int]) -> None:
    lowest = lowest_of_all_hours(values, hours, least, most, closed)
    exclusions = tuple(Interval(TEN + timedelta(hours=h), TEN + timedelta(hours=h + 1)) for h in sorted(closed))
    rule = Interruption(min_run=least * 3600, max_segments=most)
    more = {"deadline": TEN + timedelta(hours=8), "exclusions": exclusions, "now": TEN}
    series = [float(value) for value in values] + [900.0] * 64
    if lowest is None:
        with pytest.raises(DoesNotFit):
            plan(series, hours, rule, **more)  # type: ignore[arg-type]
        return
    schedule = plan(series, hours, rule, **more)  # type: ignore[arg-type]

    total = sum((segment.gco2e_per_kwh or 0) * segment.duration_hours for segment in schedule.best.segments)
    if schedule.expected is not None and schedule.best is schedule.at_once:
        assert total >= lowest - 1e-6  # waiting for less was not worth it
    else:
        assert total == pytest.approx(lowest)
