"""Answers of instances and workloads."""

from __future__ import annotations

from api.edge.lists import Page
from api.openapi.enumerations import Arch, PerformanceBasis
from api.shapes.parts import Listed, Success
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import Rounded, Watts
from carbon.power import PowerCurve, PowerModel
from carbon.workload import Priority, WorkloadType
from catalog.model import Accelerator, InstanceType
from planning.placing.workloads import WorkloadProfile

of_accelerator = Reading(Accelerator)
of_power = Reading(PowerModel)
of_type = Reading(InstanceType)
of_type.part(of_accelerator, lambda kind: kind.accelerator, may_lack=True)
of_type.part(of_power, lambda kind: kind.power, may_lack=True)
of_workload = Reading(WorkloadProfile)
of_page = Reading(Listed[Page])


class InstanceRow(Shape):
    """A machine, or a service of a certain size, that a provider sells. Null means unknown."""

    provider: str = of_type("The provider's key.", examples=["aws"])
    instance_type: str = of_type("The provider's name of the type.", examples=["m7g.large"])
    family: str = of_type("Family of types that differ only in size.", examples=["m7g"])
    category: str = of_type("What the family is made for.", examples=["general"])
    vcpus: float | None = of_type("vCPUs as sold.")
    reserved_vcpus: float | None = of_type("vCPUs that the host reserves.")
    memory_gb: float | None = of_type("GB.")
    arch: Arch | None = of_type("Instruction set of the machine's CPU; null if unknown.")
    cpu_model: str | None = of_type("The processor, as its maker names it.")
    microarchitecture: str | None = of_type("Design of the processor's cores.")
    burstable: bool = of_type("Whether full speed is available only while saved credits last.")
    shared_core: bool = of_type("Whether a vCPU is only a part of a processor thread.")
    baseline_utilization: float | None = of_type("Share of the CPU that a burstable type can use permanently, 0 to 1.")
    accelerator: str | None = of_accelerator("Model of the accelerators; null without.")
    accelerator_kind: str | None = of_accelerator("gpu, tpu, asic, fpga or media; null without.", lambda a: a.kind)
    accelerator_count: float = of_type("Accelerators of the machine; 0 without.")
    accelerator_memory_gb: float | None = of_accelerator("Memory of one accelerator in GB.", lambda a: a.memory_gb)
    power_modelled: bool = of_type("Whether its power can be calculated.")
    idle_power_w: Watts | None = of_power("Watts before PUE, idle; null if not modelled.", lambda p: _it_w(p, 0.0))
    full_power_w: Watts | None = of_power("The same, fully used; null if not modelled.", lambda p: _it_w(p, 1.0))
    power_basis: str | None = of_power(
        "Basis of the power figures; null if not modelled. generic: the provider does not name the CPU, so that a "
        "typical CPU of the generations it may be is calculated, the uncertainty covers all of them, and the "
        "performance index is an estimate. With accelerators their basis follows.",
        lambda p: p.basis,
    )
    embodied_kgco2e: Rounded | None = of_type("kgCO2e of making its share of the hardware, for the whole lifetime.")
    performance_index: Rounded | None = of_type("Work of one vCPU relative to a Cascade Lake thread.")
    performance_basis: PerformanceBasis | None = of_type("How the performance index is known; null without one.")
    not_modelled: str | None = of_type("Why its power cannot be calculated; null if it can.")
    retired_on: str | None = of_type(
        "Day from which the provider no longer sells it; null if none is announced.", examples=["2025-09-30"]
    )
    source: str = of_type("Source of the facts about the type.")
    as_of: str = of_type("Date of the source.", examples=["2026-08-20"])


def _it_w(power: PowerModel, utilization: float) -> float:
    """IT watts, CPU and accelerators alike busy."""
    return power.draw(utilization, utilization, PowerCurve.CONCAVE).it_w


class InstancesAnswer(Success):
    """Instance types that match, by provider and name; those whose size is not known come last."""

    total_instances: int = of_page("Types that match, before limit and offset.", lambda p: p.result.total, ge=0)
    limit: int = of_page("Maximum number of rows.", lambda p: p.result.limit)
    offset: int = of_page("Number of rows skipped.", lambda p: p.result.offset)
    instances: list[InstanceRow] = of_page.rendered("The types from offset on, in this order.", lambda p: p.rows)


class WorkloadRow(Shape):
    """A workload and its reference machine. Null means no requirement."""

    workload: WorkloadType = of_workload(read=lambda w: w.workload.value)
    description: str = of_workload("What kind of work it is.", lambda w: w.text)
    reference_vcpus: float | None = of_workload("vCPUs of the reference machine.")
    reference_memory_gb: Rounded | None = of_workload("Memory of the reference machine in GB.")
    reference_accelerators: float | None = of_workload("Accelerators of the reference machine.")
    categories: list[str] = of_workload("Categories of CPU types that serve it.", lambda w: sorted(w.categories))
    accelerators: list[str] = of_workload("Kinds of accelerators that serve it.", lambda w: sorted(w.accelerators))
    services: list[str] = of_workload("Sized services that serve it.")
    flexible_by_default: bool = of_workload("Whether it may wait for a greener window.")


class WorkloadsAnswer(Success):
    """The values that optimize accepts for workload and priority."""

    total_workloads: int = of_page("Number of workloads, before limit and offset.", lambda p: p.result.total, ge=0)
    workloads: list[WorkloadRow] = of_page.rendered("The workloads from offset on, up to the limit.", lambda p: p.rows)
    priorities: list[Priority] = of_page("Every priority.", lambda _: [priority.value for priority in Priority])
