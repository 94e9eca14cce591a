"""Jobs that share limits as the solver's arrays: steps of time, options, and what is left of each limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from carbon.jobs import Risk
from carbon.plans import Assignment, Capacity, PlanJob, PlanQuery
from carbon.units import HOUR_SECONDS
from carbon.workload import Interruption
from catalog.columns import FloatArray
from planning.outlook.zones import Outlook
from planning.placing.emission import pue_of
from planning.plan.limits.penalties import with_penalties
from planning.plan.limits.problem import ANY_NUMBER, WHOLE, Problem
from planning.plan.sites import Site
from planning.scheduling.pauses import closed_spans
from planning.scheduling.risk import high_series
from planning.scheduling.span import RunSpan

# Steps that are tried, the longest first: one that divides all lengths, so that a job ends where another one begins.
STEPS = (3600.0, 1800.0, 900.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A job that can run. alone: where it would run if it shared nothing, or where the caller runs it."""

    job: PlanJob
    span: RunSpan
    sites: Sequence[Site]
    alone: Assignment


@dataclass(slots=True, kw_only=True)
class Left:
    """What jobs that are placed already leave of the limits.

    uses: region, start, end and use of each of their pieces.
    """

    usd: float
    gco2e: float
    uses: list[tuple[str, float, float, float]] = field(default_factory=list)


def alike_jobs(jobs: Sequence[Candidate]) -> list[list[Candidate]]:
    """Jobs that differ by nothing but their ids, together: copies of one; in the order of the first of each."""
    alike: dict[object, list[Candidate]] = {}
    for one in jobs:
        # Jobs of equal demands on the place and equal rates share one list of sites.
        key = (id(one.sites), one.span, one.job.times.interruption, one.job.run)
        alike.setdefault(key, []).append(one)
    return list(alike.values())


def problem_of(
    query: PlanQuery,
    alike: Sequence[Sequence[Candidate]],
    limits: Mapping[str, Capacity],
    left: Left,
    outlook: Outlook,
) -> tuple[Problem, list[str], list[Site]]:
    """The problem of these jobs, the keys of its regions and the sites of its options, in their order.

    alike: copies of one job together.
    """
    jobs = [copies[0] for copies in alike]
    step = grid_seconds(jobs, outlook)
    sites = [(number, site) for number, one in enumerate(jobs) for site in one.sites]
    regions = list(dict.fromkeys(site.region.key for _, site in sites))
    row_of = {key: row for row, key in enumerate(regions)}
    zone_of = {site.region.key: outlook.zones[site.region.zone] for _, site in sites}
    rules = [one.job.times.interruption for one in jobs]
    intensity = _intensity(query.risk, outlook, step)
    problem = Problem(
        step_seconds=step,
        intensity=intensity,
        zone=np.array([zone_of[key] for key in regions], dtype=np.intp),
        capacity=_capacity(regions, limits, left, step, intensity.shape[1]),
        copies=np.array([len(copies) for copies in alike], dtype=np.intp),
        seconds=np.array([one.span.duration_hours * HOUR_SECONDS for one in jobs]),
        earliest=np.array([outlook.seconds_to(one.span.earliest) for one in jobs]),
        end=np.array([outlook.seconds_to(one.span.latest) + one.span.duration_hours * HOUR_SECONDS for one in jobs]),
        max_segments=np.array([_most_segments(rule) for rule in rules], dtype=np.intp),
        min_run=np.array([rule.min_run if rule else 0.0 for rule in rules]),
        restart=np.array([rule.restart if rule else 0.0 for rule in rules]),
        penalty=np.zeros(len(jobs)),
        starts=_rows(_starts(jobs, outlook)),
        closed=_rows([(number, *span) for number, one in enumerate(jobs) for span in closed_spans(outlook, one.span)]),
        job=np.array([number for number, _ in sites], dtype=np.intp),
        region=np.array([row_of[site.region.key] for _, site in sites], dtype=np.intp),
        kwh_per_hour=np.array([site.kwh_per_hour for _, site in sites]),
        usd_per_hour=np.array([site.usd_per_hour or 0.0 for _, site in sites]),
        gco2e=np.array([site.transfer.gco2e if site.transfer else 0.0 for _, site in sites]),
        usd=np.array([site.usd_of_data or 0.0 for _, site in sites]),
        use=np.array([_use(jobs[number], site, limits) for number, site in sites]),
        gram_weight=query.cost(1.0, 0.0),
        usd_weight=0.0 if query.carbon_usd_per_tonne is None else 1.0,
        max_gco2e=max(left.gco2e, 0.0),
        max_usd=max(left.usd, 0.0),
    )
    return with_penalties(problem), regions, [site for _, site in sites]


def grid_seconds(jobs: Sequence[Candidate], outlook: Outlook) -> float:
    """Seconds of a step: that of the grid's figures, or a shorter one that divides the lengths of all jobs."""
    own = outlook.series().step_seconds
    lengths = [one.span.duration_hours * HOUR_SECONDS for one in jobs]
    for rule in (one.job.times.interruption for one in jobs):
        lengths += [] if rule is None else [rule.min_run, rule.restart]
    steps = [own, *(step for step in STEPS if step < own and own % step == 0)]
    return next((step for step in steps if all(length % step == 0 for length in lengths)), steps[-1])


def use_of(one: Candidate, site: Site, limit: Capacity) -> float:
    """What the job takes of a region's capacity while it runs: machines, or kW before PUE."""
    if limit.kw is None:
        return float(one.job.run.count)
    return site.kwh_per_hour / pue_of(one.job.run.machine, one.job.run.pue, site.region)[0]


def _use(one: Candidate, site: Site, limits: Mapping[str, Capacity]) -> float:
    limit = limits.get(site.region.key)
    return 0.0 if limit is None else use_of(one, site, limit)


def _starts(jobs: Sequence[Candidate], outlook: Outlook) -> list[tuple[float, float, float]]:
    """Job, first and last start of one piece, in seconds."""
    return [
        (number, outlook.seconds_to(first), outlook.seconds_to(last))
        for number, one in enumerate(jobs)
        for first, last in one.span.starts
    ]


def _rows(rows: Sequence[tuple[float, ...]]) -> FloatArray:
    table: FloatArray = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return table


def _most_segments(rule: Interruption | None) -> int:
    if rule is None:
        return WHOLE
    return ANY_NUMBER if rule.max_segments is None else rule.max_segments


def _intensity(risk: Risk, outlook: Outlook, step: float) -> FloatArray:
    """(zones, steps): the mean that is expected, or the 90th centile of each hour."""
    rows = [
        outlook.series(row) if risk is Risk.EXPECTED else high_series(outlook, row) for row in range(len(outlook.rows))
    ]
    return np.array([np.repeat(row.values[0], round(row.step_seconds / step)) for row in rows])


def _capacity(
    regions: Sequence[str], limits: Mapping[str, Capacity], left: Left, step: float, steps: int
) -> FloatArray:
    """(regions, steps): what the caller's own assignments leave; infinity where there is no limit."""
    capacity = np.full((len(regions), steps), np.inf)
    index = {key: number for number, key in enumerate(regions)}
    for key, limit in limits.items():
        if key in index:
            capacity[index[key]] = limit.amount
    for key, start, end, use in left.uses:
        if key in index:
            capacity[index[key], int(start / step) : int(np.ceil(end / step))] -= use
    left_over: FloatArray = np.maximum(capacity, 0.0)
    return left_over
