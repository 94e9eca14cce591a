"""The regions of a list: which ones, their grid now, and their order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from math import inf

from carbon.intensity import Signal
from carbon.listings import RegionSort, RegionsQuery
from carbon.results import Exclusion, GridShares, RegionList, RegionNow, ZoneDetails
from catalog.model import Region
from mapping import CloudMap
from planning.outlook.unknown import reason_of
from planning.outlook.zones import Outlook


def select(regions: Iterable[Region], query: RegionsQuery) -> list[Region]:
    """The available regions that meet the query's filters; an empty filter lets everything pass."""
    return [
        r
        for r in regions
        if r.status == "available"
        and r.is_in(query.partition)
        and (not query.providers or r.provider in query.providers)
        and (not query.countries or r.country in query.countries)
        and (query.zone is None or r.zone == query.zone)
    ]


def countries_without_regions(countries: Collection[str], regions: Iterable[Region]) -> tuple[str, ...]:
    """Those of the countries in which none of the regions lies, in their order."""
    if not countries:
        return ()
    served = {region.country for region in regions}
    return tuple(country for country in countries if country not in served)


def region_now(region: Region, mapping: CloudMap, outlook: Outlook, shares: GridShares | None = None) -> RegionNow:
    """One region's grid now. shares: live ones; None: the annual ones of its zone."""
    return RegionNow(
        region=region.key,
        intensity=outlook.current(region.zone),
        shares=shares or mapping.annual_shares[region.zone],
    )


def region_list(query: RegionsQuery, regions: Sequence[Region], mapping: CloudMap, outlook: Outlook) -> RegionList:
    """One page of the regions that meet the query, in its order. Regions without a marginal figure are left out."""
    rows = _sorted((region_now(region, mapping, outlook) for region in regions), query.sort)
    excluded = None
    if outlook.signal is not Signal.AVERAGE_LIFECYCLE:
        unknown = [row for row in rows if row.intensity.gco2e_per_kwh is None]
        excluded = tuple(Exclusion(region=row.region, reason=reason_of(row.intensity)) for row in unknown)
        rows = tuple(row for row in rows if row.intensity.gco2e_per_kwh is not None)
    of_all_countries = select(mapping.catalog.regions, replace(query, countries=()))
    return RegionList(
        rows=rows[query.offset :][: query.limit],
        total=len(rows),
        excluded=excluded,
        countries_without_regions=countries_without_regions(query.countries, of_all_countries),
    )


def zone_now(zone: str, mapping: CloudMap, outlook: Outlook) -> ZoneDetails:
    """A grid zone now, and the regions in it."""
    return ZoneDetails(
        zone=zone,
        intensity=outlook.current(zone),
        shares=mapping.annual_shares[zone],
        regions=tuple(region.key for region in mapping.regions.values() if region.zone == zone),
    )


def _sorted(rows: Iterable[RegionNow], order: RegionSort) -> tuple[RegionNow, ...]:
    """Greenest first, most renewable first, or by provider:region; unknown last, ties by provider:region."""
    keys: dict[RegionSort, Callable[[RegionNow], float]] = {
        RegionSort.CARBON_INTENSITY: _intensity,
        RegionSort.RENEWABLE_PERCENTAGE: lambda row: (
            -(row.shares.renewable_share or 0.0) if row.shares.renewable_share is not None else inf
        ),
        RegionSort.REGION: lambda _: 0.0,
    }
    return tuple(sorted(rows, key=lambda row: (keys[order](row), row.region)))


def _intensity(row: RegionNow) -> float:
    value = row.intensity.gco2e_per_kwh
    return inf if value is None else value
