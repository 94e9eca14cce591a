"""Why a job has no place in a plan: which of the limits leaves it out."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from planning.plan.limits.columns import Columns
from planning.plan.limits.pricing import Pricing, Room
from planning.plan.limits.problem import Prices, Problem, SecondsLeft, Solution, endless

CAPACITY, MAX_USD, MAX_GCO2E = "capacity", "max_cost_usd", "max_co2_kg"
TIME = "time"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The limit without which a copy of the job would have a place beside the others; of several the first.

    TIME: there is room, but no place was found in time; or the time was over before the limit was known.

    alone: whether a job would not fit even if it were the only one.
    """

    limit: str
    alone: bool


def refusals(problem: Problem, solution: Solution, seconds_left: SecondsLeft = endless) -> dict[int, Refusal]:
    """By job, of those with copies without a place that have options."""
    columns = Columns(problem)
    pricing, room = Pricing(columns, Prices.none(problem)), Room.of(problem)
    for row in solution.rows:
        room.add(columns.column(row.job, row.option, row.spans), -row.copies)
    result: dict[int, Refusal] = {}
    for job, copies in enumerate(solution.unplaced):
        if copies and len(columns.options[job].index):
            if seconds_left() <= 0 or pricing.offers(job, 1, room)[1]:
                result[job] = Refusal(TIME, alone=False)
                continue
            alone = not pricing.offers(job, 1, Room.of(problem))[1]
            limit = next((name for name, without in _without(room) if pricing.offers(job, 1, without)[1]), None)
            result[job] = Refusal(limit or _first(problem), alone)
    return result


def _without(room: Room) -> list[tuple[str, Room]]:
    """The room with one of the limits lifted."""
    free = np.full(room.capacity.shape, inf)
    return [
        (CAPACITY, Room(free, room.gco2e, room.usd)),
        (MAX_USD, Room(room.capacity, room.gco2e, inf)),
        (MAX_GCO2E, Room(room.capacity, inf, room.usd)),
    ]


def _first(problem: Problem) -> str:
    """Where several limits exclude a job together."""
    if np.isfinite(problem.capacity).any():
        return CAPACITY
    return MAX_USD if np.isfinite(problem.max_usd) else MAX_GCO2E
