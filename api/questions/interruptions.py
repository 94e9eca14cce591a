"""How a job may be interrupted, as a question gives it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from typing_extensions import TypeAliasType

from api.questions import names
from api.questions.fields import Body
from carbon.units import MINUTE_SECONDS
from carbon.workload import Interruption

MAX_MINUTES = 7 * 24 * 60.0
MAX_SEGMENTS = 1000


class InterruptionFields(Body):
    """How a job may be interrupted: in any way if no field is set."""

    min_run_minutes: float = Field(
        0, ge=0, le=MAX_MINUTES, description="Least length of a segment, without its restart.", examples=[60]
    )
    max_segments: Annotated[int, Field(ge=1, le=MAX_SEGMENTS)] | None = Field(
        None, description="Most segments. Default: any number.", examples=[3]
    )
    restart_minutes: float = Field(
        0,
        ge=0,
        le=MAX_MINUTES,
        description="Time that each segment but the first needs to restore the state of the job. It counts in time, "
        "energy, emissions and cost.",
        examples=[5],
    )

    @property
    def interruption(self) -> Interruption:
        return Interruption(
            min_run=self.min_run_minutes * MINUTE_SECONDS,
            max_segments=self.max_segments,
            restart=self.restart_minutes * MINUTE_SECONDS,
        )


InterruptionChoice = TypeAliasType(
    "InterruptionChoice",
    Annotated[
        InterruptionFields | bool,
        Field(description="How a job may be interrupted; true: in any way, false: not at all."),
    ],
)


def _from_truth_value(value: Any) -> Any:
    """true: any interruption; false: none."""
    if isinstance(value, bool):
        return InterruptionFields.model_validate({}) if value else None
    if value is not None and not isinstance(value, dict | InterruptionFields):
        raise names.refusal("interruptible", 'must be true, false, or an object such as {"max_segments": 3}')
    return value


Interruptible = Annotated[
    InterruptionFields | None,
    BeforeValidator(_from_truth_value, json_schema_input_type=InterruptionChoice | None),
    Field(
        description="Whether the job may pause and go on later. true: any number of segments of any length, without "
        "restarts. Times of exclude and blackout then pause the job. Default: it runs in one piece."
    ),
]
