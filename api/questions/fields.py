"""The fields that several questions share: what each accepts, in which unit."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

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

from api.questions import names
from carbon.power import PowerCurve
from carbon.workload import Load

MIN_HOURS = 1e-9  # 3.6 microseconds: shorter than any run, long enough for a figure that is not 0
MAX_HOURS = 8760.0
_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")

Name = Annotated[str, Field(min_length=1, max_length=100)]
ProviderKey = Annotated[Name, AfterValidator(names.provider_key)]
CountryCode = Annotated[Name, AfterValidator(names.country_code)]
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

    def is_costly(self, facts: names.Facts) -> bool:
        """Whether the answer takes so long that only a few such requests are answered at once; see costly.py."""
        return False


class Parameters(BaseModel):
    """A query string: as a body, but its values arrive as text."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    def is_costly(self, facts: names.Facts) -> bool:
        """See Body."""
        return False


def _iso(value: Any) -> Any:
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


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_iso), AfterValidator(_within_reach)]


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


class RegionField(Body):
    """`region` with optional `provider`, or `provider:region`; becomes the region's key."""

    provider: ProviderKey | None = Field(
        None, description="The provider of the region. Default: aws if it has a region with this id."
    )
    region: RegionBesideProvider = Field(
        description="A region's id, or provider:region. If several clouds use the same id, the provider is required.",
        examples=["us-east-1"],
    )


class MachineFields(RegionField):
    """A region and an instance type of its provider."""

    instance_type: Name = Field(
        description="An instance type or sized service of the region's provider.", examples=["m7g.large"]
    )

    @field_validator("instance_type")
    @classmethod
    def _instance_type(cls, value: str, info: ValidationInfo) -> str:
        region = info.data.get("region")
        provider = region.partition(":")[0] if region else info.data.get("provider")
        if provider:
            return names.instance_type_name(provider, value, info)
        return names.any_instance_type(value, info)  # the region is wrong; still say so if the type is too


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
