"""The integer program over the columns worth looking at: whole copies, from a plan that keeps all limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from catalog.columns import FloatArray
from planning.plan.limits.master import quiet_highs
from planning.plan.limits.problem import Column, Key, Problem

Index = NDArray[np.int32]
MOST_COLUMNS = 3000


def worthwhile(columns: Sequence[Column], reduced: FloatArray, slack: float, also: Sequence[Column]) -> list[Column]:
    """Columns by what they cost more than the program's prices: at most MOST_COLUMNS, none of more than the slack.

    A plan with a column of a higher reduced cost than the gap is no better than the present one. also: always taken.
    """
    chosen = {column.key: column for column in also}
    for at in np.argsort(reduced, kind="stable")[:MOST_COLUMNS].tolist():
        if reduced[at] <= slack:
            chosen.setdefault(columns[at].key, columns[at])
    return list(chosen.values())


def whole_copies(
    problem: Problem, columns: Sequence[Column], start: Mapping[Key, int], *, scale: float, seconds: float, gap: float
) -> list[tuple[Column, int]] | None:
    """The best plan of these columns that was found in the time; None if there is none. start: copies by column key."""
    from highspy import HighsLp, HighsVarType, MatrixFormat

    if seconds <= 0.05:
        return None
    jobs, size = problem.jobs, len(columns)
    rows, lower, upper, indices, values, starts = _matrix(problem, columns)
    lp = HighsLp()
    lp.num_col_, lp.num_row_ = jobs + size, rows
    lp.col_cost_ = np.concatenate((problem.penalty, [column.cost for column in columns])) / scale
    lp.col_lower_ = np.zeros(jobs + size)
    most = problem.copies.astype(float)
    lp.col_upper_ = np.concatenate((most, most[[column.job for column in columns]]))
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.integrality_ = [HighsVarType.kInteger] * (jobs + size)
    lp.a_matrix_.format_ = MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, indices, values
    highs = quiet_highs()
    highs.setOptionValue("time_limit", seconds)
    highs.setOptionValue("mip_rel_gap", gap)
    highs.passModel(lp)
    placed = np.array([start.get(column.key, 0) for column in columns], dtype=float)
    missing = most - np.bincount([column.job for column in columns], weights=placed, minlength=jobs)
    at = np.arange(jobs + size, dtype=np.int32)
    highs.setSolution(jobs + size, at, np.concatenate((missing, placed)))
    highs.run()
    solution = highs.getSolution()
    if not solution.value_valid:
        return None
    copies = np.rint(np.array(solution.col_value)[jobs:]).astype(int)
    return [(columns[at], int(copies[at])) for at in np.flatnonzero(copies).tolist()]


def _matrix(
    problem: Problem, columns: Sequence[Column]
) -> tuple[int, FloatArray, FloatArray, Index, FloatArray, Index]:
    """Number of rows, their bounds, and the entries by column. Capacities that no plan can pass have no row."""
    jobs, steps = problem.jobs, problem.steps
    most = np.zeros(problem.capacity.shape)
    of_job: dict[tuple[int, int], FloatArray] = {}
    for column in columns:
        use = of_job.setdefault((column.job, column.region), np.zeros(steps))
        use[column.steps] = np.maximum(use[column.steps], column.use)
    for (job, region), use in of_job.items():
        most[region] += use * int(problem.copies[job])
    passed = np.argwhere(most > problem.capacity)
    row_of = {(int(region), int(step)): jobs + 2 + number for number, (region, step) in enumerate(passed)}
    limits = [limit if np.isfinite(limit) and limit > 0 else 1.0 for limit in (problem.max_gco2e, problem.max_usd)]
    tops = [1.0 if np.isfinite(limit) and limit > 0 else limit for limit in (problem.max_gco2e, problem.max_usd)]
    copies = problem.copies.astype(float)
    lower = np.concatenate((copies, np.full(2 + len(row_of), -inf)))
    upper = np.concatenate((copies, tops, problem.capacity[tuple(passed.T)]))
    indices, values, starts = list(range(jobs)), [1.0] * jobs, list(range(jobs + 1))
    for column in columns:
        at = [row for step in column.steps.tolist() if (row := row_of.get((column.region, step))) is not None]
        indices += [column.job, jobs, jobs + 1, *at]
        values += [1.0, column.gco2e / limits[0], column.usd / limits[1], *([column.use] * len(at))]
        starts.append(len(indices))
    bounds = len(lower), lower, upper
    return *bounds, np.array(indices, dtype=np.int32), np.array(values), np.array(starts, dtype=np.int32)
