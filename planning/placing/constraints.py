"""What the question demands of place, machine, grid and price: for each constraint, which offers meet it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from carbon.workload import OptimizeQuery, Requirements
from catalog.columns import BoolArray, IntArray, TypeColumns
from catalog.offers import Offers
from planning.placing.job import Job
from planning.placing.scope import Masks
from planning.placing.workloads import WORKLOADS, fits_reference, serves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constraints:
    """Masks by the constraint's name. regions, grids: per region; types: per type; prices: per offer."""

    regions: Masks = field(default_factory=dict)
    types: Masks = field(default_factory=dict)
    grids: Masks = field(default_factory=dict)
    prices: Masks = field(default_factory=dict)

    def in_order(self, offers: Offers) -> Iterator[tuple[str, BoolArray, IntArray | None]]:
        """Names and masks in the order applied, with the column of the offers they are looked up by; None: by offer."""
        for masks, column in (
            (self.regions, offers.region),
            (self.types, offers.type),
            (self.grids, offers.region),
            (self.prices, None),
        ):
            yield from ((name, mask, column) for name, mask in masks.items())


def constraints(job: Job) -> Constraints:
    """Every constraint of the question."""
    most = job.query.max_carbon_intensity
    return Constraints(
        regions=job.scope.constraints,
        types=type_constraints(job.query, job.mapping.columns),
        grids={} if most is None else {"max_carbon_intensity": job.starts.gco2e_per_kwh <= most},
        prices=price_constraints(job),
    )


def type_constraints(query: OptimizeQuery, columns: TypeColumns) -> dict[str, BoolArray]:
    """For each constraint on the machine: which types meet it.

    Only types that the query names are free of the demands on kind, size and index, and of the rule against shared
    cores, whose speed depends on the neighbours.
    """
    profile = WORKLOADS[query.workload]
    named = columns.named(query.instance_types)
    masks = {"instance_types": named} if query.instance_types else {}
    masks["workload"] = serves(columns, query.workload) | named
    masks["shared_core"] = ~columns.shared_core | named
    masks["power_not_modelled"] = columns.modelled
    if query.requirements is not None:
        masks |= requirement_constraints(query.requirements, columns)
    if query.requirements is None or not query.requirements.sized:
        masks["size"] = fits_reference(columns, query.workload) | named
    free = named if query.instance_types else columns.named(profile.services)
    masks["no_performance_index"] = np.isfinite(columns.work_per_hour_at_full_load) | free
    return masks


def requirement_constraints(requirements: Requirements, columns: TypeColumns) -> dict[str, BoolArray]:
    """For each requirement that is set: which types meet it. A type of unknown size does not."""
    gpus, gpu_model, arch = requirements.gpus, requirements.gpu_model, requirements.arch
    masks: dict[str, BoolArray] = {}
    if requirements.vcpus is not None:
        masks["requirements.vcpus"] = columns.vcpus >= requirements.vcpus
    if requirements.memory_gb is not None:
        masks["requirements.memory_gb"] = columns.memory_gb >= requirements.memory_gb
    if gpus is not None:
        masks["requirements.gpus"] = columns.accelerators >= gpus if gpus > 0 else ~columns.accelerated
    if requirements.gpu_memory_gb is not None:
        total_memory_gb = columns.accelerators * columns.accelerator_memory_gb
        masks["requirements.gpu_memory_gb"] = total_memory_gb >= requirements.gpu_memory_gb
    if gpu_model is not None:
        model = gpu_model.casefold()
        masks["requirements.gpu_model"] = columns.where(
            lambda t: t.accelerator is not None and model in t.accelerator.accelerator.casefold()
        )
    if arch is not None:
        masks["requirements.arch"] = columns.where(lambda t: t.arch == arch)
    return masks


def price_constraints(job: Job) -> dict[str, BoolArray]:
    """For each bound on the price: which offers meet it. An unknown price meets none."""
    query, usd_per_hour = job.query, job.usd_per_hour
    masks: dict[str, BoolArray] = {}
    if query.spot or query.max_usd_per_hour is not None or query.max_cost_usd is not None:
        masks["no_spot_price" if query.spot else "no_price"] = np.isfinite(usd_per_hour)
    if query.max_usd_per_hour is not None:
        masks["max_price_per_hour"] = usd_per_hour <= query.max_usd_per_hour
    if query.max_cost_usd is not None:
        masks["max_cost"] = usd_per_hour * job.span.duration_hours <= query.max_cost_usd
    return masks
