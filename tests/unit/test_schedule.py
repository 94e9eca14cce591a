"""When to start one job in one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.errors import DoesNotFit, PowerNotModelled
from carbon.intensity import Quality
from carbon.jobs import ScheduleQuery
from carbon.schedules import Schedule
from carbon.workload import CalculateQuery, Interval, OptimizeQuery, Priority, WorkloadType
from engine import Engine
from planning.placing.workloads import workload_span
from planning.scheduling.span import RunSpan, run_span
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
HERE = "aws:us-west-2"
# From 10:00: 300, and 100, 50, 100 from 15:00 to 18:00.
DIP = [300.0] * 5 + [100.0, 50.0, 100.0] + [300.0] * 64


def at(hour: int, minute: int = 0, *, day: int = 18) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def plan(
    query: ScheduleQuery, values: list[float] | None = None, *, now: datetime = NOW, live: bool = True
) -> Schedule:
    reader = FakeReader({"US-NW-PACW": known(now, values or DIP)} if live else {})
    return Engine(cloud_map(), reader).at(now).schedule(query)


def ask(hours: float, **more: object) -> ScheduleQuery:
    return ScheduleQuery(region=HERE, duration_hours=hours, **more)  # type: ignore[arg-type]


def test_a_job_waits_for_the_dip() -> None:
    schedule = plan(ask(3))

    # 15:00 to 18:00: 83.33. At once, 10:20 to 13:20: 300. The saving is 216.67, 72.2 % of 300.
    assert (schedule.best.starts_at, schedule.best.ends_at) == (at(15), at(18))
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx(250 / 3)
    assert schedule.at_once.starts_at == NOW
    assert schedule.at_once.mean.gco2e_per_kwh == pytest.approx(300)
    assert schedule.saving_gco2e_per_kwh == pytest.approx(300 - 250 / 3)
    assert schedule.saving_share == pytest.approx(1 - 250 / 900)
    assert schedule.current.gco2e_per_kwh == 300
    assert schedule.best.mean.provenance.quality is Quality.FORECAST


def test_the_end_of_a_month_alone_is_no_reason_to_wait() -> None:
    # Oregon at 17:00 on the last day of March, for which the table has 1049, 1038, 1031 and 1024 per mille from hour to
    # hour in March and 766, 765, 768 and 769 in April, 26 % less on average. Tomorrow is one of the 30.5 days on which
    # that comes about: 1035.5 - 767 = 268.5, over 30.5 days 8.8 a day, of about 900 now 1 %.
    schedule = plan(ask(4), now=datetime(2026, 3, 31, 17, tzinfo=UTC), live=False)

    assert schedule.best.starts_at == datetime(2026, 3, 31, 17, tzinfo=UTC)
    assert schedule.saving_gco2e_per_kwh == 0


def test_the_next_best_windows_of_an_hour_s_job_start_an_hour_apart() -> None:
    schedule = plan(ask(1))

    # Hours alone: 50 at 16:00, then the 100s at 15:00 and 17:00, then, from 10:20 on, the first 300.
    assert schedule.best.starts_at == at(16)
    assert [w.starts_at for w in schedule.alternatives] == [at(15), at(17), NOW]
    assert [w.mean.gco2e_per_kwh for w in schedule.alternatives] == pytest.approx([100, 100, 300])


def test_the_next_best_windows_of_a_short_job_start_an_hour_apart_as_well() -> None:
    schedule = plan(ask(0.25))

    # A quarter of an hour in the dip of 15:00 to 18:00, which is 100, 50, 100: 16:00, then 15:00 and 17:00.
    assert [w.starts_at for w in (schedule.best, *schedule.alternatives)] == [at(16), at(15), at(17), NOW]


def test_the_next_best_windows_of_a_long_job_start_a_quarter_of_its_length_apart() -> None:
    # Twelve hours: 3 h apart. A start x hours after 04:00 of the second day takes x hours of 100 and 12 - x of 10.
    schedule = plan(ask(12, search_hours=48.0), [300.0] * 18 + [10.0] * 12 + [100.0] * 42)

    assert [w.starts_at for w in (schedule.best, *schedule.alternatives)] == [
        at(4, day=19),
        at(7, day=19),
        at(10, day=19),
        at(13, day=19),
    ]


def test_an_excluded_dip_is_not_used() -> None:
    schedule = plan(ask(1, exclusions=(Interval(at(15, 30), at(16, 10)),)))

    # Of the dip the second half of its best hour is free, from 16:10 on: 50 minutes of 50 and 10 of 100, 58.33.
    assert schedule.best.starts_at == at(16, 10)
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx((50 * 50 + 10 * 100) / 60)
    assert all(w.ends_at <= at(15, 30) or w.starts_at >= at(16, 10) for w in schedule.alternatives)


def test_where_now_is_excluded_the_saving_is_against_the_first_start_that_is_not() -> None:
    schedule = plan(ask(1, exclusions=(Interval(at(8), at(15)),)))

    # 15:00 to 16:00 is 100, the best hour 50.
    assert schedule.at_once.starts_at == at(15)
    assert (schedule.saving_gco2e_per_kwh, schedule.saving_share) == pytest.approx((50, 0.5))


def machines(count: int = 1, hours: float = 3.0) -> CalculateQuery:
    return CalculateQuery(region=HERE, instance_type="m7g.large", duration_hours=hours, count=count)


def test_with_a_machine_every_window_says_what_it_emits() -> None:
    reader = FakeReader({"US-NW-PACW": known(NOW, DIP)})
    session = Engine(cloud_map(), reader).at(NOW)

    schedule = session.schedule(ask(3, run=machines(count=2)))
    energy_kwh = session.calculate(machines()).energy_kwh

    # 300 g/kWh at once, 250/3 in the dip.
    assert schedule.machines is not None
    assert schedule.machines.energy_kwh == pytest.approx(2 * energy_kwh)
    assert schedule.at_once.operational_gco2e == pytest.approx(2 * energy_kwh * 300)
    assert schedule.best.operational_gco2e == pytest.approx(2 * energy_kwh * 250 / 3)
    assert schedule.machines.operational_gco2e == schedule.best.operational_gco2e
    assert schedule.machines.uncertainty.grid == schedule.best.mean.grid
    assert [w.operational_gco2e for w in schedule.alternatives] == [
        pytest.approx(2 * energy_kwh * (w.mean.gco2e_per_kwh or 0)) for w in schedule.alternatives
    ]


def test_without_a_machine_no_grams_are_claimed() -> None:
    schedule = plan(ask(3))

    assert schedule.machines is None
    assert {w.operational_gco2e for w in (schedule.best, schedule.at_once, *schedule.alternatives)} == {None}


def test_a_machine_without_a_power_model_is_refused() -> None:
    with pytest.raises(PowerNotModelled):
        plan(ask(3, run=CalculateQuery(region=HERE, instance_type="c6gn.metal", duration_hours=3.0)))


def test_starting_now_is_best_where_nothing_is_better() -> None:
    schedule = plan(ask(2), [100.0] * 72)

    assert schedule.best == schedule.at_once
    assert (schedule.saving_gco2e_per_kwh, schedule.saving_share) == (0, 0)


def test_without_a_deadline_the_start_is_searched_for_24_hours_whatever_the_length() -> None:
    schedule = plan(ask(200))

    assert schedule.latest_start == NOW + timedelta(hours=24)
    assert NOW <= schedule.best.starts_at <= NOW + timedelta(hours=24)
    assert schedule.best.mean.provenance.quality is Quality.BASELINE


def test_search_hours_reach_further() -> None:
    values = [300.0] * 40 + [10.0] * 2 + [300.0] * 30

    assert plan(ask(2), values).best.starts_at == NOW
    # Step 40 from 10:00 is 02:00 two days later.
    assert plan(ask(2, search_hours=48.0), values).best.starts_at == at(2, day=20)


def test_a_deadline_holds_the_end_of_the_job() -> None:
    # The dip's 15:00 to 18:00 would end too late; ending at 17:00 takes 300, 100 and 50.
    schedule = plan(ask(3, deadline=at(17)))

    assert (schedule.best.starts_at, schedule.best.ends_at) == (at(14), at(17))
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx(150)
    assert schedule.latest_start == at(14)


def test_a_job_that_just_fits_has_one_start() -> None:
    schedule = plan(ask(3, deadline=NOW + timedelta(hours=3)))

    assert schedule.best.starts_at == NOW
    assert schedule.alternatives == ()


def test_a_job_that_cannot_end_before_its_deadline_says_when_it_could() -> None:
    with pytest.raises(DoesNotFit) as late:
        plan(ask(4, deadline=NOW + timedelta(hours=3)))
    with pytest.raises(DoesNotFit) as after:
        plan(ask(1, start_after=at(20), deadline=at(20, 30)))

    assert late.value.facts["earliest_finish"] == NOW + timedelta(hours=4)
    assert after.value.facts["earliest_finish"] == at(21)


def test_start_after_moves_the_whole_search_and_in_the_past_means_now() -> None:
    later = plan(ask(1, start_after=at(17)))
    past = plan(ask(1, start_after=at(3)))

    assert later.at_once.starts_at == at(17)
    assert later.best.starts_at == at(17)
    assert later.latest_start == at(17, day=19)
    # "Now" stays now: the hour that holds it, not the later start.
    assert later.current.gco2e_per_kwh == 300
    assert past == plan(ask(1))


def test_a_start_inside_an_hour_may_be_best() -> None:
    # Ninety minutes in 90, 50, 10 and then 90: from 11:30 half an hour of 50 and the 10: (25 + 10)/1.5.
    schedule = plan(ask(1.5), [90.0, 50.0, 10.0] + [90.0] * 69)

    assert schedule.best.starts_at == at(11, 30)
    assert schedule.best.mean.gco2e_per_kwh == pytest.approx(70 / 3)


@given(
    now=st.timedeltas(timedelta(0), timedelta(days=360)).map(lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed),
    minutes=st.integers(1, 6_000),
    search=st.integers(1, 168),
)
def test_a_plan_always_lies_within_what_was_asked(now: datetime, minutes: int, search: int) -> None:
    query = ScheduleQuery(region=HERE, duration_hours=minutes / 60, search_hours=float(search))

    schedule = Engine(cloud_map(), FakeReader()).at(now).schedule(query)

    second = timedelta(seconds=1)
    assert now - second < schedule.best.starts_at < now + timedelta(hours=search) + second
    assert schedule.best.ends_at - schedule.best.starts_at == pytest.approx(timedelta(minutes=minutes), abs=second)
    assert (schedule.best.mean.gco2e_per_kwh or 0) <= (schedule.at_once.mean.gco2e_per_kwh or 0) + 1e-9
    assert schedule.best == schedule.at_once or all(
        (schedule.best.mean.gco2e_per_kwh or 0) <= (w.mean.gco2e_per_kwh or 0) * (1 + 1e-8)
        for w in schedule.alternatives
    )


def test_the_span_of_a_search_by_hand() -> None:
    def starts(**more: object) -> tuple[datetime, datetime]:
        limits: dict[str, object] = {"start_after": None, "deadline": None, **more}
        span = run_span(NOW, duration_hours=2.0, **limits)  # type: ignore[arg-type]
        return span.earliest, span.latest

    assert starts() == (NOW, NOW + timedelta(hours=24))
    assert starts(deadline=at(20)) == (NOW, at(18))
    assert starts(start_after=at(12), search_hours=3.0) == (at(12), at(15))
    assert starts(deadline=at(20), search_hours=3.0) == (NOW, at(13, 20))
    assert starts(deadline=at(20), search_hours=30.0) == (NOW, at(18))
    assert starts(deadline=at(20), flexible=False) == (NOW, NOW)


def question(workload: WorkloadType, **more: object) -> OptimizeQuery:
    return OptimizeQuery(workload=workload, priority=Priority.CARBON, **more)  # type: ignore[arg-type]


def span_of(query: OptimizeQuery) -> RunSpan:
    return workload_span(query, NOW)


@pytest.mark.parametrize("workload", WorkloadType)
def test_only_training_and_general_work_waits_unless_told_otherwise(workload: WorkloadType) -> None:
    waits = workload in (WorkloadType.TRAINING, WorkloadType.GENERAL)

    by_default = span_of(question(workload))
    run_span = span_of(question(workload, flexible=not waits))

    assert by_default.flexible is waits
    assert (by_default.latest > NOW) is waits
    assert (run_span.latest > NOW) is not waits


def test_a_service_without_an_end_is_ranked_by_its_next_day_or_what_its_deadline_leaves() -> None:
    open_end = span_of(question(WorkloadType.DATABASE))
    until_four = span_of(question(WorkloadType.DATABASE, deadline=at(16, 20)))
    six_hours = span_of(question(WorkloadType.DATABASE, duration_hours=6.0))

    assert (open_end.duration_hours, open_end.window_hours) == (1, 24)
    assert (until_four.duration_hours, until_four.window_hours) == (1, 6)
    assert (six_hours.duration_hours, six_hours.window_hours) == (6, 6)


def test_work_that_does_not_fit_its_deadline_is_refused_before_it_is_ranked() -> None:
    with pytest.raises(DoesNotFit) as error:
        span_of(question(WorkloadType.GENERAL, duration_hours=5.0, deadline=at(15)))

    assert error.value.facts["earliest_finish"] == at(15, 20)


def test_flexible_work_starts_by_its_deadline_less_its_length() -> None:
    run_span = span_of(question(WorkloadType.GENERAL, duration_hours=2.0, deadline=at(20), start_after=at(9)))

    assert (run_span.earliest, run_span.latest) == (NOW, at(18))
