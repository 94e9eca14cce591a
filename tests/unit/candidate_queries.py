"""Questions to optimize, and the candidates that are left."""

from __future__ import annotations

import numpy as np

from carbon.workload import OptimizeQuery, Priority, Requirements, WorkloadType
from catalog.model import InstanceType
from planning.placing.candidates import Candidates, narrow
from planning.placing.constraints import Constraints, type_constraints
from planning.placing.scope import region_scope
from tests.fakes.clouds import cloud_map

OFFERS = cloud_map().offers
TODAY_DAY = 20_775  # 2026-11-18


def ask(
    workload: WorkloadType = WorkloadType.GENERAL,
    *,
    providers: tuple[str, ...] = ("aws",),
    regions: tuple[str, ...] = (),
    countries: tuple[str, ...] = (),
    exclude_regions: tuple[str, ...] = (),
    instance_types: tuple[str, ...] = (),
    requirements: Requirements | None = None,
) -> OptimizeQuery:
    return OptimizeQuery(
        workload=workload,
        priority=Priority.CARBON,
        providers=providers,
        regions=regions,
        countries=countries,
        exclude_regions=exclude_regions,
        instance_types=instance_types,
        requirements=requirements,
    )


def find(query: OptimizeQuery, *, today_day: int = TODAY_DAY) -> Candidates:
    scope = region_scope(query, cloud_map())
    constraints = Constraints(regions=scope.constraints, types=type_constraints(query, OFFERS.columns, today_day))
    return narrow(OFFERS, scope.in_scope, constraints)


def types_of(found: Candidates) -> set[InstanceType]:
    return {OFFERS.columns.types[index] for index in np.unique(found.type)}


def names_of(found: Candidates) -> set[str]:
    return {instance.instance_type for instance in types_of(found)}
