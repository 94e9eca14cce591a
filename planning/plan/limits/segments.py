"""The best segments of a job that may pause, in each of its options, where each step has its own price.

Segments begin and end on the grid of steps: those that touch the steps between the job's earliest start and its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from carbon.workload import Interruption
from catalog.columns import FloatArray, IntArray
from planning.outlook.series import Series
from planning.plan.limits.problem import ANY_NUMBER, Problem, Span
from planning.plan.limits.windows import EDGE
from planning.scheduling.power import Power
from planning.scheduling.segments import SearchTooLarge, best_segments

SCALE = 100.0  # the mean of the values that the search of segments gets; it takes 1e7 for a closed step

Ranked = tuple[float, int, list[Span]]


@dataclass(frozen=True, slots=True)
class Pauses:
    """A job that may pause, between two times in seconds. running, capacity below: (options, steps) what a full step
    costs for running, and for the capacity it takes; NaN and infinity: nothing may run there.
    """

    step: float
    seconds: float
    earliest: float
    end: float
    problem: Problem
    job: int

    @property
    def rule(self) -> Interruption:
        """How the job may pause."""
        problem, most = self.problem, int(self.problem.max_segments[self.job])
        return Interruption(
            min_run=float(problem.min_run[self.job]),
            max_segments=None if most == ANY_NUMBER else most,
            restart=float(problem.restart[self.job]),
        )

    def best(
        self, running: FloatArray, capacity: FloatArray, fixed: FloatArray, names: IntArray, count: int
    ) -> tuple[float, list[Ranked]]:
        """What no segments undercut, and the best of `count` options, the best first: value, name, spans."""
        first, last = ceil(self.earliest / self.step - EDGE), int(self.end / self.step + EDGE)
        running, capacity = running[:, first:last], capacity[:, first:last]
        size = ceil(self.seconds / self.step - EDGE)
        if last - first < size:
            return inf, []
        values = np.where(np.isnan(running), inf, running) + capacity
        order = np.argsort(values, axis=1, kind="stable")
        if self.rule.is_free:
            return self._free(values, np.nan_to_num(running), fixed, names, count, order, size, first)
        return self._ruled(values, fixed, names, count, order, size, first)

    def _free(
        self,
        values: FloatArray,
        running: FloatArray,
        fixed: FloatArray,
        names: IntArray,
        count: int,
        order: IntArray,
        size: int,
        first: int,
    ) -> tuple[float, list[Ranked]]:
        """The steps of least value; the one that is used in part is the one where that saves most."""
        unused = size - self.seconds / self.step
        chosen = np.take_along_axis(values, order[:, :size], axis=1)
        sums, rows = chosen.sum(axis=1), np.arange(len(values))
        inner = np.take_along_axis(running, order[:, :size], axis=1)
        part_at = inner.argmax(axis=1)
        within = sums - unused * inner[rows, part_at]
        part, totals = order[rows, part_at], within
        if unused > EDGE:
            others = np.take_along_axis(values - unused * running, order[:, size - 1 :], axis=1)
            other_at = others.argmin(axis=1)
            outside = chosen[:, :-1].sum(axis=1) + others[rows, other_at]
            totals = np.minimum(within, outside)
            part = np.where(outside < within, order[rows, size - 1 + other_at], part)
        totals = totals + fixed
        best = np.lexsort((names, totals))[:count]
        ranking = []
        for row in best[np.isfinite(totals[best])].tolist():
            full = order[row, :size] if part[row] in order[row, :size] else np.append(order[row, : size - 1], part[row])
            ranking.append(
                (float(totals[row]), int(names[row]), self._spans(np.sort(full), int(part[row]), unused, first))
            )
        return float(totals.min()), ranking

    def _spans(self, steps: IntArray, part: int, unused: float, first: int) -> list[Span]:
        """The steps as spans; of one the share `unused` is not used, at its end or before what follows."""
        spans: list[Span] = []
        used = set(steps.tolist())
        for at in steps.tolist():
            low, high = (first + at) * self.step, (first + at + 1) * self.step
            if at == part and unused > EDGE:
                if at + 1 in used and at - 1 not in used:
                    low += unused * self.step
                else:
                    high -= unused * self.step
            if spans and abs(spans[-1][1] - low) < EDGE * self.step:
                spans[-1] = (spans[-1][0], high)
            else:
                spans.append((low, high))
        return spans

    def _ruled(
        self, values: FloatArray, fixed: FloatArray, names: IntArray, count: int, order: IntArray, size: int, first: int
    ) -> tuple[float, list[Ranked]]:
        """By the exact search of each option, as far as its lowest steps, cut freely, could be among the best."""
        chosen = np.take_along_axis(values, order[:, :size], axis=1)
        unused = size - self.seconds / self.step
        closed = np.isinf(chosen[:, -1])
        bounds = np.where(closed, inf, chosen.sum(axis=1) - unused * np.where(closed, 0.0, chosen[:, -1]) + fixed)
        ranking: list[Ranked] = []
        least = inf
        for row in np.lexsort((names, bounds)).tolist():
            if bounds[row] == inf or (len(ranking) >= count and bounds[row] >= ranking[count - 1][0]):
                least = min(least, float(bounds[row]))
                break
            result = self._search(values[row], first)
            if isinstance(result, SearchTooLarge):
                least = min(least, float(bounds[row]))
            elif result is not None:
                total = result[0] + float(fixed[row])
                least = min(least, total)
                ranking.append((total, int(names[row]), list(result[1])))
                ranking.sort(key=lambda one: one[:2])
        return least, ranking[:count]

    def _search(self, values: FloatArray, first: int) -> tuple[float, Sequence[Span]] | SearchTooLarge | None:
        """Least total and its spans; None: it does not fit."""
        open_steps = np.isfinite(values)
        mean = float(values[open_steps].mean())
        scale = SCALE / mean if mean > 0 else 1.0
        series = Series.of(np.where(open_steps, values, 0.0) * scale, self.step)
        closed = [(at * self.step, (at + 1) * self.step) for at in np.flatnonzero(~open_steps).tolist()]
        end, job = len(values) * self.step, Power.even(self.seconds)
        try:
            segments = best_segments(series, earliest=0.0, end=end, job=job, rule=self.rule, closed=closed)
        except SearchTooLarge as error:
            return error
        if segments is None:
            return None
        moved = first * self.step
        spans = [(low + moved, high + moved) for low, high in segments.spans]
        return segments.total / (scale * self.step), spans
