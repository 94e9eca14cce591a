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
from api.openapi.enumerations import DataQuality, ProfileBasis


class RegionRow(GridMix, Origin, Site):
    """A region's grid now."""

    carbon_intensity: GramsPerKwh | None = Field(description="Current value in gCO2e/kWh; null if unknown.")


class RegionsAnswer(Success):
    """Regions in the requested order."""

    total_regions: int = Field(ge=0, description="Number of matching regions, before limit and offset.")
    regions: list[RegionRow] = Field(description="The regions from offset on, up to the limit.")


class Forecast(Origin):
    """The next 24 hours; is_estimate to age_seconds describe the average."""

    average: GramsPerKwh | None = Field(description="Mean from now on, in gCO2e/kWh.")
    minimum: GramsPerKwh = Field(description="Lowest hourly value in gCO2e/kWh.")
    maximum: GramsPerKwh = Field(description="Highest hourly value in gCO2e/kWh.")


class Hour(Origin):
    """One UTC hour; `datetime` belongs to the value, which for the current hour may be an earlier one."""

    starts_at: Timestamp = Field(description="Start of the hour.")
    carbon_intensity: GramsPerKwh


class RegionFacts(Site, Origin, GridMix):
    """One region now and over the next 24 hours; is_estimate to age_seconds describe the value now."""

    note: str | None = Field(description="Remark about the region, such as a doubt about its grid zone.")
    pue: float = Field(ge=1, description="The provider's power usage effectiveness.")
    current_carbon_intensity: GramsPerKwh | None = Field(description="Current value in gCO2e/kWh; null if unknown.")
    forecast_24h: Forecast
    optimal_hours_utc: list[int] = Field(
        description="The nine hours with the lowest values among the next 24, in order of time; empty if the "
        "hours differ by less than 2 %."
    )
    hourly_forecast: list[Hour] = Field(description="All of the next 24 hours, including the current one.")
    timestamp: Timestamp


class RegionAnswer(Success):
    """One region's grid."""

    region_details: RegionFacts


class Annual(Answer):
    """A zone's yearly figures."""

    carbon_intensity: GramsPerKwh | None = Field(description="Annual mean in gCO2e/kWh; null if none is published.")
    is_estimate: bool = Field(description="Always true: a yearly mean is not a measured value.")
    data_quality: DataQuality
    datetime: Timestamp | None = Field(description="Start of the year; null if no year is published.")
    age_seconds: int | None = Field(description="Always null: a yearly mean does not belong to one point in time.")
    renewable_percentage: Percentage | None = Field(description="Share of consumption, 0 to 100; null if unknown.")
    fossil_free_percentage: Percentage | None = Field(
        description="Renewable and nuclear share of consumption, 0 to 100; null if unknown."
    )
    year: int | None = Field(description="The year the figures are of; null if unknown.")
    method: str = Field(description="How the figure was obtained.", examples=["em_published"])
    source: str = Field(description="Source of the figures.")
    as_of: str = Field(description="Date of the source.")


class Profile(Answer):
    """The profile by month and hour that is used when there is no live value."""

    basis: ProfileBasis
    zone: str = Field(description="The zone whose shape is used.")
    years: str = Field(description="The years from which it was made.", examples=["2021-2025"])
    from_estimates: bool = Field(description="True if the hours from which it was made were themselves estimates.")
    weekend_factor: float = Field(
        description="Mean weekend intensity divided by mean weekday intensity; 1 if the profile has no weekend factor."
    )


class ZoneFacts(Origin, GridMix):
    """Current and yearly figures of a grid zone."""

    zone: str = Field(description="The zone, as Electricity Maps names it.", examples=["CA-QC"])
    country: str = Field(description="ISO 3166 code.", examples=["CA"])
    current_carbon_intensity: GramsPerKwh | None = Field(description="Current value in gCO2e/kWh; null if unknown.")
    annual: Annual
    profile: Profile
    note: str = Field(description="Remark about the zone; often empty.")
    regions: list[Place] = Field(description="The cloud regions in it.")


class ZoneAnswer(Success):
    """One grid zone."""

    zone_details: ZoneFacts
