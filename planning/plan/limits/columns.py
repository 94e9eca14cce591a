"""The columns of a problem: what a copy of a job takes in one option at one time, and the options of each job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import BoolArray, FloatArray, IntArray
from planning.plan.limits.problem import Column, Problem, Span
from planning.plan.limits.windows import EDGE, Integral, Windows, windows


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """The options of one job, in their order. has_limit: whether the region has a capacity."""

    index: IntArray
    region: IntArray
    zone: IntArray
    kwh_per_hour: FloatArray
    usd_per_hour: FloatArray
    gco2e: FloatArray
    usd: FloatArray
    use: FloatArray
    has_limit: BoolArray

    def only(self, rows: BoolArray) -> Options:
        """Some of them."""
        return Options(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})


SLACK = 1e-9  # share by which a limit may be passed: rounding


class Timing(NamedTuple):
    """When a job may run, in seconds, the same for many jobs. starts: (first, last) of those of one piece."""

    seconds: float
    earliest: float
    end: float
    starts: tuple[Span, ...]
    closed: tuple[Span, ...]


def _timings(problem: Problem) -> list[Timing]:
    starts: list[list[Span]] = [[] for _ in range(problem.jobs)]
    closed: list[list[Span]] = [[] for _ in range(problem.jobs)]
    for spans, rows in ((starts, problem.starts), (closed, problem.closed)):
        for job, low, high in rows.tolist():
            spans[int(job)].append((low, high))
    times = zip(problem.seconds.tolist(), problem.earliest.tolist(), problem.end.tolist(), strict=True)
    return [Timing(*row, tuple(starts[job]), tuple(closed[job])) for job, row in enumerate(times)]


class Columns:
    """Makes the columns of a problem; what jobs of equal times share is worked out once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.has_limit: BoolArray = np.asarray(np.isfinite(problem.capacity).any(axis=1))
        self._integral = Integral(problem.intensity, problem.step_seconds)
        self._windows: dict[Timing, Windows] = {}
        self._unfit: dict[int, BoolArray | None] = {}
        self.timings = _timings(problem)
        self._window_columns: dict[tuple[int, int], Column] = {}
        order = np.argsort(problem.job, kind="stable")
        edges = np.searchsorted(problem.job[order], np.arange(problem.jobs + 1))
        self.options = [self._options(order[low:high]) for low, high in pairwise(edges)]
        self.with_limit = [options.only(options.has_limit) for options in self.options]
        self.without_limit = [options.only(np.logical_not(options.has_limit)) for options in self.options]

    def _options(self, index: IntArray) -> Options:
        problem, region = self.problem, self.problem.region[index]
        return Options(
            index=index,
            region=region,
            zone=problem.zone[region],
            kwh_per_hour=problem.kwh_per_hour[index],
            usd_per_hour=problem.usd_per_hour[index],
            gco2e=problem.gco2e[index],
            usd=problem.usd[index],
            use=problem.use[index],
            has_limit=self.has_limit[region],
        )

    def windows(self, job: int) -> Windows:
        """The candidates of a job in one piece."""
        key = self.timings[job]
        if key not in self._windows:
            self._windows[key] = windows(self._integral, seconds=key.seconds, starts=key.starts)
        return self._windows[key]

    def unfit(self, job: int) -> BoolArray | None:
        """(options with a limit, steps): where one copy alone passes the capacity; None if that is nowhere."""
        if job not in self._unfit:
            options = self.with_limit[job]
            passed = self.problem.capacity[options.region] < options.use[:, None] * (1 - SLACK)
            self._unfit[job] = passed if passed.any() else None
        return self._unfit[job]

    def window(self, job: int, option: int, candidate: int) -> Column:
        """The column of a candidate; made once."""
        key = (option, candidate)
        if key not in self._window_columns:
            windows, zone = self.windows(job), self.problem.zone[self.problem.region[option]]
            start, seconds = float(windows.starts[zone, candidate]), float(self.problem.seconds[job])
            first = int(windows.first[candidate])
            steps = np.arange(first, first + int(windows.length[candidate]))
            total = float(windows.totals[zone, candidate])
            self._window_columns[key] = self._column(job, option, ((start, start + seconds),), steps, total, seconds)
        return self._window_columns[key]

    def column(self, job: int, option: int, spans: Sequence[Span]) -> Column:
        """The column of one copy at these times."""
        step, zone = self.problem.step_seconds, int(self.problem.zone[self.problem.region[option]])
        edges = np.array(spans)
        total = float((self._integral.until(edges[:, 1]) - self._integral.until(edges[:, 0]))[zone].sum())
        steps = [np.arange(int(start / step + EDGE), int(np.ceil(end / step - EDGE))) for start, end in spans]
        seconds = float((edges[:, 1] - edges[:, 0]).sum())
        return self._column(job, option, spans, np.unique(np.concatenate(steps)), total, seconds)

    def _column(
        self, job: int, option: int, spans: Sequence[Span], steps: IntArray, total: float, seconds: float
    ) -> Column:
        problem = self.problem
        gco2e = float(problem.kwh_per_hour[option]) * total + float(problem.gco2e[option])
        usd = float(problem.usd_per_hour[option]) * seconds / HOUR_SECONDS + float(problem.usd[option])
        return Column(
            job=job,
            option=option,
            spans=tuple(spans),
            steps=steps,
            cost=problem.gram_weight * gco2e + problem.usd_weight * usd,
            gco2e=gco2e,
            usd=usd,
            use=float(problem.use[option]),
            region=int(problem.region[option]),
        )
