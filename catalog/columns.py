"""The catalog's instance types as arrays, one entry a type, for decisions over many offers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbon import units
from carbon.power import PowerCurve, PowerModel
from catalog.memo import Memo
from catalog.model import InstanceType

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class TypeColumns:
    """Columns over `types`; NaN is unknown. Watts are IT load of the whole instance."""

    types: tuple[InstanceType, ...]
    vcpus: FloatArray
    memory_gb: FloatArray
    accelerators: FloatArray
    gpus: FloatArray  # accelerators of kind gpu
    accelerator_memory_gb: FloatArray  # of one accelerator
    cpu_idle_w: FloatArray
    cpu_span_w: FloatArray
    fixed_w: FloatArray  # memory and storage
    accelerator_idle_w: FloatArray
    accelerator_span_w: FloatArray
    baseline_utilization: FloatArray  # NaN: not burstable, or not known
    work_per_hour_at_full_load: FloatArray  # vCPU-hours of index 1, or TFLOP/s-hours; NaN without a sourced index
    performance: FloatArray  # per vCPU, or TFLOP/s per accelerator
    accelerated: BoolArray
    modelled: BoolArray
    embodied_kgco2e: FloatArray
    order: NDArray[np.int64]  # place where all else is equal: own cores, fewer vCPUs, less memory, no service, name
    arm: BoolArray
    shared_core: BoolArray
    retired_day: FloatArray  # days since 1970-01-01 from which it is not sold; NaN: no retirement announced
    burstable: BoolArray
    service: BoolArray  # sold by size or class, not as a machine
    measured: tuple[int, ...]  # types whose watts were measured
    by_name: Mapping[str, tuple[int, ...]]
    memo: Memo = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, types: Sequence[InstanceType]) -> TypeColumns:
        """Columns of `types`, in their order."""

        def column(value: Callable[[InstanceType], float | None]) -> FloatArray:
            return np.array([np.nan if (x := value(t)) is None else x for t in types], dtype=np.float64)

        def flag(value: Callable[[InstanceType], bool]) -> BoolArray:
            return np.array([value(t) for t in types], dtype=np.bool_)

        def watts(value: Callable[[PowerModel], float]) -> FloatArray:
            return column(lambda t: None if t.power is None else value(t.power))

        return cls(
            types=tuple(types),
            vcpus=column(effective_vcpus),
            memory_gb=column(lambda t: t.memory_gb),
            accelerators=column(lambda t: t.accelerator_count if t.accelerator else 0.0),
            gpus=column(lambda t: t.accelerator_count if t.accelerator and t.accelerator.kind == "gpu" else 0.0),
            accelerator_memory_gb=column(lambda t: t.accelerator.memory_gb if t.accelerator else 0.0),
            cpu_idle_w=watts(lambda p: p.cpu_idle_w),
            cpu_span_w=watts(lambda p: p.cpu_max_w - p.cpu_idle_w),
            fixed_w=watts(lambda p: p.memory_w + p.storage_w),
            accelerator_idle_w=watts(lambda p: p.accelerator_idle_w),
            accelerator_span_w=watts(lambda p: p.accelerator_max_w - p.accelerator_idle_w),
            baseline_utilization=column(lambda t: t.baseline_utilization),
            work_per_hour_at_full_load=column(work_per_hour_at_full_load),
            performance=column(performance),
            accelerated=flag(lambda t: t.accelerator is not None),
            modelled=flag(lambda t: t.power_modelled),
            embodied_kgco2e=column(lambda t: t.embodied_kgco2e),
            order=_order(types),
            arm=flag(lambda t: t.arch == "arm64"),
            shared_core=flag(lambda t: t.shared_core),
            retired_day=column(retired_day),
            burstable=flag(lambda t: t.burstable),
            service=flag(lambda t: t.is_service),
            measured=_measured(types),
            by_name=_by_name(types),
        )

    def with_types(self, types: Sequence[InstanceType]) -> TypeColumns:
        """These columns with further types after their own."""
        added, all_types = TypeColumns.of(types), (*self.types, *types)
        arrays: dict[str, Any] = {
            column.name: np.concatenate([getattr(self, column.name), getattr(added, column.name)])
            for column in fields(self)
            if isinstance(getattr(self, column.name), np.ndarray)
        }
        return replace(
            self,
            **arrays
            | {
                "types": all_types,
                "order": _order(all_types),
                "by_name": _by_name(all_types),
                "measured": _measured(all_types),
            },
        )

    def where(self, meets: Callable[[InstanceType], bool]) -> BoolArray:
        """Which types meet a condition."""
        return np.array([meets(instance) for instance in self.types], dtype=np.bool_)

    def mask_of_names(self, names: Iterable[str]) -> BoolArray:
        """Which types bear one of these names."""
        mask = np.zeros(len(self.types), dtype=np.bool_)
        for name in names:
            mask[list(self.by_name.get(name, ()))] = True
        return mask

    def utilization(self, utilization: float | None) -> FloatArray:
        """CPU utilisation of each type: the caller's, else the default; burstable types at most their baseline."""
        uncapped = units.DEFAULT_UTILIZATION if utilization is None else utilization
        capped: FloatArray = np.fmin(self.baseline_utilization, uncapped)
        return capped

    def it_watts(self, utilization: FloatArray, accelerator_utilization: FloatArray, curve: PowerCurve) -> FloatArray:
        """Watts of IT load; carbon.power's model for all types at once."""
        x, y = zip(*curve.points, strict=True)
        watts: FloatArray = (
            self.cpu_idle_w
            + np.interp(utilization, x, y) * self.cpu_span_w
            + self.fixed_w
            + self.accelerator_idle_w
            + accelerator_utilization * self.accelerator_span_w
        )
        for index in self.measured:
            power = self.types[index].power
            if power is not None:
                watts[index] = power.draw(float(utilization[index]), 0.0, curve).it_w
        return watts


def _order(types: Sequence[InstanceType]) -> NDArray[np.int64]:
    """Each type's place where all else is equal."""
    ranked = sorted(
        range(len(types)),
        key=lambda i: (
            types[i].shared_core,
            types[i].vcpus or 0.0,
            types[i].memory_gb or 0.0,
            types[i].is_service,
            types[i].instance_type,
        ),
    )
    order = np.empty(len(types), dtype=np.int64)
    order[ranked] = np.arange(len(types))
    return order


def _measured(types: Sequence[InstanceType]) -> tuple[int, ...]:
    return tuple(index for index, t in enumerate(types) if t.power is not None and t.power.points is not None)


def _by_name(types: Sequence[InstanceType]) -> dict[str, tuple[int, ...]]:
    indexes: dict[str, tuple[int, ...]] = {}
    for index, instance in enumerate(types):
        indexes[instance.instance_type] = (*indexes.get(instance.instance_type, ()), index)
    return indexes


def effective_vcpus(instance: InstanceType) -> float | None:
    """vCPUs that do work: the smaller of those sold and those reserved (shared-core, constrained-core sizes)."""
    if instance.vcpus is None:
        return None
    return min(instance.vcpus, instance.reserved_vcpus or instance.vcpus)


def retired_day(instance: InstanceType) -> float | None:
    """First day on which the type is not sold, in days since 1970-01-01; None where no retirement is announced."""
    if instance.retired_on is None:
        return None
    return float((date.fromisoformat(instance.retired_on) - date(1970, 1, 1)).days)


def performance(instance: InstanceType) -> float | None:
    """Speed of one unit: TFLOP/s of an accelerator, else the index of a vCPU; None where nothing is sourced."""
    if instance.accelerator is not None:
        return instance.accelerator.tflops
    return instance.performance_index


def work_per_hour_at_full_load(instance: InstanceType) -> float | None:
    """Work an hour at utilisation 1: TFLOP/s-hours, or vCPU-hours of index 1.

    None for a burstable type without a published baseline and for a shared-core type without a published guaranteed
    share: what they can sustain is not known.
    """
    speed = performance(instance)
    unknown_share = instance.shared_core and instance.reserved_vcpus in (None, instance.vcpus)
    if speed is None or unknown_share or (instance.burstable and instance.baseline_utilization is None):
        return None
    if instance.accelerator is not None:
        return speed * instance.accelerator_count
    count = effective_vcpus(instance)
    return None if count is None else speed * count
