"""Why nothing qualifies, and how far each bound is from what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from carbon.errors import NoFeasiblePlacement
from catalog.columns import FloatArray, IntArray
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
    """The error of a question that nothing meets, with the nearest offer to each bound that alone stands in the way."""
    nearest = [
        hint for name, bound in _bounds(job).items() if (hint := _nearest(job, constraints, name, bound)) is not None
    ]
    detail = "; ".join(("no offer meets every constraint", *(_in_words(hint) for hint in nearest)))
    unserved = job.scope.countries_without_regions
    return NoFeasiblePlacement(
        detail,
        candidates=candidates.total,
        removed=candidates.removed,
        nearest_offers=nearest,
        **({"countries_without_regions": unserved} if unserved else {}),
    )


def _bounds(job: Job) -> dict[str, _Bound]:
    """Every number of the question that an offer may fail, by the constraint's name."""
    query, offers, wanted = job.query, job.offers, job.query.requirements
    bounds: dict[str, _Bound] = {}
    for columns, is_least in ((sizes(offers.columns), True), (caps(offers.columns), False)):
        for name, values in columns.items():
            if wanted is not None and (number := getattr(wanted, name)):
                bounds[f"requirements.{name}"] = _Bound(number, is_least, values, offers.type)
    if query.max_usd_per_hour is not None:
        bounds["max_price_per_hour"] = _Bound(query.max_usd_per_hour, False, job.usd_per_hour, None)
    if query.max_cost_usd is not None:
        bounds["max_cost"] = _Bound(query.max_cost_usd, False, job.usd_per_hour * job.machine_hours, None)
    if query.max_carbon_intensity is not None:
        intensity = job.starts.gco2e_per_kwh
        bounds["max_carbon_intensity"] = _Bound(query.max_carbon_intensity, False, intensity, offers.region)
    return bounds


def _nearest(job: Job, constraints: Constraints, name: str, bound: _Bound) -> Mapping[str, object] | None:
    """The offer nearest to the bound among those that meet everything else; None where there is none."""
    rest = narrow(job.offers, job.scope.in_scope, constraints.without(name))
    values = bound.values[rest.offer if bound.index is None else bound.index[rest.offer]]
    if not np.isfinite(values).any():
        return None
    best = float(np.nanmax(values) if bound.is_least else np.nanmin(values))
    if best <= 0:
        return None
    ties = np.flatnonzero(values == best)
    order = job.offers.region_order[rest.region[ties]], job.offers.columns.order[rest.type[ties]]
    first = ties[np.lexsort(order)[0]]
    count_is_no_help = not bound.is_least or job.query.max_cost_usd is not None  # the bound on cost is for all of them
    return {
        "constraint": name,
        "requested": bound.number,
        "nearest": best,
        "region": job.offers.regions[rest.region[first]].key,
        "instance_type": job.offers.columns.types[rest.type[first]].instance_type,
        "count": None if count_is_no_help else ceil(round(bound.number * job.query.count / best, 9)),
    }


def _in_words(hint: Mapping[str, object]) -> str:
    name, nearest, count = str(hint["constraint"]), hint["nearest"], hint["count"]
    text = (
        f"{name} is {hint['requested']:.6g}, and the nearest offer that meets everything else, {hint['instance_type']} "
        f"in {hint['region']}, is at {nearest:.6g} {UNITS[name]}"
    )
    if count is None:
        return text
    return f"{text}: {count} of these machines would do ({name} {nearest:.6g}, count {count})"
