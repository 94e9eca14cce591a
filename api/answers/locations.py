"""Answers of by-rank, by-provider, by-country and by-iata."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.answers.common import Answer, GramsPerKwh, Percentage, Quality

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


def _not_required(schema: dict[str, Any]) -> None:
    """Which fields there are is the question's to say."""
    del schema["required"]


class ChosenAnswer(CamelAnswer):
    """Base of the parts of which `fields` may choose some."""

    model_config = ConfigDict(json_schema_extra=_not_required)


class Money(ChosenAnswer):
    """What a machine costs: Linux, shared tenancy, before tax."""

    per_second: float = Field(gt=0, description="USD a second: perHour / 3600, ten significant digits.")
    per_hour: float = Field(gt=0, description="USD an hour, as the price list has it.")
    currency: Literal["USD"]


class Limits(ChosenAnswer):
    """How long a job may run from the later of now and notBefore to notAfter."""

    seconds: int = Field(ge=0, description="Whole seconds.")
    minutes: int = Field(ge=0, description="The seconds in minutes, rounded half up.")
    hours: int = Field(ge=0, description="The seconds in hours, rounded half up.")


class LocationRow(ChosenAnswer):
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
    fits: bool | None = Field(None, description="Whether the job ends by notAfter; with durationHours only.")
    provider: str = Field(examples=["aws"])
    name: str
    city: str
    country: str = Field(description="ISO 3166 code.", examples=["SE"])
    iata: str = Field(description="Nearest large airport; what by-iata looks for.", examples=["ARN"])
    iata_also: list[str] = Field(description="Other airports near it.")
    zone: str = Field(description="Grid zone, as Electricity Maps names it.", examples=["SE-SE3"])
    latitude: float = Field(ge=-90, le=90, description="Degrees north.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east.")
    instance_type: str | None = Field(description="The machine the prices are for; null where none fits.")
    arch: str | None = Field(description="arm64 or x86_64, of instanceType.")
    renewable_percentage: Percentage | None = Field(description="Share of consumption in a year, 0 to 100.")
    renewable_percentage_as_of: str | None = Field(description="The year.")
    renewable_percentage_source: str
    is_estimate: bool = Field(description="Of intensity; false only for measured values.")
    data_quality: Quality
    source: str = Field(
        description="Of intensity: electricity-maps, electricity-maps-forecast, profile-scaled-to-live, profile (this "
        "month and hour of past years) or annual.",
        examples=["electricity-maps"],
    )
    data_as_of: Moment | None = Field(
        description="Start of the interval the intensity stands for; null for a baseline, which nobody observed."
    )
    age_seconds: int | None = Field(description="Seconds since that interval ended, 0 while it lasts; null as above.")
    fallback_reason: str | None = Field(None, description="Why no live value is used; absent when one is.")
    baseline_from: Moment | None = Field(
        None, description="For a mean: from when on bare profile steps enter it; absent if none do."
    )
    price_as_of: str | None = Field(description="Date of instancePrice.")
    price_is_estimate: bool | None = Field(description="True: a price elsewhere times a region's factor.")
    price_source: str | None = Field(description="Where instancePrice is from.")
    spot_price_as_of: str | None = Field(description="Date of spotPrice.")
    spot_price_source: str | None = Field(description="Where spotPrice is from.")
    spot_score_source: Literal["aws-advisor-estimate"] | None = Field(
        description="From the band of monthly interruptions that AWS publishes: an estimate, not AWS' placement score."
    )
    spot_score_as_of: str | None = Field(description="Date of spotScore.")


class LeftOutRow(CamelAnswer):
    """A region that was asked for and is not listed."""

    gid: str
    reason: str = Field(
        description="no-matching-machine; or, with estimates=exclude, why there is no measured value: stale, no-key, "
        "estimated, ..."
    )


class LocationsAnswer(CamelAnswer):
    """Regions best first. The request's id is in the X-Request-ID header."""

    regions: list[LocationRow]
    excluded: list[LeftOutRow]
    total: int = Field(ge=0, description="Regions that match, before the limit.")
    timestamp: Moment = Field(description="The minute the answer stands for.")
