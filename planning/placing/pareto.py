"""The front of cost against carbon over all qualifying offers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon.placements import Pareto, ParetoPoint
from carbon.workload import RankBy
from catalog.columns import FloatArray, IntArray
from planning.placing.figures import OfferFigures
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import WORK_UNITS
from planning.placing.rows import finite
from planning.ties import NOISE, significant

JOB = "job"


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """The choices no other choice beats in both cost and carbon, cheapest first.

    index: into the choices. saved_per_usd: grams the next dollar saves on the way to the next choice; NaN for the last.
    """

    index: IntArray
    saved_per_usd: FloatArray


def pareto_front(usd: FloatArray, gco2e: FloatArray, order: IntArray) -> Front:
    """The front of choices given by their cost and carbon; choices with an unknown (NaN) are left out.

    Of choices equal in both (to the digits that count in a ranking) only the one first in `order` is kept.
    """
    finite = np.flatnonzero(np.isfinite(usd) & np.isfinite(gco2e))
    by_usd = finite[np.argsort(usd[finite])]
    # A choice that a cheaper one beats by more than rounding is out; the few others are compared as in the ranking.
    near = by_usd[gco2e[by_usd] <= np.minimum.accumulate(gco2e[by_usd]) * (1 + NOISE)]
    cost, grams = significant(usd[near]), significant(gco2e[near])
    by_cost = np.lexsort((order[near], grams, cost))
    ascending, carbon = near[by_cost], grams[by_cost]
    before = np.minimum.accumulate(np.concatenate(([np.inf], carbon[:-1]))) if len(carbon) else carbon
    front: IntArray = ascending[carbon < before]
    saved_per_usd = np.full(len(front), np.nan)
    if len(front) > 1:
        saved_per_usd[:-1] = -np.diff(gco2e[front]) / np.diff(usd[front])
    return Front(front, saved_per_usd)


def pareto(job: Job, offers: OfferFigures, ranked: Ranked) -> Pareto:
    """Each qualifying offer at its on-demand and its usable spot price (or the one kind the question pays).

    By work: per unit of the work row 1 does, among offers whose work is counted as its work is. By machine: per job,
    the machines for the duration.
    """
    prices, query = job.mapping.prices, job.query
    if job.ranked_by.by is RankBy.MACHINE:
        per, hours = JOB, np.full(len(offers.offer), job.machine_hours)
    else:
        unit = WORK_UNITS.get(int(ranked.kind[0]))
        if unit is None:
            return Pareto(per=None, points=())
        per, hours = unit, np.where(offers.kind == ranked.kind[0], _inverse(offers.work_per_hour), np.nan)
    kinds = [
        (spot, usd_per_hour)
        for spot, usd_per_hour in (
            (False, prices.on_demand_usd_per_hour[offers.offer]),
            (True, prices.usable_spot(job.today_day, offers.offer)),
        )
        if query.spot in (None, spot)
    ]
    usd = np.concatenate([_times(usd_per_hour, hours) for _, usd_per_hour in kinds])
    gco2e = np.tile(_times(offers.gco2e_per_hour, hours), len(kinds))
    front = pareto_front(usd, gco2e, np.tile(offers.order, len(kinds)))
    points = []
    for place, saved in zip(front.index.tolist(), front.saved_per_usd, strict=True):
        kind, index = divmod(place, len(offers.offer))
        price, spot = prices.price_of_offer(int(offers.offer[index])), kinds[kind][0]
        points.append(
            ParetoPoint(
                region=job.offers.regions[offers.region[index]].key,
                instance_type=job.mapping.columns.types[offers.type[index]].instance_type,
                spot=spot,
                usd=float(usd[place]),
                gco2e=float(gco2e[place]),
                price_as_of=None if price is None else price.spot_as_of if spot else price.on_demand_as_of,
                price_is_estimate=price is not None and price.is_estimate and not spot,
                saved_gco2e_per_usd=finite(saved),
            )
        )
    return Pareto(per=per, points=tuple(points))


def _inverse(work_per_hour: FloatArray) -> FloatArray:
    """Hours per unit of work; infinite for next to no work, which is then on no front."""
    with np.errstate(over="ignore"):
        return 1.0 / work_per_hour


def _times(per_hour: FloatArray, hours: FloatArray) -> FloatArray:
    """A product that may be infinite."""
    with np.errstate(over="ignore"):
        return per_hour * hours
