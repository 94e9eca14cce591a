"""Order offers by the carbon of their work, their speed, both, or their cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon import units
from carbon.workload import OptimizeQuery, Priority
from catalog.columns import FloatArray, IntArray
from planning.placing.figures import OfferFigures
from planning.placing.rates import ACCELERATED, PLAIN, UNRATED
from planning.ties import significant


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Offers best first.

    gco2e_per_work, usd_per_work: NaN where unrated (or the price unknown). relative: performance over the best of the
    same kind of work. score: what the priority compares; higher is better.
    """

    offer: IntArray
    region: IntArray
    type: IntArray
    kind: IntArray
    gco2e_per_work: FloatArray
    usd_per_work: FloatArray
    relative: FloatArray
    score: FloatArray


def rank(figures: OfferFigures, query: OptimizeQuery, per_region: int) -> Ranked:
    """The best `per_region` types of each region, and all of these in the order of the query's priority.

    "carbon": grams per unit of work. "performance": speed of one vCPU or accelerator, then grams.
    "balanced": half best grams over grams, half speed over best speed. "cost": USD per unit of work, carbon at its
    price included, unknown prices last. Accelerators come before CPUs, and unrated offers last, by their grams an
    hour. Ties: grams, type, then region.
    """
    kind, grams, cost = figures.kind, figures.gco2e_per_work, figures.usd_per_work
    if query.carbon_usd_per_tonne:
        cost = cost + grams * query.carbon_usd_per_tonne / units.GRAMS_PER_TONNE
    greenness, relative, cheapness = _shares_of_best(kind, grams, figures.performance, cost)
    score = {
        Priority.CARBON: greenness,
        Priority.PERFORMANCE: relative,
        Priority.BALANCED: (greenness + relative) / 2,
        Priority.COST: cheapness,
    }[query.priority]
    keys = (
        figures.order,
        significant(np.nan_to_num(np.where(kind == UNRATED, figures.gco2e_per_hour, grams), nan=np.inf)),
        -significant(np.nan_to_num(score, nan=-1.0)),
        kind,
    )
    best_of_region = _first_per_region(np.lexsort((*keys, figures.region)), figures.region, per_region)
    order = best_of_region[np.lexsort(tuple(key[best_of_region] for key in keys))]
    places = figures.offer[order], figures.region[order], figures.type[order], kind[order]
    return Ranked(*places, grams[order], figures.usd_per_work[order], relative[order], score[order])


def _shares_of_best(
    kind: IntArray, grams: FloatArray, speed: FloatArray, cost: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Each offer against the best of its kind of work, 0 to 1: in carbon, speed and cost; NaN is unknown."""
    greenness, relative, cheapness = (np.full(len(kind), np.nan) for _ in range(3))
    for group in (ACCELERATED, PLAIN):
        mask = kind == group
        if not mask.any():
            continue
        relative[mask] = speed[mask] / speed[mask].max()
        group_grams = grams[mask]
        ones = np.ones_like(group_grams)
        greenness[mask] = np.divide(group_grams.min(), group_grams, out=ones, where=group_grams > 0)
        if np.isfinite(cost[mask]).any():
            cheapness[mask] = np.nanmin(cost[mask]) / cost[mask]
    return greenness, relative, cheapness


def _first_per_region(order: IntArray, region: IntArray, count: int) -> IntArray:
    """Of offers sorted by region, the first `count` of each region."""
    ordered = region[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    position = np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))
    result: IntArray = order[position < count]
    return result
