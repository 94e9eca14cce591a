"""The list of by-rank, by-provider, by-country and by-iata: whole rows or chosen fields, and what was left out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypeAliasType

from api.shapes.fact_notes import NOTES, FactNote
from api.shapes.locations import Limits, LocationRow, Money, WaitingSavings
from api.shapes.parts import SIGNAL, UNSERVED, ZONE_NOTES, Listed, of_region
from api.shapes.reading import Reading
from api.shapes.shape import CamelShape
from api.shapes.types import Moment
from api.shapes.zone_notes import ZoneNote
from carbon.intensity import SignalName
from carbon.locations import LocationList
from carbon.results import Exclusion

of_list = Reading(Listed[LocationList])
of_left_out = Reading(Exclusion)
of_left_out.part(of_region, lambda row, at: at.mapping.regions[row.region])


def _as_chosen(schema: dict[str, Any]) -> None:
    """`fields` says which fields there are; one that is chosen and that the row does not have is null."""
    for name in schema["properties"].keys() - schema.pop("required"):
        schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}


class ChosenShape(CamelShape):
    """Base of the parts of a row that was requested with `fields`."""

    model_config = ConfigDict(json_schema_extra=_as_chosen)


class ChosenMoney(ChosenShape, Money):
    """The chosen fields of a price."""


class ChosenLimits(ChosenShape, Limits):
    """The chosen fields of the time a job may run."""


class ChosenWaitingSavings(ChosenShape, WaitingSavings):
    """The chosen fields of what waiting may save."""


class ChosenLocationRow(ChosenShape, LocationRow):
    """The chosen fields of a region; only with `fields`."""

    spot_price: ChosenMoney | None = Field(description="Spot price of instanceType.")
    instance_price: ChosenMoney | None = Field(description="On-demand price of instanceType.")
    schedule_limits: ChosenLimits
    expected_savings: ChosenWaitingSavings | None = Field(
        description="Savings from waiting for notBefore; null without `within`, or if unknown."
    )


LocationItem = TypeAliasType(
    "LocationItem",
    Annotated[
        LocationRow | ChosenLocationRow,
        Field(description="A region with all fields; with `fields`, a region with the chosen fields."),
    ],
)


class LeftOutRow(CamelShape):
    """A region that was requested but is not listed."""

    gid: str = of_region("provider-region; unique.", examples=["aws-eu-north-1"])
    reason: str = of_left_out(
        "no-matching-machine; retired-machine: the named type is no longer sold; policy: and the operator's reason; "
        "or, with estimates=exclude, why there is no measured value: stale, no-key, estimated, ..."
    )


class LocationsAnswer(CamelShape):
    """Regions, best first. The request id is in the X-Request-ID header."""

    regions: list[LocationItem] = of_list.rendered(
        "The regions, best first. A row has all fields unless `fields` selects some.", lambda p: p.rows
    )
    excluded: list[LeftOutRow] = of_list(
        "Regions left out for want of a matching machine or a measured value, or by the operator's policy.",
        lambda p: p.result.excluded,
    )
    countries_without_regions: list[str] = of_list(UNSERVED, lambda p: list(p.result.countries_without_regions))
    total: int = of_list("Number of matching regions, before limit and offset.", lambda p: p.result.total, ge=0)
    zone_notes: list[ZoneNote] = Field(default=[], description=ZONE_NOTES)
    signal: SignalName | None = Field(default=None, description=SIGNAL)
    fact_notes: list[FactNote] = Field(default=[], description=NOTES)
    timestamp: Moment = of_list("The minute for which the answer is valid.", lambda _, at: at.now)
