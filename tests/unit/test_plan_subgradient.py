"""Prices of capacity for jobs that may pause: a bound that no plan undercuts, and near the optimum."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.plan.limits.columns import Columns
from planning.plan.limits.problem import OPTIMAL, Problem
from planning.plan.limits.relaxation import Bound
from planning.plan.limits.solve import solve, solve_quickly
from planning.plan.limits.subgradient import can_rise, rise
from tests.unit.limit_problems import best_cost, breaches, problem
from tests.unit.test_plan_limits import small_problems


def risen(of: Problem, reports: list[Bound] | None = None, looks: int = 2000) -> Bound:
    clock = count()
    reports = [] if reports is None else reports
    return rise(Columns(of), solve_quickly(of).cost, lambda: float(looks - next(clock)), reports.append)


def test_the_bound_of_two_jobs_that_want_the_same_hours_is_that_of_both_together() -> None:
    # Each alone takes the hours of 10 and 30 g, 40 g. Both on one machine fill all four: 10 + 30 + 50 + 100 g.
    of = problem([[100, 10, 30, 50]], [{"hours": 2, "segments": 0}] * 2, capacity=[1])

    assert risen(of).cost == pytest.approx(190, rel=2e-3)


def test_a_job_that_leaves_for_another_region_costs_what_it_costs_there() -> None:
    # One machine in region 0. The second job costs 60 g in region 1, which has no limit.
    of = problem([[10, 20], [30, 30]], [{"hours": 2, "segments": 0}] * 2, capacity=[1, inf])

    bound = risen(of)

    assert bound.cost == pytest.approx(10 + 20 + 60, rel=2e-3)


def test_the_last_step_of_a_job_counts_in_part() -> None:
    # 1.5 h: the hour of 10 g and half of that of 20 g.
    of = problem([[10, 40, 20]], [{"hours": 1.5, "segments": 0}], capacity=[1])

    assert risen(of).cost == pytest.approx(20)


def test_a_job_without_any_room_counts_with_its_penalty() -> None:
    of = problem([[10, 40]], [{"hours": 1, "segments": 0, "use": 3}], capacity=[2])

    assert risen(of).cost == of.penalty[0]


def test_bounds_are_reported_as_they_rise() -> None:
    reports: list[Bound] = []

    last = risen(problem([[100, 10, 30, 50]], [{"hours": 2, "segments": 0}] * 2, capacity=[1]), reports)

    costs = [report.cost for report in reports]
    assert costs == sorted(set(costs))
    assert costs[-1] == last.cost


def test_without_time_there_is_no_bound() -> None:
    assert risen(problem([[10]], [{"segments": 0}], capacity=[1]), looks=0).cost == -inf


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_no_plan_costs_less_than_the_bound(of: Problem) -> None:
    of = replace(of, max_gco2e=inf, max_usd=inf)

    assert risen(of).cost <= best_cost(of) * (1 + 1e-9)


TIMES = st.fixed_dictionaries(
    {
        "hours": st.sampled_from([0.5, 1, 1.25, 2, 2.5]),
        "earliest": st.sampled_from([0, 0.25, 0.5, 1]),
        "segments": st.sampled_from([-1, 0, 0, 2]),
        "use": st.integers(1, 2),
        "closed": st.sampled_from([[], [(1.0, 2.0)], [(2.5, 3.25)]]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES, min_size=1, max_size=4), st.lists(st.integers(1, 300), min_size=6, max_size=6))
def test_times_between_the_steps_do_not_lift_the_bound_above_any_plan(
    jobs: list[dict[str, Any]], grams: list[int]
) -> None:
    of = problem([grams, grams[::-1]], jobs, capacity=[2, inf])
    closed = {int(job) for job in of.closed[:, 0]}
    of = replace(of, starts=of.starts[[int(job) not in closed for job in of.starts[:, 0]]])

    plan = solve_quickly(of)

    assert breaches(of, plan.rows) == []
    assert risen(of).cost <= plan.cost * (1 + 1e-9)


def test_fifty_jobs_that_may_pause_are_within_five_per_cent_of_the_best_plan() -> None:
    random = np.random.default_rng(0)
    wave = 1 + 0.35 * np.sin(2 * np.pi * (np.arange(24) + random.uniform(0, 24, (6, 1))) / 24)
    of = problem(
        (random.uniform(30, 700, (6, 1)) * wave).tolist(),
        [{"hours": int(random.integers(1, 10)), "segments": 0} for _ in range(50)],
        capacity=[3.0] * 6,
    )
    clock = count()

    answer = solve(of, seconds=10, seconds_left=lambda: 10 * (1 - next(clock) / 20_000), progress=lambda _: None)

    assert can_rise(of)
    assert answer.unplaced == (0,) * 50
    assert answer.bound >= 0.95 * answer.cost


def test_only_jobs_that_may_pause_and_share_nothing_but_capacity_have_their_prices_found_so() -> None:
    paused = problem([[10, 20]], [{"segments": 0}], capacity=[1])

    assert can_rise(paused)
    assert not can_rise(replace(paused, max_usd=5.0))
    assert not can_rise(problem([[10, 20]], [{}], capacity=[1]))


def test_the_best_plan_of_few_jobs_that_may_pause_is_proven() -> None:
    of = problem([[10, 20, 90, 30]], [{"hours": 3, "segments": 0}, {"latest": 1, "earliest": 1}], capacity=[1])
    clock = count()

    answer = solve(of, seconds=10, seconds_left=lambda: 10 * (1 - next(clock) / 2000), progress=lambda _: None)

    assert (answer.cost, answer.status) == (10 + 90 + 30 + 20, OPTIMAL)
