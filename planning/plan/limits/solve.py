"""Solves a problem: a first plan, the linear program for a bound, then better plans until the gap is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, inf

import numpy as np

from planning.plan.limits.ascent import can_climb, climb
from planning.plan.limits.columns import Columns
from planning.plan.limits.diving import dive
from planning.plan.limits.generation import Generation, generate
from planning.plan.limits.integer import whole_copies, worthwhile
from planning.plan.limits.master import Master
from planning.plan.limits.penalties import highest_costs
from planning.plan.limits.placing import Improvement, Placement, build, by_size, first_plan
from planning.plan.limits.pricing import Pricing
from planning.plan.limits.problem import (
    CLOSE_ENOUGH,
    FEASIBLE,
    HEURISTIC,
    OPTIMAL,
    Column,
    Key,
    Prices,
    Problem,
    Progress,
    Row,
    SecondsLeft,
    Solution,
    endless,
)
from planning.plan.limits.relaxation import Bound, least_of_placed, priced
from planning.plan.limits.subgradient import can_rise, rise

RISE_SHARE = 0.3  # of the time, after which the search for prices of jobs that may pause ends
CLIMB_SHARE = 0.5  # of the time, after which the search for prices of many copies ends
LP_SHARE, DIVE_SHARE, MIP_SHARE = 0.6, 0.8, 0.9  # of the time, after which linear programs and the integer one end
FIRST_SECONDS = 1.0  # beyond the time, for a first plan: without one there is nothing to answer with
EARLY_SECONDS = 0.5  # of ruin and recreate before the linear program
SMALL = 2000  # copies up to which whole jobs are worth an integer program

Report = Callable[[Progress], None]


def solve_quickly(problem: Problem, seconds_left: SecondsLeft = endless) -> Solution:
    """A plan without the linear program, and a bound as if the jobs shared nothing. Loads no solver.

    Jobs that are not reached in time have no place.
    """
    columns = Columns(problem)
    placement = first_plan(columns, seconds_left)
    bound, _ = priced(columns, Prices.none(problem), 1, seconds_left)
    return _solution(placement, Bound(bound, Prices.none(problem)), HEURISTIC, 0, seconds_left)


def restored(problem: Problem, rows: Sequence[Row], bound: float) -> Solution:
    """The plan of these rows, which keep all limits, as an answer without the end of the search. Takes no time."""
    columns, nothing = Columns(problem), Prices.none(problem)
    start = [(columns.column(row.job, row.option, row.spans), row.copies) for row in rows]
    return _solution(build(columns, nothing, (), start), Bound(bound, nothing), HEURISTIC, 0, lambda: 0.0)


def solve(problem: Problem, *, seconds: float, seconds_left: SecondsLeft, progress: Report) -> Solution:
    """The best plan that is found while seconds are left, of `seconds` in all, and the gap that remains.

    progress: is called with each better plan, and now and then between.
    """
    search, is_many = _Search(problem, seconds, seconds_left, progress), problem.copies.sum() > SMALL
    search.improve(min(EARLY_SECONDS, seconds / 10), search.prices)
    if is_many and can_climb(problem):
        search.climb()
    elif can_rise(problem):
        search.rise()
    state = search.generate(DIVE_SHARE if is_many else LP_SHARE)  # of many copies nothing is settled afterwards
    search.round_relaxed(state)
    if not search.is_closed and not is_many:
        search.dive(state)
    if not search.is_closed:
        search.improve(seconds / 10, state.bound.prices)
    if not search.is_closed and not is_many:
        search.integer(state)
    if not search.is_closed:
        search.improve(inf, state.bound.prices)
    return search.solution(len(state.master.columns))


class _Search:
    """The best plan so far and the bound."""

    def __init__(self, problem: Problem, seconds: float, seconds_left: SecondsLeft, progress: Report) -> None:
        self._problem, self._columns = problem, Columns(problem)
        self._seconds, self._left, self._progress = seconds, seconds_left, progress
        self.prices = Prices.none(problem)
        self._bound, self._pool = Bound(-inf, self.prices), list[Column]()
        self._best = first_plan(self._columns, lambda: seconds_left() + FIRST_SECONDS)
        least = [column.cost for column, _ in self._best.chosen.values()]
        self._scale = max(float(np.mean(least)) if least else 1.0, 1e-9)
        self._report(self._best)

    @property
    def is_closed(self) -> bool:
        """Whether the plan is as good as the bound, or the time is over."""
        return self._best.cost - self._bound.cost <= CLOSE_ENOUGH * abs(self._best.cost) or self._left() <= 0

    def _report(self, plan: Placement | None = None) -> None:
        share = min(1.0, max(0.0, 1 - self._left() / self._seconds))
        rows = None if plan is None else plan.rows()
        self._progress(Progress(share=share, bound=self._bound.cost, rows=rows))

    def _take(self, plan: Placement) -> None:
        if plan.cost < self._best.cost - 1e-9 * abs(self._best.cost):
            self._best = plan
            self._report(plan)

    def improve(self, seconds: float, prices: Prices) -> None:
        """Ruin and recreate for at most so many seconds."""
        until = self._left() - seconds
        start = build(self._columns, prices, (), self._best.chosen.values())
        search = Improvement(start, prices)
        search.run(lambda: min(self._left(), self._left() - until))
        self._take(build(self._columns, prices, (), search.best_chosen))

    def climb(self) -> None:
        """Prices for jobs of many copies, and a plan of the columns that are best at them."""

        def note(bound: Bound) -> None:
            self._bound = bound
            self._report()

        until = self._seconds * (1 - CLIMB_SHARE)
        summit = climb(self._columns, lambda: self._left() - until, note)
        self._bound, self._pool = summit.bound, [column for column, _ in summit.rows]
        rows = [(column, ceil(copies)) for column, copies in summit.rows]
        self._build(summit.bound.prices, rows)

    def rise(self) -> None:
        """Prices for jobs that may pause, a plan at them, and the columns that are best at them."""

        def note(bound: Bound) -> None:
            self._bound = bound
            self._report()

        until = self._seconds * (1 - RISE_SHARE)
        summit = rise(self._columns, self._best.cost, lambda: self._left() - until, note)
        cost, offers = priced(self._columns, summit.prices, 2, self._left)
        self._bound = Bound(max(cost, summit.cost), summit.prices)
        self._pool = [offer.column for job in offers for offer in job]
        self._build(summit.prices, ())
        self.improve(self._seconds / 10, summit.prices)

    def generate(self, share: float) -> Generation:
        """The linear program from the columns of the best plan. share: of the time, after which it ends."""
        master = Master(self._problem, self._scale)
        master.add([column for column, _ in self._best.chosen.values()] + self._pool)
        if not self._pool:
            cost, offers = priced(self._columns, self.prices, 2, self._left)
            self._bound = Bound(cost, self.prices)
            master.add([offer.column for job in offers for offer in job])
        until = self._seconds * (1 - share)

        def note(state: Generation) -> None:
            self._bound = state.bound
            self._report()

        state = generate(self._columns, master, self._bound, lambda: self._left() - until, note)
        self._bound = state.bound
        return state

    def round_relaxed(self, state: Generation) -> None:
        """Whole copies of the linear program's, and the rest where it fits."""
        if state.relaxed is None:
            return
        shares = state.relaxed.shares
        order = np.argsort(-(shares - np.floor(shares)), kind="stable").tolist()
        whole = [(state.master.columns[at], int(shares[at] + 1e-6)) for at in order if shares[at] >= 1 - 1e-6]
        halves = [(state.master.columns[at], 1) for at in order if shares[at] % 1 > 0.3]
        for rows in (whole, [*whole, *halves]):
            self._build(state.bound.prices, rows)

    def dive(self, state: Generation) -> None:
        """Whole copies by a sequence of linear programs, and the rest where it fits."""
        if state.relaxed is not None:
            until = self._seconds * (1 - DIVE_SHARE)
            rows = dive(self._columns, state.master, state.relaxed, lambda: self._left() - until)
            self._build(state.bound.prices, rows)

    def integer(self, state: Generation) -> None:
        """The integer program over the columns whose reduced cost is within the gap."""
        pricing = Pricing(self._columns, state.bound.prices)
        columns, least = state.master.columns, np.full(self._problem.jobs, inf)
        values = np.array([pricing.value(column) for column in columns])
        np.minimum.at(least, [column.job for column in columns], values)
        least = np.minimum(least, self._problem.penalty)
        reduced = values - least[[column.job for column in columns]]
        start = [column for column, _ in self._best.chosen.values()]
        pool = worthwhile(columns, reduced, self._best.cost - self._bound.cost, start)
        copies = {column.key: number for column, number in self._best.chosen.values()}
        seconds = self._left() - self._seconds * (1 - MIP_SHARE)
        rows = self._whole(pool, copies, seconds)
        if rows is not None:
            self._build(state.bound.prices, rows)

    def _build(self, prices: Prices, rows: Sequence[tuple[Column, int]]) -> None:
        """A plan of these rows, and of the other jobs where they fit."""
        self._take(build(self._columns, prices, by_size(self._columns), rows, self._left))

    def _whole(
        self, pool: Sequence[Column], copies: Mapping[Key, int], seconds: float
    ) -> list[tuple[Column, int]] | None:
        gap = CLOSE_ENOUGH / 2
        return whole_copies(self._problem, pool, copies, scale=self._scale, seconds=seconds, gap=gap)

    def solution(self, columns: int) -> Solution:
        """The best plan with its bound."""
        gap = self._best.cost - self._bound.cost
        status = OPTIMAL if gap <= CLOSE_ENOUGH * abs(self._best.cost) else FEASIBLE
        return _solution(self._best, self._bound, status, columns, self._left)


def _solution(plan: Placement, bound: Bound, status: str, columns: int, seconds_left: SecondsLeft) -> Solution:
    problem = plan.columns.problem
    least = 0
    if plan.missing.any():
        # With fewer copies left out, even the dearest plan would cost less than the bound.
        dearest = float((highest_costs(problem) * problem.copies).sum())
        least = max(0, ceil((bound.cost - dearest) / float(problem.penalty.max()) - 1e-9))
    left_out = float((problem.penalty * plan.missing).sum())
    floor = least_of_placed(plan.columns, int(plan.missing.sum()), seconds_left)
    return Solution(
        rows=plan.rows(),
        cost=float(plan.cost),
        bound=float(min(bound.cost, plan.cost)),
        unplaced=tuple(int(number) for number in plan.missing),
        least_unplaced=min(least, int(plan.missing.sum())),
        status=status,
        placed_bound=float(min(max(bound.cost - left_out, floor), plan.cost - left_out)),
        columns=columns,
        per_unit=bound.prices.capacity.sum(axis=1),
        per_usd=float(bound.prices.usd),
        per_gram=float(bound.prices.gram),
    )
