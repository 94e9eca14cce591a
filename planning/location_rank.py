"""Which regions of all clouds, in which order, and for how long: the scheduling question decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np

from carbon.intensity import CarbonIntensity, Quality
from carbon.locations import LeftOut, Location, LocationList, ScheduleLimits
from carbon.results import GridShares
from carbon.workload import LocationsQuery
from catalog.columns import BoolArray, FloatArray
from catalog.model import Region
from catalog.offers import IntArray, Offers
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


@lru_cache(maxsize=256)
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
    offer = cheapest_offers(prices, query.instance_type, query.shape, by_spot=query.spot_only, today_day=today_day)[
        asked.index
    ]
    known = offer != NONE
    spot = np.where(known, prices.usable_spot(today_day, offer), np.nan)
    usd_per_hour = spot if query.spot_only else np.where(known, prices.on_demand_usd_per_hour[offer], np.nan)
    score = np.where(known & (prices.spot_score[offer] > 0), prices.spot_score[offer], np.nan)
    keep, excluded = _keep(query, outlook, asked, known | query.spot_only)
    if query.max_intensity is not None:
        keep &= starts.gco2e_per_kwh <= query.max_intensity
    if query.max_usd_per_hour is not None:
        keep &= np.nan_to_num(usd_per_hour, nan=np.inf) <= query.max_usd_per_hour
    if query.spot_only:
        keep &= known
    left = np.flatnonzero(keep)
    tolerance = Tolerance(gco2e_per_kwh=query.tolerance_gco2e_per_kwh, share=query.tolerance_share)
    rank = prices.offers.gid_order[asked.index[left]]
    order = left[order_regions(starts.gco2e_per_kwh[left], score[left], spot[left], rank, tolerance)]
    spans: dict[int, _Span] = {}
    rows = []
    for i in order[: query.limit]:
        row = int(asked.zone_row[i])
        if row not in spans:
            spans[row] = _span(query, outlook, starts, int(i))
        span, region = spans[row], asked.regions[i]
        rows.append(
            Location(
                region=region.key,
                intensity=span.intensity,
                shares=shares[region.zone],
                offer=int(offer[i]) if known[i] else None,
                not_before=span.not_before,
                not_after=span.not_after,
                limits=span.limits,
                fits=span.fits,
            )
        )
    return LocationList(rows=tuple(rows), total=len(order), excluded=excluded)


@dataclass(frozen=True, slots=True)
class _Span:
    """What regions of one zone share: the intensity ranked by, and how long it stays about that."""

    intensity: CarbonIntensity
    not_before: datetime
    not_after: datetime
    limits: ScheduleLimits
    fits: bool | None


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


def _span(query: LocationsQuery, outlook: Outlook, starts: Starts, i: int) -> _Span:
    row, start, mean = int(starts.zone_row[i]), float(starts.seconds[i]), float(starts.means[i])
    intensity = outlook.current_by_row[row]
    if query.duration_hours is not None or query.within_hours is not None:
        intensity = outlook.describe(row, mean, start, (query.duration_hours or BEST_HOUR) * HOUR)
    not_before, not_after = outlook.at(start), outlook.at(stays_until(outlook.rows[row], start, mean))
    limits = ScheduleLimits.between(max(outlook.now, not_before), not_after)
    fits = None if query.duration_hours is None else query.duration_hours * HOUR <= limits.seconds
    return _Span(intensity, not_before, not_after, limits, fits)
