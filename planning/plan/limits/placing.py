"""A plan that keeps all limits: built job by job, and improved by taking some jobs out and placing them anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray, IntArray
from planning.plan.limits.columns import Columns
from planning.plan.limits.pricing import Pricing, Room
from planning.plan.limits.problem import Column, Key, Prices, Row, SecondsLeft, endless

BETTER = 1e-9
MOST_REMOVED = 30  # rows that one round takes out
WARMTH = 0.002  # of the cost: a plan that is worse by less may be gone on with at the beginning
PATIENCE = 400  # rounds without a better plan


class Placement:
    """Copies of jobs in their columns, and the room they leave. Rows are never of more copies than the job has."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        problem = columns.problem
        self.room = Room.of(problem)
        self.missing: IntArray = problem.copies.astype(np.intp)
        self.chosen: dict[Key, tuple[Column, int]] = {}
        self.cost = float((problem.penalty * problem.copies).sum())

    def add(self, column: Column, copies: int) -> None:
        """Place so many copies of a job; below 0: take them out."""
        total = self.chosen.get(column.key, (column, 0))[1] + copies
        if total:
            self.chosen[column.key] = (column, total)
        else:
            self.chosen.pop(column.key, None)
        self.room.add(column, -copies)
        self.missing[column.job] -= copies
        self.cost += copies * (column.cost - float(self.columns.problem.penalty[column.job]))

    def place(self, job: int, pricing: Pricing) -> list[tuple[Column, int]]:
        """Place the missing copies of a job, each where it costs least at these prices; what was added."""
        added: list[tuple[Column, int]] = []
        while left := int(self.missing[job]):
            _, offers = pricing.offers(job, 1, self.room)
            copies = self.room.copies(offers[0].column, left) if offers else 0
            if not copies:
                break
            self.add(offers[0].column, copies)
            added.append((offers[0].column, copies))
        return added

    def rows(self) -> tuple[Row, ...]:
        """The plan, by job, the earliest first."""
        rows = [Row(column.job, column.option, copies, column.spans) for column, copies in self.chosen.values()]
        return tuple(sorted(rows, key=lambda row: (row.job, row.spans, row.option)))


def build(
    columns: Columns,
    prices: Prices,
    order: Iterable[int],
    start: Iterable[tuple[Column, int]] = (),
    seconds_left: SecondsLeft = endless,
) -> Placement:
    """A plan of these rows as far as they fit, then of the jobs in this order, as far as the time reaches."""
    placement, pricing = Placement(columns), Pricing(columns, prices)
    for column, copies in start:
        fitting = placement.room.copies(column, min(copies, int(placement.missing[column.job])))
        if fitting:
            placement.add(column, fitting)
    for job in order:
        if seconds_left() <= 0:
            break
        placement.place(job, pricing)
    return placement


def by_size(columns: Columns) -> list[int]:
    """The jobs by what they take of a capacity at most, the largest first; of equals those with the least slack."""
    problem = columns.problem
    use = np.zeros(problem.jobs)
    np.maximum.at(use, problem.job, np.where(columns.has_limit[problem.region], problem.use, 0.0))
    slack = problem.end - problem.earliest - problem.seconds
    return [int(job) for job in np.lexsort((slack, -use * problem.seconds))]


def first_plan(columns: Columns, seconds_left: SecondsLeft = endless) -> Placement:
    """The best of a few orders and prices of the limits on emissions and cost, as many as the time reaches for."""
    problem = columns.problem
    nothing, size = Prices.none(problem), by_size(columns)
    slack = np.argsort(problem.end - problem.earliest - problem.seconds, kind="stable").tolist()
    plans = [build(columns, nothing, order, (), seconds_left) for order in (size, slack)]
    if max(plans[0].missing.max(), plans[1].missing.max()) and np.isfinite([problem.max_usd, problem.max_gco2e]).any():
        plans += [build(columns, prices, size, (), seconds_left) for prices in _limit_prices(columns)]
    return min(plans, key=lambda plan: plan.cost)


def _limit_prices(columns: Columns) -> list[Prices]:
    """Prices of grams and USD that outweigh the objective by and by."""
    problem = columns.problem
    nothing, prices = Prices.none(problem), []
    hours = problem.seconds[problem.job] / HOUR_SECONDS
    usd = float(np.mean(problem.usd_per_hour * hours + problem.usd)) or 1.0
    grams = float(np.mean(problem.kwh_per_hour * hours)) * float(np.nanmean(problem.intensity)) or 1.0
    cost = problem.gram_weight * grams + problem.usd_weight * usd
    for factor in (0.3, 1.0, 3.0, 10.0, 100.0):
        if np.isfinite(problem.max_gco2e):
            prices.append(Prices(capacity=nothing.capacity, gram=factor * cost / grams))
        if np.isfinite(problem.max_usd):
            prices.append(Prices(capacity=nothing.capacity, usd=factor * cost / usd))
    return prices


class Improvement:
    """Ruin and recreate: rounds that take related rows out and place their jobs in another order."""

    def __init__(self, placement: Placement, prices: Prices, seed: int = 0) -> None:
        self.placement, self.best_rows, self.best_cost = placement, placement.rows(), placement.cost
        self.best_chosen = list(placement.chosen.values())
        self._random = np.random.default_rng(seed)
        columns = placement.columns
        self._pricing = (Pricing(columns, Prices.none(columns.problem)), Pricing(columns, prices))
        problem = columns.problem
        self._weight = problem.seconds.copy()
        np.maximum.at(self._weight, problem.job, problem.use * problem.seconds[problem.job])

    def run(self, seconds_left: SecondsLeft, patience: int = PATIENCE) -> None:
        """Rounds until the time is over or no better plan came for a while."""
        idle = 0
        while idle < patience and seconds_left() > 0 and (self.placement.chosen or self.placement.missing.any()):
            idle = 0 if self._round(1 - idle / patience, seconds_left) else idle + 1

    def _round(self, warmth: float, seconds_left: SecondsLeft) -> bool:
        """One round; whether it found a better plan than all before."""
        placement, before = self.placement, self.placement.cost
        removed = self._related()
        for column, copies in removed:
            placement.add(column, -copies)
        added: list[tuple[Column, int]] = []
        pricing = self._pricing[int(self._random.random() < 0.5)]
        for job in self._order():
            if seconds_left() <= 0:
                break
            added += placement.place(job, pricing)
        if placement.cost > before + warmth * WARMTH * abs(before) * self._random.random():
            for column, copies in added:
                placement.add(column, -copies)
            for column, copies in removed:
                placement.add(column, copies)
            return False
        if placement.cost < self.best_cost - BETTER * abs(self.best_cost):
            self.best_cost, self.best_rows = placement.cost, placement.rows()
            self.best_chosen = list(placement.chosen.values())
            return True
        return False

    def _related(self) -> Sequence[tuple[Column, int]]:
        """Some rows around a random one: of its region at near times, or at the same times in any region."""
        chosen = list(self.placement.chosen.values())
        if not chosen:
            return []
        most = min(MOST_REMOVED, max(2, len(chosen) // 3))
        number = int(self._random.integers(1, most + 1))
        seed = chosen[int(self._random.integers(len(chosen)))][0]
        starts = np.array([column.steps[0] for column, _ in chosen])
        elsewhere = np.array([column.region != seed.region for column, _ in chosen])
        steps = self.placement.columns.problem.steps
        away = abs(starts - seed.steps[0]) + elsewhere * steps * self._random.choice([0.0, 0.1, 1.0])
        away = away + self._random.random(len(chosen)) * steps * 0.1
        return [chosen[at] for at in np.argsort(away, kind="stable")[:number].tolist()]

    def _order(self) -> list[int]:
        """The jobs without a place: at random, or the largest first, with some noise."""
        jobs = np.flatnonzero(self.placement.missing)
        noise: FloatArray = self._random.random(len(jobs))
        if self._random.random() < 0.5:
            return [int(job) for job in jobs[np.argsort(noise)]]
        return [int(job) for job in jobs[np.argsort(-self._weight[jobs] * (0.7 + 0.6 * noise), kind="stable")]]
