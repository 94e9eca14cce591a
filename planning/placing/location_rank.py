"""The answer of the scheduling API: which regions of all clouds, in which order, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from carbon import units
from carbon.intensity import Quality, Signal
from carbon.listings import LocationsQuery
from carbon.locations import Location, LocationList, ScheduleLimits, Stay
from carbon.results import Exclusion
from carbon.schedules import ExpectedSavings
from carbon.workload import Requirements
from catalog.columns import BoolArray, FloatArray, IntArray
from catalog.memo import table_cache
from catalog.model import Region
from catalog.offers import Offers
from catalog.policy import Policy
from catalog.prices import PriceTable
from mapping import CloudMap
from planning.outlook.unknown import reason_of
from planning.outlook.zones import Outlook
from planning.placing.cheapest import NONE, cheapest_offers
from planning.placing.constraints import on_sale
from planning.placing.order import Tolerance, order_regions
from planning.placing.regions import countries_without_regions
from planning.scheduling.green_run import stays_until
from planning.scheduling.starts import RegionStarts
from planning.scheduling.waiting import expected_savings, worth_waiting_for
from planning.scheduling.windows import best_windows
from planning.ties import significant

# A job of unknown length that may wait is ranked by its best hour.
BEST_HOUR = 1.0
PRINTED_DIGITS = 4
# Callers choose the question; what is cached of one takes up to 70 kB.
CACHED_QUESTIONS = 64


@dataclass(frozen=True, slots=True, eq=False)
class RegionSet:
    """The regions of a question. index: into the offers' regions; zones: distinct; zone_row: of each region."""

    index: IntArray
    regions: tuple[Region, ...]
    zones: tuple[str, ...]
    zone_row: IntArray
    countries_without_regions: tuple[str, ...] = ()


def locations_in_scope(query: LocationsQuery, offers: Offers) -> RegionSet:
    """The regions that meet the query's static filters."""
    return _region_set(
        offers, query.status, query.partition, query.providers, query.countries, query.airports, query.exclude
    )


@table_cache(CACHED_QUESTIONS)
def _region_set(
    offers: Offers,
    status: str,
    partition: str,
    providers: frozenset[str] | None,
    countries: frozenset[str] | None,
    airports: frozenset[str] | None,
    exclude: frozenset[str],
) -> RegionSet:
    index = [
        i
        for i, r in enumerate(offers.regions)
        if r.status == status
        and r.is_in(partition)
        and (providers is None or r.provider in providers)
        and (airports is None or r.iata in airports)
        and not exclude & {r.key, r.provider}
    ]
    unserved = countries_without_regions(sorted(countries or ()), (offers.regions[i] for i in index))
    index = [i for i in index if countries is None or offers.regions[i].country in countries]
    regions = tuple(offers.regions[i] for i in index)
    zones = {zone: row for row, zone in enumerate(dict.fromkeys(r.zone for r in regions))}
    rows = np.array([zones[r.zone] for r in regions], dtype=np.intp)
    return RegionSet(np.array(index, dtype=np.intp), regions, tuple(zones), rows, unserved)


@dataclass(frozen=True, slots=True, eq=False)
class _Machines:
    """Per region of a set: the machine its prices are for, with those prices; NaN is unknown.

    exists: whether the region has such a machine. offers: its place among the offers; None: no such machine.
    gid_rank: the region's place by gid.
    """

    exists: BoolArray
    offers: tuple[int | None, ...]
    on_demand_usd_per_hour: FloatArray
    spot_usd_per_hour: FloatArray
    spot_score: FloatArray
    gid_rank: IntArray


@table_cache(CACHED_QUESTIONS)
def _machines(
    prices: PriceTable,
    region_set: RegionSet,
    instance_type: str | None,
    shape: Requirements | None,
    by_spot: bool,
    today_day: int,
    policy: Policy,
) -> _Machines:
    """Cached for each question, since prices do not change and days seldom do. Read only."""
    cheapest = cheapest_offers(prices, instance_type, shape, by_spot=by_spot, today_day=today_day, policy=policy)
    offer = cheapest[region_set.index]
    exists = offer != NONE
    return _Machines(
        exists=exists,
        offers=tuple(None if place == NONE else place for place in offer.tolist()),
        on_demand_usd_per_hour=np.where(exists, prices.on_demand_usd_per_hour[offer], np.nan),
        spot_usd_per_hour=np.where(exists, prices.usable_spot(today_day, offer), np.nan),
        spot_score=np.where(exists & (prices.spot_score[offer] > 0), prices.spot_score[offer], np.nan),
        gid_rank=prices.offers.gid_order[region_set.index],
    )


def locate(
    query: LocationsQuery, region_set: RegionSet, mapping: CloudMap, outlook: Outlook, *, today_day: int
) -> LocationList:
    """The regions of the set that meet the query's other filters, best first. The outlook's zones are those of the set.

    today_day: days since 1970-01-01.
    """
    starts = _starts(query, outlook, region_set.zone_row)
    machines = _machines(
        mapping.prices, region_set, query.instance_type, query.shape, query.spot_only, today_day, mapping.policy
    )
    machine_reason = "retired-machine" if _is_retired(query, mapping, today_day) else "no-matching-machine"
    excluded = _exclusions(query, outlook, region_set, machines.exists | query.spot_only, machine_reason)
    excluded |= _unknown(outlook, region_set, starts) | _forbidden(region_set, mapping.policy)
    excluded = dict(sorted(excluded.items()))
    qualifying = _qualifying(query, starts, machines)
    qualifying[list(excluded)] = False
    index = np.flatnonzero(qualifying)
    order = index[
        order_regions(
            starts.gco2e_per_kwh[index],
            machines.spot_score[index],
            machines.spot_usd_per_hour[index],
            machines.gid_rank[index],
            Tolerance(gco2e_per_kwh=query.tolerance_gco2e_per_kwh, share=query.tolerance_share),
        )
    ]
    stays: dict[int, Stay] = {}
    rows = []
    for i in order[query.offset :][: query.limit].tolist():
        zone_row, region = int(region_set.zone_row[i]), region_set.regions[i]
        if zone_row not in stays:
            stays[zone_row] = _stay(query, outlook, starts, i)
        shares = mapping.annual_shares[region.zone]
        rows.append(Location(region=region.key, stay=stays[zone_row], shares=shares, offer=machines.offers[i]))
    return LocationList(
        rows=tuple(rows),
        total=len(order),
        excluded=tuple(excluded.values()),
        countries_without_regions=region_set.countries_without_regions,
    )


def _is_retired(query: LocationsQuery, mapping: CloudMap, today_day: int) -> bool:
    """Whether the question names a machine that its cloud has retired by that day."""
    columns = mapping.columns
    named_types = columns.mask_of_names(query.names)
    return bool(named_types.any()) and not bool((named_types & on_sale(columns, today_day)).any())


def _starts(query: LocationsQuery, outlook: Outlook, zone_row: IntArray) -> RegionStarts:
    """Now, or each region's best start; the value now, or the mean over the job (or its best hour)."""
    now = outlook.offset_seconds
    if query.within_hours is not None:
        hours = query.duration_hours or BEST_HOUR
        latest = now + query.within_hours * units.HOUR_SECONDS
        best = best_windows(outlook.series(), earliest=now, latest=latest, duration=hours * units.HOUR_SECONDS)
        best = worth_waiting_for(best, outlook, earliest=now, duration=hours * units.HOUR_SECONDS)
        starts, means = best.starts, best.means
    elif query.duration_hours is not None:
        means = outlook.series().means(np.array([now]), query.duration_hours * units.HOUR_SECONDS)[:, 0]
        starts = np.full(len(means), now)
    else:
        values = (current.gco2e_per_kwh for current in outlook.current_by_row)
        means = np.array([np.nan if value is None else value for value in values])
        starts = np.full(len(means), now)
    # As printed: figures that read the same are equal, and a reader can check the order.
    return RegionStarts.of(zone_row, starts, significant(means, PRINTED_DIGITS))


def _qualifying(query: LocationsQuery, starts: RegionStarts, machines: _Machines) -> BoolArray:
    """Which regions meet the query's bounds on carbon and price; an unknown figure meets none."""
    usd_per_hour = machines.spot_usd_per_hour if query.spot_only else machines.on_demand_usd_per_hour
    mask = machines.exists.copy() if query.spot_only else np.ones(len(machines.exists), dtype=np.bool_)
    if query.max_intensity is not None:
        mask &= starts.gco2e_per_kwh <= query.max_intensity
    if query.max_usd_per_hour is not None:
        mask &= usd_per_hour <= query.max_usd_per_hour
    return mask


def _forbidden(region_set: RegionSet, policy: Policy) -> dict[int, Exclusion]:
    """By index: the regions that the operator's policy forbids, with its reason."""
    rules = {i: policy.of_region(region) for i, region in enumerate(region_set.regions)} if policy.rules else {}
    return {
        i: Exclusion(region=region_set.regions[i].key, reason=f"policy: {rule.reason}")
        for i, rule in rules.items()
        if rule is not None
    }


def _exclusions(
    query: LocationsQuery, outlook: Outlook, region_set: RegionSet, machine_exists: BoolArray, machine_reason: str
) -> dict[int, Exclusion]:
    """By index: the regions that are left out for a reason the caller cannot see in the question.

    machine_reason: the reason of those without the machine.
    """
    asks_machine = query.instance_type is not None or query.shape is not None
    if not (asks_machine or query.measured_only):
        return {}
    exclusions: dict[int, Exclusion] = {}
    for i, region in enumerate(region_set.regions):
        origin = outlook.current_by_row[region_set.zone_row[i]].provenance
        if query.measured_only and origin.quality is not Quality.MEASURED:
            exclusions[i] = Exclusion(region=region.key, reason=origin.fallback_reason or origin.quality.value)
        elif asks_machine and not machine_exists[i]:
            exclusions[i] = Exclusion(region=region.key, reason=machine_reason)
    return exclusions


def _unknown(outlook: Outlook, region_set: RegionSet, starts: RegionStarts) -> dict[int, Exclusion]:
    """By index: the regions whose marginal intensity is not known. Of averages a profile is known everywhere."""
    if outlook.signal is Signal.AVERAGE_LIFECYCLE:
        return {}
    return {
        i: Exclusion(region=region_set.regions[i].key, reason=reason_of(outlook.current_by_row[region_set.zone_row[i]]))
        for i in np.flatnonzero(np.isnan(starts.gco2e_per_kwh)).tolist()
    }


def _stay(query: LocationsQuery, outlook: Outlook, starts: RegionStarts, i: int) -> Stay:
    row, start, ranked_by = int(starts.zone_row[i]), float(starts.seconds[i]), float(starts.gco2e_per_kwh[i])
    intensity = outlook.current_by_row[row]
    if query.duration_hours is not None or query.within_hours is not None:
        intensity = outlook.describe(row, ranked_by, start, (query.duration_hours or BEST_HOUR) * units.HOUR_SECONDS)
    elif intensity.gco2e_per_kwh is not None:
        intensity = replace(intensity, gco2e_per_kwh=ranked_by)
    not_before, not_after = outlook.at(start), outlook.at(stays_until(outlook.rows[row], start, ranked_by))
    limits = ScheduleLimits.between(max(outlook.now, not_before), not_after)
    fits = None if query.duration_hours is None else query.duration_hours * units.HOUR_SECONDS <= limits.seconds
    expected = None if query.within_hours is None else _expected_savings(query, outlook, row, start, ranked_by)
    return Stay(
        intensity=intensity, not_before=not_before, not_after=not_after, limits=limits, fits=fits, expected=expected
    )


def _expected_savings(
    query: LocationsQuery, outlook: Outlook, row: int, start: float, gco2e_per_kwh: float
) -> ExpectedSavings | None:
    now = outlook.offset_seconds
    at_once = outlook.rows[row].mean(now, (query.duration_hours or BEST_HOUR) * units.HOUR_SECONDS)
    ratio = gco2e_per_kwh / at_once if at_once > 0 else np.nan
    return expected_savings(outlook, row, earliest=now, start=start, ratio=ratio)
