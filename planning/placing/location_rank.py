"""Which regions of all clouds, in which order, and for how long: the scheduling question decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity, Quality
from carbon.locations import LeftOut, Location, LocationList, ScheduleLimits, Stay
from carbon.results import GridShares
from carbon.workload import LocationsQuery, Requirements
from catalog.columns import BoolArray, FloatArray, IntArray
from catalog.memo import kept_with_table
from catalog.model import Region
from catalog.offers import Offers
from catalog.prices import PriceTable
from planning.outlook.zones import Outlook
from planning.placing.cheapest import NONE, cheapest_offers
from planning.placing.order import Tolerance, order_regions
from planning.scheduling.green_run import stays_until
from planning.scheduling.starts import RegionStarts
from planning.scheduling.windows import best_windows
from planning.ties import significant

# A job of unknown length that may wait is given its best hour.
BEST_HOUR = 1.0
PRINTED_DIGITS = 4
# Callers choose the question; what is kept of one takes up to 70 kB.
KEPT_QUESTIONS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The regions a question is about. index: into the offers' regions; zones: distinct; zone_row: of each region."""

    index: IntArray
    regions: tuple[Region, ...]
    zones: tuple[str, ...]
    zone_row: IntArray


def asked_for(query: LocationsQuery, offers: Offers) -> Asked:
    """The regions that meet the query's static filters."""
    return _asked(
        offers, query.status, query.partition, query.providers, query.countries, query.airports, query.exclude
    )


@kept_with_table(KEPT_QUESTIONS)
def _asked(
    offers: Offers,
    status: str,
    partition: str,
    providers: frozenset[str] | None,
    countries: frozenset[str] | None,
    airports: frozenset[str] | None,
    exclude: frozenset[str],
) -> Asked:
    index = [
        i
        for i, r in enumerate(offers.regions)
        if r.status == status
        and r.partition == partition
        and (providers is None or r.provider in providers)
        and (countries is None or r.country in countries)
        and (airports is None or r.iata in airports)
        and not exclude & {r.key, r.provider}
    ]
    regions = tuple(offers.regions[i] for i in index)
    zones = {zone: row for row, zone in enumerate(dict.fromkeys(r.zone for r in regions))}
    rows = np.array([zones[r.zone] for r in regions], dtype=np.intp)
    return Asked(np.array(index, dtype=np.intp), regions, tuple(zones), rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Machines:
    """Per region asked for: the machine its prices are for, and those; NaN is unknown.

    known: whether a machine fits. offers: its place among the offers. gid_rank: the region's own place by gid.
    """

    known: BoolArray
    offers: tuple[int | None, ...]
    on_demand_usd_per_hour: FloatArray
    spot_usd_per_hour: FloatArray
    spot_score: FloatArray
    gid_rank: IntArray


@kept_with_table(KEPT_QUESTIONS)
def _machines(
    prices: PriceTable,
    asked: Asked,
    instance_type: str | None,
    shape: Requirements | None,
    by_spot: bool,
    today_day: int,
) -> _Machines:
    """Kept for each question, since prices do not change and days seldom; do not change it."""
    cheapest = cheapest_offers(prices, instance_type, shape, by_spot_on_day=today_day if by_spot else None)
    offer = cheapest[asked.index]
    known = offer != NONE
    return _Machines(
        known=known,
        offers=tuple(None if place == NONE else place for place in offer.tolist()),
        on_demand_usd_per_hour=np.where(known, prices.on_demand_usd_per_hour[offer], np.nan),
        spot_usd_per_hour=np.where(known, prices.usable_spot(today_day, offer), np.nan),
        spot_score=np.where(known & (prices.spot_score[offer] > 0), prices.spot_score[offer], np.nan),
        gid_rank=prices.offers.gid_order[asked.index],
    )


def locate(
    query: LocationsQuery,
    asked: Asked,
    prices: PriceTable,
    outlook: Outlook,
    shares: Mapping[str, GridShares],
    *,
    today_day: int,
) -> LocationList:
    """The regions asked for that meet the query's other filters, best first. The outlook's zones are asked.zones."""
    starts = _starts(query, outlook, asked.zone_row)
    machines = _machines(prices, asked, query.instance_type, query.shape, query.spot_only, today_day)
    usd_per_hour = machines.spot_usd_per_hour if query.spot_only else machines.on_demand_usd_per_hour
    keep, excluded = _keep(query, outlook, asked, machines.known | query.spot_only)
    if query.max_intensity is not None:
        keep &= starts.gco2e_per_kwh <= query.max_intensity
    if query.max_usd_per_hour is not None:
        keep &= usd_per_hour <= query.max_usd_per_hour
    if query.spot_only:
        keep &= machines.known
    left = np.flatnonzero(keep)
    tolerance = Tolerance(gco2e_per_kwh=query.tolerance_gco2e_per_kwh, share=query.tolerance_share)
    spot_score, spot_usd = machines.spot_score[left], machines.spot_usd_per_hour[left]
    order = left[order_regions(starts.gco2e_per_kwh[left], spot_score, spot_usd, machines.gid_rank[left], tolerance)]
    stays: dict[int, Stay] = {}
    rows = []
    for i in order[query.offset :][: query.limit].tolist():
        row = int(asked.zone_row[i])
        if row not in stays:
            stays[row] = _stay(query, outlook, starts, i)
        region = asked.regions[i]
        rows.append(Location(region=region.key, stay=stays[row], shares=shares[region.zone], offer=machines.offers[i]))
    return LocationList(rows=tuple(rows), total=len(order), excluded=excluded)


def _starts(query: LocationsQuery, outlook: Outlook, zone_row: IntArray) -> RegionStarts:
    """Now, or each region's best start; the value now, or the mean over the job (or its best hour)."""
    now = outlook.offset_seconds
    if query.within_hours is not None:
        hours = query.duration_hours or BEST_HOUR
        latest = now + query.within_hours * units.HOUR_SECONDS
        best = best_windows(outlook.series(), earliest=now, latest=latest, duration=hours * units.HOUR_SECONDS)
        starts, means = best.starts, best.means
    elif query.duration_hours is not None:
        means = outlook.series().means(np.array([now]), query.duration_hours * units.HOUR_SECONDS)[:, 0]
        starts = np.full(len(means), now)
    else:
        means = np.array([zone.values[0] for zone in outlook.rows])
        starts = np.full(len(means), now)
    # As it is printed: what reads as equal is equal, and the order can be checked by reading it.
    return RegionStarts.of(zone_row, starts, significant(means, PRINTED_DIGITS))


def _keep(
    query: LocationsQuery, outlook: Outlook, asked: Asked, known: BoolArray
) -> tuple[BoolArray, tuple[LeftOut, ...]]:
    """Which regions stay, and why the others go, as far as that is not plain from the question."""
    keep = np.ones(len(asked.regions), dtype=np.bool_)
    asks_machine = query.instance_type is not None or query.shape is not None
    excluded: list[LeftOut] = []
    if not (asks_machine or query.measured_only):
        return keep, ()
    for i, region in enumerate(asked.regions):
        origin = outlook.current_by_row[asked.zone_row[i]].provenance
        if query.measured_only and origin.quality is not Quality.MEASURED:
            excluded.append(LeftOut(region=region.key, reason=origin.fallback_reason or origin.quality.value))
        elif asks_machine and not known[i]:
            excluded.append(LeftOut(region=region.key, reason="no-matching-machine"))
        else:
            continue
        keep[i] = False
    return keep, tuple(excluded)


def _stay(query: LocationsQuery, outlook: Outlook, starts: RegionStarts, i: int) -> Stay:
    row, start, ranked_by = int(starts.zone_row[i]), float(starts.seconds[i]), float(starts.gco2e_per_kwh[i])
    intensity = outlook.current_by_row[row]
    if query.duration_hours is not None or query.within_hours is not None:
        intensity = outlook.describe(row, ranked_by, start, (query.duration_hours or BEST_HOUR) * units.HOUR_SECONDS)
    elif intensity.gco2e_per_kwh is not None:
        intensity = CarbonIntensity(gco2e_per_kwh=ranked_by, provenance=intensity.provenance)
    not_before, not_after = outlook.at(start), outlook.at(stays_until(outlook.rows[row], start, ranked_by))
    limits = ScheduleLimits.between(max(outlook.now, not_before), not_after)
    fits = None if query.duration_hours is None else query.duration_hours * units.HOUR_SECONDS <= limits.seconds
    return Stay(intensity=intensity, not_before=not_before, not_after=not_after, limits=limits, fits=fits)
