"""What the question demands of place, machine, grid and price: for each constraint, which offers meet it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from carbon.intensity import Signal
from carbon.workload import Allowance, OptimizeQuery, RankBy, Requirements, WorkloadType
from catalog.columns import BoolArray, FloatArray, IntArray, TypeColumns
from catalog.offers import Offers
from catalog.policy import NO_POLICY, Policy, allowed_types
from planning.placing.job import Job
from planning.placing.measure import ranked_by
from planning.placing.scope import Masks
from planning.placing.workloads import fits_reference, serves, trains


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constraints:
    """Masks by the constraint's name. regions, grids: per region; types: per type; prices: per offer."""

    regions: Masks = field(default_factory=dict)
    types: Masks = field(default_factory=dict)
    grids: Masks = field(default_factory=dict)
    prices: Masks = field(default_factory=dict)

    def in_order(self, offers: Offers) -> Iterator[tuple[Masks, IntArray | None]]:
        """Masks by name in the order applied, with the column of the offers they are looked up by; None: by offer."""
        columns = (
            (self.regions, offers.region),
            (self.types, offers.type),
            (self.grids, offers.region),
            (self.prices, None),
        )
        return ((masks, column) for masks, column in columns if masks)

    def singly(self, offers: Offers) -> Iterator[tuple[str, BoolArray, IntArray | None]]:
        """Each mask by its name, in the order applied, with its column."""
        return ((name, mask, column) for masks, column in self.in_order(offers) for name, mask in masks.items())

    def without(self, *names: str) -> Constraints:
        """All but these."""
        groups = (self.regions, self.types, self.grids, self.prices)
        regions, types, grids, prices = ({n: mask for n, mask in group.items() if n not in names} for group in groups)
        return Constraints(regions=regions, types=types, grids=grids, prices=prices)


def constraints(job: Job) -> Constraints:
    """Every constraint of the question."""
    most, intensity = job.query.max_carbon_intensity, job.starts.gco2e_per_kwh
    grids = {} if most is None else {"max_carbon_intensity": intensity <= most}
    if job.outlook.signal is not Signal.AVERAGE_LIFECYCLE:
        grids["intensity_unknown"] = np.isfinite(intensity)
    return Constraints(
        regions=job.scope.constraints,
        types=type_constraints(job.query, job.mapping.columns, job.today_day, job.mapping.policy),
        grids=grids,
        prices=price_constraints(job),
    )


def type_constraints(
    query: OptimizeQuery, columns: TypeColumns, today_day: int, policy: Policy = NO_POLICY
) -> dict[str, BoolArray]:
    """For each constraint on the machine: which types meet it.

    Only types that the query names are free of the demands on kind, size and index, and of the rules about burstable
    and shared cores, whose speed is not sustained. today_day: days since 1970-01-01.
    """
    requirements = query.requirements or Requirements()
    named_types = columns.mask_of_names(query.instance_types)
    masks = {"instance_types": named_types} if query.instance_types else {}
    if policy.rules:
        masks["policy.instance_types"] = allowed_types(columns, policy)
    masks["retired"] = on_sale(columns, today_day)
    masks["workload"] = serves(columns, query.workload) | named_types
    masks |= {name: mask | named_types for name, mask in sustained_speed(requirements, columns).items()}
    masks["power_not_modelled"] = columns.modelled
    masks |= requirement_constraints(requirements, columns)
    if not requirements.sized:
        masks["size"] = fits_reference(columns, query.workload) | named_types
    elif query.workload is WorkloadType.TRAINING and not requirements.asks_accelerators:
        masks["size"] = trains(columns) | named_types
    free = named_types if query.instance_types else columns.service
    if ranked_by(query).by is RankBy.MACHINE:
        free = free | _allowed(requirements, columns)
    masks["no_performance_index"] = np.isfinite(columns.work_per_hour_at_full_load) | free
    return masks


def on_sale(columns: TypeColumns, today_day: int) -> BoolArray:
    """Which types are not retired on that day (since 1970-01-01)."""
    mask: BoolArray = ~(columns.retired_day <= today_day)
    return mask


def _allowed(requirements: Requirements, columns: TypeColumns) -> BoolArray:
    """Burstable types and those with shared cores, where the question allows them.

    The work of some is not known, because nobody publishes the share of a core that they sustain. Machines can be
    compared without it.
    """
    burstable = requirements.burstable is not Allowance.EXCLUDE
    shared_cores = requirements.shared_cores is not Allowance.EXCLUDE
    mask: BoolArray = (columns.burstable & burstable) | (columns.shared_core & shared_cores)
    return mask


def sustained_speed(requirements: Requirements, columns: TypeColumns) -> dict[str, BoolArray]:
    """Which types the allowances for burstable types and shared cores let pass."""
    kinds = {
        "burstable": (requirements.burstable, columns.burstable),
        "shared_core": (requirements.shared_cores, columns.shared_core),
    }
    return {
        name: mask if allowance is Allowance.ONLY else ~mask
        for name, (allowance, mask) in kinds.items()
        if allowance is not Allowance.ALLOW
    }


def requirement_constraints(requirements: Requirements, columns: TypeColumns) -> dict[str, BoolArray]:
    """For each requirement that is set: which types meet it. A type of unknown size does not."""
    masks: dict[str, BoolArray] = {}
    for name, column in sizes(columns).items():
        least: float | None = getattr(requirements, name)
        if least is not None:
            none_wanted = least == 0 and name in ("gpus", "accelerators")
            masks[f"requirements.{name}"] = ~columns.accelerated if none_wanted else column >= least
    for name, column in caps(columns).items():
        most: float | None = getattr(requirements, name)
        if most is not None:
            masks[f"requirements.{name}"] = column <= most
    gpu_model, arch = requirements.gpu_model, requirements.arch
    if gpu_model is not None:
        model = gpu_model.casefold()
        masks["requirements.gpu_model"] = columns.where(
            lambda t: t.accelerator is not None and model in t.accelerator.accelerator.casefold()
        )
    if arch is not None:
        masks["requirements.arch"] = columns.where(lambda t: t.arch == arch)
    return masks


def sizes(columns: TypeColumns) -> dict[str, FloatArray]:
    """The size of every type, by the name of the requirement that asks for at least so much."""
    return {
        "vcpus": columns.vcpus,
        "memory_gb": columns.memory_gb,
        "gpus": columns.gpus,
        "accelerators": columns.accelerators,
        "gpu_memory_gb": columns.accelerators * columns.accelerator_memory_gb,
    }


def caps(columns: TypeColumns) -> dict[str, FloatArray]:
    """The size of every type, by the name of the requirement that allows at most so much."""
    return {
        "max_vcpus": columns.vcpus,
        "max_memory_gb": columns.memory_gb,
        "max_gpus": columns.accelerators,
    }


def price_constraints(job: Job) -> dict[str, BoolArray]:
    """For each bound on the price: which offers meet it. An unknown price meets none."""
    query, usd_per_hour = job.query, job.usd_per_hour
    masks: dict[str, BoolArray] = {}
    if query.spot or query.max_usd_per_hour is not None or query.max_cost_usd is not None:
        masks["no_spot_price" if query.spot else "no_price"] = np.isfinite(usd_per_hour)
    if query.max_usd_per_hour is not None:
        masks["max_price_per_hour"] = usd_per_hour <= query.max_usd_per_hour
    if query.max_cost_usd is not None:
        masks["max_cost"] = usd_per_hour * job.machine_hours <= query.max_cost_usd
    return masks
