"""A bound that no plan undercuts: what each job costs at least at prices of the limits, less what the limits are worth.

It holds whatever the prices are (Lagrange), so that a search that ends early has one too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.columns import FloatArray
from planning.plan.limits.columns import Columns
from planning.plan.limits.penalties import lowest_costs
from planning.plan.limits.pricing import Offer, Pricing
from planning.plan.limits.problem import Prices, Problem, SecondsLeft, endless


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound of the objective, penalties included, and the prices at which it holds."""

    cost: float
    prices: Prices


def least_costs(columns: Columns, seconds_left: SecondsLeft = endless) -> FloatArray:
    """(jobs,): what one copy costs at least by itself; infinity where it cannot run.

    Jobs that are not reached in time have a lower bound.
    """
    pricing, least = Pricing(columns, Prices.none(columns.problem)), lowest_costs(columns.problem)
    for job in range(columns.problem.jobs):
        if seconds_left() <= 0:
            break
        least[job] = pricing.offers(job, 1)[0]
    return least


def least_of_placed(columns: Columns, unplaced: int, seconds_left: SecondsLeft = endless) -> float:
    """What all copies but so many cost at least if they share nothing."""
    least, copies = least_costs(columns, seconds_left), columns.problem.copies
    order = np.argsort(least, kind="stable")
    placed = np.clip(copies.sum() - unplaced - (np.cumsum(copies[order]) - copies[order]), 0, copies[order])
    return float((least[order][placed > 0] * placed[placed > 0]).sum())


def limits_worth(problem: Problem, prices: Prices) -> float:
    """What all limits together are worth at these prices."""
    has_price = prices.capacity > 0
    worth = float((prices.capacity[has_price] * problem.capacity[has_price]).sum())
    for price, limit in ((prices.gram, problem.max_gco2e), (prices.usd, problem.max_usd)):
        worth += price * limit if price > 0 else 0.0
    return worth


def priced(
    columns: Columns, prices: Prices, count: int, seconds_left: SecondsLeft = endless
) -> tuple[float, list[list[Offer]]]:
    """The bound at these prices, and the best columns of each job, at most `count`, each in another region.

    Jobs that are not reached in time have no columns, and their bound is a lower one.
    """
    problem, pricing, lowest = columns.problem, Pricing(columns, prices), lowest_costs(columns.problem)
    bound, offers = -limits_worth(problem, prices), []
    for job in range(problem.jobs):
        least, best = pricing.offers(job, count) if seconds_left() > 0 else (float(lowest[job]), [])
        bound += int(problem.copies[job]) * min(least, float(problem.penalty[job]))
        offers.append(best)
    return bound, offers
