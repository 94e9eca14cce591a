"""The parts that several answers share: places, intensities, shares, windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Literal, TypeVar

from pydantic import Field

from api.openapi.enumerations import Basis, DataQuality, MixBasis, Partition, RegionStatus
from api.shapes.budget_periods import ReservedAnswer
from api.shapes.fact_notes import NOTES, FactNote
from api.shapes.reading import Json, Reading
from api.shapes.shape import Shape
from api.shapes.types import FossilFreeShare, GramsPerKwh, Hours, RenewableShare, Rounded, Timestamp
from api.shapes.zone_notes import ZoneNote
from carbon.intensity import LOCATION_BASED, CarbonIntensity, Provenance, SignalName
from carbon.results import GridShares
from carbon.schedules import ExpectedSavings as Expected
from carbon.schedules import Window as Span
from catalog.memo import table_cache
from catalog.model import Region
from mapping import CloudMap

of_region = Reading(Region)
of_origin = Reading(Provenance)
of_intensity = Reading(CarbonIntensity)
of_intensity.part(of_origin, lambda intensity: intensity.provenance)
of_shares = Reading(GridShares)
of_expected = Reading(Expected)
of_span = Reading(Span)
of_span.part(of_intensity, lambda span: span.mean)
of_span.part(of_origin, lambda span: span.mean.provenance)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Listed(Generic[R]):
    """A list's rows as they are shown, and the result they are from."""

    rows: list[Json]
    result: R


ZONE_NOTES = "Zones that were named in place of their region; absent if there are none."
SIGNAL = "marginal if the intensities are; absent for averages."


class Success(Shape):
    """What every success under /api/v1 carries."""

    status: Literal["success"] = Field(description="Always success; errors are problems.")
    request_id: str = Field(description="Unique id; also in the X-Request-ID header.", examples=["carbon_req_5f0c"])
    timestamp: Timestamp = Field(description="The minute for which the answer is valid.")
    data_version: str = Field(
        description="Version of all data. For the same version, minute and request the answer is the same.",
        examples=["1f0c2b7a9d3e4f55-no-key"],
    )
    zone_notes: list[ZoneNote] = Field(default=[], description=ZONE_NOTES)


class GridAnswer(Success):
    """What every success with intensities of now or of hours to come carries."""

    signal: SignalName | None = Field(default=None, description=SIGNAL)


class PlacesAnswer(GridAnswer):
    """What every success about places to run at carries."""

    fact_notes: list[FactNote] = Field(default=[], description=NOTES)


class RecordedAnswer(PlacesAnswer):
    """What every success that may be kept as a decision carries."""

    decision_id: str | None = Field(
        default=None,
        description="Under which it is kept: see GET /api/v1/decisions/{id}. Absent without record.",
        examples=["dec_5f0c"],
    )
    budget: ReservedAnswer | None = Field(
        default=None, description="What is left of the budget that the request names; absent without one."
    )


UNSERVED = "ISO 3166 codes of the countries asked for in which the clouds and the partition asked for have no region."


# How a source's figures became an intensity, and on which terms they may be shown: fields of several shapes.
METHOD = of_origin.optional(
    "How the source's figures became this intensity; absent if the source publishes it, or without a source.",
    lambda o: o.derivation.method,
    examples=["mix x lifecycle factors"],
)
ERROR = of_origin.optional(
    "Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of "
    "hours; absent if unknown. The range from low to high contains it.",
    lambda o: o.derivation.error,
    ge=0,
)
FLOW_TRACED = of_origin.optional(
    "False if imports are not in the figure, or only one step (method); absent without a live source.",
    lambda o: o.derivation.flow_traced,
)
ATTRIBUTION = of_origin.optional(
    "The words that the licence of the source asks for; absent if it asks for none.",
    lambda o: o.derivation.attribution,
    examples=["NESO Carbon Intensity API"],
)
LICENCE = of_origin.optional(
    "Licence of the source's data; absent if unknown.", lambda o: o.derivation.licence, examples=["CC BY 4.0"]
)
BASIS = of_origin.optional(
    "market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for "
    "figures of the grid, which are location-based.",
    lambda o: None if o.basis == LOCATION_BASED else o.basis,
)


class CurrentOrigin(Shape):
    """Where an intensity comes from."""

    is_estimate: bool = of_origin("False only for measured values.", lambda o: o.quality.is_estimate)
    data_quality: DataQuality = of_origin(read=lambda o: o.quality.value)
    source: str = of_origin(
        "A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own "
        "forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile "
        "(by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a "
        "forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in "
        "-corrected.",
        examples=["electricity-maps"],
    )
    datetime: Timestamp = of_origin("Start of the interval that the value describes.", lambda o: o.starts_at)
    age_seconds: int | None = of_origin(
        "Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."
    )
    fallback_reason: str = of_origin.optional(
        "Why no fresh live value is used; absent if one is used.", examples=["no-key"]
    )
    basis: Basis = BASIS
    baseline_from: Timestamp = of_origin.optional(
        "For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses "
        "none, or only that."
    )
    method: str = METHOD
    error: Rounded = ERROR
    flow_traced: bool = FLOW_TRACED
    attribution: str = ATTRIBUTION
    licence: str = LICENCE


class Origin(CurrentOrigin):
    """Where an intensity comes from, and its range."""

    low: GramsPerKwh | None = of_intensity(
        "gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown.", lambda i: i.low_gco2e_per_kwh
    )
    high: GramsPerKwh | None = of_intensity(
        "gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown.", lambda i: i.high_gco2e_per_kwh
    )


class ExpectedSavings(Shape):
    """What waiting as advised saved before, in per cent of starting now. All 0 if the advice is to start now."""

    median: Rounded = of_expected("The 50th centile.", le=100)
    low: Rounded = of_expected("The 10th centile; negative where waiting made it worse.", le=100)
    high: Rounded = of_expected("The 90th centile.", le=100)
    chance_of_saving: Rounded = of_expected("Share of the jobs that saved anything, 0 to 1.", ge=0, le=1)
    basis: str | None = of_expected(
        "Where this was seen: backtest with its years, or stored forecasts of the zone with the number of days on "
        "which they were issued (from 14 on); null if the advice is to start now.",
        examples=["backtest 2022-2023", "stored forecasts of 21 days"],
    )


class GridMix(Shape):
    """The sources of the grid's electricity."""

    renewable_percentage: RenewableShare = of_shares(read=lambda s: s.renewable_share)
    fossil_free_percentage: FossilFreeShare = of_shares(read=lambda s: s.fossil_free_share)
    renewable_percentage_basis: MixBasis = of_shares(read=lambda s: s.basis)
    renewable_percentage_as_of: str | None = of_shares(
        "The year of the figures, or the time of a live value.", lambda s: s.as_of
    )
    renewable_percentage_source: str = of_shares("Source of the shares.", lambda s: s.source)


@lru_cache(maxsize=1024)
def grid_mix(shares: GridShares) -> Json:
    """GridMix of a zone, kept because a zone's yearly figures never change. Read only."""
    return GridMix.of(shares)


class Place(Shape):
    """A cloud's region and its grid zone."""

    region: str = of_region("The provider's id of the region.", examples=["ca-central-1"])
    provider: str = of_region("The provider's key.", examples=["aws"])
    zone: str = of_region("Grid zone, as Electricity Maps names it.", examples=["CA-QC"])
    partition: Partition = of_region()


class Site(Place):
    """A region with what the catalog knows of it."""

    name: str = of_region("The provider's name of the region.", examples=["Canada (Central)"])
    city: str = of_region("The city at or near it.", examples=["Montreal"])
    country: str = of_region("ISO 3166 code.", examples=["CA"])
    latitude: float = of_region("Degrees north.", ge=-90, le=90)
    longitude: float = of_region("Degrees east.", ge=-180, le=180)
    iata: str = of_region("IATA code of the nearest large airport.")
    region_status: RegionStatus = of_region(read=lambda r: r.status)
    zone_published: str | None = of_region("The zone to which Electricity Maps itself assigns the region.")


@table_cache(None)
def sites(mapping: CloudMap) -> Mapping[str, Json]:
    """Site of every region, by provider:region. Read only."""
    return {key: Site.of(region) for key, region in mapping.regions.items()}


class Window(Origin):
    """A time window and its mean intensity."""

    start_time: Timestamp = of_span(read=lambda s: s.starts_at)
    end_time: Timestamp = of_span(read=lambda s: s.ends_at)
    avg_carbon_intensity: GramsPerKwh | None = of_span(
        "Mean over the window; null if unknown.", lambda s: s.mean.gco2e_per_kwh
    )
    duration_hours: Hours = of_span()
