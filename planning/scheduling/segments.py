"""The best segments for an interruptible job: exact, by dynamic programming over work done and time idle.

A position in the grid is idle + work: the steps so far without and with work; those of a restart are without work.
Let C[idle, work] be what the work 0 to `work` costs if all of it comes after `idle` idle steps. A segment with the work
w0 to w then costs C[idle, w] - C[idle, w0]: for each number of idle steps the best beginning of a segment is a running
minimum along the work, and waiting is one along the idle steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isclose

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from carbon.workload import Interruption
from catalog.columns import FloatArray
from planning.outlook.series import Series
from planning.scheduling.power import Power

# Segments start and end on multiples of this where restart, minimum run or the times are no whole steps of the series.
FINE_SECONDS = 300.0
# Costs closer than this share of each other are equal; the difference is rounding.
TIE = 1e-9
# Added per step in which nothing may run: far above any intensity, and small enough to keep twelve digits of the sums.
FORBIDDEN = 1e7
# The tables of a search have at most this number of cells (8 bytes each): one table for each number of segments.
MOST_CELLS = 8_000_000

Span = tuple[float, float]


class SearchTooLarge(ValueError):
    """The tables of a search would have more than MOST_CELLS cells."""


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of one job in order of time: (start, end) in seconds, restarts included.

    total: intensity x share of power x seconds over all of them. grid_seconds: of the grid on which this is the
    optimum; 0: of all moments.
    """

    spans: tuple[Span, ...]
    total: float
    grid_seconds: float

    @property
    def seconds(self) -> float:
        """Machine time, restarts included."""
        return sum(end - start for start, end in self.spans)


def best_segments(
    series: Series, *, earliest: float, end: float, job: Power, rule: Interruption, closed: Sequence[Span] = ()
) -> Segments | None:
    """The segments of lowest total in [earliest, end] of a single-zone series; of equals those that end first.

    closed: times in which nothing may run, disjoint, ascending. None: it does not fit.
    Raises SearchTooLarge.
    """
    if rule.is_free and job.is_even:
        return _lowest_moments(series, earliest, end, job, closed)
    grid = _Grid.of(series, earliest, end, job, rule, closed)
    return None if grid is None else _search(grid, rule)


def open_spans(earliest: float, end: float, closed: Sequence[Span]) -> list[Span]:
    """The parts of [earliest, end] that are not closed."""
    spans, start = [], earliest
    for low, high in closed:
        if low >= end:
            break
        if low > start:
            spans.append((start, low))
        start = max(start, high)
    if start < end:
        spans.append((start, end))
    return spans


def _lowest_moments(series: Series, earliest: float, end: float, job: Power, closed: Sequence[Span]) -> Segments | None:
    """Cut freely: the lowest moments, whatever their order; of equals the earliest."""
    step, values = series.step_seconds, series.values[0]
    pieces: list[Span] = []
    for low, high in open_spans(earliest, end, closed):
        edges = [low, *(np.arange(floor(low / step) + 1, ceil(high / step)) * step).tolist(), high]
        pieces.extend(pairwise(edges))
    cost = np.array([values[int(low // step)] for low, _ in pieces])
    remaining_seconds, spans, total = job.seconds, [], 0.0
    for index in np.argsort(cost, kind="stable").tolist():
        low, high = pieces[index]
        high = min(high, low + remaining_seconds)
        spans.append((low, high))
        total += float(cost[index]) * (high - low)
        remaining_seconds -= high - low
        if remaining_seconds <= 1e-6:
            return Segments(_joined(sorted(spans)), total * job.levels[0], 0.0)
    return None


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans that touch become one."""
    joined: list[Span] = []
    for low, high in spans:
        if joined and isclose(joined[-1][1], low, abs_tol=1e-6):
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A job on even steps from `start` (seconds) on.

    work, min_run, restart: in steps, rounded up. idle: the most idle steps that leave time for the work. costs: C of
    the module's docstring, (idle + 1, work + 1). restarts: what a restart costs whose segment begins at (idle, work).
    spare: share of the last step of work that is not used. unused: what it would cost, by the idle steps before it.
    """

    start: float
    step: float
    work: int
    idle: int
    min_run: int
    restart: int
    costs: FloatArray
    restarts: FloatArray
    spare: float
    unused: FloatArray

    @classmethod
    def of(
        cls, series: Series, earliest: float, end: float, job: Power, rule: Interruption, closed: Sequence[Span]
    ) -> _Grid | None:
        step, duration = series.step_seconds, job.seconds
        times = (earliest, end, rule.min_run, rule.restart, *job.ends)
        if any(seconds % step for seconds in times):
            step = min(step, FINE_SECONDS)
        first, last = ceil(earliest / step), floor(end / step)
        work = ceil(duration / step - 1e-9)
        idle = last - first - work
        if idle < 0:
            return None
        _require_room((idle + 1) * (work + 1))
        values, spare = _values(series, first, last, step), work - duration / step
        forbidden = np.zeros(len(values))
        for low, high in closed:
            forbidden[max(floor(low / step) - first, 0) : max(ceil(high / step) - first, 0)] = FORBIDDEN * step
        shares = job.shares(step, work)
        ahead = sliding_window_view(values, work)
        each = ahead * shares
        if closed:
            each += sliding_window_view(forbidden, work)
        costs = np.empty((idle + 1, work + 1))
        costs[:, 0] = 0.0
        np.cumsum(each, axis=1, out=costs[:, 1:])
        restart = ceil(rule.restart / step)
        restarts = np.zeros((0, 0))
        if restart:
            waits = np.zeros(len(values) + 1 + restart)
            np.cumsum(values + forbidden, out=waits[1 : len(values) + 1])
            waits[len(values) + 1 :] = waits[len(values)] + FORBIDDEN * step
            waits = waits[restart:] - waits[:-restart]
            restarts = sliding_window_view(waits, work + 1) * np.append(shares, 0.0)
            restarts += min(job.restart_weight * restart, FORBIDDEN / 4) * step
        return cls(
            start=first * step,
            step=step,
            work=work,
            idle=idle,
            min_run=min(max(ceil(rule.min_run / step), 1), work),
            restart=restart,
            costs=costs,
            restarts=restarts,
            spare=spare,
            unused=spare * shares[-1] * ahead[:, -1],
        )


def _values(series: Series, first: int, last: int, step: float) -> FloatArray:
    """Value x seconds of the steps `first` to `last` of a grid; what lies after the series is as its last value."""
    own = np.minimum((np.arange(first, last) * step // series.step_seconds).astype(int), series.values.shape[1] - 1)
    values: FloatArray = series.values[0][own] * step
    return values


def _require_room(cells: int) -> None:
    if cells > MOST_CELLS:
        raise SearchTooLarge(f"more than {MOST_CELLS:,} cells")


def _search(grid: _Grid, rule: Interruption) -> Segments | None:
    most = grid.work // grid.min_run
    if rule.max_segments is not None:
        most = min(most, rule.max_segments)
    levels = [grid.costs.copy()]
    levels[0][:, : grid.min_run] = np.inf
    while len(levels) < most:
        _require_room(levels[0].size * (len(levels) + 1))
        level = _one_more(levels[-1], grid)
        if not (level < levels[-1]).any():
            break
        levels.append(np.minimum(level, levels[-1], out=level))
    totals = levels[-1][:, -1] - grid.unused
    best = totals.min()
    if not best < FORBIDDEN * grid.step / 2:
        return None
    idle = int((totals <= best + abs(best) * TIE).argmax())
    return _spans(levels, grid, idle, float(totals[idle]))


def _one_more(level: FloatArray, grid: _Grid) -> FloatArray:
    """Lowest cost of (idle, work) where one more segment follows those of `level`; infinity where none can."""
    result = np.empty_like(level)
    result[:, : grid.min_run] = np.inf
    result[: grid.restart] = np.inf
    rows = len(level) - grid.restart
    if rows > 0:
        begin = _lowest_begin(level, grid)[:, : grid.work + 1 - grid.min_run]
        np.minimum.accumulate(begin, axis=1, out=begin)
        np.add(grid.costs[grid.restart :, grid.min_run :], begin, out=result[grid.restart :, grid.min_run :])
    return result


def _lowest_begin(level: FloatArray, grid: _Grid) -> FloatArray:
    """Cost so far, with the restart, less C, by the (idle, work) at which the machine starts again after any wait."""
    rows = len(level) - grid.restart
    lowest = np.minimum.accumulate(level[:rows], axis=0)
    lowest -= grid.costs[grid.restart :]
    if grid.restart:
        lowest += grid.restarts[:rows]
    return lowest


def _lowest_begin_after(level: FloatArray, grid: _Grid, idle: int) -> FloatArray:
    """The row of _lowest_begin after so many idle steps."""
    lowest: FloatArray = level[: idle + 1].min(axis=0) - grid.costs[idle + grid.restart]
    return lowest + grid.restarts[idle] if grid.restart else lowest


def _spans(levels: list[FloatArray], grid: _Grid, idle: int, total: float) -> Segments:
    """Follows the tables back from all work done after `idle` steps without work."""
    work, spans = grid.work, []
    while work:
        cost = levels[-1][idle, work]
        slack = abs(cost) * TIE
        number = next(n for n, level in enumerate(levels) if level[idle, work] <= cost + slack)
        end = idle + work
        if number == 0:
            spans.append((idle, end))
            break
        levels = levels[:number]
        idle -= grid.restart
        begin = _lowest_begin_after(levels[-1], grid, idle)[: work + 1 - grid.min_run]
        work = int((begin <= begin.min() + slack).argmax())
        spans.append((idle + work, end))
        totals = levels[-1][: idle + 1, work]
        idle = int((totals <= totals.min() + slack).argmax())
    times = [(grid.start + low * grid.step, grid.start + high * grid.step) for low, high in reversed(spans)]
    times[-1] = (times[-1][0], times[-1][1] - grid.spare * grid.step)
    return Segments(_joined(times), total, grid.step)
