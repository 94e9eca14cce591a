"""Answers of instances and workloads."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import Answer, Success
from api.enumerations import Arch, PerformanceBasis
from carbon.workload import Priority, WorkloadType


class InstanceRow(Answer):
    """A machine, or a sized service, that a provider sells. Null: not known."""

    provider: str = Field(description="The provider's key.", examples=["aws"])
    instance_type: str = Field(description="The provider's name of the type.", examples=["m7g.large"])
    family: str = Field(description="The types that differ in size only.", examples=["m7g"])
    category: str = Field(description="What the family is made for.", examples=["general"])
    vcpus: float | None = Field(description="As sold.")
    reserved_vcpus: float | None = Field(description="What the host sets aside.")
    memory_gb: float | None = Field(description="GB.")
    arch: Arch | None
    cpu_model: str | None = Field(description="The processor, as its maker names it.")
    microarchitecture: str | None = Field(description="Design of the processor's cores.")
    burstable: bool = Field(description="Whether full speed lasts only as long as saved credits do.")
    shared_core: bool = Field(description="Whether a vCPU is a part of a processor's thread.")
    baseline_utilization: float | None = Field(description="Sustained share a burstable type may use, 0 to 1.")
    accelerator: str | None = Field(description="Model of the accelerators; null without.")
    accelerator_kind: str | None = Field(description="gpu, tpu, asic, fpga or media; null without.")
    accelerator_count: float = Field(description="Accelerators of the machine; 0 without.")
    accelerator_memory_gb: float | None = Field(description="GB of one accelerator.")
    power_modelled: bool = Field(description="Whether its power can be calculated.")
    idle_power_w: float | None = Field(ge=0, description="Watts before PUE, idle; null if not modelled.")
    full_power_w: float | None = Field(ge=0, description="Watts before PUE, fully used; null if not modelled.")
    power_basis: str | None = Field(description="What the power figures rest on; null if not modelled.")
    embodied_kgco2e: float | None = Field(description="kgCO2e of making its share of the hardware, whole life.")
    performance_index: float | None = Field(description="Work of one vCPU relative to a Cascade Lake thread.")
    performance_basis: PerformanceBasis | None
    source: str = Field(description="Where the facts of the type are from.")
    as_of: str = Field(description="Date of the source.", examples=["2026-08-20"])


class InstancesAnswer(Success):
    """Instance types that match, by provider and name."""

    total_instances: int = Field(ge=0, description="Types that match, before limit and offset.")
    limit: int = Field(description="Rows at most.")
    offset: int = Field(description="Rows left out first.")
    instances: list[InstanceRow] = Field(description="The types from offset on, by provider and name.")


class WorkloadRow(Answer):
    """A workload and the machine it is compared on. Null: no such demand."""

    workload: WorkloadType
    description: str = Field(description="What kind of work it is.")
    reference_vcpus: float | None = Field(description="vCPUs.")
    reference_memory_gb: float | None = Field(description="GB.")
    reference_accelerators: float | None = Field(description="Accelerators.")
    categories: list[str] = Field(description="Categories of CPU types that serve it.")
    accelerators: list[str] = Field(description="Kinds of accelerators that serve it.")
    services: list[str] = Field(description="Sized services that serve it.")
    flexible_by_default: bool = Field(description="Whether it may wait for a greener window.")


class WorkloadsAnswer(Success):
    """The words optimize takes for workload and priority."""

    workloads: list[WorkloadRow] = Field(description="Every workload.")
    priorities: list[Priority] = Field(description="Every priority.")
