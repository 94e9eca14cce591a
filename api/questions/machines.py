"""The machines of an optimize question: what each must have, and what runs today."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.openapi.enumerations import Arch
from api.questions.fields import AnyMachineFields, Body, Count, GpuModel, Utilization
from carbon.workload import Allowance, CurrentMachines, Requirements

Size = Annotated[float, Field(gt=0, le=1_000_000)]


class RequirementsBody(Body):
    """What each machine must have, at least or at most."""

    vcpus: Size | None = Field(None, description="Minimum number of vCPUs.")
    memory_gb: Size | None = Field(None, description="GB.")
    gpus: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Minimum number of GPUs; 0: only machines without any accelerator."
    )
    accelerators: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Minimum number of accelerators of any kind (GPU, TPU, Trainium, Inferentia); 0: none."
    )
    gpu_model: GpuModel | None = Field(None, description="Part of an accelerator's name.", examples=["T4"])
    gpu_memory_gb: Size | None = Field(
        None, description="Minimum memory in GB of all accelerators of the machine together."
    )
    arch: Arch | None = Field(None, description="Instruction set of the machine's CPU.")
    max_vcpus: Size | None = Field(None, description="Maximum number of vCPUs.")
    max_memory_gb: Size | None = Field(None, description="Maximum memory in GB.")
    max_gpus: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Maximum number of accelerators of any kind."
    )
    burstable: Allowance = Field(
        Allowance.EXCLUDE, description="Burstable types, which sustain less than their vCPUs. Types you name take part."
    )
    shared_cores: Allowance = Field(
        Allowance.EXCLUDE, description="Types that share their cores with other customers. Types you name take part."
    )

    def requirements(self) -> Requirements:
        return Requirements(**self.model_dump())


class CurrentBody(AnyMachineFields):
    """What runs today: an instance type, or a machine of your own at the grid of `region`."""

    count: Count = 1
    utilization: Utilization = None

    def machines(self) -> CurrentMachines:
        return CurrentMachines(
            region=self.region,
            instance_type=self.instance_type,
            machine=self.own_machine,
            count=self.count,
            utilization=self.utilization,
        )
