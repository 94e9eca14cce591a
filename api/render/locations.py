"""The answer of the scheduling API: rows of regions with intensity, prices and how long they stay green."""

from __future__ import annotations

from collections.abc import Mapping

from api.render.numbers import moment, percentage, rounded
from api.render.parts import Json
from carbon.intensity import CarbonIntensity
from carbon.locations import Location, LocationList
from carbon.units import SECONDS_PER_HOUR
from catalog.memo import table_cache
from catalog.offers import Offers
from catalog.prices import SCORE_SOURCE, PriceTable
from mapping import CloudMap

CURRENCY = "USD"
# Enough for a price an hour of whole millionths of a dollar to come back when it is taken times 3600.
PER_SECOND_DIGITS = 10
_PASSING: Json = dict.fromkeys(("intensity", "notBefore", "notAfter", "scheduleLimits"))
_NO_MACHINE: Json = dict.fromkeys(
    (
        "spotScore",
        "spotPrice",
        "instancePrice",
        "instanceType",
        "arch",
        "priceAsOf",
        "priceIsEstimate",
        "priceSource",
        "spotPriceAsOf",
        "spotPriceSource",
        "spotScoreSource",
        "spotScoreAsOf",
    )
)


def location_rows(result: LocationList, mapping: CloudMap) -> list[Json]:
    """A row a region. Parts of it are shared between answers: read only."""
    first_of_zone = {id(row.stay): row for row in result.rows}
    of_zone = {stay: _of_zone(row) for stay, row in first_of_zone.items()}
    return [_lasting(mapping.prices, row.region, row.offer) | of_zone[id(row.stay)] for row in result.rows]


def location_list(rows: list[Json], result: LocationList, mapping: CloudMap, timestamp: str) -> Json:
    """rows: as location_rows gives them, or parts of those."""
    return {
        "regions": rows,
        "excluded": [{"gid": mapping.regions[left.region].gid, "reason": left.reason} for left in result.excluded],
        "total": result.total,
        "timestamp": timestamp,
    }


@table_cache(2048)
def _lasting(prices: PriceTable, region: str, offer: int | None) -> Json:
    """What of a row stays as it is while the service runs; None holds the places of what does not. Read only."""
    place = _places(prices.offers)[region]
    return {
        "gid": place["gid"],
        "id": place["id"],
        **_PASSING,
        **(_NO_MACHINE if offer is None else _machine(prices, offer)),
        **place,
    }


def _of_zone(row: Location) -> Json:
    """What the regions of one zone share."""
    stay, shares, limits = row.stay, row.shares, row.stay.limits
    block: Json = {
        "intensity": rounded(stay.intensity.gco2e_per_kwh),
        "notBefore": moment(stay.not_before),
        "notAfter": moment(stay.not_after),
        "scheduleLimits": {"seconds": limits.seconds, "minutes": limits.minutes, "hours": limits.hours},
        "renewablePercentage": percentage(shares.renewable_share),
        "renewablePercentageAsOf": shares.as_of,
        "renewablePercentageSource": shares.source,
        **_origin(stay.intensity),
    }
    if stay.fits is not None:
        block["fits"] = stay.fits
    return block


@table_cache(None)
def _places(offers: Offers) -> Mapping[str, Json]:
    """What never changes of each region, by provider:region."""
    return {
        region.key: {
            "gid": region.gid,
            "id": region.region,
            "provider": region.provider,
            "name": region.name,
            "city": region.city,
            "country": region.country,
            "iata": region.iata,
            "iataAlso": list(region.iata_also),
            "zone": region.zone,
            "latitude": region.latitude,
            "longitude": region.longitude,
        }
        for region in offers.regions
    }


def _machine(prices: PriceTable, offer: int) -> Json:
    """A machine and its prices."""
    kind = prices.offers.columns.types[prices.offers.type[offer]]
    block: Json = {**_NO_MACHINE, "instanceType": kind.instance_type, "arch": kind.arch}
    price = prices.price_of_offer(offer)
    if price is None:
        return block
    if price.on_demand_usd_per_hour is not None:
        block["instancePrice"] = _money(price.on_demand_usd_per_hour)
        block["priceAsOf"] = price.on_demand_as_of
        block["priceIsEstimate"] = price.is_estimate
        block["priceSource"] = price.on_demand_source.what if price.on_demand_source else None
    if price.spot_usd_per_hour is not None:
        block["spotPrice"] = _money(price.spot_usd_per_hour)
        block["spotPriceAsOf"] = price.spot_as_of
        block["spotPriceSource"] = price.spot_source.what if price.spot_source else None
    if price.spot_score is not None:
        block["spotScore"] = price.spot_score
        block["spotScoreSource"] = SCORE_SOURCE
        block["spotScoreAsOf"] = price.spot_score_as_of
    return block


def _money(usd_per_hour: float) -> Json:
    """A price as the catalog has it, and the same by the second."""
    per_second = float(f"{usd_per_hour / SECONDS_PER_HOUR:.{PER_SECOND_DIGITS}g}")
    return {"perSecond": per_second, "perHour": usd_per_hour, "currency": CURRENCY}


def _origin(intensity: CarbonIntensity) -> Json:
    """Where the intensity comes from; nobody observed a baseline, so that it has no time."""
    origin = intensity.provenance
    block: Json = {
        "isEstimate": origin.quality.is_estimate,
        "dataQuality": origin.quality.value,
        "source": origin.source,
        "dataAsOf": None if origin.age_seconds is None else moment(origin.starts_at),
        "ageSeconds": origin.age_seconds,
    }
    if origin.fallback_reason is not None:
        block["fallbackReason"] = origin.fallback_reason
    if origin.baseline_from is not None:
        block["baselineFrom"] = moment(origin.baseline_from)
    return block
