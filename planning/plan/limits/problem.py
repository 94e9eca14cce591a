"""The question and the answer of the solver as plain arrays, so that both can go to another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

import numpy as np

from catalog.columns import FloatArray, IntArray

WHOLE = -1  # max_segments of a job that runs in one piece
ANY_NUMBER = 0  # of a job with any number of segments

Span = tuple[float, float]
Key = tuple[int, tuple[Span, ...]]  # of a column: its option and times
# Returns the seconds that are left; 0 or less: the solver ends with what it has. This is also how a caller cancels.
SecondsLeft = Callable[[], float]


def endless() -> float:
    """No limit of time."""
    return inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Jobs that share limits. Times are seconds from the start of the first step; a step has `step_seconds`.

    intensity: (zones, steps) gCO2e/kWh, NaN where nothing may run. zone: of each region. capacity: (regions, steps) in
    the unit of `use`, infinity where there is no limit; it counts in every step that a job touches.
    gram_weight, usd_weight: what the objective counts. max_gco2e, max_usd: infinity for no limit.

    One entry a job: copies: identical jobs, each placed by itself. seconds: of work. earliest, end: between which it
    runs. max_segments: WHOLE, ANY_NUMBER or a number. min_run, restart:
    seconds. penalty: what it counts in the objective to leave one copy out.

    starts: (ranges, 3) job, first and last start of one piece; a job has one range, several or none. closed: (times, 3)
    job, start and end of a time in which no segment of it may run.

    One entry an option, which is a job in a region: job, region; kwh_per_hour with PUE; usd_per_hour; gco2e, usd: once,
    for the move of its data; use: of the region's capacity while one copy runs.
    """

    step_seconds: float
    intensity: FloatArray
    zone: IntArray
    capacity: FloatArray
    copies: IntArray
    seconds: FloatArray
    earliest: FloatArray
    end: FloatArray
    max_segments: IntArray
    min_run: FloatArray
    restart: FloatArray
    penalty: FloatArray
    starts: FloatArray
    closed: FloatArray
    job: IntArray
    region: IntArray
    kwh_per_hour: FloatArray
    usd_per_hour: FloatArray
    gco2e: FloatArray
    usd: FloatArray
    use: FloatArray
    gram_weight: float = 1.0
    usd_weight: float = 0.0
    max_gco2e: float = inf
    max_usd: float = inf

    @property
    def jobs(self) -> int:
        return len(self.copies)

    @property
    def steps(self) -> int:
        return int(self.intensity.shape[1])


class Row(NamedTuple):
    """So many copies of a job in an option, at these times in seconds."""

    job: int
    option: int
    copies: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the solver is. share: 0 to 1 of its work or time. rows: a better plan, None if it is still the last one.

    bound: no plan costs less by the objective, penalties included.
    """

    share: float
    bound: float
    rows: tuple[Row, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The best plan. cost, bound: by the objective, the penalty of each copy without a place included.

    least_unplaced: at least so many copies stay without a place in any plan. status: optimal: the gap is below
    CLOSE_ENOUGH; feasible: the time ran out, or the search came to its end with a gap; heuristic: without the linear
    program, so that the bound is that of jobs that share nothing.
    placed_bound: no plan that leaves out as many copies costs less for the others.
    per_unit: (regions,) what one more unit of a region's capacity at all times would change the bound by at first.
    per_usd, per_gram: likewise one more USD and gram of the limits. All are 0 or more, in units of the objective.
    seconds: that the search took, as far as its caller measured them.
    """

    rows: tuple[Row, ...]
    cost: float
    bound: float
    unplaced: tuple[int, ...]
    least_unplaced: int
    status: str
    placed_bound: float
    columns: int = 0
    per_unit: FloatArray = field(default_factory=lambda: np.zeros(0))
    per_usd: float = 0.0
    per_gram: float = 0.0
    seconds: float = 0.0


OPTIMAL, FEASIBLE, HEURISTIC = "optimal", "feasible", "heuristic"
CLOSE_ENOUGH = 1e-4  # of the cost


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One copy of a job in one option at one time. steps: those it touches, in each of which it takes `use`.

    cost: by the objective.
    """

    job: int
    option: int
    spans: tuple[Span, ...]
    steps: IntArray
    cost: float
    gco2e: float
    usd: float
    use: float
    region: int

    @property
    def key(self) -> Key:
        """Equal for equal columns."""
        return self.option, self.spans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """What limits cost, each 0 or more, in units of the objective: capacity by region and step, USD and grams."""

    capacity: FloatArray
    usd: float = 0.0
    gram: float = 0.0

    @classmethod
    def none(cls, problem: Problem) -> Prices:
        """Limits that cost nothing."""
        return cls(capacity=np.zeros(problem.capacity.shape))

    def mixed(self, other: Prices, share: float) -> Prices:
        """These prices, moved by a share of the way to others."""
        return Prices(
            capacity=self.capacity + share * (other.capacity - self.capacity),
            usd=self.usd + share * (other.usd - self.usd),
            gram=self.gram + share * (other.gram - self.gram),
        )
