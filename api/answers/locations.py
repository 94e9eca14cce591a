"""Answers of by-rank, by-provider, by-country and by-iata."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.answers.common import Answer, GramsPerKwh, Percentage, absent
from api.enumerations import Arch, DataQuality, SpotScoreSource

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
    """What a machine costs: Linux, shared tenancy, before tax."""

    per_second: float = Field(gt=0, description="USD a second: perHour / 3600, ten significant digits.")
    per_hour: float = Field(gt=0, description="USD an hour, as the price list has it.")
    currency: Literal["USD"] = Field(description="Of both prices.")


class Limits(CamelAnswer):
    """How long a job may run from the later of now and notBefore to notAfter."""

    seconds: int = Field(ge=0, description="Whole seconds.")
    minutes: int = Field(ge=0, description="The seconds in minutes, rounded half up.")
    hours: int = Field(ge=0, description="The seconds in hours, rounded half up.")


class LocationRow(CamelAnswer):
    """A region of a cloud: its carbon, its prices, and how long it stays about as green. Unknown is null."""

    gid: str = Field(description="provider-region, unique.", examples=["aws-eu-north-1"])
    id: str = Field(description="The provider's own id.", examples=["eu-north-1"])
    intensity: GramsPerKwh | None = Field(
        description="gCO2e/kWh now; with durationHours the mean over the job; with within alone the mean over the "
        "best hour."
    )
    spot_score: int | None = Field(
        ge=1, le=10, description="How likely spot capacity stays yours, 1 to 10; 10 and 1 are never estimated."
    )
    spot_price: Money | None = Field(
        description="Of instanceType. One older than 365 days is shown, but sorts and filters as unknown."
    )
    instance_price: Money | None = Field(description="On-demand price of instanceType.")
    not_before: Moment = Field(description="Now, or the best start.")
    not_after: Moment = Field(
        description="End of the unbroken run of hours, from the one that holds notBefore, at or below 1.10 x intensity."
    )
    schedule_limits: Limits
    fits: bool = absent("Whether the job ends by notAfter; present with durationHours.")
    provider: str = Field(description="The provider's key.", examples=["aws"])
    name: str = Field(description="The provider's name of the region.", examples=["Europe (Stockholm)"])
    city: str = Field(description="The city at or near it.", examples=["Stockholm"])
    country: str = Field(description="ISO 3166 code.", examples=["SE"])
    iata: str = Field(description="Nearest large airport; what by-iata looks for.", examples=["ARN"])
    iata_also: list[str] = Field(description="Other airports near it.")
    zone: str = Field(description="Grid zone, as Electricity Maps names it.", examples=["SE-SE3"])
    latitude: float = Field(ge=-90, le=90, description="Degrees north.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east.")
    instance_type: str | None = Field(description="The machine the prices are for; null where none fits.")
    arch: Arch | None = Field(description="Instruction set of instanceType's CPU.")
    renewable_percentage: Percentage | None = Field(description="Share of consumption in a year, 0 to 100.")
    renewable_percentage_as_of: str | None = Field(description="The year.")
    renewable_percentage_source: str = Field(description="Where the share is from.")
    is_estimate: bool = Field(description="Of intensity; false only for measured values.")
    data_quality: DataQuality
    source: str = Field(
        description="Of intensity: electricity-maps, electricity-maps-forecast, profile-scaled-to-live, profile (this "
        "month and hour of past years) or annual.",
        examples=["electricity-maps"],
    )
    data_as_of: Moment | None = Field(
        description="Start of the interval the intensity stands for; null for a baseline, which nobody observed."
    )
    age_seconds: int | None = Field(description="Seconds since that interval ended, 0 while it lasts; null as above.")
    fallback_reason: str = absent("Why no live value is used; absent when one is.", examples=["no-key"])
    baseline_from: Moment = absent("For a mean: from when on bare profile steps enter it; absent if none do.")
    price_as_of: str | None = Field(description="Date of instancePrice.")
    price_is_estimate: bool | None = Field(description="True: a price elsewhere times a region's factor.")
    price_source: str | None = Field(description="Where instancePrice is from.")
    spot_price_as_of: str | None = Field(description="Date of spotPrice.")
    spot_price_source: str | None = Field(description="Where spotPrice is from.")
    spot_score_source: SpotScoreSource | None
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

    spot_price: ChosenMoney | None = Field(description="Of instanceType.")
    instance_price: ChosenMoney | None = Field(description="On-demand price of instanceType.")
    schedule_limits: ChosenLimits


class LeftOutRow(CamelAnswer):
    """A region that was asked for and is not listed."""

    gid: str = Field(description="provider-region, unique.", examples=["aws-eu-north-1"])
    reason: str = Field(
        description="no-matching-machine; or, with estimates=exclude, why there is no measured value: stale, no-key, "
        "estimated, ..."
    )


class LocationsAnswer(CamelAnswer):
    """Regions best first. The request's id is in the X-Request-ID header."""

    regions: list[LocationRow | ChosenLocationRow] = Field(
        description="The regions, best first. Every field of a row is there unless `fields` chooses some."
    )
    excluded: list[LeftOutRow] = Field(description="Regions left out for a reason that the catalog cannot tell before.")
    total: int = Field(ge=0, description="Regions that match, before the limit.")
    timestamp: Moment = Field(description="The minute the answer stands for.")
