"""The front of cost against carbon over all qualifying offers."""

from __future__ import annotations

import numpy as np

from carbon.placements import Pareto, ParetoPoint
from catalog.columns import FloatArray
from planning.placing.candidates import Candidates
from planning.placing.costs import pareto_front
from planning.placing.job import WORK_UNITS, Job
from planning.placing.rank import Ranked, offer_gco2e_per_hour

JOB = "job"


def pareto(job: Job, found: Candidates, ranked: Ranked) -> Pareto:
    """Each qualifying offer at its on-demand and its usable spot price (or the one kind the question pays).

    Per unit of the work row 1 does, among offers whose work is counted like its; with `requirements` that say how
    big the machine is, and so describe a job, per job: one machine for the duration.
    """
    prices, query = job.facts.prices, job.query
    hourly = offer_gco2e_per_hour(
        found, job.facts.offers.columns, job.rates, job.gco2e_per_kwh_it(), query.include_embodied
    )
    if query.requirements is not None and query.requirements.sized:
        per, scale = JOB, np.full(len(hourly), job.when.duration_hours)
    else:
        unit = WORK_UNITS.get(int(ranked.kind[0]))
        if unit is None:
            return Pareto(per=None, points=())
        per, same = unit, job.rates.kind[found.type] == ranked.kind[0]
        scale = np.where(same, _inverse(job.rates.work_per_hour[found.type]), np.nan)
    kinds = [
        (spot, usd_per_hour[found.offer])
        for spot, usd_per_hour in (
            (False, prices.on_demand_usd_per_hour),
            (True, prices.usable_spot(job.facts.today_day)),
        )
        if query.spot in (None, spot)
    ]
    order = job.facts.offers.columns.order[found.type] * len(job.facts.offers.regions)
    order = order + job.facts.offers.region_order[found.region]
    usd = np.concatenate([_times(usd_per_hour, scale) for _, usd_per_hour in kinds])
    gco2e = np.tile(_times(hourly, scale), len(kinds))
    front = pareto_front(usd, gco2e, np.tile(order, len(kinds)))
    points = []
    for place, saved in zip(front.index, front.saved_per_usd, strict=True):
        kind, offer = divmod(int(place), len(hourly))
        price = prices.price_of_offer(int(found.offer[offer]))
        spot = kinds[kind][0]
        points.append(
            ParetoPoint(
                region=job.facts.offers.regions[found.region[offer]].key,
                instance_type=job.facts.offers.columns.types[found.type[offer]].instance_type,
                spot=spot,
                usd=float(usd[place]),
                gco2e=float(gco2e[place]),
                price_as_of=None if price is None else price.spot_as_of if spot else price.on_demand_as_of,
                price_is_estimate=price is not None and price.is_estimate and not spot,
                saved_gco2e_per_usd=float(saved) if np.isfinite(saved) else None,
            )
        )
    return Pareto(per=per, points=tuple(points))


def _inverse(work_per_hour: FloatArray) -> FloatArray:
    """Hours a unit of work; next to no work takes hours without bound, and is on no front."""
    with np.errstate(over="ignore"):
        return 1.0 / work_per_hour


def _times(hourly: FloatArray, hours: FloatArray) -> FloatArray:
    """A product that may be infinite."""
    with np.errstate(over="ignore"):
        return hourly * hours
