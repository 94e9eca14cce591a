"""Parts that several answers share, each field with its unit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.enumerations import DataQuality, MixBasis, Partition, RegionStatus
from carbon.power import PowerCurve

Timestamp = Annotated[
    str,
    Field(
        description="UTC, ISO 8601, whole seconds, Z.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-02-11T10:30:00Z"],
    ),
]
Percentage = Annotated[float, Field(ge=0, le=100, description="0 to 100.")]
GramsPerKwh = Annotated[float, Field(ge=0, description="gCO2e per kWh of electricity used, lifecycle, average signal.")]
Grams = Annotated[float, Field(ge=0, description="gCO2e emitted by the grid: power_consumption_kwh x intensity.")]
Kilograms = Annotated[float, Field(ge=0, description="kgCO2e emitted by the grid.")]
Kwh = Annotated[float, Field(ge=0, description="Energy of the facility in kWh, PUE applied.")]
Hours = Annotated[float, Field(gt=0, description="Hours.")]
Watts = Annotated[float, Field(ge=0, description="Watts of all machines together.")]
Usd = Annotated[float, Field(ge=0, description="USD.")]


def absent(description: str, **constraints: Any) -> Any:
    """A field that some answers leave out; the description says which. It is never null unless its type says so."""
    return Field(default=None, description=description, **constraints)


class Answer(BaseModel):
    """Base of every part of an answer."""


class Success(Answer):
    """What every success under /api/v1 carries."""

    status: Literal["success"] = Field(description="Of every success; a failure is a problem.")
    request_id: str = Field(description="Unique; also the X-Request-ID header.", examples=["carbon_req_5f0c"])
    timestamp: Timestamp = Field(description="The minute the answer stands for.")
    data_version: str = Field(
        description="Of all that is known; with it, the minute of timestamp and the question, the answer is the same.",
        examples=["1f0c2b7a9d3e4f55-no-key"],
    )


class Origin(Answer):
    """Where an intensity comes from."""

    is_estimate: bool = Field(description="False only for measured values.")
    data_quality: DataQuality
    source: str = Field(
        description="electricity-maps, electricity-maps-forecast, profile-scaled-to-live, profile (this month and "
        "hour of past years) or annual.",
        examples=["electricity-maps"],
    )
    datetime: Timestamp = Field(description="Start of the interval the value stands for.")
    age_seconds: int | None = Field(
        description="Seconds since that interval ended, 0 while it lasts; null for a baseline, which nobody observed."
    )
    fallback_reason: str = absent("Why no fresh live value is used; absent when one is.", examples=["no-key"])
    baseline_from: Timestamp = absent(
        "For a mean: from when on bare profile steps enter it; absent if none do, or all."
    )


class GridMix(Answer):
    """What the grid's electricity is made of."""

    renewable_percentage: Percentage | None = Field(description="Share of consumption, 0 to 100; null if unknown.")
    fossil_free_percentage: Percentage | None = Field(
        description="Renewable and nuclear share of consumption, 0 to 100; null if unknown."
    )
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None = Field(description="The year, or the time of a live value.")
    renewable_percentage_source: str = Field(description="Where the shares are from.")


class Place(Answer):
    """A cloud's region and its grid zone."""

    region: str = Field(description="The provider's id of the region.", examples=["ca-central-1"])
    provider: str = Field(description="The provider's key.", examples=["aws"])
    zone: str = Field(description="Grid zone, as Electricity Maps names it.", examples=["CA-QC"])


class Site(Place):
    """A region with what the catalog knows of it."""

    name: str = Field(description="The provider's name of the region.", examples=["Canada (Central)"])
    city: str = Field(description="The city at or near it.", examples=["Montreal"])
    country: str = Field(description="ISO 3166 code.", examples=["CA"])
    latitude: float = Field(ge=-90, le=90, description="Degrees north.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east.")
    iata: str = Field(description="Nearest large airport.")
    partition: Partition
    region_status: RegionStatus
    zone_published: str | None = Field(description="The zone Electricity Maps itself maps the region to.")


class Window(Origin):
    """A span of time and its mean intensity."""

    start_time: Timestamp
    end_time: Timestamp
    avg_carbon_intensity: GramsPerKwh | None = Field(description="Mean over the window; null if unknown.")
    duration_hours: Hours


class Uncertainty(Answer):
    """How far the emissions may be off, and why."""

    low_co2_emissions_g: Grams
    high_co2_emissions_g: Grams
    low_factor: float = Field(description="low_co2_emissions_g over the central value.")
    high_factor: float = Field(description="high_co2_emissions_g over the central value.")
    basis: str = Field(description="What the power figure rests on.")


class Cost(Answer):
    """What the machines cost: USD, Linux, before tax. Null is unknown."""

    on_demand_usd_per_hour: Usd | None = Field(description="USD an hour for one machine.")
    spot_usd_per_hour: Usd | None = Field(description="USD an hour for one machine, however old the price is.")
    on_demand_usd: Usd | None = Field(description="USD for all machines over duration_hours.")
    spot_usd: Usd | None = Field(description="USD for all machines over duration_hours.")
    price_as_of: str | None = Field(description="Date of the on-demand price, as its source gives it.")
    spot_price_as_of: str | None = Field(description="Date of the spot price, as its source gives it.")
    price_source: str | None = Field(description="Where the on-demand price is from.")
    spot_price_source: str | None = Field(description="Where the spot price is from.")
    is_estimate: bool = Field(description="True if the on-demand price is us-east-1's times the region's usual factor.")


class Machine(Answer):
    """How a machine was taken to run."""

    count: int = Field(description="Machines of this type.")
    offered: bool | None = Field(description="Whether the region offers the type; null where nobody lists it.")
    pue: float = Field(ge=1, description="Energy of the facility over energy of its IT equipment.")
    utilization: float = Field(ge=0, le=1, description="CPU utilisation, 0 to 1.")
    utilization_defaulted: bool = Field(description="True if the question gave no utilization.")
    accelerator_utilization: float | None = Field(ge=0, le=1, description="0 to 1; null without accelerators.")
    power_model: PowerCurve
    uncertainty: Uncertainty
    embodied_gco2e: Grams = absent("gCO2e: the share of making the hardware; present with include_embodied.")
    total_gco2e: Grams = absent("gCO2e: grid and hardware together; present with include_embodied.")
