"""Answers of instances and workloads."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import Answer, Success
from api.openapi.enumerations import Arch, PerformanceBasis
from carbon.workload import Priority, WorkloadType


class InstanceRow(Answer):
    """A machine, or a service of a certain size, that a provider sells. Null means unknown."""

    provider: str = Field(description="The provider's key.", examples=["aws"])
    instance_type: str = Field(description="The provider's name of the type.", examples=["m7g.large"])
    family: str = Field(description="Family of types that differ only in size.", examples=["m7g"])
    category: str = Field(description="What the family is made for.", examples=["general"])
    vcpus: float | None = Field(description="vCPUs as sold.")
    reserved_vcpus: float | None = Field(description="vCPUs that the host reserves.")
    memory_gb: float | None = Field(description="GB.")
    arch: Arch | None = Field(description="Instruction set of the machine's CPU; null if unknown.")
    cpu_model: str | None = Field(description="The processor, as its maker names it.")
    microarchitecture: str | None = Field(description="Design of the processor's cores.")
    burstable: bool = Field(description="Whether full speed is available only while saved credits last.")
    shared_core: bool = Field(description="Whether a vCPU is only a part of a processor thread.")
    baseline_utilization: float | None = Field(
        description="Share of the CPU that a burstable type can use permanently, 0 to 1."
    )
    accelerator: str | None = Field(description="Model of the accelerators; null without.")
    accelerator_kind: str | None = Field(description="gpu, tpu, asic, fpga or media; null without.")
    accelerator_count: float = Field(description="Accelerators of the machine; 0 without.")
    accelerator_memory_gb: float | None = Field(description="Memory of one accelerator in GB.")
    power_modelled: bool = Field(description="Whether its power can be calculated.")
    idle_power_w: float | None = Field(ge=0, description="Watts before PUE, idle; null if not modelled.")
    full_power_w: float | None = Field(ge=0, description="Watts before PUE, fully used; null if not modelled.")
    power_basis: str | None = Field(description="Basis of the power figures; null if not modelled.")
    embodied_kgco2e: float | None = Field(
        description="kgCO2e of manufacturing its share of the hardware, for the whole lifetime."
    )
    performance_index: float | None = Field(description="Work of one vCPU relative to a Cascade Lake thread.")
    performance_basis: PerformanceBasis | None = Field(
        description="How the performance index is known; null without one."
    )
    source: str = Field(description="Source of the facts about the type.")
    as_of: str = Field(description="Date of the source.", examples=["2026-08-20"])


class InstancesAnswer(Success):
    """Instance types that match, by provider and name."""

    total_instances: int = Field(ge=0, description="Types that match, before limit and offset.")
    limit: int = Field(description="Maximum number of rows.")
    offset: int = Field(description="Number of rows skipped.")
    instances: list[InstanceRow] = Field(description="The types from offset on, by provider and name.")


class WorkloadRow(Answer):
    """A workload and its reference machine. Null means no requirement."""

    workload: WorkloadType
    description: str = Field(description="What kind of work it is.")
    reference_vcpus: float | None = Field(description="vCPUs of the reference machine.")
    reference_memory_gb: float | None = Field(description="Memory of the reference machine in GB.")
    reference_accelerators: float | None = Field(description="Accelerators of the reference machine.")
    categories: list[str] = Field(description="Categories of CPU types that serve it.")
    accelerators: list[str] = Field(description="Kinds of accelerators that serve it.")
    services: list[str] = Field(description="Sized services that serve it.")
    flexible_by_default: bool = Field(description="Whether it may wait for a greener window.")


class WorkloadsAnswer(Success):
    """The values that optimize accepts for workload and priority."""

    total_workloads: int = Field(ge=0, description="Number of workloads, before limit and offset.")
    workloads: list[WorkloadRow] = Field(description="The workloads from offset on, up to the limit.")
    priorities: list[Priority] = Field(description="Every priority.")
