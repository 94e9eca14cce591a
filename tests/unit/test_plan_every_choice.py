"""Plans of small jobs beside every other choice they have: data, latency, prices, times excluded, pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.jobs import OwnSeries, ScheduleQuery
from carbon.plans import Choice, JobData, LatencyBound, OwnAssignment, Plan, PlanJob, PlanQuery
from carbon.units import HOUR
from carbon.workload import Blackout, CalculateQuery, Interruption, Interval
from planning.outlook.own_series import own_outlook
from planning.plan.plan import plan, sites_of, spans_of
from planning.plan.shared import without_solver
from tests.unit.every_choice import (
    CLOUDS,
    HOURS,
    NOW,
    REGIONS,
    TODAY,
    TYPE,
    ZONES,
    Hours,
    PricedChoice,
    allowed_hours,
    every_choice,
    hour_of,
    possible_regions,
    priced,
)

Grids = dict[str, list[float]]
INTENSITIES = st.integers(0, 900).map(float)
GRIDS = st.fixed_dictionaries(
    {zone: st.lists(INTENSITIES, min_size=HOURS, max_size=HOURS) for zone in dict.fromkeys(ZONES.values())}
)
PAUSES = st.none() | st.builds(
    Interruption,
    min_run=st.sampled_from((0.0, 3600.0, 7200.0)),
    max_segments=st.none() | st.integers(1, 3),
    restart=st.sampled_from((0.0, 3600.0)),
)
DATA = st.builds(
    JobData,
    gb=st.sampled_from((0.5, 5.0, 20.0)),
    source=st.sampled_from(REGIONS),
    usd_per_gb=st.sampled_from((None, 0.0, 0.01)),
    kwh_per_gb=st.sampled_from((None, 0.001, 0.01)),
)
# From Berlin: Frankfurt is near, Virginia within 150 ms, Oregon and its neighbour are farther.
LATENCY = st.builds(
    LatencyBound, latitude=st.just(52.5), longitude=st.just(13.4), most_ms=st.sampled_from((60.0, 150.0, 900.0))
)


@st.composite
def excluded_hours(draw: st.DrawFn) -> tuple[Interval, ...]:
    first, length = draw(st.integers(0, HOURS - 2)), draw(st.integers(1, 2))
    return (Interval(NOW + first * HOUR, NOW + (first + length) * HOUR),)


@st.composite
def blackouts(draw: st.DrawFn) -> tuple[Blackout, ...]:
    first = NOW.hour + draw(st.integers(0, HOURS - 2))
    ends = time(first + draw(st.integers(1, 2)))
    return (Blackout(weekdays=frozenset(range(7)), begins=time(first), ends=ends, time_zone=UTC),)


@st.composite
def plan_jobs(draw: st.DrawFn, name: str) -> PlanJob:
    duration, first = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    last = draw(st.integers(first + duration, HOURS))
    places = draw(st.lists(st.sampled_from(REGIONS), min_size=1, max_size=4, unique=True))
    run = CalculateQuery(region="", instance_type=TYPE, count=draw(st.sampled_from((1, 7))), duration_hours=duration)
    times = ScheduleQuery(
        regions=tuple(places),
        duration_hours=duration,
        start_after=NOW + first * HOUR,
        deadline=NOW + last * HOUR,
        exclusions=draw(st.just(()) | excluded_hours()),
        blackouts=draw(st.just(()) | blackouts()),
        interruption=draw(PAUSES),
        run=run,
        spot=draw(st.booleans()),
        max_usd_per_hour=draw(st.sampled_from((None, None, 0.05, 0.09))),
    )
    home = draw(st.none() | st.sampled_from(REGIONS))
    data, latency = draw(st.none() | DATA), draw(st.none() | LATENCY)
    return PlanJob(id=name, times=times, run=run, home=home, data=data, latency=latency)


@st.composite
def queries(draw: st.DrawFn) -> PlanQuery:
    """Up to three jobs, some like the first but for pauses, prices or data: what is worked out once must differ."""
    first, *others = (draw(plan_jobs(name)) for name in ("one", "two", "three")[: draw(st.integers(1, 3))])
    jobs = [first]
    for other in others:
        if draw(st.booleans()):
            pauses = replace(first.times, interruption=other.times.interruption, spot=other.times.spot)
            other = replace(first, id=other.id, times=pauses, data=other.data)
        jobs.append(other)
    return PlanQuery(jobs=tuple(jobs), carbon_usd_per_tonne=draw(st.sampled_from((None, 20.0, 5_000.0, 100_000.0))))


def planned(query: PlanQuery, grids: Grids) -> Plan:
    series = {
        zone: OwnSeries(starts_at=NOW, step_seconds=3600, gco2e_per_kwh=(*values, *[0.0] * 24))
        for zone, values in grids.items()
    }
    outlook = own_outlook(series, now=NOW, hours=HOURS + 24)
    return plan(query, spans_of(query, NOW), sites_of(query, CLOUDS), CLOUDS, outlook, TODAY, without_solver)


def pieces_of(choice: Choice) -> tuple[tuple[datetime, datetime], ...]:
    window = choice.window
    return tuple((part.starts_at, part.ends_at) for part in window.segments) or ((window.starts_at, window.ends_at),)


def hours_of(choice: Choice) -> Hours:
    spans = [(hour_of(start), hour_of(end)) for start, end in pieces_of(choice)]
    return tuple(hour for low, high in spans for hour in range(low, high))


def as_priced(choice: Choice) -> PricedChoice:
    return PricedChoice(choice.region, hours_of(choice), choice.gco2e, choice.usd, choice.cost)


def is_close(one: PricedChoice, other: PricedChoice) -> bool:
    figures = ((one.gco2e, other.gco2e), (one.usd, other.usd), (one.cost, other.cost))
    return all(
        first is second or (first is not None and first == pytest.approx(second, rel=1e-9, abs=1e-9))
        for first, second in figures
    )


@settings(max_examples=100, deadline=None)
@given(query=queries(), grids=GRIDS)
def test_no_other_allowed_place_and_time_is_cheaper_by_the_objective(query: PlanQuery, grids: Grids) -> None:
    answer = planned(query, grids)

    rows = {row.job: row for row in answer.assignments}
    assert {row.job for row in answer.unplaced} == {job.id for job in query.jobs} - rows.keys()
    for job in query.jobs:
        choices = every_choice(query, job, grids)
        if job.id not in rows:
            assert choices == []
            continue
        row = rows[job.id]
        mine = as_priced(row.choice)
        assert mine.hours in set(allowed_hours(job))
        assert is_close(mine, priced(query, job, grids, mine.region, mine.hours))
        lowest = {key: min(one.cost for one in choices if one.region == key) for key in possible_regions(query, job)}
        assert mine.cost == pytest.approx(min(lowest.values()), rel=1e-6, abs=1e-9)
        others = sorted(cost for key, cost in lowest.items() if key != mine.region)
        if others:
            assert row.alternative is not None
            assert row.alternative.cost == pytest.approx(others[0], rel=1e-6, abs=1e-9)
        else:
            assert row.alternative is None


@settings(max_examples=50, deadline=None)
@given(query=queries(), grids=GRIDS)
def test_the_baseline_is_the_earliest_at_home_and_what_is_saved_adds_up(query: PlanQuery, grids: Grids) -> None:
    answer = planned(query, grids)

    jobs = {job.id: job for job in query.jobs}
    for row in answer.assignments:
        job, before = jobs[row.job], as_priced(row.baseline)
        places = possible_regions(query, job)
        assert before.hours in set(allowed_hours(job))
        assert before.hours[-1] == min(hours[-1] for hours in allowed_hours(job))
        assert is_close(before, priced(query, job, grids, before.region, before.hours))
        if job.home in places:
            assert (before.region, row.baseline_basis) == (job.home, "home")
        else:
            ranking = sorted((priced(query, job, grids, key, before.hours).gco2e, key) for key in places)
            assert (before.region, row.baseline_basis) == (ranking[len(ranking) // 2][1], "median region")
        assert row.choice.cost <= row.baseline.cost * (1 + 1e-9) + 1e-12
    grams = [(row.baseline.gco2e, row.choice.gco2e) for row in answer.assignments]
    assert answer.baseline.gco2e == pytest.approx(sum(before for before, _ in grams))
    assert answer.totals.gco2e == pytest.approx(sum(after for _, after in grams))
    assert answer.savings.gco2e == pytest.approx(sum(before - after for before, after in grams), abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(query=queries(), grids=GRIDS)
def test_the_assignments_of_a_plan_sent_back_emit_and_cost_the_same(query: PlanQuery, grids: Grids) -> None:
    best = planned(query, grids)
    own = {row.job: OwnAssignment(region=row.choice.region, pieces=pieces_of(row.choice)) for row in best.assignments}

    again = planned(replace(query, own=own), grids)

    assert again.unplaced == best.unplaced
    for one, other in zip(best.assignments, again.assignments, strict=True):
        assert is_close(as_priced(one.choice), as_priced(other.choice))
        assert other.choice.window == one.choice.window
    assert again.totals.gco2e == pytest.approx(best.totals.gco2e)
    assert again.baseline == best.baseline
