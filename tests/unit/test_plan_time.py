"""A plan that a request waits for ends in time: what was not reached by then has no place, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from carbon.jobs import ScheduleQuery
from carbon.plans import Capacity, PlanJob, PlanQuery
from carbon.queued_plans import Awaited
from carbon.workload import CalculateQuery, OwnMachine
from engine import Engine
from planning.plan.limits.problem import Problem, Solution
from planning.plan.limits.solve import solve_quickly
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW

HOME = "aws:eu-north-1"
RUN = CalculateQuery(region="", machine=OwnMachine(vcpus=4, memory_gb=16, arch="x86_64"), duration_hours=4)


def job(number: int) -> PlanJob:
    times = ScheduleQuery(regions=(HOME,), duration_hours=4, deadline=NOW + timedelta(hours=5), run=RUN)
    return PlanJob(id=str(number), times=times, run=RUN, home=HOME)


def awaited(looks: int) -> Awaited:
    """The time is over after so many looks at the clock."""
    clock = count()
    return Awaited(looks, lambda: float(next(clock)))


@pytest.mark.parametrize("placed", [0, 1, 3])
def test_jobs_that_are_not_reached_in_time_are_left_out_and_say_what_to_change(placed: int) -> None:
    session = Engine(cloud_map(), FakeReader()).at(NOW)

    plan = session.plan(PlanQuery(jobs=tuple(map(job, range(4)))), awaited(placed))

    assert [row.job for row in plan.assignments] == ["0", "1", "2", "3"][:placed]
    assert {row.constraint for row in plan.unplaced} == {"time"}
    assert "send it with background: true" in plan.unplaced[0].detail
    # Those that are placed are where they are best, but another choice of as many jobs may emit less.
    assert (plan.solver.status, plan.solver.gap) == ("heuristic", None)


def test_the_gap_of_a_plan_that_reached_no_job_is_not_known() -> None:
    query = PlanQuery(jobs=tuple(map(job, range(4))), capacity=(Capacity(region=HOME, machines=2),))

    def too_late(problem: Problem, _: object) -> Solution:
        return solve_quickly(problem, lambda: 0.0)

    plan = Engine(cloud_map(), FakeReader(), solve=too_late).at(NOW).plan(query)

    assert [row.constraint for row in plan.unplaced] == ["time"] * 4
    assert (plan.solver.status, plan.solver.gap) == ("heuristic", None)


def test_the_gap_of_a_plan_in_which_no_job_has_room_is_0() -> None:
    query = PlanQuery(jobs=tuple(map(job, range(4))), capacity=(Capacity(region=HOME, machines=0),))

    plan = Engine(cloud_map(), FakeReader()).at(NOW).plan(query)

    assert [row.constraint for row in plan.unplaced] == ["capacity"] * 4
    assert plan.solver.gap == 0.0


def test_a_job_that_the_solver_did_not_reach_is_not_said_to_lack_room() -> None:
    deadlines = [NOW + timedelta(hours=5 + number) for number in range(4)]  # jobs that are alike are placed together
    jobs = [
        replace(one, times=replace(one.times, deadline=at))
        for one, at in zip(map(job, range(4)), deadlines, strict=True)
    ]
    query = PlanQuery(jobs=tuple(jobs), capacity=(Capacity(region=HOME, machines=2),))

    def hurried(problem: Problem, _: object) -> Solution:
        looks = count()
        return solve_quickly(problem, lambda: 0.5 - next(looks))  # for one job

    plan = Engine(cloud_map(), FakeReader(), solve=hurried).at(NOW).plan(query)

    assert [row.job for row in plan.assignments] == ["0"]
    assert [row.constraint for row in plan.unplaced] == ["time"] * 3


@pytest.mark.parametrize(("jobs", "limited", "expected"), [(666, True, False), (667, True, True), (667, False, False)])
def test_more_than_2000_pairs_of_a_job_and_a_region_are_for_the_background_if_jobs_share_limits(
    jobs: int, limited: bool, expected: bool
) -> None:
    # With three regions each: 1,998 and 2,001 pairs.
    three = (HOME, "aws:us-west-2", "aws:us-east-1")
    rows = [job(number) for number in range(jobs)]
    rows = [replace(row, times=replace(row.times, regions=three)) for row in rows]
    capacity = (Capacity(region=HOME, machines=2),) if limited else ()

    session = Engine(cloud_map(), FakeReader()).at(NOW)

    assert session.needs_background(PlanQuery(jobs=tuple(rows), capacity=capacity)) is expected


def test_a_job_without_room_names_the_limit() -> None:
    query = PlanQuery(jobs=tuple(map(job, range(4))), capacity=(Capacity(region=HOME, machines=2),))

    plan = Engine(cloud_map(), FakeReader()).at(NOW).plan(query)

    assert [row.constraint for row in plan.unplaced] == ["capacity"] * 2
