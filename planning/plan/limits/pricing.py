"""The best columns of a job when limits have prices, or where room is left: exact for each job by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf
from typing import NamedTuple

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import BoolArray, FloatArray
from planning.plan.limits.columns import SLACK, Columns, Options, Timing
from planning.plan.limits.problem import WHOLE, Column, Prices, Problem, Span
from planning.plan.limits.segments import Pauses
from planning.plan.limits.windows import Windows

LEAST_RATE = 1e-12  # where emissions do not count: of equals the cleanest comes first


@dataclass(slots=True, eq=False)
class Room:
    """What is left of the limits. capacity: (regions, steps)."""

    capacity: FloatArray
    gco2e: float
    usd: float

    @classmethod
    def of(cls, problem: Problem) -> Room:
        """All of it."""
        return cls(problem.capacity * (1 + SLACK), problem.max_gco2e * (1 + SLACK), problem.max_usd * (1 + SLACK))

    def add(self, column: Column, copies: int) -> None:
        """Give back what so many copies take; below 0: take it."""
        self.capacity[column.region, column.steps] += copies * column.use
        self.gco2e += copies * column.gco2e
        self.usd += copies * column.usd

    def copies(self, column: Column, most: int) -> int:
        """How many copies fit, at most so many."""
        pairs = [(self.gco2e, column.gco2e), (self.usd, column.usd)]
        pairs.append((float(self.capacity[column.region, column.steps].min()), column.use))
        return max(0, int(min(most, *(left / amount for left, amount in pairs if amount > 0 and left < inf), most)))


class Offer(NamedTuple):
    """A column with its cost at the prices."""

    value: float
    column: Column


class Pricing:
    """Prices columns at one set of prices. Values are the objective and the price of all limits that a column uses."""

    def __init__(self, columns: Columns, prices: Prices) -> None:
        self._columns, self._problem = columns, columns.problem
        self._gram_weight = self._problem.gram_weight + prices.gram
        self._usd_weight = self._problem.usd_weight + prices.usd
        self._capacity, self._has_rent = prices.capacity, bool(prices.capacity.any())
        self._sums = np.zeros((len(prices.capacity), self._problem.steps + 1))
        np.cumsum(prices.capacity, axis=1, out=self._sums[:, 1:])
        self._window_sums: dict[Timing, FloatArray] = {}

    def value(self, column: Column) -> float:
        """What a column costs at these prices."""
        capacity = self._capacity[column.region, column.steps].sum() * column.use
        return float(self._gram_weight * column.gco2e + self._usd_weight * column.usd + capacity)

    def offers(self, job: int, count: int, room: Room | None = None) -> tuple[float, list[Offer]]:
        """What no column of the job undercuts, and its best columns, each in another region, the best first.

        Of equals the first option, and in it the earliest. room: only what fits into it; infinity and no column where
        nothing does.
        """
        parts = self._whole(job, count, room)
        bound = parts[0][0] if parts else inf
        offers = [(value, option, self._columns.window(job, option, candidate)) for value, option, candidate in parts]
        if self._problem.max_segments[job] != WHOLE:
            least, segments = self._segments(job, count, room)
            bound = min(bound, least)
            columns = [(option, self._columns.column(job, option, spans)) for _, option, spans in segments]
            # The segments may use less of a step at their ends than the search of segments counts.
            offers += [(self.value(column), option, column) for option, column in columns]
            if room is not None:
                offers = [offer for offer in offers if room.copies(offer[2], 1)]
            offers.sort(key=lambda offer: offer[:2])
        return bound, [Offer(value, column) for value, _, column in offers[:count]]

    def _whole(self, job: int, count: int, room: Room | None) -> list[tuple[float, int, int]]:
        """(value, option, candidate) of windows in one piece, one a region, the best first."""
        windows, rows = self._columns.windows(job), list[tuple[float, int, int]]()
        if len(windows.first):
            rows += self._with_limit(job, room)
            rows += self._without_limit(job, room)
        return [row for row in sorted(rows)[:count] if row[0] < inf]

    def costs(self, job: int, room: Room | None = None) -> FloatArray:
        """(options whose region has a limit, candidates): what each costs; infinity where it does not fit."""
        windows, options = self._columns.windows(job), self._columns.with_limit[job]
        values = self._values(job, options, windows.totals[options.zone], room)
        if self._has_rent:
            values += self._window_sum(job)[options.region] * options.use[:, None]
        full = self._columns.unfit(job)
        if room is not None:
            full = room.capacity[options.region] < options.use[:, None]
        if full is not None and full.any():
            values[self._touches(full, windows)] = inf
        return values

    def least_without_limit(self, job: int) -> float:
        """What the job costs at least in regions without a limit; infinity if it may run in none."""
        has_windows = len(self._columns.windows(job).first) > 0
        return min((value for value, _, _ in self._without_limit(job, None)), default=inf) if has_windows else inf

    def _with_limit(self, job: int, room: Room | None) -> Iterator[tuple[float, int, int]]:
        """The best candidate of each option whose region has a limit."""
        values = self.costs(job, room)
        best = values.argmin(axis=1)
        least = values[np.arange(len(best)), best]
        return zip(least.tolist(), self._columns.with_limit[job].index.tolist(), best.tolist(), strict=True)

    def _without_limit(self, job: int, room: Room | None) -> Iterator[tuple[float, int, int]]:
        """Likewise of the other options: always the candidate of the least emissions."""
        windows, options = self._columns.windows(job), self._columns.without_limit[job]
        best = windows.lowest[options.zone]
        values = self._values(job, options, windows.totals[options.zone, best][:, None], room)[:, 0]
        return zip(values.tolist(), options.index.tolist(), best.tolist(), strict=True)

    def _values(self, job: int, options: Options, totals: FloatArray, room: Room | None) -> FloatArray:
        """(options, candidates): what they cost, capacity apart; infinity where emissions or cost have no room."""
        usd = options.usd + options.usd_per_hour * float(self._problem.seconds[job]) / HOUR_SECONDS
        rate = np.maximum(self._gram_weight * options.kwh_per_hour, LEAST_RATE)
        values: FloatArray = totals * rate[:, None]
        values += (self._gram_weight * options.gco2e + self._usd_weight * usd)[:, None]
        if room is not None and room.gco2e < inf:
            values[totals * options.kwh_per_hour[:, None] + options.gco2e[:, None] > room.gco2e] = inf
        if room is not None:
            values[usd > room.usd] = inf
        return values

    def _window_sum(self, job: int) -> FloatArray:
        """(regions, candidates): what one unit of capacity costs over each window."""
        key = self._columns.timings[job]
        if key not in self._window_sums:
            windows = self._columns.windows(job)
            sums = self._sums.take(windows.first + windows.length, axis=1)
            self._window_sums[key] = np.maximum(sums - self._sums.take(windows.first, axis=1), 0.0)
        return self._window_sums[key]

    @staticmethod
    def _touches(full: BoolArray, windows: Windows) -> BoolArray:
        """(options, windows): whether a window touches a step that is full, of (options, steps)."""
        counts = np.zeros((len(full), full.shape[1] + 1), dtype=np.int32)
        np.cumsum(full, axis=1, out=counts[:, 1:])
        result: BoolArray = counts.take(windows.first + windows.length, axis=1) > counts.take(windows.first, axis=1)
        return result

    def _segments(self, job: int, count: int, room: Room | None) -> tuple[float, list[tuple[float, int, list[Span]]]]:
        """A bound, and (value, option, spans) of the best segments, one a region, the best first."""
        options, problem = self._columns.options[job], self._problem
        step_hours = problem.step_seconds / HOUR_SECONDS
        fixed = self._gram_weight * options.gco2e + self._usd_weight * options.usd
        running = self._gram_weight * options.kwh_per_hour[:, None] * problem.intensity[options.zone]
        running = (running + self._usd_weight * options.usd_per_hour[:, None]) * step_hours
        capacity = self._capacity[options.region] * options.use[:, None]
        most = problem.capacity * (1 + SLACK) if room is None else room.capacity
        capacity = np.where(most[options.region] < options.use[:, None], inf, capacity)
        timing = self._columns.timings[job]
        for low, high in timing.closed:
            capacity[:, int(low / problem.step_seconds) : ceil(high / problem.step_seconds)] = inf
        pauses = Pauses(problem.step_seconds, timing.seconds, timing.earliest, timing.end, problem, job)
        return pauses.best(running, capacity, fixed, options.index, count)
