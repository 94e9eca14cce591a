"""Machines and regions of made-up figures, and their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon.power import PowerModel
from carbon.workload import Load, OptimizeQuery, Priority, RankBy, WorkloadType
from catalog.columns import TypeColumns
from catalog.model import Accelerator, InstanceType
from planning.placing.candidates import Candidates
from planning.placing.figures import offer_figures
from planning.placing.rank import Ranked, rank
from planning.placing.rates import TypeRates


def machine(
    name: str,
    *,
    vcpus: float = 2,
    reserved: float | None = None,
    index: float | None = 1.0,
    watts: float = 10.0,
    span: float = 0.0,
    gpus: float = 0,
    tflops: float | None = 100,
    burstable: bool = False,
    baseline: float | None = None,
    memory_gb: float = 8,
    embodied: float = 35.04,
) -> InstanceType:
    """A type that draws `watts` idle and `watts + span` at full CPU load."""
    accelerator = None
    if gpus:
        accelerator = Accelerator(
            accelerator="GPU", kind="gpu", memory_gb=16, tflops=tflops, performance_basis="published", retired=False
        )
    return InstanceType(
        provider="aws",
        instance_type=name,
        family=name,
        category="general",
        vcpus=vcpus,
        reserved_vcpus=vcpus if reserved is None else reserved,
        memory_gb=memory_gb,
        cpu_model=None,
        microarchitecture=None,
        arch="x86_64",
        burstable=burstable,
        shared_core=reserved is not None and reserved < vcpus,
        baseline_utilization=baseline,
        accelerator=accelerator,
        accelerator_count=gpus,
        embodied_kgco2e=embodied,
        performance_index=index,
        performance_basis="published",
        power=_power(watts, watts + span),
        not_modelled=None,
        note="",
        source="test",
        as_of="2026-01",
    )


def _power(idle_w: float, max_w: float) -> PowerModel:
    return PowerModel(
        cpu_idle_w=idle_w, cpu_max_w=max_w, memory_w=0, accelerator_idle_w=0, accelerator_max_w=0, storage_w=0
    )


@dataclass(frozen=True)
class Row:
    region: int
    type: str
    kind: int
    grams: float
    relative: float
    score: float


def order(
    types: list[InstanceType],
    grams_per_kwh: list[float],
    *,
    priority: Priority = Priority.CARBON,
    offers: list[tuple[int, int]] | None = None,
    per_region: int = 1,
    load: Load | None = None,
    embodied: bool = False,
    region_order: list[int] | None = None,
    usd_per_hour: list[float] | None = None,
    carbon_usd_per_tonne: float = 0.0,
    by: RankBy = RankBy.WORK,
    workload: WorkloadType = WorkloadType.GENERAL,
) -> list[Row]:
    """Ranks every type in every region, or just `offers` (region, type); regions are known by their intensity."""
    pairs = offers or [(region, kind) for region in range(len(grams_per_kwh)) for kind in range(len(types))]
    columns = TypeColumns.of(types)
    candidates = Candidates(
        np.arange(len(pairs)),
        np.array([region for region, _ in pairs], dtype=np.intp),
        np.array([kind for _, kind in pairs], dtype=np.intp),
        len(pairs),
        {},
    )
    figures = offer_figures(
        candidates,
        columns,
        TypeRates.at(columns, load or Load()),
        gco2e_per_kwh_it=np.array(grams_per_kwh, dtype=np.float64),
        usd_per_hour=np.full(len(pairs), np.nan) if usd_per_hour is None else np.array(usd_per_hour),
        region_order=np.array(region_order or range(len(grams_per_kwh)), dtype=np.intp),
        include_embodied=embodied,
    )
    query = OptimizeQuery(workload=workload, priority=priority, carbon_usd_per_tonne=carbon_usd_per_tonne)
    ranked: Ranked = rank(figures, query, by, per_region)
    return [
        Row(int(region), types[kind].instance_type, int(cls), float(grams), float(relative), float(score))
        for region, kind, cls, grams, relative, score in zip(
            ranked.region,
            ranked.type,
            ranked.kind,
            ranked.gco2e_per_work,
            ranked.relative,
            ranked.score,
            strict=True,
        )
    ]
