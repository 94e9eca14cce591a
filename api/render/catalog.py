"""Answers of instances and workloads."""

from __future__ import annotations

from api.render.numbers import rounded
from api.render.parts import Json
from carbon.power import PowerCurve
from catalog.model import InstanceType
from planning.placing.workloads import WorkloadProfile


def instance(kind: InstanceType) -> Json:
    accelerator = kind.accelerator
    return {
        "provider": kind.provider,
        "instance_type": kind.instance_type,
        "family": kind.family,
        "category": kind.category,
        "vcpus": kind.vcpus,
        "reserved_vcpus": kind.reserved_vcpus,
        "memory_gb": kind.memory_gb,
        "arch": kind.arch,
        "cpu_model": kind.cpu_model,
        "microarchitecture": kind.microarchitecture,
        "burstable": kind.burstable,
        "shared_core": kind.shared_core,
        "baseline_utilization": kind.baseline_utilization,
        "accelerator": accelerator.accelerator if accelerator else None,
        "accelerator_kind": accelerator.kind if accelerator else None,
        "accelerator_count": kind.accelerator_count,
        "accelerator_memory_gb": accelerator.memory_gb if accelerator else None,
        "power_modelled": kind.power_modelled,
        "idle_power_w": _power_w(kind, 0.0),
        "full_power_w": _power_w(kind, 1.0),
        "power_basis": kind.power.basis if kind.power else None,
        "embodied_kgco2e": rounded(kind.embodied_kgco2e),
        "performance_index": rounded(kind.performance_index),
        "performance_basis": kind.performance_basis,
        "source": kind.source,
        "as_of": kind.as_of,
    }


def _power_w(kind: InstanceType, utilization: float) -> float | None:
    """IT watts, CPU and accelerators alike busy."""
    return rounded(kind.power.draw(utilization, utilization, PowerCurve.CONCAVE).it_w) if kind.power else None


def workload(profile: WorkloadProfile) -> Json:
    return {
        "workload": profile.workload.value,
        "description": profile.text,
        "reference_vcpus": profile.reference_vcpus,
        "reference_memory_gb": rounded(profile.reference_memory_gb),
        "reference_accelerators": profile.reference_accelerators,
        "categories": sorted(profile.categories),
        "accelerators": sorted(profile.accelerators),
        "services": list(profile.services),
        "flexible_by_default": profile.flexible_by_default,
    }
