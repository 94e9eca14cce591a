"""The fields that several questions share: what each accepts, in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from api.openapi.enumerations import Arch
from api.questions import names
from carbon.intensity import SignalName
from carbon.power import PowerCurve
from carbon.workload import Load, OwnMachine

MIN_HOURS = 1e-9  # 3.6 microseconds: shorter than any run, long enough for a figure that is not 0
MAX_HOURS = 8760.0
LONGEST = timedelta(days=3660)  # of past readings in one answer, and how far they may be back
MOST_TDP_W_PER_VCPU = 40.0  # twice the TDP per core of the Xeon Platinum 8151, the highest in catalog/data/cpus.csv
_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")

Name = Annotated[str, Field(min_length=1, max_length=100)]
ProviderKey = Annotated[Name, AfterValidator(names.provider_key)]
Countries = Annotated[list[Annotated[Name, AfterValidator(names.country_name)]], AfterValidator(names.country_codes)]
COUNTRY_WORDS = "ISO 3166 code (SE, SWE), English name, or the group EU or EEA"
ZoneKey = Annotated[Name, AfterValidator(names.zone_key)]
TypeName = Annotated[Name, AfterValidator(names.any_instance_type)]
Category = Annotated[Name, AfterValidator(names.category_name)]
GpuModel = Annotated[Name, AfterValidator(names.accelerator_part)]


def _lone_region(name: str, info: ValidationInfo) -> str:
    return names.region_key(name, None, info)


def _region_beside_provider(name: str, info: ValidationInfo) -> str:
    return names.region_key(name, info.data.get("provider"), info)


def _provider_or_all(name: str, info: ValidationInfo) -> str:
    return names.ALL if name.lower() == names.ALL else names.provider_key(name, info)


ProvidersParameter = list[Annotated[Name, AfterValidator(_provider_or_all)]]
RegionKey = Annotated[Name, AfterValidator(_lone_region)]
RegionBesideProvider = Annotated[Name, AfterValidator(_region_beside_provider)]


class Body(BaseModel):
    """A JSON body: no unknown field, no number written as text, nothing infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    # Fields that other questions have and this one does not, at any depth: what to do instead.
    elsewhere: ClassVar[Mapping[str, str]] = {}

    def is_costly(self, facts: names.Facts) -> bool:
        """Whether the answer takes so long that only a few such requests are answered at once; see costly.py."""
        return False


class Parameters(BaseModel):
    """A query string: as a body, but its values arrive as text."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    def is_costly(self, facts: names.Facts) -> bool:
        """See Body."""
        return False


def iso_text(value: Any) -> Any:
    """Refuses a date without a time and a number, which pydantic would accept."""
    if isinstance(value, str) and _DATE_AND_TIME.match(value):
        return value
    raise names.refusal("datetime", "must be a date and time in ISO 8601 with an offset, such as 2026-02-11T10:30:00Z")


def _within_reach(value: datetime, info: ValidationInfo) -> datetime:
    """In UTC, at most a year ahead."""
    try:
        moment = value.astimezone(UTC)
    except OverflowError as error:
        raise names.refusal("datetime", "must be between the years 1 and 9999") from error
    if moment > names.facts(info).now + timedelta(hours=MAX_HOURS):
        raise names.refusal("too_far_ahead", f"must be at most {MAX_HOURS:g} hours ahead")
    return moment


def _after_start(deadline: datetime, info: ValidationInfo) -> datetime:
    """Later than start_after. (The engine checks that the job fits in between.)"""
    start_after = info.data.get("start_after")
    if start_after is not None and deadline <= start_after:
        raise names.refusal("deadline_before_start", "must be later than start_after")
    return deadline


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(iso_text), AfterValidator(_within_reach)]


def _long_enough(hours: float) -> float:
    if hours < MIN_HOURS:
        raise names.refusal("too_short", f"must be at least {MIN_HOURS:g} hours")
    return hours


Duration = Annotated[
    float,
    Field(gt=0, le=MAX_HOURS, description="Duration of the job in hours; at most a year.", examples=[24.0]),
    AfterValidator(_long_enough),
]
Share = Annotated[float, Field(ge=0, le=1)]
Utilization = Annotated[
    Share | None,
    Field(description="CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline.", examples=[0.5]),
]
AcceleratorUtilization = Annotated[
    Share | None,
    Field(
        description="Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 "
        "for training, 0.4 for inference and 0.5 otherwise, from published measurements."
    ),
]
CurveName = Annotated[
    PowerCurve,
    Field(description="Shape between idle and full CPU power: measured (concave) or a straight line (linear)."),
]
IncludeEmbodied = Annotated[bool, Field(description="Add the emissions of manufacturing the hardware (M in SCI).")]
Count = Annotated[int, Field(ge=1, le=100_000, description="Number of machines of this type.")]
StartAfter = Annotated[
    Moment | None, Field(description="Earliest start, ISO 8601 with offset; a time in the past means now.")
]
Deadline = Annotated[
    Annotated[Moment, AfterValidator(_after_start)] | None, Field(description="Latest end, ISO 8601 with offset.")
]


SignalField = Annotated[
    SignalName,
    Field(
        description="average: of all plants that run. marginal: of the plants that answer a change of load, from a "
        "WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out."
    ),
]


CAUTIOUS_MARGINAL = "cautious cannot be combined with signal marginal, whose ranges are not known"
PROVIDER_OF_REGION = "The provider of the region. Default: aws if it has a region with this id."


class RegionField(Body):
    """`region` with optional `provider`, or `provider:region`; becomes the region's key."""

    provider: ProviderKey | None = Field(None, description=PROVIDER_OF_REGION)
    region: RegionBesideProvider = Field(
        description="A region's id, or provider:region. If several clouds use the same id, the provider is required.",
        examples=["us-east-1"],
    )


Watts = Annotated[float, Field(gt=0, le=10_000)]
Pue = Annotated[
    Annotated[float, Field(ge=1, le=10)] | None,
    Field(
        description="PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that "
        "of the region. The mean of the industry is 1.56.",
        examples=[1.4],
    ),
]


class MachineParts(Body):
    """A machine by its parts: a server on your own premises, or a node of a cluster."""

    vcpus: float = Field(gt=0, le=100_000, description="Threads that the operating system shows.", examples=[32])
    memory_gb: float = Field(gt=0, le=1_000_000, description="GB.", examples=[128])
    arch: Arch = Field(description="Instruction set of the CPU.", examples=["x86_64"])
    cpu_model: Annotated[Name, AfterValidator(names.cpu_model)] | None = Field(
        None,
        description="The processor, such as EPYC 7763, with or without its maker. Default: a typical one of arch, with "
        "a wide range of uncertainty.",
        examples=["EPYC 7763"],
    )
    tdp_w: Watts | None = Field(
        None,
        description="TDP of one processor in watts, in place of that of cpu_model. Without cpu_model the machine is "
        "taken for one processor with vcpus threads: give the sum for several processors, and its share for a "
        "virtual machine.",
        examples=[280],
    )
    gpus: float = Field(0, ge=0, le=1000, description="Number of accelerators.")
    gpu_model: Annotated[Name, AfterValidator(names.accelerator_model)] | None = Field(
        None,
        description="The accelerator, such as NVIDIA L4; required with gpus.",
        examples=["NVIDIA L4"],
        validate_default=True,
    )
    pue: Pue = None

    @field_validator("cpu_model")
    @classmethod
    def _of_arch(cls, model: str | None, info: ValidationInfo) -> str | None:
        arch = info.data.get("arch")
        cpu_arch = None if model is None else names.facts(info).mapping.catalog.parts.cpus[model].arch
        if arch and cpu_arch and arch != cpu_arch:
            raise names.refusal("wrong_arch", f"{model} is {cpu_arch}, not {arch}")
        return model

    @field_validator("tdp_w")
    @classmethod
    def _plausible(cls, tdp_w: float | None, info: ValidationInfo) -> float | None:
        vcpus, without_model = info.data.get("vcpus"), info.data.get("cpu_model", "wrong") is None
        if tdp_w and vcpus and without_model and tdp_w / vcpus > MOST_TDP_W_PER_VCPU:
            detail = f"is {tdp_w / vcpus:g} W for each of the vcpus, at most {MOST_TDP_W_PER_VCPU:g} are accepted"
            raise names.refusal("implausible_tdp", f"{detail}: add cpu_model, or give the machine's share of the TDP")
        return tdp_w

    @field_validator("gpu_model")
    @classmethod
    def _with_gpus(cls, model: str | None, info: ValidationInfo) -> str | None:
        gpus = info.data.get("gpus")
        if gpus and model is None:
            raise names.refusal("missing", "is required with gpus")
        if model is not None and gpus == 0:
            raise names.refusal("gpus_missing", "needs gpus, the number of accelerators")
        return model


def one_machine(instance_type: str | None, info: ValidationInfo) -> bool:
    """Whether it is the instance type that is sent. Refuses both it and machine, and neither.

    A machine that is wrong has its own errors.
    """
    machine = info.data.get("machine", "wrong")
    if instance_type is None and machine is None:
        raise names.refusal("missing", "is required, or machine in its place")
    if instance_type is not None and info.data.get("machine") is not None:
        raise names.refusal("machine_or_instance_type", "cannot be combined with machine: send one of the two")
    return instance_type is not None


class AnyMachineFields(RegionField):
    """A region, and an instance type of its provider or a machine that is described by its parts."""

    machine: MachineParts | None = Field(
        None, description="A machine by its parts, in place of instance_type, such as your own server."
    )
    instance_type: Name | None = Field(
        None,
        description="An instance type or sized service of the region's provider. Required without machine.",
        examples=["m7g.large"],
        validate_default=True,
    )

    @field_validator("instance_type")
    @classmethod
    def _instance_type(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Exactly one of machine and instance_type. A machine that is wrong has its own errors."""
        if not one_machine(value, info) or value is None:
            return None
        return names.type_in_region(value, info)

    @property
    def own_machine(self) -> OwnMachine | None:
        """The machine as the engine takes it; None for an instance type."""
        return None if self.machine is None else OwnMachine(**self.machine.model_dump())


class LoadFields(Body):
    """How busy the machines are."""

    utilization: Utilization = None
    accelerator_utilization: AcceleratorUtilization = None
    power_model: CurveName = PowerCurve.CONCAVE

    @property
    def load(self) -> Load:
        return Load(
            utilization=self.utilization,
            accelerator_utilization=self.accelerator_utilization,
            curve=self.power_model,
        )


def scope_of(providers: list[str]) -> tuple[str, ...]:
    """Providers as the engine takes them: none means all."""
    return () if names.ALL in providers else tuple(dict.fromkeys(providers))
