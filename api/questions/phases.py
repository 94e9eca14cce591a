"""A job whose power changes with time, as a question gives it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from api.questions import names
from api.questions.fields import MAX_HOURS, Body, Share
from carbon.workload import Phase

MAX_PHASES = 24
LEAST_HOURS = 0.01
MOST_WATTS = 1_000_000.0
SAME_HOURS = 1e-6  # a duration that differs by less from the sum of the phases is the same


class PhaseFields(Body):
    """A part of a job: its length, and either utilization or power_w."""

    hours: float = Field(ge=LEAST_HOURS, le=MAX_HOURS, description="Length of the phase in hours.", examples=[2])
    utilization: Share | None = Field(
        None,
        description="Utilisation of CPU and accelerators, 0 to 1; needs instance_type or machine. "
        "accelerator_utilization beside phases is that of the accelerators in all phases.",
        examples=[0.9],
    )
    power_w: Annotated[float, Field(ge=0, le=MOST_WATTS)] | None = Field(
        None,
        description="Watts of one machine before PUE, in place of the power model; needs neither instance_type nor "
        "machine.",
        examples=[350],
    )

    @model_validator(mode="after")
    def _one_way(self) -> PhaseFields:
        if (self.utilization is None) == (self.power_w is None):
            raise names.refusal("utilization_or_power", "needs either utilization or power_w, and only one of them")
        return self

    @property
    def phase(self) -> Phase:
        return Phase(hours=self.hours, utilization=self.utilization, power_w=self.power_w)


def _alike(phases: list[PhaseFields], info: ValidationInfo) -> list[PhaseFields]:
    """Phases that go together, and with the load of the question."""
    with_watts = [phase for phase in phases if phase.power_w is not None]
    if with_watts and len(with_watts) < len(phases):
        raise names.refusal("mixed_phases", "must all have utilization, or all have power_w")
    if with_watts and not any(phase.power_w for phase in phases):
        raise names.refusal("no_power", "must have a phase with a power_w above 0")
    if sum(phase.hours for phase in phases) > MAX_HOURS:
        raise names.refusal("too_long", f"must together be at most {MAX_HOURS:g} hours")
    if info.data.get("utilization") is not None:
        raise names.refusal("phases_or_utilization", "cannot be combined with utilization: each phase has its own")
    if with_watts and info.data.get("accelerator_utilization") is not None:
        detail = "with power_w cannot be combined with accelerator_utilization: power_w includes the accelerators"
        raise names.refusal("phases_or_utilization", detail)
    return phases


Phases = Annotated[
    Annotated[list[PhaseFields], Field(min_length=1, max_length=MAX_PHASES), AfterValidator(_alike)] | None,
    Field(
        description=f"The power of the job over time, 1 to {MAX_PHASES} phases in order, all with utilization or all "
        "with power_w. Their hours together are duration_hours, which is left out or equal. The windows are those of "
        "least emissions with each hour's intensity weighted by the energy of its phase. Cannot be combined with "
        "interruptible.",
        examples=[[{"hours": 1, "utilization": 0.2}, {"hours": 3, "utilization": 0.9}]],
    ),
]
