"""Why nothing qualifies, and how far each bound is from what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from carbon.errors import NoFeasiblePlacement
from catalog.columns import BoolArray, FloatArray, IntArray
from planning.notes import policy_of_scope
from planning.placing.candidates import Candidates, narrow
from planning.placing.constraints import Constraints, caps, sizes
from planning.placing.job import Job

UNITS = {
    "requirements.vcpus": "vCPUs",
    "requirements.memory_gb": "GB of memory",
    "requirements.gpus": "GPUs",
    "requirements.accelerators": "accelerators",
    "requirements.gpu_memory_gb": "GB of accelerator memory",
    "requirements.max_vcpus": "vCPUs",
    "requirements.max_memory_gb": "GB of memory",
    "requirements.max_gpus": "accelerators",
    "max_price_per_hour": "USD an hour",
    "max_cost": "USD",
    "max_carbon_intensity": "gCO2e/kWh",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Bound:
    """A number that the question sets. values: the offers' figures, looked up by `index`; None: by offer."""

    number: float
    is_least: bool
    values: FloatArray
    index: IntArray | None


def refusal(job: Job, constraints: Constraints, candidates: Candidates) -> NoFeasiblePlacement:
    """The error of a question that nothing meets, with the nearest offer to each bound.

    The bounds that alone stand in the way are listed. Where several stand in the way together, the nearest offer to
    each of them disregards the others.
    """
    bounds = _bounds(job)
    rest = narrow(job.offers, job.scope.in_scope, constraints.without(*bounds))
    meets = _meets(constraints, rest, job, bounds)
    nearest = [hint for name in bounds if (hint := _nearest(job, rest, meets, bounds, (name,))) is not None]
    if not nearest:
        together = (_nearest(job, rest, meets, bounds, _also_relaxed(name, meets)) for name in bounds)
        nearest = [hint for hint in together if hint is not None]
    unplaced = [f"no source at hand says which regions sell {name}" for name in _sold_nowhere(job)]
    rules = [note.text for note in policy_of_scope(job.scope.in_scope, job.mapping)]
    reasons = (*rules, *_retired(job), *unplaced, *_other_clouds(job))
    hints = [_in_words(hint) for hint in nearest] or _failing_one(constraints, job)
    detail = "; ".join(("no offer meets every constraint", *reasons, *hints))
    unserved = job.scope.countries_without_regions
    return NoFeasiblePlacement(
        detail,
        candidates=candidates.total,
        removed=candidates.removed,
        nearest_offers=nearest,
        **({"countries_without_regions": unserved} if unserved else {}),
    )


def _retired(job: Job) -> list[str]:
    """The types named in the question that their cloud has retired by today, with the day."""
    columns, names = job.offers.columns, job.query.instance_types
    types = [index for name in names for index in columns.by_name.get(name, ())]
    retired = [columns.types[index] for index in types if columns.retired_day[index] <= job.today_day]
    return [f"{kind.instance_type} has been retired since {kind.retired_on}" for kind in retired]


def _other_clouds(job: Job) -> list[str]:
    """For each country in which the clouds of the question have no region: the other clouds that have one."""
    texts = []
    for country in job.scope.countries_without_regions:
        clouds = {
            region.provider
            for region in job.offers.regions
            if region.country == country and region.status == "available" and region.is_in(job.scope.partition)
        }
        if clouds:
            names = ", ".join(provider for provider in job.mapping.providers if provider in clouds)
            texts.append(f"in {country} only other clouds have a region ({names}): name them in providers")
    return texts


def _failing_one(constraints: Constraints, job: Job) -> list[str]:
    """For each constraint that alone stands in the way: how many offers meet all the others."""
    masks = {name: mask if column is None else mask[column] for name, mask, column in constraints.singly(job.offers)}
    failures = np.sum([~mask for mask in masks.values()], axis=0)
    failing_one = job.scope.in_scope[job.offers.region] & (failures == 1)
    counts = {name: int(np.count_nonzero(failing_one & ~mask)) for name, mask in masks.items()}
    return [f"{count:,} offers fail only {name}" for name, count in counts.items() if count]


def _meets(
    constraints: Constraints, rest: Candidates, job: Job, bounds: Mapping[str, _Bound]
) -> Mapping[str, BoolArray]:
    """For each bound: which offers of `rest` meet it."""
    return {
        name: mask[rest.offer if column is None else column[rest.offer]]
        for name, mask, column in constraints.singly(job.offers)
        if name in bounds
    }


def _also_relaxed(name: str, meets: Mapping[str, BoolArray]) -> tuple[str, ...]:
    """A bound, and those of the others that nothing meets together with the ones before them."""
    relaxed, remaining = [name], np.ones_like(meets[name])
    for other in [other for other in meets if other != name]:
        if (remaining & meets[other]).any():
            remaining &= meets[other]
        else:
            relaxed.append(other)
    return tuple(relaxed)


def _sold_nowhere(job: Job) -> list[str]:
    """The types named in the question of which no offer is known."""
    offered = np.zeros(len(job.offers.columns.types), dtype=np.bool_)
    offered[job.offers.type] = True
    by_name = job.offers.columns.by_name
    return [name for name in job.query.instance_types if not offered[list(by_name.get(name, ()))].any()]


def _bounds(job: Job) -> dict[str, _Bound]:
    """Every number of the question that an offer may fail, by the constraint's name."""
    query, offers, requirements = job.query, job.offers, job.query.requirements
    bounds: dict[str, _Bound] = {}
    for columns, is_least in ((sizes(offers.columns), True), (caps(offers.columns), False)):
        for name, values in columns.items():
            if requirements is not None and (number := getattr(requirements, name)):
                bounds[f"requirements.{name}"] = _Bound(number, is_least, values, offers.type)
    if query.max_usd_per_hour is not None:
        bounds["max_price_per_hour"] = _Bound(query.max_usd_per_hour, False, job.usd_per_hour, None)
    if query.max_cost_usd is not None:
        bounds["max_cost"] = _Bound(query.max_cost_usd, False, job.usd_per_hour * job.machine_hours, None)
    if query.max_carbon_intensity is not None:
        intensity = job.starts.gco2e_per_kwh
        bounds["max_carbon_intensity"] = _Bound(query.max_carbon_intensity, False, intensity, offers.region)
    return bounds


def _nearest(
    job: Job, rest: Candidates, meets: Mapping[str, BoolArray], bounds: Mapping[str, _Bound], relaxed: tuple[str, ...]
) -> Mapping[str, object] | None:
    """The offer of `rest` nearest to the first of the relaxed bounds, of those that meet all bounds but these.

    None where there is none, and where the first bound is met anyway.
    """
    name, *disregarded = relaxed
    bound, mask = bounds[name], np.ones(len(rest), dtype=np.bool_)
    for other in meets.keys() - {*relaxed}:
        mask &= meets[other]
    if (mask & meets[name]).any():
        return None
    qualifying = np.flatnonzero(mask)
    offer, region, kind = rest.offer[qualifying], rest.region[qualifying], rest.type[qualifying]
    values = bound.values[offer if bound.index is None else bound.index[offer]]
    if not np.isfinite(values).any():
        return None
    best = float(np.nanmax(values) if bound.is_least else np.nanmin(values))
    if best <= 0:
        return None
    ties = np.flatnonzero(values == best)
    first = ties[np.lexsort((job.offers.region_order[region[ties]], job.offers.columns.order[kind[ties]]))[0]]
    # More machines do not help against a price, nor where the cost of all of them is bounded.
    count_is_no_help = not bound.is_least or job.query.max_cost_usd is not None or disregarded
    return {
        "constraint": name,
        "requested": bound.number,
        "nearest": best,
        "region": job.offers.regions[region[first]].key,
        "instance_type": job.offers.columns.types[kind[first]].instance_type,
        "count": None if count_is_no_help else ceil(round(bound.number * job.query.count / best, 9)),
        "disregarded": disregarded,
    }


def _in_words(hint: Mapping[str, object]) -> str:
    name, nearest, count, disregarded = str(hint["constraint"]), hint["nearest"], hint["count"], hint["disregarded"]
    rest = "everything else"
    if isinstance(disregarded, list) and disregarded:
        rest += f" but {' and '.join(disregarded)}"
    text = (
        f"{name} is {hint['requested']:.6g}, and the nearest offer that meets {rest}, {hint['instance_type']} "
        f"in {hint['region']}, is at {nearest:.6g} {UNITS[name]}"
    )
    if count is None:
        return text
    return f"{text}: {count} of these machines would do ({name} {nearest:.6g}, count {count})"
