"""Order offers by the work they do for their carbon, their speed, or both.

Work and power use the same utilisation. Two kinds of work are never compared: accelerators count
TFLOP/s-hours, CPUs vCPU-hours of index 1; offers with neither come last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon import units
from carbon.workload import Load, Priority
from catalog.columns import FloatArray, TypeColumns
from catalog.offers import IntArray
from planning.placing.candidates import Candidates

# Equal to this many digits is equal: below it lies only floating point noise.
SIGNIFICANT_DIGITS = 9

ACCELERATED, PLAIN, UNRATED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class TypeRates:
    """Per type at a load: watts, work an hour, energy per unit of work, and the class of its work."""

    it_w: FloatArray
    work_per_hour: FloatArray
    kind: IntArray

    @classmethod
    def at(cls, columns: TypeColumns, load: Load) -> TypeRates:
        """Rates of every type at the caller's utilisation (or the defaults)."""
        cpu = columns.utilization(load.utilization)
        accelerator = cpu if load.accelerator_utilization is None else np.full_like(cpu, load.accelerator_utilization)
        work = columns.work_per_hour_at_full_load * np.where(columns.accelerated, accelerator, cpu)
        rated = np.isfinite(work) & (work > 0)
        kind = np.where(rated, np.where(columns.accelerated, ACCELERATED, PLAIN), UNRATED)
        return cls(columns.it_watts(cpu, accelerator, load.curve), np.where(rated, work, np.nan), kind)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Offers best first.

    gco2e_per_work, usd_per_work: NaN where unrated (or the price unknown). score: what the priority compares,
    higher is better. relative: performance over the best of the same class.
    """

    offer: IntArray
    region: IntArray
    type: IntArray
    kind: IntArray
    gco2e_per_work: FloatArray
    usd_per_work: FloatArray
    relative: FloatArray
    score: FloatArray


def rank(
    found: Candidates,
    columns: TypeColumns,
    rates: TypeRates,
    *,
    priority: Priority,
    gco2e_per_kwh_it: FloatArray,
    include_embodied: bool,
    per_region: int,
    region_order: IntArray,
    usd_per_hour: FloatArray,
    carbon_usd_per_tonne: float,
) -> Ranked:
    """The best `per_region` types of each region, then all of those in the priority's order.

    gco2e_per_kwh_it: per region, intensity x PUE. region_order: per region, its place among ties.
    usd_per_hour: per offer of the catalog, NaN unknown.
    "carbon": grams per unit of work. "performance": speed of one vCPU or accelerator, then grams.
    "balanced": half best grams over grams, half speed over best speed. "cost": USD per unit of work, carbon at
    its price included, unknown prices last. Unrated offers come last, by their grams an hour. Ties: grams, type,
    then region.
    """
    region = found.region
    hourly = offer_gco2e_per_hour(found, columns, rates, gco2e_per_kwh_it, include_embodied)
    grams = _per_work(hourly, rates.work_per_hour[found.type])
    kind = np.where(np.isfinite(grams), rates.kind[found.type], UNRATED)
    usd = _per_work(usd_per_hour[found.offer], rates.work_per_hour[found.type])
    cost = usd + grams * carbon_usd_per_tonne / units.GRAMS_PER_TONNE if carbon_usd_per_tonne else usd
    greenness, relative, cheapness = _shares_of_best(kind, grams, columns.performance[found.type], cost)
    score = {
        Priority.CARBON: greenness,
        Priority.PERFORMANCE: relative,
        Priority.BALANCED: (greenness + relative) / 2,
        Priority.COST: cheapness,
    }[priority]
    keys = (
        region_order[region],
        columns.order[found.type],
        significant(np.nan_to_num(np.where(kind == UNRATED, hourly, grams), nan=np.inf)),
        -significant(np.nan_to_num(score, nan=-1.0)),
        kind,
    )
    best_of_region = _first_per_region(np.lexsort((*keys, region)), region, per_region)
    order = best_of_region[np.lexsort(tuple(key[best_of_region] for key in keys))]
    places = found.offer[order], region[order], found.type[order], kind[order]
    return Ranked(*places, grams[order], usd[order], relative[order], score[order])


def _shares_of_best(
    kind: IntArray, grams: FloatArray, speed: FloatArray, cost: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Each offer against the best of its kind of work, 0 to 1: in carbon, speed and cost; NaN where not known."""
    greenness, relative, cheapness = (np.full(len(kind), np.nan) for _ in range(3))
    for group in (ACCELERATED, PLAIN):
        mine = kind == group
        if not mine.any():
            continue
        relative[mine] = speed[mine] / speed[mine].max()
        own = grams[mine]
        greenness[mine] = np.divide(own.min(), own, out=np.ones_like(own), where=own > 0)
        if np.isfinite(cost[mine]).any():
            cheapness[mine] = np.nanmin(cost[mine]) / cost[mine]
    return greenness, relative, cheapness


def offer_gco2e_per_work(
    found: Candidates, columns: TypeColumns, rates: TypeRates, gco2e_per_kwh_it: FloatArray, include_embodied: bool
) -> FloatArray:
    """Grams per unit of work of each offer, operational and, if asked, embodied; NaN where unrated."""
    hourly = offer_gco2e_per_hour(found, columns, rates, gco2e_per_kwh_it, include_embodied)
    return _per_work(hourly, rates.work_per_hour[found.type])


def _per_work(hourly: FloatArray, work_per_hour: FloatArray) -> FloatArray:
    """Infinite, and so unrated, where next to no work is done."""
    with np.errstate(over="ignore"):
        grams: FloatArray = hourly / work_per_hour
    return grams


def offer_gco2e_per_hour(
    found: Candidates, columns: TypeColumns, rates: TypeRates, gco2e_per_kwh_it: FloatArray, include_embodied: bool
) -> FloatArray:
    grams: FloatArray = (rates.it_w / units.WATTS_PER_KILOWATT)[found.type] * gco2e_per_kwh_it[found.region]
    if include_embodied:
        hardware = columns.embodied_kgco2e * units.GRAMS_PER_KILOGRAM / units.SERVER_LIFETIME_HOURS
        grams = grams + hardware[found.type]
    return grams


def _first_per_region(order: IntArray, region: IntArray, count: int) -> IntArray:
    """Of offers sorted by region, the first `count` of each region."""
    ordered = region[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.array([], dtype=np.intp)
    position = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    result: IntArray = order[position < count]
    return result


def significant(values: FloatArray, digits: int = SIGNIFICANT_DIGITS) -> FloatArray:
    """Rounded to significant digits, so that ties are ties."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = np.power(10.0, digits - 1 - np.floor(np.log10(np.abs(values))))
        rounded = np.round(values * scale) / scale
    result: FloatArray = np.where(np.isfinite(rounded), rounded, values)
    return result
