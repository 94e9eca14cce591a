"""The questions the service answers: gathers the facts, has planning/ decide, returns results.

An error of an upstream never reaches the caller: the provenance of the figures shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from carbon import units
from carbon.errors import PowerNotModelled
from carbon.history import HistoryQuery, PastSignal, ZoneHistory
from carbon.intensity import CarbonIntensity
from carbon.listings import InstancesQuery, LocationsQuery, RegionsQuery
from carbon.locations import LocationList
from carbon.placements import Placement
from carbon.reading import Observation
from carbon.results import (
    Comparison,
    Emission,
    GridShares,
    RegionDetails,
    RegionList,
    Schedule,
    ZoneDetails,
    ZoneSources,
)
from carbon.workload import CalculateQuery, OptimizeQuery, ScheduleQuery
from catalog.model import InstanceType
from catalog.utilization import OTHER
from grid.source import GridReader, GridSnapshot, SourceState
from mapping import CloudMap
from planning.history.mean import past_mean
from planning.history.points import SIGNALS, zone_history
from planning.outlook.agreement import parted
from planning.outlook.level import past_at_corrected_level
from planning.outlook.outlooks import Outlooks
from planning.outlook.present import sources_of, usual_values, values_of_now
from planning.outlook.region_day import HOURS_AHEAD, describe_day
from planning.outlook.zones import Outlook
from planning.placing.emission import Machines, Site, emission, pue_of, utilization
from planning.placing.instances import select as select_types
from planning.placing.job import Job
from planning.placing.location_rank import locate, locations_in_scope
from planning.placing.machine_type import machine_type
from planning.placing.named_services import with_named_services
from planning.placing.placement import place
from planning.placing.regions import countries_without_regions, region_now, select, sort_regions
from planning.placing.scope import region_scope
from planning.placing.side_by_side import as_facts, compare, left_out, not_modelled
from planning.placing.workloads import can_wait
from planning.scheduling.schedule import in_grams, schedule
from planning.scheduling.span import run_span
from store.history.readings import Nothing, Past, PastPin, Readings

MANY_REGIONS = 150  # a ranking of more regions than this waits until no other one runs


class Engine:
    """Static facts (`mapping`), live grid data (`reader`) and its past, if stored; each request has its session."""

    def __init__(self, mapping: CloudMap, reader: GridReader, past: Past | None = None) -> None:
        self._outlooks = Outlooks(mapping)
        self._reader = reader
        self.past = past or Nothing()
        self._placing = Lock()  # a ranking of all offers takes tens of MB, and several at once are no faster

    @property
    def mapping(self) -> CloudMap:
        """The facts that new sessions answer from."""
        return self._outlooks.mapping

    def swap(self, mapping: CloudMap) -> None:
        """New sessions answer from these facts; open sessions keep the facts they began with."""
        self._outlooks = Outlooks(mapping)

    def at(self, now: datetime) -> Session:
        """A session at one time, over the facts and the grid at its opening. now: aware UTC."""
        past = PastPin(self.past, lambda: [state.source for state in self.source_states()])
        return Session(now=now, outlooks=self._outlooks, grid=self._reader.open(), past=past, placing=self._placing)

    def source_states(self) -> tuple[SourceState, ...]:
        """The state of each grid source; makes no call."""
        return self._reader.states()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Answers at one time from one state of the facts and of the grid; used by one thread at a time.

    outlooks: of the facts, shared by all sessions. placing: held during a ranking of all offers, so that a process
    makes one at a time.
    """

    now: datetime
    outlooks: Outlooks
    grid: GridSnapshot
    past: PastPin
    placing: Lock

    @property
    def mapping(self) -> CloudMap:
        """The facts."""
        return self.outlooks.mapping

    @property
    def data_version(self) -> str:
        """The version of facts and grid: sessions of equal versions answer one question at one time alike."""
        return f"{self.mapping.version}-{self.grid.version}{self.past.version}"

    def optimize(self, query: OptimizeQuery) -> Placement:
        """Where, on what and when to run the workload. Raises NoFeasiblePlacement, DoesNotFit, PowerNotModelled.

        PowerNotModelled, UnknownInstanceType: of what runs today.
        """
        query = replace(query, load=replace(query.load, assumed=self.mapping.accelerator_loads[query.workload]))
        span = run_span(
            self.now,
            duration_hours=query.duration_hours,
            start_after=query.start_after,
            deadline=query.deadline,
            flexible=can_wait(query),
        )
        regions = self.mapping.offers.regions
        index, current = self.mapping.region_index, query.current
        requested = None if query.region is None else index[query.region]
        if current is not None:
            self._modelled(machine_type(current, self.mapping))
        scope = region_scope(query, regions, requested, None if current is None else index[current.region])
        zones = list(dict.fromkeys(regions[index].zone for index in scope.to_read.tolist()))
        outlook = self._outlook(zones, hours=span.hours_from(self.now))
        with self.placing if len(scope.to_read) > MANY_REGIONS else nullcontext():
            mapping = with_named_services(self.mapping, query.instance_types)
            return place(Job.of(query, mapping, scope=scope, span=span, outlook=outlook, today_day=_day(self.now)))

    def instances(self, query: InstancesQuery) -> list[InstanceType]:
        """The machine types and sized services that meet the query, by provider and name."""
        return select_types(self.mapping.columns.types, query, self.mapping.is_offered)

    def regions(self, query: RegionsQuery) -> RegionList:
        """The available regions of a partition and their grid now, in the order of the query."""
        regions = select(self.mapping.catalog.regions, query)
        unserved = countries_without_regions(
            query.countries, select(self.mapping.catalog.regions, replace(query, countries=()))
        )
        outlook = self._outlook(list(dict.fromkeys(r.zone for r in regions)), hours=1)
        rows = sort_regions((region_now(r, self.mapping, outlook) for r in regions), query.sort)
        return RegionList(rows=rows[query.offset :][: query.limit], total=len(rows), countries_without_regions=unserved)

    def region_details(self, region_key: str) -> RegionDetails:
        """One region's grid now and over the next 24 hours, live shares included where a source has them."""
        region = self.mapping.regions[region_key]
        zone = region.zone
        outlook = self._outlook([zone], hours=HOURS_AHEAD + 1)
        now = region_now(region, self.mapping, outlook, GridShares.live(self.grid.shares(zone, now=self.now)))
        stored = self.grid.by_source(zone, now=self.now)
        return describe_day(now, zone, outlook, sources_of(zone, stored, outlook, self.mapping))

    def zone_details(self, zone_key: str) -> ZoneDetails:
        """A grid zone now; a retired key is answered with the current one. Raises UnknownZone."""
        zone = self.mapping.zone(zone_key).zone
        outlook = self._outlook([zone], hours=1)
        return ZoneDetails(
            zone=zone,
            intensity=outlook.current(zone),
            shares=self.mapping.annual_shares[zone],
            regions=tuple(r.key for r in self.mapping.regions.values() if r.zone == zone),
        )

    def history(self, zone_key: str, query: HistoryQuery) -> ZoneHistory:
        """The past of a zone; a retired key is answered with the current one. Raises UnknownZone, StateUnavailable."""
        zone = self.mapping.zone(zone_key).zone
        return zone_history(zone, query, self._past(zone, query.signal, query.start, query.end))

    def zone_sources(self, zone_key: str) -> ZoneSources:
        """What every source that covers a zone says of it. Raises UnknownZone."""
        zone = self.mapping.zone(zone_key).zone
        outlook = self._outlook([zone], hours=1)
        return sources_of(zone, self.grid.by_source(zone, now=self.now), outlook, self.mapping)

    def calculate(self, query: CalculateQuery) -> Emission:
        """What a machine emits from now or start_at on. Raises UnknownInstanceType, Unsatisfiable."""
        machine = self._modelled(machine_type(query, self.mapping))
        zone = self.mapping.regions[query.region].zone
        outlook = self._outlook([zone], hours=ceil(query.duration_hours) + 1)
        return self._emission(query, machine, outlook)

    def compare(self, queries: Sequence[CalculateQuery]) -> Comparison:
        """Emissions of the options, greenest first, and those without. Raises PowerNotModelled if none has any."""
        options = [(query, machine_type(query, self.mapping)) for query in queries]
        not_compared = left_out(options, self.mapping.nearest_modelled)
        missing = {option.index for option in not_compared}
        ranked = [option for index, option in enumerate(options) if index not in missing]
        if not ranked:
            raise PowerNotModelled("none of the options can be compared", options=as_facts(not_compared))
        zones = list(dict.fromkeys(self.mapping.regions[query.region].zone for query, _ in ranked))
        hours = ceil(max(query.duration_hours for query, _ in ranked)) + 1
        outlook = self._outlook(zones, hours=hours)
        return compare([self._emission(query, machine, outlook) for query, machine in ranked], not_compared)

    def schedule(self, query: ScheduleQuery) -> Schedule:
        """When to start a job in one region. Raises DoesNotFit, and for a machine as calculate does."""
        span = run_span(
            self.now,
            duration_hours=query.duration_hours,
            start_after=query.start_after,
            deadline=query.deadline,
            search_hours=query.search_hours,
            exclusions=query.exclusions,
            blackouts=query.blackouts,
        )
        run = query.run
        machine = None if run is None else self._modelled(machine_type(run, self.mapping))
        zone = self.mapping.regions[query.region].zone
        outlook = self._outlook([zone], hours=span.hours_from(self.now))
        plan = schedule(query.region, zone, outlook, span)
        if run is None or machine is None:
            return plan
        return in_grams(plan, self._emission(run, machine, outlook))

    def locations(self, query: LocationsQuery) -> LocationList:
        """The regions of all clouds by carbon, spot score and spot price. No region meets the query: no rows."""
        region_set = locations_in_scope(query, self.mapping.offers)
        if not region_set.regions:
            unserved = region_set.countries_without_regions
            return LocationList(rows=(), total=0, excluded=(), countries_without_regions=unserved)
        ahead = (query.within_hours or 0.0) + (query.duration_hours or 1.0)
        outlook = self._outlook(region_set.zones, hours=ceil(ahead) + 1, max_age_minutes=query.max_age_minutes)
        return locate(query, region_set, self.mapping, outlook, today_day=_day(self.now))

    def held(self) -> Mapping[str, Observation]:
        """The live value of every zone that has one in memory; makes no call."""
        return values_of_now(self.grid.peek(self.mapping.zones, now=self.now), self.mapping, self.now)

    def baselines(self) -> Mapping[str, float]:
        """The usual gCO2e/kWh at this hour of every zone with a figure; asks no source."""
        return usual_values(self.mapping, self.now)

    def _outlook(self, zones: Sequence[str], *, hours: int, max_age_minutes: float | None = None) -> Outlook:
        readings = self.grid.read(zones, now=self.now, forecast=True)
        outlook = self.outlooks.of(
            zones, readings, self.grid.version, now=self.now, hours=hours, max_age_minutes=max_age_minutes
        )
        if shares := outlook.disagreements:
            self.grid.note_disagreement(*parted(shares))
        return outlook

    def _modelled(self, machine: InstanceType) -> InstanceType:
        """The machine. Raises PowerNotModelled."""
        if machine.power is None:
            raise not_modelled(machine, self.mapping.nearest_modelled(machine))
        return machine

    def _emission(self, query: CalculateQuery, machine: InstanceType, outlook: Outlook) -> Emission:
        region, name = self.mapping.regions[query.region], machine.instance_type
        load = replace(query.load, assumed=self.mapping.accelerator_loads[OTHER])
        machines = Machines(
            instance=machine,
            utilization=utilization(machine, load),
            duration_hours=query.duration_hours,
            count=query.count,
            include_embodied=query.include_embodied,
            own=query.machine,
        )
        pue, pue_basis = pue_of(query.machine, query.pue, region)
        site = Site(
            region=region.key,
            pue=pue,
            pue_basis=pue_basis,
            now=outlook.current(region.zone),
            used=self._used(query, region.zone, outlook),
            shares=self.mapping.annual_shares[region.zone],
            offered=self.mapping.is_offered(region.key, name) if name else None,
            price=self.mapping.price(region.key, name) if name else None,
        )
        return emission(machines, site)

    def _used(self, query: CalculateQuery, zone: str, outlook: Outlook) -> CarbonIntensity:
        """The mean intensity while the machine runs."""
        start, seconds = query.start_at or self.now, query.duration_hours * units.HOUR_SECONDS
        if start >= outlook.first_hour_at:
            return outlook.mean(zone, outlook.seconds_to(start), seconds)
        end = start + timedelta(seconds=seconds)
        past = self._past(zone, PastSignal.AVERAGE, start, min(end, outlook.first_hour_at))
        return past_mean(zone, past, outlook, start, end)

    def _past(self, zone: str, signal: PastSignal, start: datetime, end: datetime) -> list[Readings]:
        readings = self.past.readings(SIGNALS[signal], zone, start, end)
        return past_at_corrected_level(readings, self.mapping.level_factors.get(zone))


def _day(now: datetime) -> int:
    """Days since 1970-01-01."""
    return int(now.timestamp()) // units.SECONDS_PER_DAY
