"""Answers of instances and workloads."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import Answer, Success


class InstanceRow(Answer):
    """A machine, or a sized service, that a provider sells. Null: not known."""

    provider: str
    instance_type: str
    family: str
    category: str
    vcpus: float | None = Field(description="As sold.")
    reserved_vcpus: float | None = Field(description="What the host sets aside.")
    memory_gb: float | None = Field(description="GB.")
    arch: str | None
    cpu_model: str | None
    microarchitecture: str | None
    burstable: bool
    shared_core: bool
    baseline_utilization: float | None = Field(description="Sustained share a burstable type may use, 0 to 1.")
    accelerator: str | None
    accelerator_kind: str | None
    accelerator_count: float = Field(description="Accelerators of the machine; 0 without.")
    accelerator_memory_gb: float | None = Field(description="GB of one accelerator.")
    power_modelled: bool
    idle_power_w: float | None = Field(ge=0, description="Watts before PUE, idle; null if not modelled.")
    full_power_w: float | None = Field(ge=0, description="Watts before PUE, fully used; null if not modelled.")
    power_basis: str | None
    embodied_kgco2e: float | None = Field(description="kgCO2e of making its share of the hardware, whole life.")
    performance_index: float | None = Field(description="Work of one vCPU relative to a Cascade Lake thread.")
    performance_basis: str | None = Field(description="published, derived or estimate.")
    source: str
    as_of: str


class InstancesAnswer(Success):
    """Instance types that match, by provider and name."""

    total_instances: int = Field(ge=0, description="Types that match, before limit and offset.")
    limit: int = Field(description="Rows at most.")
    offset: int = Field(description="Rows left out first.")
    instances: list[InstanceRow]


class WorkloadRow(Answer):
    """A workload and the machine it is compared on. Null: no such demand."""

    workload: str
    description: str
    reference_vcpus: float | None = Field(description="vCPUs.")
    reference_memory_gb: float | None = Field(description="GB.")
    reference_accelerators: float | None = Field(description="Accelerators.")
    categories: list[str] = Field(description="Categories of CPU types that serve it.")
    accelerators: list[str] = Field(description="Kinds of accelerators that serve it.")
    services: list[str] = Field(description="Sized services that serve it.")
    flexible_by_default: bool = Field(description="Whether it may wait for a greener window.")


class WorkloadsAnswer(Success):
    """The words optimize takes for workload and priority."""

    workloads: list[WorkloadRow]
    priorities: list[str]
