"""Jobs of very many copies: prices of capacity that are climbed to, and the plan that they lead to."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings

from planning.plan.limits.ascent import can_climb, climb
from planning.plan.limits.columns import Columns
from planning.plan.limits.problem import WHOLE, Problem
from planning.plan.limits.relaxation import Bound
from planning.plan.limits.solve import solve
from tests.unit.limit_problems import best_cost, breaches, problem
from tests.unit.test_plan_limits import small_problems


def bound_of(of: Problem) -> float:
    return climb(Columns(of), lambda: 1.0, lambda _: None).bound.cost


def test_the_climb_comes_near_the_optimum_of_the_linear_program() -> None:
    # Three thousand copies, a thousand at once: they fill the hours of 10, 30 and 50 g.
    of = problem([[100, 10, 30, 50]], [{"copies": 3000}], capacity=[1000])

    summit = climb(Columns(of), lambda: 1.0, lambda _: None)

    assert summit.bound.cost == pytest.approx(90_000, rel=1e-3)
    # One more place in the hour of 10 g saves 40 to 90 g, in that of 30 g 20 to 70: nobody has to run at 100 g.
    free, dear, *_ = summit.bound.prices.capacity[0]
    assert free == pytest.approx(0, abs=0.1)
    assert 40 <= dear <= 90
    copies = {column.spans[0][0] / 3600: number for column, number in summit.rows}
    assert [copies[hour] for hour in (1, 2, 3)] == pytest.approx([1000, 1000, 1000], rel=0.02)


def test_a_bound_at_each_width_is_reported_and_rises() -> None:
    of = problem([[100, 10, 30, 50]], [{"copies": 3000}], capacity=[1000])
    reports: list[Bound] = []

    climb(Columns(of), lambda: 1.0, reports.append)

    costs = [report.cost for report in reports]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


def test_no_time_leaves_the_bound_of_nothing() -> None:
    of = problem([[100, 10]], [{"copies": 3000}], capacity=[1000])

    assert bound_of(of) > 0
    assert climb(Columns(of), lambda: 0.0, lambda _: None).bound.cost == -inf


@settings(max_examples=30, deadline=None)
@given(small_problems())
def test_no_plan_costs_less_than_the_bound_of_the_climb(of: Problem) -> None:
    of = replace(of, max_gco2e=inf, max_usd=inf, max_segments=np.full(of.jobs, WHOLE))

    assert can_climb(of)
    assert bound_of(of) <= best_cost(of) * (1 + 1e-9)


def test_many_copies_of_several_jobs_are_placed_within_a_thousandth_of_the_bound() -> None:
    # Two classes meet in the clean hours of region 0; region 1 is always 80 g and has no limit.
    of = problem(
        [[20, 40, 60, 90], [80, 80, 80, 80]],
        [{"copies": 2000, "hours": 2}, {"copies": 3000}],
        capacity=[2000, inf],
    )
    clock = count()

    answer = solve(of, seconds=10, seconds_left=lambda: 10 * (1 - next(clock) / 5000), progress=lambda _: None)

    # Best: class 1 takes hours 0 and 1 (60 g each copy) and class 2 the 2,000 places of hour 2, its rest region 1.
    assert answer.cost == pytest.approx(2000 * 60 + 2000 * 60 + 1000 * 80, rel=1e-3)
    assert answer.bound == pytest.approx(answer.cost, rel=1e-3)
    assert breaches(of, answer.rows) == []
