"""Whole copies from the linear program: settled a few at a time, they keep all limits and lose little of its cost."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import pytest

from planning.plan.limits.columns import Columns
from planning.plan.limits.diving import dive
from planning.plan.limits.generation import Generation, generate
from planning.plan.limits.master import Master
from planning.plan.limits.placing import build, by_size, first_plan
from planning.plan.limits.problem import Prices, Problem, SecondsLeft, endless
from planning.plan.limits.relaxation import Bound, priced
from tests.unit.limit_problems import breaches, problem

HOURS, REGIONS, JOBS = 24, 5, 60


def scarce(seed: int) -> Problem:
    """Sixty jobs of 1 to 5 h in five regions with two machines each: eight tenths of all hours are taken."""
    random = np.random.default_rng(seed)
    level = random.uniform(50, 600, (REGIONS, 1))
    wave = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(HOURS) + random.uniform(0, 24, (REGIONS, 1))) / 24)
    jobs: list[dict[str, Any]] = []
    for hours in random.integers(1, 6, JOBS).tolist():
        latest = HOURS - hours - int(random.integers(0, 8))
        jobs.append({"hours": hours, "earliest": int(random.integers(0, 8)), "latest": latest})
    return problem((level * wave).tolist(), jobs, capacity=[2] * REGIONS)


def relaxed(columns: Columns) -> Generation:
    """The linear program, solved to its end."""
    of = columns.problem
    master, nothing = Master(of, 1000.0), Prices.none(of)
    cost, offers = priced(columns, nothing, 2)
    start = [column for column, _ in first_plan(columns).chosen.values()]
    master.add([*start, *(offer.column for job in offers for offer in job)])
    return generate(columns, master, Bound(cost, nothing), endless, lambda _: None)


def looks(number: int) -> SecondsLeft:
    clock = count()
    return lambda: float(number - next(clock))


@pytest.mark.parametrize("seed", [0, 1, 4, 5])  # whose program has parts of copies
def test_settling_a_few_at_a_time_comes_near_the_linear_program(seed: int) -> None:
    columns = Columns(scarce(seed))
    state = relaxed(columns)
    assert state.relaxed is not None
    fractions = state.relaxed.shares % 1.0
    assert ((fractions > 1e-6) & (fractions < 1 - 1e-6)).any()

    rows = dive(columns, state.master, state.relaxed, endless)

    plan = build(columns, state.bound.prices, by_size(columns), rows)
    assert breaches(columns.problem, plan.rows()) == []
    assert not plan.missing.any()
    assert state.bound.cost <= plan.cost <= 1.001 * state.bound.cost
    assert 1.005 * plan.cost < first_plan(columns).cost


@pytest.mark.parametrize("number", [1, 3, 40, 200])
def test_what_is_settled_when_the_time_is_over_keeps_all_limits(number: int) -> None:
    columns = Columns(scarce(0))
    state = relaxed(columns)
    assert state.relaxed is not None

    rows = dive(columns, state.master, state.relaxed, looks(number))

    plan = build(columns, state.bound.prices, (), rows)
    assert sum(copies for _, copies in rows) == sum(row.copies for row in plan.rows())  # none had to be left out
    assert breaches(columns.problem, plan.rows()) == []
