"""The linear program over the columns so far: how many copies of each job run where and when, fractions allowed.

HiGHS is loaded with the first program, not with this module: it takes 30 MB, and must not be there before a fork.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from catalog.columns import FloatArray
from planning.plan.limits.problem import Column, Key, Prices, Problem

if TYPE_CHECKING:
    import highspy

PASSED = 1e-7  # share by which a capacity may be passed in the linear program
PRIMAL, DUAL = 4, 1  # HiGHS's simplex strategies
MOST_ROWS = 500  # capacity rows that are added at once


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the linear program. cost: by the objective. of_job: what one more copy of each job would cost.

    shares: (columns,) copies of each column. unplaced: (jobs,).
    """

    cost: float
    prices: Prices
    of_job: FloatArray
    shares: FloatArray
    unplaced: FloatArray


def quiet_highs() -> highspy.Highs:
    """HiGHS on one thread, without output."""
    from highspy import Highs

    highs = Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("log_to_console", False)
    highs.setOptionValue("threads", 1)
    return highs


class Master:
    """The program of one problem. Rows: one a job, grams, USD, then the capacity rows that were ever passed.

    scale: divides all costs, so that the solver's absolute tolerances fit.
    """

    def __init__(self, problem: Problem, scale: float) -> None:
        self._problem, self._scale = problem, scale
        self.columns: list[Column] = []
        self._keys: set[Key] = set()
        self._rows: dict[tuple[int, int], int] = {}
        self._highs = quiet_highs()
        self._highs.setOptionValue("presolve", "off")  # each program goes on from the basis of the last one
        jobs = problem.jobs
        nothing = np.zeros(0, dtype=np.int32)
        copies = problem.copies.astype(float)
        self._highs.addRows(jobs, copies, copies, 0, nothing, nothing, np.zeros(0))
        self._limits = (self._limit(problem.max_gco2e), self._limit(problem.max_usd))
        limits = np.array([1.0 if np.isfinite(one) else inf for one in (problem.max_gco2e, problem.max_usd)])
        self._highs.addRows(2, np.full(2, -inf), limits, 0, nothing, nothing, np.zeros(0))
        ones = np.arange(jobs, dtype=np.int32)
        none, most = np.zeros(jobs), np.full(jobs, inf)
        self._highs.addCols(jobs, problem.penalty / scale, none, most, jobs, ones, ones, np.ones(jobs))

    @staticmethod
    def _limit(limit: float) -> float:
        return limit if np.isfinite(limit) and limit > 0 else 1.0

    def add(self, columns: Sequence[Column]) -> int:
        """Add those that are new; how many."""
        new = [column for column in columns if column.key not in self._keys]
        self._keys.update(column.key for column in new)
        if not new:
            return 0
        starts, indices, values = [0], list[int](), list[float]()
        for column in new:
            at = [self._rows[key] for step in column.steps.tolist() if (key := (column.region, step)) in self._rows]
            jobs = self._problem.jobs
            indices += [column.job, jobs, jobs + 1, *at]
            values += [1.0, column.gco2e / self._limits[0], column.usd / self._limits[1], *([column.use] * len(at))]
            starts.append(len(indices))
        costs, size = np.array([column.cost for column in new]) / self._scale, len(new)
        self._highs.addCols(
            size,
            costs,
            np.zeros(size),
            np.full(size, inf),
            len(indices),
            np.array(starts[:-1], dtype=np.int32),
            np.array(indices, dtype=np.int32),
            np.array(values),
        )
        self.columns += new
        return size

    def settle(self, number: int, copies: int, *, is_most: bool) -> None:
        """At least so many copies of a column from now on; is_most: and no more."""
        self._highs.changeColBounds(self._problem.jobs + number, copies, copies if is_most else inf)

    def solve(self, seconds: float, *, strategy: int = PRIMAL) -> Relaxed | None:
        """An optimum that passes no capacity; None if the time ran out.

        strategy: PRIMAL after new columns, which leave the last basis feasible; DUAL after other bounds, which, like
        new rows, leave its prices.
        """
        while True:
            self._highs.setOptionValue("simplex_strategy", strategy)
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.01))
            self._highs.run()
            if self._highs.modelStatusToString(self._highs.getModelStatus()) != "Optimal":
                return None
            solution = self._highs.getSolution()
            shares = np.array(solution.col_value)
            if not self._add_rows(shares[self._problem.jobs :]):
                return self._relaxed(shares, np.array(solution.row_dual))
            strategy = DUAL

    def _relaxed(self, shares: FloatArray, duals: FloatArray) -> Relaxed:
        problem, scale, jobs = self._problem, self._scale, self._problem.jobs
        capacity = np.zeros(problem.capacity.shape)
        for (region, step), row in self._rows.items():
            capacity[region, step] = max(0.0, -duals[row]) * scale
        return Relaxed(
            cost=self._highs.getInfo().objective_function_value * scale,
            prices=Prices(
                capacity=capacity,
                gram=max(0.0, -duals[jobs]) * scale / self._limits[0],
                usd=max(0.0, -duals[jobs + 1]) * scale / self._limits[1],
            ),
            of_job=duals[:jobs] * scale,
            shares=shares[jobs:],
            unplaced=shares[:jobs],
        )

    def _add_rows(self, shares: FloatArray) -> int:
        """Add the capacity rows that these copies of the columns pass, the worst first; how many."""
        capacity = self._problem.capacity
        use = np.zeros(capacity.shape)
        for index in np.flatnonzero(shares > 0).tolist():
            column = self.columns[index]
            use[column.region, column.steps] += column.use * shares[index]
        with np.errstate(invalid="ignore"):
            excess = np.where(np.isfinite(capacity), use - capacity * (1 + PASSED) - PASSED, -inf)
        passed = [tuple(at) for at in np.argwhere(excess > 0).tolist()]
        passed = [at for at in passed if at not in self._rows]
        passed.sort(key=lambda at: -float(excess[at]))
        passed = passed[:MOST_ROWS]
        if passed:
            self._append(passed)
        return len(passed)

    def _append(self, keys: Sequence[tuple[int, ...]]) -> None:
        first, jobs = self._problem.jobs + 2 + len(self._rows), self._problem.jobs
        entries: dict[tuple[int, int], list[tuple[int, float]]] = {(region, step): [] for region, step in keys}
        regions = {region for region, _ in keys}
        for index, column in enumerate(self.columns):
            if column.region in regions:
                for step in column.steps.tolist():
                    if (row := entries.get((column.region, step))) is not None:
                        row.append((jobs + index, column.use))
        starts = np.cumsum([0, *(len(row) for row in entries.values())])
        flat = [entry for row in entries.values() for entry in row]
        self._rows |= {key: first + number for number, key in enumerate(entries)}
        self._highs.addRows(
            len(entries),
            np.full(len(entries), -inf),
            np.array([self._problem.capacity[key] for key in entries]),
            len(flat),
            starts[:-1].astype(np.int32),
            np.array([index for index, _ in flat], dtype=np.int32),
            np.array([use for _, use in flat]),
        )
