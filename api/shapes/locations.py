"""Answers of by-rank, by-provider, by-country and by-iata: regions, prices, and how long they stay green."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypeAliasType

from api.openapi.enumerations import Arch, DataQuality, SpotScoreSource
from api.shapes.catalog import of_type
from api.shapes.parts import (
    UNSERVED,
    ZONE_NOTES,
    ExpectedSavings,
    Listed,
    of_intensity,
    of_origin,
    of_region,
    of_shares,
)
from api.shapes.reading import At, Json, Reading
from api.shapes.shape import CamelShape
from api.shapes.types import GramsPerKwh, Moment, Percentage, Rounded
from api.shapes.zone_notes import ZoneNote
from carbon.locations import Exclusion, Location, LocationList, ScheduleLimits, Stay
from carbon.units import SECONDS_PER_HOUR
from catalog.memo import table_cache
from catalog.model import InstanceType, Region
from catalog.packed import PriceSource
from catalog.prices import SCORE_SOURCE, Price, PriceTable

# Enough for a price an hour of whole millionths of a dollar to come back when it is taken times 3600.
PER_SECOND_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What of a row stays the same while the service runs. kind: None where no machine fits."""

    region: Region
    kind: InstanceType | None
    price: Price | None


of_usd_per_hour = Reading(float)
of_limits = Reading(ScheduleLimits)
of_offer = Reading(Offer)
of_price = Reading(Price)
of_offer.part(of_region, lambda offer: offer.region)
of_offer.part(of_type, lambda offer: offer.kind, may_lack=True)
of_offer.part(of_price, lambda offer: offer.price, may_lack=True)
of_stay = Reading(Stay)
of_location = Reading(Location)
of_location.part(of_stay, lambda location: location.stay)
of_location.part(of_intensity, lambda location: location.stay.intensity)
of_location.part(of_origin, lambda location: location.stay.intensity.provenance)
of_location.part(of_shares, lambda location: location.shares)
of_left_out = Reading(Exclusion)
of_left_out.part(of_region, lambda row, at: at.mapping.regions[row.region])
of_list = Reading(Listed[LocationList])


class Money(CamelShape):
    """Price of a machine for Linux with shared tenancy, before tax."""

    per_second: float = of_usd_per_hour(
        "USD per second: perHour / 3600, with ten significant digits.",
        lambda u: float(f"{u / SECONDS_PER_HOUR:.{PER_SECOND_DIGITS}g}"),
        gt=0,
    )
    per_hour: float = of_usd_per_hour("USD per hour, as in the price list.", lambda u: u, gt=0)
    currency: Literal["USD"] = of_usd_per_hour("Currency of both prices.", lambda _: "USD")


class Limits(CamelShape):
    """How long a job may run: from now or notBefore, whichever is later, to notAfter."""

    seconds: int = of_limits("Whole seconds.", ge=0)
    minutes: int = of_limits("The same in minutes, rounded half up.", ge=0)
    hours: int = of_limits("The same in hours, rounded half up.", ge=0)


class WaitingSavings(CamelShape, ExpectedSavings):
    """What waiting for notBefore saved in backtests, in per cent of starting now. All 0 if notBefore is now."""


class LocationRow(CamelShape):
    """A region of a cloud: its carbon intensity, its prices, and how long it stays as green. Null means unknown."""

    gid: str = of_region("provider-region; unique.", examples=["aws-eu-north-1"])
    id: str = of_region("The provider's own id.", lambda r: r.region, examples=["eu-north-1"])
    intensity: GramsPerKwh | None = of_stay(
        "gCO2e/kWh now; with durationHours the mean over the job; with only `within` that of the best hour.",
        lambda s: s.intensity.gco2e_per_kwh,
    )
    spot_score: int | None = of_price(
        "How rarely spot capacity is interrupted: 1 often, 10 hardly ever. Estimates never give 1 or 10.", ge=1, le=10
    )
    spot_price: Money | None = of_price(
        "Spot price of instanceType. When sorting and filtering, one older than 365 days is treated as unknown.",
        lambda p: p.spot_usd_per_hour,
    )
    instance_price: Money | None = of_price("On-demand price of instanceType.", lambda p: p.on_demand_usd_per_hour)
    not_before: Moment = of_stay("Now, or the best start time.")
    not_after: Moment = of_stay(
        "Until when the hourly values, from the hour of notBefore on, stay at or below 1.10 x intensity."
    )
    schedule_limits: Limits = of_stay(read=lambda s: s.limits)
    fits: bool = of_stay.optional("Whether the job ends by notAfter; present with durationHours.", lambda s: s.fits)
    expected_savings: WaitingSavings | None = of_stay(
        "Savings from waiting for notBefore, as backtests had them; null without `within`, or if unknown.",
        lambda s: s.expected,
    )
    provider: str = of_region("The provider's key.", examples=["aws"])
    name: str = of_region("The provider's name of the region.", examples=["Europe (Stockholm)"])
    city: str = of_region("The city at or near it.", examples=["Stockholm"])
    country: str = of_region("ISO 3166 code.", examples=["SE"])
    iata: str = of_region("Nearest large airport; by-iata searches for it.", examples=["ARN"])
    iata_also: list[str] = of_region("Other airports near it.")
    zone: str = of_region("Grid zone, as Electricity Maps names it.", examples=["SE-SE3"])
    latitude: float = of_region("Degrees north.", ge=-90, le=90)
    longitude: float = of_region("Degrees east.", ge=-180, le=180)
    instance_type: str | None = of_type("Instance type that the prices are for; null if none fits.")
    arch: Arch | None = of_type("Instruction set of instanceType's CPU.")
    renewable_percentage: Percentage | None = of_shares(
        "Share of the yearly consumption, 0 to 100.", lambda s: s.renewable_share
    )
    renewable_percentage_as_of: str | None = of_shares("The year of the share.", lambda s: s.as_of)
    renewable_percentage_source: str = of_shares("Source of the share.", lambda s: s.source)
    is_estimate: bool = of_origin("False only if intensity is measured.", lambda o: o.quality.is_estimate)
    data_quality: DataQuality = of_origin(read=lambda o: o.quality.value)
    source: str = of_origin(
        "Source of intensity: one of /api/v1/sources, or that with -forecast behind it, profile-scaled-to-live, "
        "profile-scaled-to-forecast, profile "
        "(this month and hour of past years) or annual. Live sources end in -corrected where the zone's level is.",
        examples=["electricity-maps"],
    )
    data_as_of: Moment | None = of_origin(
        "Start of the interval that intensity describes; null for a baseline, which is not an observation.",
        lambda o: None if o.age_seconds is None else o.starts_at,
    )
    age_seconds: int | None = of_origin("Seconds since the end of that interval, at least 0; null for a baseline.")
    low: GramsPerKwh | None = of_intensity(
        "The 10th centile of what may come instead of intensity, from backtests; null if unknown.",
        lambda i: i.low_gco2e_per_kwh,
    )
    high: GramsPerKwh | None = of_intensity(
        "The 90th centile of what may come instead of intensity, from backtests; null if unknown.",
        lambda i: i.high_gco2e_per_kwh,
    )
    fallback_reason: str = of_origin.optional("Why no live value is used; absent if one is used.", examples=["no-key"])
    baseline_from: Moment = of_origin.optional("Time from which a mean uses the profile; absent if none.")
    method: str = of_origin.optional(
        "How the source's figures became this intensity; absent if the source publishes it, or without a source.",
        lambda o: o.derivation.method,
        examples=["mix x lifecycle factors"],
    )
    error: Rounded = of_origin.optional(
        "Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of "
        "hours; absent if unknown. The range from low to high contains it.",
        lambda o: o.derivation.error,
        ge=0,
    )
    flow_traced: bool = of_origin.optional(
        "False if imports are not in the figure (production-based); absent without a live source.",
        lambda o: o.derivation.flow_traced,
    )
    attribution: str = of_origin.optional(
        "The words that the licence of the source asks for; absent if it asks for none.",
        lambda o: o.derivation.attribution,
        examples=["NESO Carbon Intensity API"],
    )
    licence: str = of_origin.optional(
        "Licence of the source's data; absent if unknown.", lambda o: o.derivation.licence, examples=["CC BY 4.0"]
    )
    price_as_of: str | None = of_price("Date of instancePrice.", lambda p: p.on_demand_as_of)
    price_is_estimate: bool | None = of_price(
        "True if the price is another region's times a factor.",
        lambda p: None if p.on_demand_usd_per_hour is None else p.is_estimate,
    )
    price_source: str | None = of_price("Source of instancePrice.", lambda p: _name(p.on_demand_source))
    spot_price_as_of: str | None = of_price("Date of spotPrice.", lambda p: p.spot_as_of)
    spot_price_source: str | None = of_price("Source of spotPrice.", lambda p: _name(p.spot_source))
    spot_score_source: SpotScoreSource | None = of_price(
        "How the spot score was made; null without one.", lambda p: p.spot_score and SCORE_SOURCE
    )
    spot_score_as_of: str | None = of_price("Date of spotScore.")


def _name(source: PriceSource | None) -> str | None:
    return None if source is None else source.what


_offer_half = LocationRow.half_of(of_offer)
_zone_half = LocationRow.half_of(of_location)
# Every row has these; in a kept body, None holds the places of those that change.
_PLACES: Json = dict.fromkeys(LocationRow.names(optional=False))


def location_rows(locations: Sequence[Location], at: At) -> list[Json]:
    """LocationRow of each. Parts of a row are shared between answers: read only."""
    first_of_zone = {id(row.stay): row for row in locations}
    of_zone = {stay: _zone_half(row, {}) for stay, row in first_of_zone.items()}
    prices = at.mapping.prices
    return [_fixed_fields(prices, row.region, row.offer) | of_zone[id(row.stay)] for row in locations]


@table_cache(2048)
def _fixed_fields(prices: PriceTable, region: str, offer: int | None) -> Json:
    """What of a row stays the same while the service runs. Read only."""
    kind = None if offer is None else prices.offers.columns.types[prices.offers.type[offer]]
    price = None if offer is None else prices.price_of_offer(offer)
    return _offer_half(Offer(region=_regions(prices)[region], kind=kind, price=price), _PLACES)


@table_cache(None)
def _regions(prices: PriceTable) -> Mapping[str, Region]:
    """The regions of a price table, by provider:region."""
    return {region.key: region for region in prices.offers.regions}


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
        "no-matching-machine; or, with estimates=exclude, why there is no measured value: stale, no-key, estimated, ..."
    )


class LocationsAnswer(CamelShape):
    """Regions, best first. The request id is in the X-Request-ID header."""

    regions: list[LocationItem] = of_list.rendered(
        "The regions, best first. A row has all fields unless `fields` selects some.", lambda p: p.rows
    )
    excluded: list[LeftOutRow] = of_list(
        "Regions left out for want of a matching machine or a measured value.", lambda p: p.result.excluded
    )
    countries_without_regions: list[str] = of_list(UNSERVED, lambda p: list(p.result.countries_without_regions))
    total: int = of_list("Number of matching regions, before limit and offset.", lambda p: p.result.total, ge=0)
    zone_notes: list[ZoneNote] = Field(default=[], description=ZONE_NOTES)
    timestamp: Moment = of_list("The minute for which the answer is valid.", lambda _, at: at.now)
