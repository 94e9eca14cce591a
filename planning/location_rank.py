"""Which regions of all clouds, in which order, and for how long: the scheduling question decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from carbon.intensity import Quality
from carbon.results import GridShares, LeftOut, Location, LocationList, ScheduleLimits
from carbon.workload import LocationsQuery
from catalog.columns import BoolArray, FloatArray
from catalog.model import Region
from catalog.offers import IntArray
from catalog.prices import PriceTable
from planning.machines import NONE, cheapest_offers
from planning.order import Tolerance, order_regions
from planning.outlook import Outlook
from planning.rank import significant
from planning.stay import stays_until
from planning.windows import best_windows
from planning.zone_hours import HOUR

# A job of unknown length that may wait is given its best hour.
BEST_HOUR = 1.0
PRINTED_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Starts:
    """Per region asked for: its zone's row, its start in seconds from the outlook's first hour, and its intensity.

    gco2e_per_kwh: as printed, what it is ranked by; means: the same in full.
    """

    zone_row: IntArray
    seconds: FloatArray
    gco2e_per_kwh: FloatArray
    means: FloatArray


def asked_for(query: LocationsQuery, regions: Sequence[Region]) -> list[int]:
    """Indexes of the regions that meet the query's static filters."""
    airports = None if query.airports is None else frozenset(query.airports)
    exclude = frozenset(query.exclude)
    return [
        index
        for index, r in enumerate(regions)
        if r.status == query.status
        and r.partition == query.partition
        and (not query.providers or r.provider in query.providers)
        and (query.country is None or r.country == query.country)
        and (airports is None or r.iata in airports)
        and not exclude & {r.key, r.provider, f"{r.provider}-{r.region}"}
    ]


def locate(
    query: LocationsQuery,
    found: Sequence[int],
    prices: PriceTable,
    outlook: Outlook,
    shares: Mapping[str, GridShares],
    *,
    today_day: int,
) -> LocationList:
    """The regions of `found` that meet the query's other filters, best first."""
    offers = prices.offers
    index = np.array(found, dtype=np.intp)
    regions = [offers.regions[i] for i in found]
    starts = _starts(query, outlook, np.array([outlook.zones[r.zone] for r in regions], dtype=np.intp))
    offer = cheapest_offers(prices, query.instance_type, query.shape, by_spot=query.spot_only, today_day=today_day)[
        index
    ]
    known = offer != NONE
    spot = np.where(known, prices.usable_spot(today_day, offer), np.nan)
    usd_per_hour = spot if query.spot_only else np.where(known, prices.on_demand_usd_per_hour[offer], np.nan)
    score = np.where(known & (prices.spot_score[offer] > 0), prices.spot_score[offer], np.nan)
    keep, excluded = _keep(query, outlook, regions, starts, known | query.spot_only)
    if query.max_intensity is not None:
        keep &= starts.gco2e_per_kwh <= query.max_intensity
    if query.max_usd_per_hour is not None:
        keep &= np.nan_to_num(usd_per_hour, nan=np.inf) <= query.max_usd_per_hour
    if query.spot_only:
        keep &= known
    left = np.flatnonzero(keep)
    tolerance = Tolerance(gco2e_per_kwh=query.tolerance_gco2e_per_kwh, share=query.tolerance_share)
    rank = offers.gid_order[index[left]]
    order = left[order_regions(starts.gco2e_per_kwh[left], score[left], spot[left], rank, tolerance)]
    rows = tuple(
        _location(query, regions[i], int(offer[i]), outlook, starts, int(i), shares) for i in order[: query.limit]
    )
    return LocationList(rows=rows, total=len(order), excluded=excluded)


def _starts(query: LocationsQuery, outlook: Outlook, zone_row: IntArray) -> Starts:
    """Now, or each region's best start; the value now, or the mean over the job (or its best hour)."""
    now = outlook.offset_seconds
    if query.within_hours is not None:
        hours = query.duration_hours or BEST_HOUR
        latest = now + query.within_hours * HOUR
        best = best_windows(outlook.series(), earliest=now, latest=latest, duration=hours * HOUR)
        starts, means = best.starts, best.means
    elif query.duration_hours is not None:
        means = outlook.series().means(np.array([now]), query.duration_hours * HOUR)[:, 0]
        starts = np.full(len(means), now)
    else:
        means = np.array([zone.values[0] for zone in outlook.rows])
        starts = np.full(len(means), now)
    # As it is printed: what reads as equal is equal, and the order can be checked by reading it.
    return Starts(zone_row, starts[zone_row], significant(means, PRINTED_DIGITS)[zone_row], means[zone_row])


def _keep(
    query: LocationsQuery, outlook: Outlook, regions: Sequence[Region], starts: Starts, known: BoolArray
) -> tuple[BoolArray, tuple[LeftOut, ...]]:
    """Which regions stay, and why the others go, as far as that is not plain from the question."""
    keep = np.ones(len(regions), dtype=np.bool_)
    excluded: list[LeftOut] = []
    asks_machine = query.instance_type is not None or query.shape is not None
    for i, region in enumerate(regions):
        origin = outlook.current_by_row[starts.zone_row[i]].provenance
        if query.measured_only and origin.quality is not Quality.MEASURED:
            excluded.append(LeftOut(region=region.key, reason=origin.fallback_reason or origin.quality.value))
        elif asks_machine and not known[i]:
            excluded.append(LeftOut(region=region.key, reason="no-matching-machine"))
        else:
            continue
        keep[i] = False
    return keep, tuple(excluded)


def _location(
    query: LocationsQuery,
    region: Region,
    offer: int,
    outlook: Outlook,
    starts: Starts,
    i: int,
    shares: Mapping[str, GridShares],
) -> Location:
    row, start = int(starts.zone_row[i]), float(starts.seconds[i])
    intensity = outlook.current_by_row[row]
    if query.duration_hours is not None or query.within_hours is not None:
        duration = (query.duration_hours or BEST_HOUR) * HOUR
        intensity = outlook.describe(row, float(starts.means[i]), start, duration)
    not_before = outlook.at(start)
    not_after = outlook.at(stays_until(outlook.rows[row], start, float(starts.means[i])))
    limits = ScheduleLimits.between(max(outlook.now, not_before), not_after)
    return Location(
        region=region.key,
        intensity=intensity,
        shares=shares[region.zone],
        offer=None if offer == NONE else offer,
        not_before=not_before,
        not_after=not_after,
        limits=limits,
        fits=None if query.duration_hours is None else query.duration_hours * HOUR <= limits.seconds,
    )
