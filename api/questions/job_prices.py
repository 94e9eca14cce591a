"""What a job may cost, as a question gives it."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo

from api.questions import names

T = TypeVar("T")


def _with_instance_type(value: T, info: ValidationInfo) -> T:
    """Only what is sold has a price. A type that is wrong has its own errors."""
    if value is None or info.data.get("instance_type", "wrong") is not None:
        return value
    if info.data.get("machine", "wrong") is None:
        raise names.refusal("instance_type_missing", "needs instance_type, whose price is counted")
    raise names.refusal("instance_type_missing", "needs instance_type: a machine by its parts has no price")


OfInstanceType = AfterValidator(_with_instance_type)
Spot = Annotated[
    Annotated[bool | None, OfInstanceType],
    Field(
        description="true: use spot prices; only regions whose spot price is at most 365 days old qualify. Default: "
        "on-demand prices."
    ),
]
MaxPricePerHour = Annotated[
    Annotated[Annotated[float, Field(gt=0, le=1_000_000)] | None, OfInstanceType],
    Field(
        description="Maximum price in USD per hour of one machine; regions with an unknown price are left out too.",
        examples=[1.5],
    ),
]
CarbonPrice = Annotated[
    Annotated[Annotated[float, Field(ge=0, le=100_000)] | None, OfInstanceType],
    Field(
        description="Price of carbon in USD per tonne of CO2e. With it regions are ranked by the cost of the job and "
        "of its emissions together (0: by the cost of the job, then by emissions), and a restart is counted with its "
        "price. Default: regions are ranked by emissions.",
        examples=[100],
    ),
]
