"""Parts that several answers share, each field with its unit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.openapi.enumerations import DataQuality, MixBasis, Partition, RegionStatus
from carbon.power import PowerCurve

Timestamp = Annotated[
    str,
    Field(
        description="UTC time in ISO 8601, with whole seconds and Z.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-02-11T10:30:00Z"],
    ),
]
Percentage = Annotated[float, Field(ge=0, le=100, description="0 to 100.")]
GramsPerKwh = Annotated[float, Field(ge=0, description="gCO2e per kWh of electricity used, lifecycle, average signal.")]
Grams = Annotated[float, Field(ge=0, description="gCO2e emitted by the grid: power_consumption_kwh x intensity.")]
Kilograms = Annotated[float, Field(ge=0, description="kgCO2e emitted by the grid.")]
Kwh = Annotated[float, Field(ge=0, description="Energy of the facility in kWh, including PUE.")]
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

    status: Literal["success"] = Field(description="Always success; errors are problems.")
    request_id: str = Field(description="Unique id; also in the X-Request-ID header.", examples=["carbon_req_5f0c"])
    timestamp: Timestamp = Field(description="The minute for which the answer is valid.")
    data_version: str = Field(
        description="Version of all data. For the same version, minute and request the answer is the same.",
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
    datetime: Timestamp = Field(description="Start of the interval that the value describes.")
    age_seconds: int | None = Field(
        description="Seconds since the end of that interval, 0 before its end; null for a baseline, which is "
        "not an observation."
    )
    fallback_reason: str = absent("Why no fresh live value is used; absent if one is used.", examples=["no-key"])
    baseline_from: Timestamp = absent(
        "For a mean: the time from which it uses profile values only; absent if it uses none, or only those."
    )


class GridMix(Answer):
    """The sources of the grid's electricity."""

    renewable_percentage: Percentage | None = Field(description="Share of consumption, 0 to 100; null if unknown.")
    fossil_free_percentage: Percentage | None = Field(
        description="Renewable and nuclear share of consumption, 0 to 100; null if unknown."
    )
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None = Field(description="The year of the figures, or the time of a live value.")
    renewable_percentage_source: str = Field(description="Source of the shares.")


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
    iata: str = Field(description="IATA code of the nearest large airport.")
    partition: Partition
    region_status: RegionStatus
    zone_published: str | None = Field(description="The zone to which Electricity Maps itself assigns the region.")


class Window(Origin):
    """A time window and its mean intensity."""

    start_time: Timestamp
    end_time: Timestamp
    avg_carbon_intensity: GramsPerKwh | None = Field(description="Mean over the window; null if unknown.")
    duration_hours: Hours


class Uncertainty(Answer):
    """Uncertainty of the emissions, and its basis."""

    low_co2_emissions_g: Grams
    high_co2_emissions_g: Grams
    low_factor: float = Field(description="low_co2_emissions_g divided by the central value.")
    high_factor: float = Field(description="high_co2_emissions_g divided by the central value.")
    basis: str = Field(description="Basis of the power figure.")


class Cost(Answer):
    """Cost of the machines in USD, for Linux, before tax. Null means unknown."""

    on_demand_usd_per_hour: Usd | None = Field(description="USD per hour for one machine.")
    spot_usd_per_hour: Usd | None = Field(
        description="USD per hour for one machine, regardless of the age of the price."
    )
    on_demand_usd: Usd | None = Field(description="USD for all machines over duration_hours.")
    spot_usd: Usd | None = Field(description="USD for all machines over duration_hours.")
    price_as_of: str | None = Field(description="Date of the on-demand price, as its source gives it.")
    spot_price_as_of: str | None = Field(description="Date of the spot price, as its source gives it.")
    price_source: str | None = Field(description="Source of the on-demand price.")
    spot_price_source: str | None = Field(description="Source of the spot price.")
    is_estimate: bool = Field(
        description="True if the on-demand price is the price in us-east-1 times the region's usual factor."
    )


class Machine(Answer):
    """How a machine was taken to run."""

    count: int = Field(description="Number of machines of this type.")
    offered: bool | None = Field(description="Whether the region offers the type; null if unknown.")
    pue: float = Field(ge=1, description="Energy of the facility divided by the energy of its IT equipment.")
    utilization: float = Field(ge=0, le=1, description="CPU utilisation, 0 to 1.")
    utilization_defaulted: bool = Field(description="True if the request gave no utilization.")
    accelerator_utilization: float | None = Field(
        ge=0, le=1, description="Accelerator utilisation, 0 to 1; null without accelerators."
    )
    power_model: PowerCurve
    uncertainty: Uncertainty
    embodied_gco2e: Grams = absent("gCO2e of manufacturing the hardware; present with include_embodied.")
    total_gco2e: Grams = absent("gCO2e of grid and hardware together; present with include_embodied.")
