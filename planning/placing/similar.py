"""The machines of other clouds that are most like one."""

from __future__ import annotations

import numpy as np

from catalog.columns import FloatArray, TypeColumns
from catalog.model import InstanceType

MOST = 6
UNLIKE = 1.0  # what a difference in kind counts: as much as twice the size
FURTHEST = 2.5  # less similar than that is no alternative
_CATEGORY_WEIGHT = 0.5
_SPEED_WEIGHT = 0.25  # of the work of a vCPU, which is less sure than sizes are
_HOST_WEIGHT = 0.25  # of the host's vCPUs and memory, where accelerators do the work


def similar(machine: InstanceType, columns: TypeColumns, today_day: int) -> tuple[InstanceType, ...]:
    """The most similar modelled type of each other cloud, the most similar first, at most MOST.

    Sizes count by how often one has to be doubled to get the other; another instruction set, burstable or shared cores
    count as UNLIKE. Machines are compared with machines, services with those of their category, GPUs with GPUs. Empty
    where the size is not known. today_day: days since 1970-01-01.
    """
    one = TypeColumns.of([machine])
    if not (np.isfinite(one.vcpus[0]) and np.isfinite(one.memory_gb[0])):
        return ()
    sold = columns.modelled & ~(columns.retired_day <= today_day)
    alike = sold & (columns.service == one.service) & (columns.accelerated == one.accelerated)
    category = np.array([kind.category == machine.category for kind in columns.types])
    alike &= ((columns.gpus > 0) == (one.gpus > 0)) & (category | ~one.service)
    distance = _distance(one, columns) + np.where(category, 0.0, _CATEGORY_WEIGHT)
    places = np.flatnonzero(alike & (distance <= FURTHEST))
    best: dict[str, InstanceType] = {}
    for place in places[np.lexsort((columns.order[places], distance[places]))].tolist():
        kind = columns.types[place]
        if kind.provider != machine.provider and kind.provider not in best:
            best[kind.provider] = kind
            if len(best) == MOST:
                break
    return tuple(best.values())


def _distance(one: TypeColumns, columns: TypeColumns) -> FloatArray:
    """Of every type."""
    host = _doublings(one.vcpus, columns.vcpus) + _doublings(one.memory_gb, columns.memory_gb)
    kinds = (
        (columns.arm != one.arm).astype(np.float64)
        + (columns.burstable != one.burstable)
        + (columns.shared_core != one.shared_core)
    )
    speed = _SPEED_WEIGHT * _doublings(one.performance, columns.performance)
    of_host: FloatArray = host + UNLIKE * kinds
    if not one.accelerated[0]:
        return of_host + speed
    cards = _doublings(one.accelerators, columns.accelerators)
    cards += _doublings(one.accelerator_memory_gb, columns.accelerator_memory_gb)
    cards += _doublings(one.performance, columns.performance)
    return cards + _HOST_WEIGHT * of_host


def _doublings(one: FloatArray, others: FloatArray) -> FloatArray:
    """How often the smaller of two figures has to be doubled to get the larger; UNLIKE where one is not known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.abs(np.log2(others / one))
    return np.where(np.isfinite(steps), steps, UNLIKE)
