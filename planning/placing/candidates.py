"""Which offers may answer a question, and how many each constraint removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from carbon.workload import OptimizeQuery, Requirements
from catalog.columns import BoolArray, TypeColumns
from catalog.model import Region
from catalog.offers import IntArray, Offers
from planning.placing.workloads import WORKLOADS, fits_reference, serves


@dataclass(frozen=True, slots=True)
class Candidates:
    """The offers left, and the constraints that removed the others, in the order applied.

    removed's values and len(region) add up to `total`.
    """

    offer: IntArray
    region: IntArray
    type: IntArray
    total: int
    removed: Mapping[str, int]


def type_constraints(query: OptimizeQuery, columns: TypeColumns) -> dict[str, BoolArray]:
    """For each constraint on the machine: which types meet it. Only named types escape kind, size, index and the rule
    against shared cores, whose pace depends on the neighbours."""
    profile = WORKLOADS[query.workload]
    named = columns.named(query.instance_types)
    constraints = {"instance_types": named} if query.instance_types else {}
    constraints["workload"] = serves(columns, query.workload) | named
    constraints["shared_core"] = ~columns.shared_core | named
    constraints["power_not_modelled"] = columns.modelled
    if query.requirements is not None:
        constraints |= requirement_constraints(query.requirements, columns)
    if query.requirements is None or not query.requirements.sized:
        constraints["size"] = fits_reference(columns, query.workload) | named
    free = named if query.instance_types else columns.named(profile.services)
    constraints["no_performance_index"] = np.isfinite(columns.work_per_hour_at_full_load) | free
    return constraints


def requirement_constraints(wanted: Requirements, columns: TypeColumns) -> dict[str, BoolArray]:
    """One mask for each requirement given; an unknown size does not meet a demand."""
    total_memory = columns.accelerators * columns.accelerator_memory_gb
    masks: dict[str, BoolArray] = {}
    if wanted.vcpus is not None:
        masks["requirements.vcpus"] = columns.vcpus >= wanted.vcpus
    if wanted.memory_gb is not None:
        masks["requirements.memory_gb"] = columns.memory_gb >= wanted.memory_gb
    if wanted.gpus is not None:
        masks["requirements.gpus"] = columns.accelerators >= wanted.gpus if wanted.gpus > 0 else ~columns.accelerated
    if wanted.gpu_memory_gb is not None:
        masks["requirements.gpu_memory_gb"] = total_memory >= wanted.gpu_memory_gb
    if wanted.gpu_model is not None:
        model = wanted.gpu_model.casefold()
        masks["requirements.gpu_model"] = np.array(
            [t.accelerator is not None and model in t.accelerator.accelerator.casefold() for t in columns.types],
            dtype=np.bool_,
        )
    if wanted.arch is not None:
        masks["requirements.arch"] = np.array([t.arch == wanted.arch for t in columns.types], dtype=np.bool_)
    return masks


def out_of_scope(query: OptimizeQuery, region: Region) -> tuple[str, ...]:
    """Why a region's offers are no candidates at all: not open to everyone, or of a provider not asked for."""
    reasons = []
    if region.status != "available" or region.partition != "commercial":
        reasons.append("region_not_open")
    if query.providers and region.provider not in query.providers:
        reasons.append("providers")
    return tuple(reasons)


def in_scope(query: OptimizeQuery, regions: tuple[Region, ...]) -> BoolArray:
    """Regions whose offers are candidates."""
    return np.array([not out_of_scope(query, region) for region in regions], dtype=np.bool_)


def region_constraints(query: OptimizeQuery, regions: tuple[Region, ...]) -> dict[str, BoolArray]:
    """For each constraint on the place that was given: which regions meet it."""
    masks: dict[str, BoolArray] = {}
    if query.regions:
        masks["regions"] = np.array([r.key in query.regions for r in regions], dtype=np.bool_)
    if query.countries:
        masks["countries"] = np.array([r.country in query.countries for r in regions], dtype=np.bool_)
    if query.exclude_regions:
        masks["exclude_regions"] = np.array([r.key not in query.exclude_regions for r in regions], dtype=np.bool_)
    return masks


def eligible_regions(query: OptimizeQuery, regions: tuple[Region, ...]) -> BoolArray:
    """Regions that are in scope and meet every constraint on the place: only their grids need be asked for."""
    masks = region_constraints(query, regions).values()
    eligible: BoolArray = np.logical_and.reduce([in_scope(query, regions), *masks])
    return eligible


def narrow(offers: Offers, scope: BoolArray, *steps: tuple[Mapping[str, BoolArray], IntArray | None]) -> Candidates:
    """Apply constraints to the offers of the regions in scope; each counts what it is the first to remove.

    steps: masks by name, with what they are looked up by: offers.region, offers.type, or None for the offer itself.
    """
    left = np.flatnonzero(scope[offers.region])
    total, removed = len(left), {}
    for masks, index in steps:
        for name, mask in masks.items():
            kept = left[mask[left if index is None else index[left]]]
            if len(kept) < len(left):
                removed[name] = len(left) - len(kept)
            left = kept
    return Candidates(left, offers.region[left], offers.type[left], total, removed)
