"""Answers of by-rank, by-provider, by-country and by-iata: regions, prices, and how long they stay green."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from api.openapi.enumerations import Arch, Basis, DataQuality, SpotScoreSource
from api.shapes.catalog import of_type
from api.shapes.parts import (
    ATTRIBUTION,
    BASIS,
    ERROR,
    FLOW_TRACED,
    LICENCE,
    METHOD,
    ExpectedSavings,
    of_intensity,
    of_origin,
    of_region,
    of_shares,
)
from api.shapes.reading import Json, Reading
from api.shapes.shape import CamelShape
from api.shapes.types import GramsPerKwh, Moment, Percentage, PriceAge, Rounded
from carbon.locations import Location, ScheduleLimits, Stay
from carbon.units import SECONDS_PER_HOUR
from catalog.dates import age_days
from catalog.memo import table_cache
from catalog.model import InstanceType, Region
from catalog.packed import PriceSource
from catalog.prices import SCORE_SOURCE, Price, PriceTable

FRESH_SCORE_DAYS = 1
# Enough for a price an hour of whole millionths of a dollar to come back when it is taken times 3600.
PER_SECOND_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What of a row stays the same all day. kind: None where no machine fits. today_day: days since 1970-01-01."""

    region: Region
    kind: InstanceType | None
    price: Price | None
    today_day: int

    @property
    def price_age_days(self) -> int | None:
        return age_days(self.price.on_demand_as_of if self.price else None, self.today_day)

    @property
    def spot_price_age_days(self) -> int | None:
        return age_days(self.price.spot_as_of if self.price else None, self.today_day)

    @property
    def has_old_score(self) -> bool:
        """Whether the date of the spot score is more than a day ago."""
        as_of = self.price.spot_score_as_of if self.price else None
        return (age_days(as_of, self.today_day) or 0) > FRESH_SCORE_DAYS


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
    """What waiting for notBefore saved before, in per cent of starting now. All 0 if notBefore is now."""


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
        "Source of intensity: one of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or "
        "-24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, "
        "profile (by season and hour of past years) or annual. Those of a zone whose level is corrected end in "
        "-corrected.",
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
    basis: Basis = BASIS
    baseline_from: Moment = of_origin.optional("Time from which a mean uses the profile; absent if none.")
    method: str = METHOD
    error: Rounded = ERROR
    flow_traced: bool = FLOW_TRACED
    attribution: str = ATTRIBUTION
    licence: str = LICENCE
    price_as_of: str | None = of_price("Date of instancePrice.", lambda p: p.on_demand_as_of)
    price_age_days: PriceAge = of_offer()
    price_is_estimate: bool | None = of_price(
        "True if the price is another region's times a factor.",
        lambda p: None if p.on_demand_usd_per_hour is None else p.is_estimate,
    )
    price_source: str | None = of_price("Source of instancePrice.", lambda p: _name(p.on_demand_source))
    spot_price_as_of: str | None = of_price("Date of spotPrice.", lambda p: p.spot_as_of)
    spot_price_age_days: PriceAge = of_offer()
    spot_price_source: str | None = of_price("Source of spotPrice.", lambda p: _name(p.spot_source))
    spot_score_source: SpotScoreSource | None = of_price(
        "How the spot score was made; null without one.", lambda p: p.spot_score and SCORE_SOURCE
    )
    spot_score_as_of: str | None = of_price("Date of spotScore.")
    spot_score_is_old: bool = of_offer.optional(
        "True if the date of spotScore is more than a day ago; otherwise absent.", lambda o: o.has_old_score or None
    )


def _name(source: PriceSource | None) -> str | None:
    return None if source is None else source.what


_offer_half = LocationRow.half_of(of_offer)
_zone_half = LocationRow.half_of(of_location)
# Every row has these; in a kept body, None holds the places of those that change.
_PLACES: Json = dict.fromkeys(LocationRow.names(optional=False))


def location_rows(locations: Sequence[Location], prices: PriceTable, today_day: int) -> list[Json]:
    """LocationRow of each. Parts of a row are shared between answers: read only.

    prices: with the offers of the services that the question names. today_day: days since 1970-01-01.
    """
    first_of_zone = {id(row.stay): row for row in locations}
    of_zone = {stay: _zone_half(row, {}) for stay, row in first_of_zone.items()}
    return [_fixed_fields(prices, row.region, row.offer, today_day) | of_zone[id(row.stay)] for row in locations]


@table_cache(2048)
def _fixed_fields(prices: PriceTable, region: str, offer: int | None, today_day: int) -> Json:
    """What of a row stays the same all day. Read only."""
    kind = None if offer is None else prices.offers.columns.types[prices.offers.type[offer]]
    price = None if offer is None else prices.price_of_offer(offer)
    row = Offer(region=_regions(prices)[region], kind=kind, price=price, today_day=today_day)
    return _offer_half(row, _PLACES)


@table_cache(None)
def _regions(prices: PriceTable) -> Mapping[str, Region]:
    """The regions of a price table, by provider:region."""
    return {region.key: region for region in prices.offers.regions}
