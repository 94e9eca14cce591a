"""Prices of capacity for jobs of very many copies: the bound as a smooth function of the prices, climbed.

Such a job spreads over many places and times, and a linear program needs tens of thousands of columns before its
prices tell anything. Here each copy takes every window with a share that falls exponentially with its cost. The bound
is then smooth, so that accelerated gradients climb it, with less and less smoothing (Nesterov, Smooth minimization of
non-smooth functions, 2005). Any prices give a bound; the shares at the last ones are the columns to begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, log, sqrt
from typing import NamedTuple

import numpy as np

from catalog.columns import FloatArray, IntArray
from planning.plan.limits.columns import Columns
from planning.plan.limits.pricing import Pricing
from planning.plan.limits.problem import WHOLE, Column, Prices, Problem, SecondsLeft
from planning.plan.limits.relaxation import Bound

WIDTHS = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)  # of the smoothing, as shares of a job's mean cost
ROUNDS = (30, 40, 60, 100, 200, 300)  # at each width
FIRST_STEP, LONGER, SHORTER = 0.5, 1.05, 0.7
LEAST_COPIES = 0.5  # of a column that is worth to begin with
MOST_COLUMNS = 20_000


class _Spread(NamedTuple):
    """The windows of one job in regions with a capacity: (options, windows) costs; outside: the least cost elsewhere,
    or of no place at all. first, last: (windows,) steps, the last one excluded."""

    job: int
    option: IntArray
    region: IntArray
    use: FloatArray
    costs: FloatArray
    outside: float
    first: IntArray
    last: IntArray
    copies: int
    mean_cost: float


class _Look(NamedTuple):
    """The bound at some prices, smoothed and as it is, and by how much each capacity is passed; (regions, steps)."""

    smooth: float
    bound: float
    excess: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Summit:
    """The best prices, and the columns with the copies that they had there, fractions allowed."""

    bound: Bound
    rows: Sequence[tuple[Column, float]]


def can_climb(problem: Problem) -> bool:
    """Whether all jobs run in one piece and share capacity alone."""
    return bool((problem.max_segments == WHOLE).all()) and problem.max_gco2e == inf and problem.max_usd == inf


def climb(columns: Columns, seconds_left: SecondsLeft, progress: Callable[[Bound], None]) -> Summit:
    """The best prices that are found while seconds are left. progress: is called now and then with the best so far."""
    climber = _Climber(columns)
    for width, rounds in zip(WIDTHS, ROUNDS, strict=True):
        if seconds_left() <= 0:
            break
        climber.climb(width, rounds, seconds_left)
        progress(climber.best)
    return Summit(climber.best, climber.rows())


class _Climber:
    """The prices so far."""

    def __init__(self, columns: Columns) -> None:
        problem = columns.problem
        self._columns = columns
        self._has_limit = np.isfinite(problem.capacity)
        self._capacity = np.where(self._has_limit, problem.capacity, 0.0)
        pricing = Pricing(columns, Prices.none(problem))
        self._spreads = [_spread(columns, pricing, job) for job in range(problem.jobs)]
        hourly = [spread.mean_cost / (spread.use.mean() * length) for spread, length in self._lengths()]
        self._unit = float(np.median(hourly)) if hourly else 1.0
        self._width = WIDTHS[0]
        self._prices = np.zeros(problem.capacity.shape)
        self.best = Bound(-inf, Prices.none(problem))

    def _lengths(self) -> list[tuple[_Spread, float]]:
        return [(one, float((one.last - one.first).mean())) for one in self._spreads if one.costs.size]

    def climb(self, width: float, rounds: int, seconds_left: SecondsLeft) -> None:
        """Accelerated gradients with a step that grows until it is too long; then the momentum begins anew."""
        self._width = width
        step = FIRST_STEP * width * self._unit / (self._capacity + 1.0)
        here = ahead = self._prices
        momentum, last = 1.0, -inf
        for _ in range(rounds):
            if seconds_left() <= 0:
                break
            look = self._look(ahead)
            if look.smooth < last:
                step, ahead, momentum, last = step * SHORTER, here, 1.0, -inf
                continue
            last, before = look.smooth, here
            here = np.maximum(0.0, ahead + step * look.excess)
            faster = (1.0 + sqrt(1.0 + 4.0 * momentum**2)) / 2.0
            ahead = np.maximum(0.0, here + (momentum - 1.0) / faster * (here - before))
            momentum, step = faster, step * LONGER
        self._prices = here

    def _look(self, prices: FloatArray) -> _Look:
        sums = _sums(prices)
        smooth = bound = -float((prices * self._capacity).sum())
        changes = np.zeros(sums.shape)
        for spread in self._spreads:
            width = self._width * spread.mean_cost
            values = spread.costs + _rent(spread, sums)
            least = min(float(values.min(initial=inf)), spread.outside)
            shares = np.exp((least - values) / width)
            total = float(shares.sum()) + float(np.exp((least - spread.outside) / width))
            bound += spread.copies * least
            smooth += spread.copies * (least - width * log(total))
            shares *= spread.copies / total * spread.use[:, None]
            np.add.at(changes, (spread.region[:, None], spread.first[None, :]), shares)
            np.subtract.at(changes, (spread.region[:, None], spread.last[None, :]), shares)
        if bound > self.best.cost:
            self.best = Bound(bound, Prices(capacity=prices))
        excess = np.where(self._has_limit, np.cumsum(changes, axis=1)[:, :-1] - self._capacity, 0.0)
        return _Look(smooth, bound, excess)

    def rows(self) -> list[tuple[Column, float]]:
        """The columns at the last prices, those of the most copies first."""
        sums, rows = _sums(self._prices), list[tuple[float, int, int, int]]()
        for spread in self._spreads:
            values = spread.costs + _rent(spread, sums)
            least = min(float(values.min(initial=inf)), spread.outside)
            shares = np.exp((least - values) / (self._width * spread.mean_cost))
            copies = shares * (spread.copies / max(1.0, float(shares.sum())))
            for option, window in np.argwhere(copies >= LEAST_COPIES).tolist():
                rows.append((float(copies[option, window]), spread.job, int(spread.option[option]), window))
        rows.sort(reverse=True)
        return [(self._columns.window(job, option, at), copies) for copies, job, option, at in rows[:MOST_COLUMNS]]


def _spread(columns: Columns, pricing: Pricing, job: int) -> _Spread:
    windows, options = columns.windows(job), columns.with_limit[job]
    costs, outside = pricing.costs(job), float(columns.problem.penalty[job])
    elsewhere = pricing.least_without_limit(job)
    finite = costs[np.isfinite(costs)]
    return _Spread(
        job=job,
        option=options.index,
        region=options.region,
        use=options.use,
        costs=costs,
        outside=min(outside, elsewhere),
        first=windows.first,
        last=windows.first + windows.length,
        copies=int(columns.problem.copies[job]),
        mean_cost=float(finite.mean()) if finite.size and finite.mean() > 0 else 1.0,
    )


def _sums(prices: FloatArray) -> FloatArray:
    """(regions, steps + 1) of the prices up to each step."""
    sums = np.zeros((prices.shape[0], prices.shape[1] + 1))
    np.cumsum(prices, axis=1, out=sums[:, 1:])
    return sums


def _rent(spread: _Spread, sums: FloatArray) -> FloatArray:
    """(options, windows): what the capacity that a copy uses costs."""
    of_regions = sums[spread.region]
    rent: FloatArray = (of_regions[:, spread.last] - of_regions[:, spread.first]) * spread.use[:, None]
    return rent
