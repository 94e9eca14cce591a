"""Problems (RFC 9457), and the answer that explains a kind of problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from api.edge.problem_type import ProblemType as Kind
from api.openapi.enumerations import ProblemType
from api.shapes.numbers import rounded, stamp
from api.shapes.reading import Json, Reading
from api.shapes.shape import Shape
from carbon.budgets import Limited
from carbon.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedProblem:
    """A kind of problem, and the body of one."""

    kind: Kind
    example: Json


of_explained = Reading(ExplainedProblem)


def _absent(text: str, **constraints: Any) -> Any:
    """A field that some problems lack."""
    return Field(default=None, description=text, **constraints)


class FieldProblem(Shape):
    """One wrong field: `pointer` in a body, `parameter` in a query string or path."""

    pointer: str = _absent(
        "Place in the body, a JSON Pointer as a URI fragment; absent for a parameter.", examples=["#/options/0/region"]
    )
    parameter: str = _absent("Name of the parameter; absent for a field of the body.", examples=["provider"])
    code: str = Field(description="Stable code for programs.", examples=["unknown_region"])
    detail: str = Field(description="Explanation for people.")
    nearest: list[str] = _absent("Valid values similar to the one sent; absent if there are none.")


class NearestOffer(Shape):
    """The offer nearest to a bound that stands in the way: it meets everything but that and what is disregarded."""

    constraint: str = Field(description="The field of the request that sets the bound.", examples=["requirements.gpus"])
    requested: float = Field(description="The bound.")
    nearest: float = Field(description="What the offer has, costs or emits, in the unit of the bound.")
    region: str = Field(description="As provider:region.")
    instance_type: str = Field(description="The provider's name of the type.")
    count: int | None = Field(description="How many of these machines have what is requested; null for other bounds.")
    disregarded: list[str] = Field(
        description="Other bounds that it does not meet, if several stand in the way together; usually empty.",
        examples=[[]],
    )


class LackingAmount(Shape):
    """What a placement takes of a limit of a budget, and what is left of it."""

    period_start: str = Field(description="When the period begins; UTC.")
    period_end: str = Field(description="When it is over; UTC.")
    limit: Limited = Field(description="Of kgCO2e or of US dollars.")
    needed: float | None = Field(description="What the placement takes; null if that is not known.")
    left: float = Field(description="What is left of the limit.")


class NearestWindow(Shape):
    """Machines that could run in a window without a pause."""

    region: str = Field(description="As provider:region.")
    instance_type: str | None = Field(description="Null for a described machine.")
    count: float = Field(description="Number of machines.")
    start: str = Field(description="When they start; UTC.")
    end: str = Field(description="When they end; UTC.")
    co2_emissions_g: float | None = Field(description="gCO2e of the grid; null if unknown.")
    embodied_emissions_g: float | None = Field(description="The hardware's share; null if unknown.")
    cost_usd: float | None = Field(description="Cost; null if unknown.")


class MissingTime(Shape):
    """A time without a stored reading."""

    starts_at: str = Field(description="Start of the time; UTC.")
    ends_at: str = Field(description="End of the time; exclusive.")


class Problem(Shape):
    """A problem as defined in RFC 9457. A 422 has additional members with the reasons."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any]

    type: ProblemType
    title: str = Field(description="The type as text.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field(description="What is wrong with this request, for people.")
    instance: str = _absent("The path of the request; absent if the request could not be read.")
    request_id: str = Field(description="Unique id; also in the X-Request-ID header.")
    errors: list[FieldProblem] = _absent("Every wrong field; absent if none is.")
    nearest: list[str] = _absent(
        "Known names similar to the one in the path; absent if the path contains no unknown name."
    )
    nearest_offers: list[NearestOffer] = _absent(
        "For each bound that stands in the way: the offer nearest to it; absent unless no offer qualifies."
    )
    budget: str = _absent("Name of the budget into which the placement does not fit; absent for other problems.")
    lacking: list[LackingAmount] = _absent("What the budget lacks, by period and limit; absent for other problems.")
    nearest_placement: list[NearestWindow] | None = _absent(
        "What fits into the budget in its place, window by window; null if none was found, absent for other problems."
    )
    needed_role: Role = _absent("The role that the request needs; absent unless its key has too little of one.")
    role: Role = _absent("The role of the key; absent unless it is too little.")
    missing: list[MissingTime] = _absent(
        "The first times without a stored reading; absent unless past readings are lacking."
    )


class ProblemTypeAnswer(Shape):
    """What a kind of problem means."""

    type: ProblemType = of_explained(read=lambda e: e.kind.uri)
    title: str = of_explained("The type as text.", lambda e: e.kind.title)
    status: int = of_explained("The HTTP status of this problem.", lambda e: e.kind.status, ge=400, le=599)
    meaning: str = of_explained("What happened.", lambda e: e.kind.meaning)
    action: str = of_explained("What the caller can do.", lambda e: e.kind.action)
    example: Problem = of_explained.rendered()


def plain(fact: object) -> object:
    """A fact of a refusal as JSON has it."""
    if isinstance(fact, datetime):
        return stamp(fact)
    if isinstance(fact, float):
        return rounded(fact)
    if isinstance(fact, Mapping):
        return {str(name): plain(value) for name, value in fact.items()}
    if isinstance(fact, list | tuple):
        return [plain(value) for value in fact]
    return fact
