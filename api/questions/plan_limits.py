"""The limits that the jobs of a plan share, as a question gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator

from api.questions import names
from api.questions.fields import Body, RegionKey
from api.questions.plan_jobs import AssignmentFields, PlanJobFields
from carbon.plans import Capacity

MOST_REGIONS = 300
MOST_MACHINES = 10_000_000

MaxCost = Annotated[float, Field(ge=0, le=1e12)]
MaxCo2 = Annotated[float, Field(ge=0, le=1e12)]


class CapacityFields(Body):
    """What a region holds at every moment, for all jobs together."""

    region: RegionKey = Field(description="provider:region.", examples=["aws:eu-north-1"])
    machines: int | None = Field(
        None,
        ge=0,
        le=MOST_MACHINES,
        description="Machines that run at once, of any type. Exactly one of machines and kw.",
        examples=[4],
    )
    kw: Annotated[float, Field(ge=0, le=1e9)] | None = Field(
        None, description="kW of all machines at their load, before PUE.", examples=[40]
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> CapacityFields:
        if (self.machines is None) == (self.kw is None):
            raise names.refusal("one_limit", "send either machines or kw for a region")
        return self

    @property
    def capacity(self) -> Capacity:
        """As the planner takes it."""
        return Capacity(region=self.region, machines=self.machines, kw=self.kw)


def checked_capacity(
    value: list[CapacityFields], info: ValidationInfo, jobs: list[PlanJobFields], own: list[AssignmentFields]
) -> list[CapacityFields]:
    """The limits, each of another region in which a job may run."""
    keys = [limit.region for limit in value]
    if len(set(keys)) < len(keys):
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        raise names.refusal("not_unique", f"{twice} has two limits: send one")
    regions = names.facts(info).mapping.regions
    for key in keys:
        placed = any(one.region == key for one in own)
        if jobs and not placed and not any(job.may_use(regions[key]) for job in jobs):
            raise names.refusal("not_used", f"no job may run in {key}: leave its limit out, or name it in a job")
    return value
