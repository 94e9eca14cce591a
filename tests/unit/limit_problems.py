"""Small problems with shared limits, their optimum by trying all plans, and whether a plan keeps all limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product
from math import inf, isclose
from typing import Any, NamedTuple

import numpy as np

from planning.plan.limits.penalties import with_penalties
from planning.plan.limits.problem import ANY_NUMBER, WHOLE, Problem, Row, Span

HOUR = 3600.0


def problem(
    intensity: Sequence[Sequence[float]],
    jobs: Sequence[dict[str, Any]],
    *,
    capacity: Sequence[float] = (),
    **limits: float,
) -> Problem:
    """One zone a region, hourly steps. A job: hours, earliest, latest (hours); copies, use, segments, regions, closed.

    An hour of a job takes 1 kWh and `usd_per_hour` (0) dollars; the move to a region takes moved[region] grams.
    """
    grid = np.array(intensity, dtype=float)
    everywhere = range(len(intensity))
    options = [(number, region) for number, job in enumerate(jobs) for region in job.get("regions", everywhere)]

    def of_jobs(name: str, default: float, factor: float = 1.0) -> Any:
        return np.array([float(job.get(name, default)) * factor for job in jobs])

    def of_options(name: str) -> Any:
        return np.array([float(jobs[number].get(name, [0.0] * 9)[region]) for number, region in options])

    latest = [job.get("latest", grid.shape[1] - job.get("hours", 1)) for job in jobs]
    closed = [(at, *span) for at, job in enumerate(jobs) for span in job.get("closed", ())]
    tops = list(capacity) or [inf] * len(intensity)
    return with_penalties(
        Problem(
            step_seconds=HOUR,
            intensity=grid,
            zone=np.arange(len(grid)),
            capacity=np.array([[top] * grid.shape[1] for top in tops], dtype=float),
            copies=of_jobs("copies", 1).astype(int),
            seconds=of_jobs("hours", 1, HOUR),
            earliest=of_jobs("earliest", 0, HOUR),
            end=np.array([(last + job.get("hours", 1)) * HOUR for last, job in zip(latest, jobs, strict=True)]),
            starts=np.array([(at, job.get("earliest", 0) * HOUR, latest[at] * HOUR) for at, job in enumerate(jobs)]),
            closed=np.array(closed, dtype=float).reshape(-1, 3) * (1, HOUR, HOUR),
            max_segments=of_jobs("segments", WHOLE).astype(int),
            min_run=of_jobs("min_run", 0, HOUR),
            restart=of_jobs("restart", 0, HOUR),
            penalty=np.zeros(len(jobs)),
            job=np.array([number for number, _ in options]),
            region=np.array([region for _, region in options]),
            kwh_per_hour=np.ones(len(options)),
            usd_per_hour=of_options("usd_per_hour"),
            gco2e=of_options("moved"),
            usd=np.zeros(len(options)),
            use=np.array([float(jobs[number].get("use", 1)) for number, _ in options]),
            **limits,
        )
    )


class Figures(NamedTuple):
    """What a row takes, for one copy."""

    cost: float
    gco2e: float
    usd: float


def figures(of: Problem, row: Row) -> Figures:
    """By adding up the parts of each hour."""
    zone = of.zone[of.region[row.option]]
    hours = sum(end - start for start, end in row.spans) / HOUR
    total = 0.0
    for step, value in enumerate(of.intensity[zone]):
        low, high = step * of.step_seconds, (step + 1) * of.step_seconds
        inside = sum(max(0.0, min(high, end) - max(low, start)) for start, end in row.spans)
        total += value * inside / HOUR if inside else 0.0
    gco2e = of.kwh_per_hour[row.option] * total + of.gco2e[row.option]
    usd = of.usd_per_hour[row.option] * hours + of.usd[row.option]
    return Figures(of.gram_weight * gco2e + of.usd_weight * usd, gco2e, usd)


def cost(of: Problem, rows: Sequence[Row]) -> float:
    """Of a plan by the objective, with the penalty of each copy without a place."""
    placed = np.bincount([row.job for row in rows], weights=[row.copies for row in rows], minlength=of.jobs)
    return sum(row.copies * figures(of, row).cost for row in rows) + float(((of.copies - placed) * of.penalty).sum())


def breaches(of: Problem, rows: Sequence[Row]) -> list[str]:
    """The limits that a plan breaks, at every moment at which something begins or ends."""
    broken = []
    moments = sorted({edge for row in rows for span in row.spans for edge in span})
    for region, moment in product(range(len(of.zone)), moments):
        here = [row for row in rows if of.region[row.option] == region]
        use = sum(row.copies * of.use[row.option] for row in here if any(s <= moment < e for s, e in row.spans))
        step = min(int(moment / of.step_seconds), of.steps - 1)
        if use > of.capacity[region, step] + 1e-6:
            broken.append(f"capacity of {region} at {moment}: {use}")
    sums = [sum(row.copies * figures(of, row)[at] for row in rows) for at in (1, 2)]
    for name, total, most in (("gco2e", sums[0], of.max_gco2e), ("usd", sums[1], of.max_usd)):
        if total > most * (1 + 1e-6):
            broken.append(f"{name}: {total} of {most}")
    for job in range(of.jobs):
        of_job = [row for row in rows if row.job == job]
        if sum(row.copies for row in of_job) > of.copies[job]:
            broken.append(f"copies of {job}")
        broken += [f"{fault} of {job}" for row in of_job for fault in _faults(of, row)]
    return broken


def _faults(of: Problem, row: Row) -> Iterator[str]:
    spans, job = row.spans, row.job
    restarts = (len(spans) - 1) * of.restart[job]
    if of.job[row.option] != job:
        yield "option"
    if spans[0][0] < of.earliest[job] - 1e-6 or spans[-1][1] > of.end[job] + 1e-6:
        yield "times"
    if not isclose(sum(end - start for start, end in spans), of.seconds[job] + restarts, abs_tol=1e-3):
        yield "length"
    if any(before[1] >= after[0] for before, after in pairwise(spans)):
        yield "order"
    if (most := int(of.max_segments[job])) not in (ANY_NUMBER, WHOLE) and len(spans) > most:
        yield "segments"
    if len(spans) > 1 and any(
        end - start - (of.restart[job] if number else 0) < of.min_run[job] - 1e-6
        for number, (start, end) in enumerate(spans)
    ):
        yield "min_run"


def best_cost(of: Problem) -> float:
    """The least cost of all plans in whole hours that break nothing. One copy of each job."""
    choices = [[None, *_choices(of, job)] for job in range(of.jobs)]
    costs = [
        cost(of, rows)
        for plan in product(*choices)
        if not breaches(of, rows := [row for row in plan if row is not None])
    ]
    return min(costs)


def _choices(of: Problem, job: int) -> Iterator[Row]:
    steps = range(of.steps)
    hours = round(float(of.seconds[job]) / HOUR)
    restarts = 2 * round(float(of.restart[job]) / HOUR)
    lengths = [hours] if not restarts else range(hours, hours + restarts + 1)
    for option, length in product(np.flatnonzero(of.job == job).tolist(), lengths):
        for chosen in combinations(steps, length):
            spans: list[Span] = []
            for step in chosen:
                if spans and spans[-1][1] == step * HOUR:
                    spans[-1] = (spans[-1][0], (step + 1) * HOUR)
                else:
                    spans.append((step * HOUR, (step + 1) * HOUR))
            if of.max_segments[job] == WHOLE and len(spans) > 1:
                continue
            row = Row(job, option, 1, tuple(spans))
            if not list(_faults(of, row)):
                yield row
