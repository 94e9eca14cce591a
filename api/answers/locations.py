"""Answers of by-rank, by-provider, by-country and by-iata."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType

from api.answers.common import Answer, GramsPerKwh, Percentage, absent
from api.openapi.enumerations import Arch, DataQuality, SpotScoreSource

Moment = Annotated[
    str,
    Field(
        description="UTC, ISO 8601, whole seconds, +00:00.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-02-11T10:30:00+00:00"],
    ),
]


class CamelAnswer(Answer):
    """Base of the parts whose fields are written in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


class Money(CamelAnswer):
    """Price of a machine for Linux with shared tenancy, before tax."""

    per_second: float = Field(gt=0, description="USD per second: perHour / 3600, with ten significant digits.")
    per_hour: float = Field(gt=0, description="USD per hour, as in the price list.")
    currency: Literal["USD"] = Field(description="Currency of both prices.")


class Limits(CamelAnswer):
    """How long a job may run: from now or notBefore, whichever is later, to notAfter."""

    seconds: int = Field(ge=0, description="Whole seconds.")
    minutes: int = Field(ge=0, description="The same in minutes, rounded half up.")
    hours: int = Field(ge=0, description="The same in hours, rounded half up.")


class LocationRow(CamelAnswer):
    """A region of a cloud: its carbon intensity, its prices, and how long it stays as green. Null means unknown."""

    gid: str = Field(description="provider-region; unique.", examples=["aws-eu-north-1"])
    id: str = Field(description="The provider's own id.", examples=["eu-north-1"])
    intensity: GramsPerKwh | None = Field(
        description="gCO2e/kWh now; with durationHours the mean over the job; with only `within` the mean over "
        "the best hour."
    )
    spot_score: int | None = Field(
        ge=1,
        le=10,
        description="How rarely spot capacity is interrupted: 1 often, 10 hardly ever. Estimates never give 1 or 10.",
    )
    spot_price: Money | None = Field(
        description="Spot price of instanceType. A price older than 365 days is shown, but treated as unknown "
        "when sorting and filtering."
    )
    instance_price: Money | None = Field(description="On-demand price of instanceType.")
    not_before: Moment = Field(description="Now, or the best start time.")
    not_after: Moment = Field(
        description="Until when the hourly values, from the hour of notBefore on, stay at or below 1.10 x intensity."
    )
    schedule_limits: Limits
    fits: bool = absent("Whether the job ends by notAfter; present with durationHours.")
    provider: str = Field(description="The provider's key.", examples=["aws"])
    name: str = Field(description="The provider's name of the region.", examples=["Europe (Stockholm)"])
    city: str = Field(description="The city at or near it.", examples=["Stockholm"])
    country: str = Field(description="ISO 3166 code.", examples=["SE"])
    iata: str = Field(description="Nearest large airport; by-iata searches for it.", examples=["ARN"])
    iata_also: list[str] = Field(description="Other airports near it.")
    zone: str = Field(description="Grid zone, as Electricity Maps names it.", examples=["SE-SE3"])
    latitude: float = Field(ge=-90, le=90, description="Degrees north.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east.")
    instance_type: str | None = Field(description="Instance type that the prices are for; null if none fits.")
    arch: Arch | None = Field(description="Instruction set of instanceType's CPU.")
    renewable_percentage: Percentage | None = Field(description="Share of the yearly consumption, 0 to 100.")
    renewable_percentage_as_of: str | None = Field(description="The year of the share.")
    renewable_percentage_source: str = Field(description="Source of the share.")
    is_estimate: bool = Field(description="Whether intensity is an estimate; false only for measured values.")
    data_quality: DataQuality
    source: str = Field(
        description="Source of intensity: electricity-maps, electricity-maps-forecast, "
        "profile-scaled-to-live, profile (this month and hour of past years) or annual.",
        examples=["electricity-maps"],
    )
    data_as_of: Moment | None = Field(
        description="Start of the interval that intensity describes; null for a baseline, which is not an observation."
    )
    age_seconds: int | None = Field(
        description="Seconds since the end of that interval, 0 before its end; null for a baseline."
    )
    fallback_reason: str = absent("Why no live value is used; absent if one is used.", examples=["no-key"])
    baseline_from: Moment = absent(
        "For a mean: the time from which it uses profile values only; absent if it uses none."
    )
    price_as_of: str | None = Field(description="Date of instancePrice.")
    price_is_estimate: bool | None = Field(description="True if the price is another region's times a factor.")
    price_source: str | None = Field(description="Source of instancePrice.")
    spot_price_as_of: str | None = Field(description="Date of spotPrice.")
    spot_price_source: str | None = Field(description="Source of spotPrice.")
    spot_score_source: SpotScoreSource | None = Field(description="How the spot score was made; null without one.")
    spot_score_as_of: str | None = Field(description="Date of spotScore.")


def _as_chosen(schema: dict[str, Any]) -> None:
    """`fields` says which fields there are; one that is chosen and that the row does not have is null."""
    for name in schema["properties"].keys() - schema.pop("required"):
        schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}


class ChosenAnswer(CamelAnswer):
    """Base of the parts of a row that was asked for with `fields`."""

    model_config = ConfigDict(json_schema_extra=_as_chosen)


class ChosenMoney(ChosenAnswer, Money):
    """The chosen fields of a price."""


class ChosenLimits(ChosenAnswer, Limits):
    """The chosen fields of the time a job may run."""


class ChosenLocationRow(ChosenAnswer, LocationRow):
    """The chosen fields of a region; only with `fields`."""

    spot_price: ChosenMoney | None = Field(description="Spot price of instanceType.")
    instance_price: ChosenMoney | None = Field(description="On-demand price of instanceType.")
    schedule_limits: ChosenLimits


LocationItem = TypeAliasType(
    "LocationItem",
    Annotated[
        LocationRow | ChosenLocationRow,
        Field(description="A region with all fields; with `fields`, a region with the chosen fields."),
    ],
)


class LeftOutRow(CamelAnswer):
    """A region that was requested but is not listed."""

    gid: str = Field(description="provider-region; unique.", examples=["aws-eu-north-1"])
    reason: str = Field(
        description="no-matching-machine; or, with estimates=exclude, why there is no measured value: stale, no-key, "
        "estimated, ..."
    )


class LocationsAnswer(CamelAnswer):
    """Regions, best first. The request id is in the X-Request-ID header."""

    regions: list[LocationItem] = Field(
        description="The regions, best first. A row has all fields unless `fields` selects some."
    )
    excluded: list[LeftOutRow] = Field(
        description="Regions left out because they have no matching machine or no measured value."
    )
    total: int = Field(ge=0, description="Number of matching regions, before limit and offset.")
    timestamp: Moment = Field(description="The minute for which the answer is valid.")
