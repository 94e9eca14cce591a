"""Prices of capacity for jobs that may pause: what every job costs at least if it is cut freely, for all in one pass.

Columns of segments are so many that the linear program over them takes hundreds of rounds. Lagrange's bound needs no
columns: at given prices a job that may be cut freely takes the lowest steps of its best region. The direction is
deflected (Camerini, Fratta and Maffioli 1975), and the step is Polyak's, towards the cost of the best plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray, IntArray
from planning.plan.limits.columns import SLACK, Columns
from planning.plan.limits.problem import CLOSE_ENOUGH, WHOLE, Prices, Problem, SecondsLeft
from planning.plan.limits.relaxation import Bound
from planning.plan.limits.windows import EDGE

FIRST_STEP, SHORTER, LEAST_STEP = 0.5, 0.7, 1e-3  # of Polyak's step
DEFLECTION = 0.9  # share of the last direction in the next one
PATIENCE = 20  # rounds without a better bound, after which the step is shortened
RISE = 1e-4  # share by which a bound has to be better
MOST_CELLS = 2_000_000  # options x steps that are priced at once


def can_rise(problem: Problem) -> bool:
    """Whether some jobs may pause, and all share capacity alone."""
    has_pauses = bool((problem.max_segments != WHOLE).any())
    return has_pauses and problem.max_gco2e == inf and problem.max_usd == inf


def rise(columns: Columns, target: float, seconds_left: SecondsLeft, progress: Callable[[Bound], None]) -> Bound:
    """The best bound that is found while seconds are left, and its prices. target: the cost of a plan."""
    relaxed, nothing = _Relaxed(columns), Prices.none(columns.problem)
    best, step, idle = Bound(-inf, nothing), FIRST_STEP, 0
    prices, direction = nothing.capacity, np.zeros(nothing.capacity.shape)
    while seconds_left() > 0 and step > LEAST_STEP and target - best.cost > CLOSE_ENOUGH * abs(target):
        bound, excess = relaxed.look(prices)
        idle = 0 if bound > best.cost * (1 + RISE) or best.cost == -inf else idle + 1
        if bound > best.cost:
            best = Bound(bound, Prices(capacity=prices))
            progress(best)
        if idle >= PATIENCE:
            step, idle, prices, direction = step * SHORTER, 0, best.prices.capacity, np.zeros(direction.shape)
            continue
        excess = np.where((prices <= 0) & (excess < 0), 0.0, excess)
        direction = DEFLECTION * direction + (1 - DEFLECTION) * excess if direction.any() else excess
        length = float((direction**2).sum())
        if not length:
            break
        prices = np.maximum(0.0, prices + step * (target - bound) / length * direction)
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some jobs with their options in regions with a limit, in the order of the jobs.

    costs: (options, steps) of a full step, infinity where the option cannot run. fixed, use, region: (options,).
    steps: (options,) of work, the last one maybe in part. of_job: (options,) which of the jobs. lowest: (options,) what
    an option costs if capacity is free. outside: (jobs,) what a copy costs in other regions, or without a place.
    copies: (jobs,). best: (jobs,) the option that was best at the last prices.
    """

    costs: FloatArray
    fixed: FloatArray
    use: FloatArray
    region: IntArray
    steps: FloatArray
    of_job: IntArray
    lowest: FloatArray
    outside: FloatArray
    copies: IntArray
    best: IntArray

    def totals(self, rows: IntArray, prices: FloatArray) -> FloatArray:
        """What some options cost at these prices."""
        return _lowest(self.values(rows, prices), self.steps[rows]) + self.fixed[rows]

    def values(self, rows: IntArray, prices: FloatArray) -> FloatArray:
        """(rows, steps): what a full step of some options costs at these prices."""
        values: FloatArray = prices[self.region[rows]] * self.use[rows][:, None]
        values += self.costs[rows]
        return values


class _Relaxed:
    """Jobs that may be cut freely, also into parts of steps."""

    def __init__(self, columns: Columns) -> None:
        problem = columns.problem
        self._has_limit = np.isfinite(problem.capacity)
        self._capacity = np.where(self._has_limit, problem.capacity, 0.0)
        self._elsewhere, self._parts = 0.0, list[_Part]()
        jobs, cells = list[int](), 0
        for job in range(problem.jobs):
            size = len(columns.options[job].index) * problem.steps
            if jobs and cells + size > MOST_CELLS:
                self._add(columns, jobs)
                jobs, cells = [], 0
            jobs, cells = [*jobs, job], cells + size
        self._add(columns, jobs)

    def _add(self, columns: Columns, jobs: list[int]) -> None:
        problem = columns.problem
        index = np.concatenate([columns.options[job].index for job in jobs])
        region, of_job = problem.region[index], problem.job[index]
        costs, steps = _costs(columns, index), problem.seconds[of_job] / problem.step_seconds
        fixed = problem.gram_weight * problem.gco2e[index] + problem.usd_weight * problem.usd[index]
        is_free = np.logical_not(columns.has_limit[region])
        outside = problem.penalty.copy()
        np.minimum.at(outside, of_job[is_free], _lowest(costs[is_free], steps[is_free]) + fixed[is_free])
        limited = np.flatnonzero(columns.has_limit[region])
        placed, of_placed = np.unique(of_job[limited], return_inverse=True)
        others = np.setdiff1d(jobs, placed)
        self._elsewhere += float((problem.copies[others] * outside[others]).sum())
        if not len(limited):
            return
        lowest = _lowest(costs[limited], steps[limited]) + fixed[limited]
        self._parts.append(
            _Part(
                costs=costs[limited],
                fixed=fixed[limited],
                use=problem.use[index][limited],
                region=region[limited],
                steps=steps[limited],
                of_job=of_placed,
                lowest=lowest,
                outside=outside[placed],
                copies=problem.copies[placed],
                best=_first_lowest(lowest, of_placed),
            )
        )

    def look(self, prices: FloatArray) -> tuple[float, FloatArray]:
        """The bound at these prices, and by how much the copies that are best there pass the capacity."""
        bound, use = self._elsewhere - float((prices * self._capacity).sum()), np.zeros(prices.shape)
        for part in self._parts:
            # No option is better than the last best one that costs more even if capacity is free.
            most = np.minimum(part.totals(part.best, prices), part.outside)
            rows = np.flatnonzero(part.lowest <= most[part.of_job])
            totals, least = part.totals(rows, prices), most.copy()
            np.minimum.at(least, part.of_job[rows], totals)
            bound += float((part.copies * least).sum())
            first = _first_lowest(totals, part.of_job[rows])
            jobs = part.of_job[rows[first]]
            part.best[jobs] = rows[first]
            inside = least[jobs] < part.outside[jobs]
            best, copies = rows[first][inside], part.copies[jobs][inside]
            shares = _shares(part.values(best, prices), part.steps[best])
            np.add.at(use, part.region[best], shares * (part.use[best] * copies)[:, None])
        return bound, np.where(self._has_limit, use - self._capacity, 0.0)


def _first_lowest(values: FloatArray, of_job: IntArray) -> IntArray:
    """For each job that occurs the place of its lowest value; of equals the first."""
    order = np.lexsort((values, of_job))
    places: IntArray = order[np.unique(of_job[order], return_index=True)[1]]
    return places


def _costs(columns: Columns, index: IntArray) -> FloatArray:
    """(options, steps): of a full step; infinity where the job cannot run, or one copy has no room."""
    problem, step = columns.problem, columns.problem.step_seconds
    job, region = problem.job[index], problem.region[index]
    costs = problem.gram_weight * problem.kwh_per_hour[index][:, None] * problem.intensity[problem.zone[region]]
    costs = (costs + problem.usd_weight * problem.usd_per_hour[index][:, None]) * (step / HOUR_SECONDS)
    at = np.arange(problem.steps)
    first, last = np.floor(problem.earliest / step + EDGE), np.ceil(problem.end / step - EDGE)
    is_open = (at >= first[job][:, None]) & (at < last[job][:, None]) & np.logical_not(np.isnan(costs))
    is_open &= problem.capacity[region] * (1 + SLACK) >= problem.use[index][:, None]
    for closed, low, high in problem.closed.tolist():
        is_open[job == closed, ceil(low / step - EDGE) : max(0, floor(high / step + EDGE))] = False
    return np.where(is_open, costs, inf)


def _lowest(values: FloatArray, steps: FloatArray) -> FloatArray:
    """(options,): the sum of the lowest steps, the last one in part; infinity where there are too few."""
    ordered = np.sort(values, axis=1)
    whole = np.ceil(steps - EDGE).astype(np.intp)
    is_short = whole > values.shape[1]
    at = np.where(is_short, 0, whole - 1)[:, None]
    last = np.take_along_axis(ordered, at, axis=1)[:, 0]
    is_short |= np.isinf(last)
    np.cumsum(ordered, axis=1, out=ordered)
    sums = np.take_along_axis(ordered, at, axis=1)[:, 0]
    with np.errstate(invalid="ignore"):
        totals: FloatArray = np.where(is_short, inf, sums - np.maximum(whole - steps, 0.0) * last)
    return totals


def _shares(values: FloatArray, steps: FloatArray) -> FloatArray:
    """(options, steps): which share of each step is among the lowest."""
    ranks = np.empty(values.shape)
    places = np.arange(values.shape[1], dtype=np.float64)[None]
    np.put_along_axis(ranks, values.argsort(axis=1, kind="stable"), places, axis=1)
    shares: FloatArray = np.clip(steps[:, None] - ranks, 0.0, 1.0)
    return shares
