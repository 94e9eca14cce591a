"""Answers of regions, one region, and zones."""

from __future__ import annotations

from pydantic import Field

from api.answers.common import (
    Answer,
    GramsPerKwh,
    GridMix,
    Origin,
    Percentage,
    Place,
    Site,
    Success,
    Timestamp,
)
from api.enumerations import DataQuality, ProfileBasis


class RegionRow(Site, Origin, GridMix):
    """A region's grid now."""

    carbon_intensity: GramsPerKwh | None = Field(description="The value now, gCO2e/kWh; null if unknown.")


class RegionsAnswer(Success):
    """Regions in the order asked for."""

    total_regions: int = Field(ge=0, description="Regions that match, before the limit.")
    regions: list[RegionRow] = Field(description="The regions, up to the limit.")


class Forecast(Origin):
    """The next 24 hours; is_estimate to age_seconds describe the average."""

    average: GramsPerKwh | None = Field(description="Mean over time from now, gCO2e/kWh.")
    minimum: GramsPerKwh = Field(description="Lowest of the hours, gCO2e/kWh.")
    maximum: GramsPerKwh = Field(description="Highest of the hours, gCO2e/kWh.")


class Hour(Origin):
    """One UTC hour; `datetime` is that of the value, which for the hour of now may be an earlier one."""

    starts_at: Timestamp = Field(description="Start of the hour.")
    carbon_intensity: GramsPerKwh


class RegionFacts(Site, Origin, GridMix):
    """One region now and over the next 24 hours; is_estimate to age_seconds describe the value now."""

    note: str | None = Field(description="What to know about the region, such as a doubt about its grid zone.")
    pue: float = Field(ge=1, description="The provider's power usage effectiveness.")
    current_carbon_intensity: GramsPerKwh | None = Field(description="gCO2e/kWh now; null if unknown.")
    forecast_24h: Forecast
    optimal_hours_utc: list[int] = Field(
        description="The nine lowest of the next 24 hours, in time order; empty when they differ by under 2 %."
    )
    hourly_forecast: list[Hour] = Field(description="Every hour of the next 24, that of now included.")
    timestamp: Timestamp


class RegionAnswer(Success):
    """One region's grid."""

    region_details: RegionFacts


class Annual(Answer):
    """A zone's yearly figures."""

    carbon_intensity: GramsPerKwh | None = Field(description="Annual mean, gCO2e/kWh; null if nobody publishes one.")
    is_estimate: bool = Field(description="True: a yearly mean was not measured.")
    data_quality: DataQuality
    datetime: Timestamp | None = Field(description="Start of the year; null where no year is published.")
    age_seconds: None = Field(description="Null: a yearly mean was not observed at one time.")
    renewable_percentage: Percentage | None = Field(description="Share of consumption, 0 to 100; null if unknown.")
    fossil_free_percentage: Percentage | None = Field(
        description="Renewable and nuclear share of consumption, 0 to 100; null if unknown."
    )
    year: int | None = Field(description="The year the figures are of; null if unknown.")
    method: str = Field(description="How the figure was obtained.", examples=["em_published"])
    source: str = Field(description="Where the figures are from.")
    as_of: str = Field(description="Date of the source.")


class Profile(Answer):
    """The month and hour profile that stands in where no live value does."""

    basis: ProfileBasis
    zone: str = Field(description="The zone whose shape is used.")
    years: str = Field(description="The years it is made from.", examples=["2021-2025"])
    from_estimates: bool = Field(description="True if the hours it is made from were themselves estimated.")
    weekend_factor: float = Field(description="Mean weekend over mean weekday intensity; 1 where none is kept.")


class ZoneFacts(Origin, GridMix):
    """A grid zone now and by the year."""

    zone: str = Field(description="The zone, as Electricity Maps names it.", examples=["CA-QC"])
    country: str = Field(description="ISO 3166 code.", examples=["CA"])
    current_carbon_intensity: GramsPerKwh | None = Field(description="gCO2e/kWh now; null if unknown.")
    annual: Annual
    profile: Profile
    note: str = Field(description="What to know about the zone; often empty.")
    regions: list[Place] = Field(description="The cloud regions in it.")


class ZoneAnswer(Success):
    """One grid zone."""

    zone_details: ZoneFacts
