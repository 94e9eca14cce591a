"""What it counts to leave a job without a place: so much that a plan with more jobs is always preferred."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray
from planning.plan.limits.problem import Problem

# The penalty is at most so many times the dearest job: beyond that, rounding would blur the costs of the plan.
MOST_TIMES = 1e4


def highest_costs(problem: Problem) -> FloatArray:
    """(jobs,): what no column of a job exceeds, by the objective; 0 for a job without options."""
    hours = problem.seconds / HOUR_SECONDS
    within = (problem.end - problem.earliest) / HOUR_SECONDS
    hours = np.where(problem.restart > 0, within, hours)[problem.job]
    peak = np.nanmax(problem.intensity, axis=1, initial=0.0)[problem.zone[problem.region]]
    gco2e = problem.gco2e + problem.kwh_per_hour * hours * peak
    usd = problem.usd + problem.usd_per_hour * hours
    highest = np.zeros(problem.jobs)
    np.maximum.at(highest, problem.job, problem.gram_weight * gco2e + problem.usd_weight * usd)
    return highest


def lowest_costs(problem: Problem) -> FloatArray:
    """(jobs,): what no column of a job undercuts, by the objective, at the lowest step of each zone; infinity without
    options.
    """
    hours = (problem.seconds / HOUR_SECONDS)[problem.job]
    intensity = np.where(np.isnan(problem.intensity), np.inf, problem.intensity)
    floor = intensity.min(axis=1, initial=np.inf)[problem.zone[problem.region]]
    grams = problem.gram_weight * (problem.gco2e + problem.kwh_per_hour * hours * np.where(np.isinf(floor), 0, floor))
    lowest = np.full(problem.jobs, np.inf)
    np.minimum.at(lowest, problem.job, grams + problem.usd_weight * (problem.usd + problem.usd_per_hour * hours))
    return lowest


def with_penalties(problem: Problem) -> Problem:
    """The problem with one penalty for every copy: above the cost of all jobs together, so that most are placed."""
    highest = highest_costs(problem)
    dearest = float(highest.max(initial=0.0)) or 1.0
    penalty = min(float((highest * problem.copies).sum()) + dearest, MOST_TIMES * dearest)
    return replace(problem, penalty=np.full(problem.jobs, penalty))
