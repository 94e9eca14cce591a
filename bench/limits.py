"""`python -m bench.limits`: how good plans with shared limits are after so many seconds of one core, and their memory.

Each case runs in a process of its own. The clock is the processor time of that process, so that other work on the
machine changes little; only the limits of single programs of HiGHS are by the wall clock, and end early on a busy one.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Mapping
from time import process_time

import numpy as np

from bench.report import at_most, table
from bench.server import ROOT
from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray
from planning.plan.limits.penalties import with_penalties
from planning.plan.limits.problem import ANY_NUMBER, WHOLE, Problem
from planning.plan.limits.solve import solve, solve_quickly

JOBS, REGIONS, HOURS = 200, 40, 48
SECONDS, BACKGROUND_SECONDS = 10.0, 115.0
# Machines of a region, the most machines of a job, its segments, seconds, and the gap in per cent that is the goal.
CASES: Mapping[str, tuple[int, int, int, float, float | None]] = {
    "one machine each, 4 in a region": (4, 1, WHOLE, SECONDS, 1.0),
    "one machine each, 2 in a region": (2, 1, WHOLE, SECONDS, None),
    "1 to 10 machines each, 20 in a region": (20, 10, WHOLE, SECONDS, 10.0),
    "the same in the background": (20, 10, WHOLE, BACKGROUND_SECONDS, 5.0),
    "one machine each, 4 in a region, jobs may pause": (4, 1, ANY_NUMBER, SECONDS, 5.0),
}


def problem(capacity: int, most_machines: int, segments: int, seed: int = 0) -> Problem:
    """Jobs of 1 to 12 h with slack; grids of different levels with a daily wave; regions of equal capacity."""
    random = np.random.default_rng(seed)
    level, phase = random.uniform(30, 700, (REGIONS, 1)), random.uniform(0, 24, (REGIONS, 1))
    wave = 1 + 0.35 * np.sin(2 * np.pi * (np.arange(HOURS) + phase) / 24)
    seconds: FloatArray = random.integers(1, 13, JOBS).astype(np.float64) * HOUR_SECONDS
    earliest = random.integers(0, HOURS // 3, JOBS) * HOUR_SECONDS
    slack = random.integers(6, HOURS, JOBS) * HOUR_SECONDS
    latest = np.minimum(earliest + slack, HOURS * HOUR_SECONDS - seconds)
    earliest = np.minimum(earliest, latest)
    machines = random.integers(1, most_machines + 1, JOBS)
    job, region = np.repeat(np.arange(JOBS), REGIONS), np.tile(np.arange(REGIONS), JOBS)
    none = np.zeros(len(job))
    return with_penalties(
        Problem(
            step_seconds=HOUR_SECONDS,
            intensity=np.maximum(level * (wave + 0.05 * random.normal(size=(REGIONS, HOURS))), 5),
            zone=np.arange(REGIONS),
            capacity=np.full((REGIONS, HOURS), float(capacity)),
            copies=np.ones(JOBS, dtype=np.intp),
            seconds=seconds,
            earliest=earliest,
            end=latest + seconds,
            max_segments=np.full(JOBS, segments),
            min_run=np.zeros(JOBS),
            restart=np.zeros(JOBS),
            penalty=np.zeros(JOBS),
            starts=np.column_stack((np.arange(JOBS), earliest, latest)),
            closed=np.zeros((0, 3)),
            job=job,
            region=region,
            kwh_per_hour=0.2 * machines[job] * random.uniform(1.05, 1.5, REGIONS)[region],
            usd_per_hour=none,
            gco2e=none,
            usd=none,
            use=machines[job].astype(float),
        )
    )


def row(name: str) -> tuple[str, ...]:
    """A row of the table."""
    capacity, most_machines, segments, seconds, goal = CASES[name]
    of = problem(capacity, most_machines, segments)
    began = process_time()
    first = solve_quickly(of)
    first_seconds = process_time() - began
    began = process_time()
    plan = solve(of, seconds=seconds, seconds_left=lambda: seconds - (process_time() - began), progress=lambda _: None)
    used = process_time() - began
    gaps = [100 * (1 - plan.bound / cost) for cost in (first.cost, plan.cost)]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        name,
        f"{gaps[0]:.2f} % in {first_seconds:.1f} s",
        f"{gaps[1]:.2f} %",
        f"{used:.1f}",
        str(sum(plan.unplaced)),
        f"{plan.columns:,}",
        f"{megabytes:.0f} MB",
        "" if goal is None else at_most(gaps[1], goal),
    )


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown. rounds: not used, each case runs once. share: 1, or less without long cases."""
    cases = [name for name, case in CASES.items() if share >= 1 or case[3] <= SECONDS]
    rows = [_output("bench.limits", "--case", case).splitlines()[-1].split(" | ") for case in cases]
    head = ("jobs", "gap of the first plan", "gap", "s", "unplaced", "columns", "memory", "goal")
    clock = (
        "Seconds are those of one core, but each program of HiGHS ends by the wall clock: on a busy machine it gets "
        "less of its core, and gaps are larger."
    )
    parts = [f"{JOBS} jobs of 1 to 12 h, {REGIONS} regions, {HOURS} h. {clock}", table(head, rows)]
    if share >= 1:
        lines = _output("bench.simulate").splitlines()  # the solver's name comes first
        parts.append("\n".join(lines[next(at for at, line in enumerate(lines) if " classes of " in line) :]))
    return "\n\n".join(parts)


def _output(module: str, *arguments: str) -> str:
    """What a module prints that runs alone in a process."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=CASES, help="only this one, in the present process, as a bare row")
    name = parser.parse_args().case
    sys.stdout.write((" | ".join(row(name)) if name else section(1, 1.0)) + "\n")


if __name__ == "__main__":
    main()
