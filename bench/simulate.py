"""`make simulate`: a million jobs in a hundred classes over 120 grid zones and a week, with machines that are scarce.

Intensities are the profiles that the service ships; jobs and capacities are made up, from a seed. Prints the
emissions of the plan, the bound that no plan undercuts, the gap, what is saved against running all at once, the seconds
of one core and the memory.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf

import numpy as np

from bench.report import at_most, table
from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray
from engine import Engine
from grid.chain import ChainReader
from mapping import CloudMap
from planning.plan.limits.columns import Columns
from planning.plan.limits.penalties import with_penalties
from planning.plan.limits.problem import WHOLE, Problem, Progress, Row, Solution
from planning.plan.limits.solve import solve

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ZONES, HOURS, CLASSES, COPIES = 120, 168, 100, 10_000
SPARE = 2.0  # machine hours over those that the jobs need
SECONDS, MOST_MB = 60.0, 500.0
GAP = 1e-3


def intensities(zones: int) -> FloatArray:
    """(zones, hours) gCO2e/kWh from NOW on, by the shipped profiles of zones spread over the alphabet."""
    mapping = CloudMap.load()
    names = sorted(mapping.profiles.zones)
    names = [names[at] for at in np.linspace(0, len(names) - 1, zones).astype(int)]
    return Engine(mapping, ChainReader()).at(NOW).grid.outlook(names, hours=HOURS).series().values[:, :HOURS]


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """A problem, and the option of each class at its home."""

    problem: Problem
    home: Sequence[int]


def week(grid: FloatArray, seed: int, classes: int = CLASSES, copies: int = COPIES) -> Week:
    """Jobs of 1 to 24 h that may wait for one to four days, each in its home and a quarter to three of all zones."""
    draw, zones = np.random.default_rng(seed), len(grid)
    hours: FloatArray = draw.integers(1, 25, classes).astype(float)
    earliest: FloatArray = draw.integers(0, HOURS - 48, classes).astype(float)
    end = np.minimum(earliest + hours + draw.integers(24, 97, classes), HOURS)
    machines = draw.integers(1, 5, classes).astype(float)
    places = [draw.choice(zones, int(draw.integers(zones // 4, zones * 3 // 4)), replace=False) for _ in range(classes)]
    job = np.repeat(np.arange(classes), [len(some) for some in places])
    region = np.concatenate(places)
    room = draw.uniform(0.5, 1.5, zones)
    room *= SPARE * copies * float((hours * machines).sum()) / HOURS / room.sum()
    pue = draw.uniform(1.05, 1.5, zones)
    watts = draw.uniform(0.1, 1.0, classes) * machines
    problem = Problem(
        step_seconds=HOUR_SECONDS,
        intensity=grid,
        zone=np.arange(zones),
        capacity=np.repeat(np.floor(room)[:, None], HOURS, axis=1),
        copies=np.full(classes, copies),
        seconds=hours * HOUR_SECONDS,
        earliest=earliest * HOUR_SECONDS,
        end=end * HOUR_SECONDS,
        max_segments=np.full(classes, WHOLE),
        min_run=np.zeros(classes),
        restart=np.zeros(classes),
        penalty=np.zeros(classes),
        starts=np.column_stack(
            (np.arange(classes, dtype=float), earliest * HOUR_SECONDS, (end - hours) * HOUR_SECONDS)
        ),
        closed=np.zeros((0, 3)),
        job=job,
        region=region,
        kwh_per_hour=watts[job] * pue[region],
        usd_per_hour=np.zeros(len(job)),
        gco2e=np.zeros(len(job)),
        usd=np.zeros(len(job)),
        use=machines[job],
    )
    return Week(with_penalties(problem), [int(np.flatnonzero(job == number)[0]) for number in range(classes)])


def at_once(of: Week) -> float:
    """Grams of all jobs at home, each as early as it may start, as if there were room for all."""
    problem, columns = of.problem, Columns(of.problem)
    total = 0.0
    for job, option in enumerate(of.home):
        start, seconds = float(problem.earliest[job]), float(problem.seconds[job])
        total += int(problem.copies[job]) * columns.column(job, option, ((start, start + seconds),)).gco2e
    return total


@dataclass(slots=True)
class Clock:
    """Ends the search when its time on one core is over or the plan is near enough to the bound."""

    problem: Problem
    seconds: float
    gap: float
    started: float = field(default_factory=time.process_time)
    cost: float = inf
    is_near: bool = False
    columns: Columns = field(init=False)

    def __post_init__(self) -> None:
        self.columns = Columns(self.problem)

    def left(self) -> float:
        return 0.0 if self.is_near else self.seconds - (time.process_time() - self.started)

    def note(self, progress: Progress) -> None:
        if progress.rows is not None:
            self.cost = self._cost(progress.rows)
        self.is_near = self.is_near or self.cost - progress.bound <= self.gap * self.cost

    def _cost(self, rows: Sequence[Row]) -> float:
        missing, total = self.problem.copies.copy(), 0.0
        for row in rows:
            missing[row.job] -= row.copies
            total += row.copies * self.columns.column(row.job, row.option, row.spans).cost
        return total + float((missing * self.problem.penalty).sum())


def check(problem: Problem, solution: Solution) -> None:
    """Raises RuntimeError unless the plan keeps every capacity and every time."""
    columns, use, copies = Columns(problem), np.zeros(problem.capacity.shape), np.array(solution.unplaced)
    for row in solution.rows:
        column = columns.column(row.job, row.option, row.spans)
        use[column.region, column.steps] += row.copies * column.use
        copies[row.job] += row.copies
        if row.spans[0][0] < problem.earliest[row.job] - 1e-6 or row.spans[-1][1] > problem.end[row.job] + 1e-6:
            raise RuntimeError(f"a job runs outside its times: {row}")
    if (use > problem.capacity + 1e-6).any() or (copies != problem.copies).any():
        raise RuntimeError("the plan passes a capacity, or loses jobs")


def report(of: Week, solution: Solution, seconds: float) -> str:
    """The figures as a table."""
    before, unplaced = at_once(of), sum(solution.unplaced)
    gap = (solution.cost - solution.bound) / solution.cost
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    placed = f"{int(of.problem.copies.sum()) - unplaced:,} of {int(of.problem.copies.sum()):,}"
    rows = [
        ["jobs with a place", placed, ""],
        ["plan, t CO2e", f"{solution.cost / 1e6:,.2f}", ""],
        ["bound, t CO2e", f"{solution.bound / 1e6:,.2f}", ""],
        ["gap, %", f"{100 * gap:.3f}", at_most(100 * gap, 100 * GAP)],
        ["all at once at home, without limits, t CO2e", f"{before / 1e6:,.2f}", ""],
        ["saved, %", f"{100 * (1 - solution.cost / before):.1f}", ""],
        ["seconds of one core", f"{seconds:.1f}", at_most(seconds, SECONDS)],
        ["memory at most, MB", f"{memory:.0f}", at_most(memory, MOST_MB)],
    ]
    return table(["simulation", "figure", "target"], rows)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of jobs and capacities (default 1)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"the longest search (default {SECONDS:g})")
    options = parser.parse_args()
    of = week(intensities(ZONES), options.seed)
    clock = Clock(of.problem, options.seconds, GAP)
    solution = solve(of.problem, seconds=options.seconds, seconds_left=clock.left, progress=clock.note)
    seconds = time.process_time() - clock.started
    check(of.problem, solution)
    print(f"{CLASSES} classes of {COPIES:,} jobs, {ZONES} zones, {HOURS} h, seed {options.seed}\n")
    print(report(of, solution, seconds))


if __name__ == "__main__":
    main()
