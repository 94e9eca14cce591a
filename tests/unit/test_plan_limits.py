"""Jobs that share limits: plans keep every limit, and lie between the bound and the optimum of trying all."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.plan.limits.pricing import Pricing
from planning.plan.limits.problem import OPTIMAL, Problem, Progress, SecondsLeft, Solution
from planning.plan.limits.refusals import TIME, Refusal, refusals
from planning.plan.limits.solve import solve, solve_quickly
from tests.unit.limit_problems import best_cost, breaches, cost, problem

LOOKS = 400  # at the clock, after which the time is over: no real clock, so that a test is the same on every machine


def solved(of: Problem, looks: int = LOOKS, reports: list[Progress] | None = None) -> Solution:
    clock = count()
    return solved_with(of, lambda: 10 * (1 - next(clock) / looks), reports)


def solved_with(of: Problem, seconds_left: SecondsLeft, reports: list[Progress] | None = None) -> Solution:
    reports = [] if reports is None else reports
    return solve(of, seconds=10, seconds_left=seconds_left, progress=reports.append)


def spans_in_hours(solution: Solution) -> list[tuple[int, list[tuple[float, float]]]]:
    return [(row.option, [(start / 3600, end / 3600) for start, end in row.spans]) for row in solution.rows]


def test_a_job_that_finds_the_best_hours_taken_runs_in_the_next_best_ones() -> None:
    of = problem([[100, 10, 30, 50]], [{}, {}, {}], capacity=[1])

    answer = solved(of)

    assert sorted(spans for _, spans in spans_in_hours(answer)) == [[(1, 2)], [(2, 3)], [(3, 4)]]
    assert (answer.cost, answer.status, answer.unplaced) == (90, OPTIMAL, (0, 0, 0))
    assert answer.bound == pytest.approx(90)


def test_who_loses_least_gives_way() -> None:
    # Only region 0 is clean, for one job. The second job would emit 20 elsewhere, the first 500.
    of = problem([[10], [500], [20]], [{"regions": [0, 1]}, {"regions": [0, 2]}], capacity=[1, 9, 9])

    answer = solved(of)

    assert [(row.job, of.region[row.option]) for row in answer.rows] == [(0, 0), (1, 2)]
    # One more machine in region 0 saves the 10 g by which region 2 is worse.
    assert answer.per_unit == pytest.approx([10, 0, 0])


def test_a_job_of_many_machines_needs_room_for_all_of_them() -> None:
    of = problem([[10, 50, 60]], [{"use": 3}, {"use": 2, "hours": 2}], capacity=[4])

    answer = solved(of)

    # Together they do not fit: either the first takes hour 0, or the second hours 0 and 1.
    assert (answer.cost, breaches(of, answer.rows)) == (10 + 50 + 60, [])


def test_a_budget_moves_those_jobs_that_save_most_for_their_emissions() -> None:
    # The clean region costs 3 USD, the other one 1. 4 USD are enough for one clean job of two.
    rates = [3.0, 1.0]
    jobs = [{"usd_per_hour": rates, "moved": [0, 0]}, {"usd_per_hour": rates, "moved": [50, 0]}]
    of = problem([[10], [100]], jobs, max_usd=4.0)

    answer = solved(of)

    assert [(row.job, of.region[row.option]) for row in answer.rows] == [(0, 0), (1, 1)]
    # In the linear program a dollar more moves half of the second job, which saves 100 - 10 - 50 g for 2 USD.
    assert answer.per_usd == pytest.approx(20)


def test_a_cap_on_emissions_makes_a_cheap_plan_dearer() -> None:
    of = problem([[10], [100]], [{"usd_per_hour": [3.0, 1.0]}] * 2, max_gco2e=110, gram_weight=0.0, usd_weight=1.0)

    answer = solved(of)

    assert (answer.cost, breaches(of, answer.rows)) == (4, [])
    assert answer.per_gram == pytest.approx(2 / 90)


def test_jobs_that_do_not_fit_are_left_out_as_few_as_possible() -> None:
    # One job of 3 h or three of 1 h.
    of = problem([[1, 1, 1]], [{"hours": 3}, {}, {}, {}], capacity=[1])

    answer = solved(of)

    assert answer.unplaced == (1, 0, 0, 0)
    assert answer.least_unplaced == 1
    assert (answer.cost - of.penalty[0], answer.placed_bound) == (3, 3)


def test_identical_jobs_are_copies_of_one() -> None:
    of = problem([[10, 20, 30]], [{"copies": 250}], capacity=[100])

    answer = solved(of)

    assert [(row.copies, row.spans[0][0]) for row in answer.rows] == [(100, 0.0), (100, 3600.0), (50, 7200.0)]
    # 100 x 10 + 100 x 20 + 50 x 30
    assert (answer.cost, answer.status) == (4500, OPTIMAL)


def test_a_job_that_may_pause_runs_around_the_hours_of_others() -> None:
    of = problem([[10, 20, 90, 30]], [{"hours": 3, "segments": 0}, {"latest": 1, "earliest": 1}], capacity=[1])

    answer = solved(of)

    assert spans_in_hours(answer) == [(0, [(0, 1), (2, 4)]), (1, [(1, 2)])]


def test_half_an_hour_of_a_step_takes_its_capacity_but_emits_half() -> None:
    of = problem([[10, 40, 20]], [{"hours": 1.5, "segments": 0}], capacity=[1])

    answer = solved(of)

    # Hour 0 and half of hour 2; its other half is nobody's.
    assert (answer.cost, spans_in_hours(answer)) == (20, [(0, [(0, 1), (2, 2.5)])])


def test_segments_keep_out_of_the_times_that_are_closed_to_their_job() -> None:
    of = problem([[10, 20, 30, 40]], [{"hours": 2, "segments": 0, "closed": [(0, 1.5)]}])
    of = replace(of, starts=np.zeros((0, 3)))

    assert spans_in_hours(solved(of)) == [(0, [(2, 4)])]


def test_a_job_in_one_piece_starts_within_the_ranges_that_are_allowed() -> None:
    of = problem([[10, 20, 30, 40]], [{"hours": 1}])
    of = replace(of, starts=np.array([[0, 1800.0, 1800.0], [0, 7200.0, 9000.0]]))

    # From half an hour on it would emit 15 g; it touches two hours.
    assert spans_in_hours(solved(of)) == [(0, [(0.5, 1.5)])]
    assert spans_in_hours(solved(replace(of, starts=of.starts[1:]))) == [(0, [(2, 3)])]


def test_hours_of_unknown_intensity_are_left_out() -> None:
    of = problem([[float("nan"), 50, 60]], [{}, {"segments": 0}], capacity=[1])

    assert sorted(row.spans for row in solved(of).rows) == [((3600.0, 7200.0),), ((7200.0, 10800.0),)]


def test_progress_brings_each_better_plan_and_a_bound_that_rises() -> None:
    reports: list[Progress] = []
    of = problem([[100, 10, 30, 50]], [{}, {}, {}], capacity=[1])

    answer = solved(of, reports=reports)

    assert reports[0].rows is not None
    assert [report.bound for report in reports] == sorted(report.bound for report in reports)
    assert all(0 <= report.share <= 1 and report.bound <= answer.cost + 1e-6 for report in reports)


def test_a_plan_comes_without_any_time() -> None:
    of = problem([[100, 10, 30, 50]], [{}, {}, {}], capacity=[1])

    hurried, quick = solved_with(of, lambda: 0.0), solve_quickly(of)

    assert (hurried.cost, quick.cost) == (90, 90)
    assert quick.bound == 30  # as if each had hour 1 for itself


def test_when_the_time_is_over_jobs_that_are_not_reached_have_no_place_and_the_limits_are_not_to_blame() -> None:
    of = problem([[100, 10, 30, 50]], [{}, {}, {}], capacity=[2])
    looks = count()

    quick = solve_quickly(of, lambda: 1.5 - next(looks))  # for two jobs of the first order

    assert [row.job for row in quick.rows] == [0, 1]
    assert refusals(of, quick) == {2: Refusal(TIME, alone=False)}
    assert quick.bound == 30  # each at the lowest hour, though none was looked at


def test_once_the_time_is_over_no_limit_is_searched_that_leaves_a_job_out() -> None:
    of = problem([[10]], [{}, {}], capacity=[1])
    full = solve_quickly(of)

    assert refusals(of, full) == {1: Refusal("capacity", alone=False)}
    assert refusals(of, full, lambda: 0.0) == {1: Refusal(TIME, alone=False)}


@pytest.mark.parametrize("looks", [1, 3, 10, 30, 100])
def test_no_part_of_the_search_goes_on_for_long_after_the_time_is_over(looks: int) -> None:
    of = problem(
        [[100, 10, 30, 50] * 10] * 3,
        [{"segments": -1 + at % 2, "regions": [0, 1, 2]} for at in range(20)],
        capacity=[1] * 3,
    )
    offers = 0

    class Counted(Pricing):
        def offers(self, *arguments: Any) -> Any:
            nonlocal offers
            offers += clock > looks
            return super().offers(*arguments)

    clock = 0

    def left() -> float:
        nonlocal clock
        clock += 1
        return 10.0 if clock <= looks else -5.0

    with pytest.MonkeyPatch.context() as patch:
        for module in ("placing", "relaxation", "generation"):
            patch.setattr(f"planning.plan.limits.{module}.Pricing", Counted)
        answer = solved_with(of, left)

    assert breaches(of, answer.rows) == []
    assert offers == 0


JOBS = st.fixed_dictionaries(
    {
        "hours": st.integers(1, 3),
        "use": st.integers(1, 3),
        "segments": st.sampled_from([-1, -1, 0, 2]),
        "usd_per_hour": st.lists(st.integers(1, 9), min_size=2, max_size=2),
        "moved": st.lists(st.integers(0, 90), min_size=2, max_size=2),
    }
)


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    steps = draw(st.integers(3, 6))
    jobs: list[dict[str, Any]] = draw(st.lists(JOBS, min_size=1, max_size=3))
    for job in jobs:
        slack = steps - job["hours"]
        job["earliest"] = draw(st.integers(0, slack))
        job["latest"] = draw(st.integers(job["earliest"], slack))
        if job["segments"] == 2:
            job |= {"min_run": draw(st.integers(0, 2)), "restart": draw(st.integers(0, 1))}
    return problem(
        draw(st.lists(st.lists(st.integers(1, 300), min_size=steps, max_size=steps), min_size=2, max_size=2)),
        jobs,
        capacity=draw(st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, inf]), min_size=2, max_size=2)),
        max_gco2e=draw(st.sampled_from([inf, inf, 200.0, 600.0])),
        max_usd=draw(st.sampled_from([inf, inf, 5.0, 20.0])),
        usd_weight=draw(st.sampled_from([0.0, 7.0])),
    )


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_a_plan_keeps_all_limits_and_the_optimum_lies_between_bound_and_plan(of: Problem) -> None:
    best = best_cost(of)

    for answer in (solved(of), solved(of, looks=12), solve_quickly(of)):
        assert breaches(of, answer.rows) == []
        assert answer.cost == pytest.approx(cost(of, answer.rows))
        assert answer.bound <= best * (1 + 1e-6)
        assert best <= answer.cost * (1 + 1e-6)
        if answer.status == OPTIMAL:
            assert answer.cost <= best * (1 + 1e-3)
        assert answer.least_unplaced <= sum(answer.unplaced)
