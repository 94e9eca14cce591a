"""Order offers by their carbon, their speed, both, or their cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon import units
from carbon.workload import OptimizeQuery, Priority, RankBy
from catalog.columns import FloatArray, IntArray
from planning.placing.figures import OfferFigures
from planning.placing.measure import keeps_accelerators_first
from planning.placing.rates import ACCELERATED, PLAIN, UNRATED
from planning.ties import significant


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What is compared of each offer; NaN is unknown.

    group: offers of one number are compared, UNRATED ones with nothing. gco2e, usd: per unit of work, or per hour of
    one machine.
    """

    group: IntArray
    gco2e: FloatArray
    usd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Offers best first; NaN is unknown.

    group, gco2e, usd: as Measured. relative: performance over the best of the same kind of work. score: what the
    priority compares; higher is better.
    """

    offer: IntArray
    region: IntArray
    type: IntArray
    kind: IntArray
    group: IntArray
    gco2e: FloatArray
    usd: FloatArray
    gco2e_per_work: FloatArray
    usd_per_work: FloatArray
    relative: FloatArray
    score: FloatArray

    def __len__(self) -> int:
        return len(self.offer)


def rank(figures: OfferFigures, query: OptimizeQuery, by: RankBy, per_region: int) -> Ranked:
    """The best `per_region` types of each region, and all of these in the order of the query's priority.

    "carbon": grams. "performance": speed of one vCPU or accelerator, then grams. "balanced": the geometric mean of two
    ratios to the best, of the grams and of the speed: an option with twice the grams must be twice as fast. "cost":
    USD, carbon at its price included, unknown prices last. Grams and USD are those of a unit of work or of one machine,
    as `by` says. Groups come one after another, and unrated offers last, by their grams an hour. Ties: grams, type,
    then region.
    """
    compared = measured(figures, query, by)
    group, grams, cost = compared.group, compared.gco2e, compared.usd
    if query.carbon_usd_per_tonne:
        cost = cost + grams * query.carbon_usd_per_tonne / units.GRAMS_PER_TONNE
    relative, score = best_over(figures.kind, 1.0 / figures.performance), best_over(group, grams)
    match query.priority:
        case Priority.PERFORMANCE:
            score = relative
        case Priority.BALANCED:
            score = np.sqrt(score * relative)
        case Priority.COST:
            score = best_over(group, cost)
    keys = (
        figures.order,
        significant(np.nan_to_num(np.where(group == UNRATED, figures.gco2e_per_hour, grams), nan=np.inf)),
        -significant(np.nan_to_num(score, nan=-1.0)),
        group,
    )
    best_of_region = _first_per_region(np.lexsort((*keys, figures.region)), figures.region, per_region)
    order = best_of_region[np.lexsort(tuple(key[best_of_region] for key in keys))]
    return Ranked(
        offer=figures.offer[order],
        region=figures.region[order],
        type=figures.type[order],
        kind=figures.kind[order],
        group=group[order],
        gco2e=grams[order],
        usd=compared.usd[order],
        gco2e_per_work=figures.gco2e_per_work[order],
        usd_per_work=figures.usd_per_work[order],
        relative=relative[order],
        score=score[order],
    )


def measured(figures: OfferFigures, query: OptimizeQuery, by: RankBy) -> Measured:
    """What is compared of the offers. Work is compared within one kind, machines of all kinds are."""
    if by is RankBy.WORK:
        return Measured(figures.kind, figures.gco2e_per_work, figures.usd_per_work)
    group = figures.hardware if keeps_accelerators_first(query) else np.zeros_like(figures.kind)
    group = np.where(np.isfinite(figures.gco2e_per_hour), group, UNRATED)
    return Measured(group, figures.gco2e_per_hour, figures.usd_per_hour)


def best_over(group: IntArray, values: FloatArray) -> FloatArray:
    """The least value of each offer's group over its own, 0 to 1; NaN is unknown."""
    shares = np.full(len(values), np.nan)
    for number in (ACCELERATED, PLAIN):
        mask = (group == number) & np.isfinite(values)
        if mask.any():
            ones = np.ones(int(mask.sum()))
            shares[mask] = np.divide(values[mask].min(), values[mask], out=ones, where=values[mask] > 0)
    return shares


def _first_per_region(order: IntArray, region: IntArray, count: int) -> IntArray:
    """Of offers sorted by region, the first `count` of each region."""
    ordered = region[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    position = np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))
    result: IntArray = order[position < count]
    return result
