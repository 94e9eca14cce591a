"""The questions the service answers: gathers the facts, has planning/ decide, returns results.

An error of an upstream never reaches the caller: the provenance of the figures shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from threading import Lock

from carbon.forecasts import ForecastBasis, ForecastQuery, ZoneForecast, ZoneHoursAhead
from carbon.history import HistoryQuery, ZoneHistory
from carbon.intensity import CarbonIntensity, Signal
from carbon.jobs import ScheduleQuery
from carbon.listings import InstancesQuery, LocationsQuery, RegionsQuery
from carbon.locations import LocationList
from carbon.notes import FactNote
from carbon.placements import Placement
from carbon.plans import Plan, PlanQuery
from carbon.queued_plans import UNWATCHED, Watch
from carbon.results import Comparison, Emission, RegionDetails, RegionList, ZoneDetails, ZoneSources
from carbon.schedules import Schedule
from carbon.units import HOUR
from carbon.workload import CalculateQuery, OptimizeQuery
from catalog.dates import day_of
from catalog.model import InstanceType, Region
from mapping import CloudMap
from planning.history.points import zone_history
from planning.notes import basis_notes, policy_of, policy_of_scope
from planning.outlook.own_series import own_outlook
from planning.outlook.recent_hours import forecast_of, hours_ahead, outlook_ahead, recent_span
from planning.outlook.region_day import HOURS_AHEAD, describe_day
from planning.outlook.zones import Outlook
from planning.placing.calculation import calculate
from planning.placing.instances import select as select_types
from planning.placing.job import Job
from planning.placing.job_places import job_places
from planning.placing.job_runs import rank_runs
from planning.placing.location_rank import locate, locations_in_scope
from planning.placing.machine_type import modelled_machine
from planning.placing.named_services import with_named_services
from planning.placing.placement import place
from planning.placing.regions import region_list, region_now, select, zone_now
from planning.placing.scope import region_scope
from planning.placing.side_by_side import compare, options_of, with_known_intensity
from planning.placing.workloads import workload_span
from planning.plan.background import needs_background
from planning.plan.plan import facts_of, hours_of, plan, sites_of, spans_of
from planning.plan.shared import Solve
from planning.scheduling.repeat import runs_of
from planning.scheduling.span import RunSpan
from session_grid import SessionGrid

MANY_REGIONS = 150  # a ranking of more regions than this waits until no other one runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Answers at one time from one state of the facts and of the grid; used by one thread at a time.

    placing: held during a ranking of all offers, so that a process makes one at a time. solve: places jobs that share
    limits. notes: what the answers given
    so far say beside their figures, each once.
    """

    now: datetime
    grid: SessionGrid
    placing: Lock
    solve: Solve
    notes: dict[FactNote, None] = field(default_factory=dict)

    @property
    def mapping(self) -> CloudMap:
        """The facts."""
        return self.grid.mapping

    @property
    def data_version(self) -> str:
        """The version of facts and grid: sessions of equal versions answer one question at one time alike."""
        return f"{self.mapping.version}-{self.grid.version}"

    def about(self, signal: Signal) -> Session:
        """The session at the same moment by another signal, of which all its answers are."""
        return replace(self, grid=self.grid.of_signal(signal))

    def optimize(self, query: OptimizeQuery) -> Placement:
        """Where, on what and when to run the workload. Raises NoFeasiblePlacement, DoesNotFit, PowerNotModelled.

        IntensityUnknown: of all regions, or of the requested one. PowerNotModelled, UnknownInstanceType: of what runs
        today.
        """
        span = workload_span(query, self.now)
        if query.current is not None:
            modelled_machine(query.current, self.mapping)
        scope = region_scope(query, self.mapping)
        outlook = self.grid.outlook(scope.zones(self.mapping), hours=span.hours_from(self.now))
        outlook.require_any()
        self._note(basis_notes(outlook, self.mapping), policy_of_scope(scope.in_scope, self.mapping))
        with self.placing if len(scope.to_read) > MANY_REGIONS else nullcontext():
            return place(
                Job.of(query, self.mapping, scope=scope, span=span, outlook=outlook, today_day=day_of(self.now))
            )

    def instances(self, query: InstancesQuery) -> list[InstanceType]:
        """The machine types and sized services that meet the query, those of unknown size last."""
        return select_types(self.mapping.columns.types, query, self.mapping.is_offered)

    def regions(self, query: RegionsQuery) -> RegionList:
        """The available regions of a partition and their grid now, in the order of the query."""
        regions = select(self.mapping.catalog.regions, query)
        outlook = self.grid.outlook(list(dict.fromkeys(region.zone for region in regions)), hours=1)
        self._note(basis_notes(outlook, self.mapping))
        return region_list(query, regions, self.mapping, outlook)

    def region_details(self, region_key: str) -> RegionDetails:
        """One region's grid now and over the next 24 hours, live shares included where a source has them."""
        region = self.mapping.regions[region_key]
        zone = region.zone
        outlook = self.grid.outlook([zone], hours=HOURS_AHEAD + 1)
        now = region_now(region, self.mapping, outlook, self.grid.shares(zone))
        day = describe_day(now, zone, outlook, self.grid.sources(zone, outlook))
        return replace(day, percentile=self.grid.percentile(zone))

    def zone_details(self, zone_key: str) -> ZoneDetails:
        """A grid zone now; a retired key is answered with the current one. Raises UnknownZone."""
        zone = self.mapping.zone(zone_key).zone
        details = zone_now(zone, self.mapping, self.grid.outlook([zone], hours=1))
        return replace(details, percentile=self.grid.percentile(zone))

    def zones(self, zone_keys: Sequence[str]) -> list[ZoneDetails]:
        """Current keys of grid zones, all read at once, in their order."""
        outlook = self.grid.outlook(list(dict.fromkeys(zone_keys)), hours=1)
        details = [zone_now(zone, self.mapping, outlook) for zone in zone_keys]
        return [replace(each, percentile=self.grid.percentile(each.zone)) for each in details]

    def history(self, zone_key: str, query: HistoryQuery) -> ZoneHistory:
        """The past of a zone; a retired key is answered with the current one. Raises UnknownZone, StateUnavailable."""
        zone = self.mapping.zone(zone_key).zone
        return zone_history(zone, query, self.grid.past(zone, query.signal.counted, query.start, query.end))

    def zone_sources(self, zone_key: str) -> ZoneSources:
        """What every source that covers a zone says of it. Raises UnknownZone."""
        zone = self.mapping.zone(zone_key).zone
        return self.grid.sources(zone, self.grid.outlook([zone], hours=1))

    def calculate(self, query: CalculateQuery) -> Emission:
        """What a machine emits from now or start_at on. Raises UnknownInstanceType, Unsatisfiable."""
        machine = modelled_machine(query, self.mapping)
        self._note(policy_of([self.mapping.regions[query.region]], [machine], self.mapping))
        self.grid.fill_past(self._spans([query]))
        outlook = self.grid.outlook(self._zones([query]), hours=ceil(query.duration_hours) + 1)
        return self._emission(query, machine, outlook)

    def compare(self, queries: Sequence[CalculateQuery]) -> Comparison:
        """Emissions of the options, greenest first, and those without. Raises PowerNotModelled if none has any."""
        options = options_of(queries, self.mapping)
        ranked = [query for query, _ in options.ranked]
        hours = ceil(max(query.duration_hours for query in ranked)) + 1
        self.grid.fill_past(self._spans(ranked))
        outlook = self.grid.outlook(self._zones(ranked), hours=hours)
        options = with_known_intensity(options, self.mapping, outlook)
        regions = [self.mapping.regions[query.region] for query, _ in options.ranked]
        machines = [machine for _, machine in options.ranked]
        self._note(basis_notes(outlook, self.mapping), policy_of(regions, machines, self.mapping))
        emissions = [self._emission(query, machine, outlook) for query, machine in options.ranked]
        return compare(emissions, options.not_compared)

    def schedule(self, query: ScheduleQuery) -> Schedule:
        """When to start a job, and where of several places. Raises DoesNotFit, IntensityUnknown, InvalidRequest.

        As calculate for a machine in one region; NoFeasiblePlacement if it can run in none of several. Of a job that
        comes back: the runs, which the question's parser has checked (planning/scheduling/repeat.py).
        """
        runs = runs_of(query, self.now)
        places = job_places(query, self.mapping, day_of(self.now))
        self._note(policy_of(places.regions, dict.fromkeys(places.machines.values()), self.mapping))
        hours = max(run.span.hours_from(self.now) for run in runs if isinstance(run.span, RunSpan))
        if query.forecast is not None:  # then no source is asked
            outlook = own_outlook(query.forecast, now=self.now, hours=hours)
        else:
            outlook = self.grid.outlook(places.zones, hours=hours)
            self._note(basis_notes(outlook, self.mapping))

        def emission(region: Region, hours: float, used: CarbonIntensity) -> Emission:
            run = replace(query.run or CalculateQuery(region=""), region=region.key, duration_hours=hours)
            machine = places.machines[region.key]
            return calculate(run, machine, self.mapping, now=used, used=used, signal=self.grid.signal)

        plan = rank_runs(runs, places, outlook, emission)
        return plan if query.repeat is not None else replace(plan, occurrences=())

    def needs_background(self, query: PlanQuery) -> bool:
        """Whether a plan takes so long that no request waits for it."""
        return query.shares_limits and needs_background(query, sites_of(query, self.mapping))

    def plan(self, query: PlanQuery, watch: Watch = UNWATCHED) -> Plan:
        """Where and when each of several jobs runs. Raises InvalidRequest for a search that is too large.

        watch: hears how far it is, and may stop it by raising WorkStopped.
        """
        spans, places = spans_of(query, self.now), sites_of(query, self.mapping)
        regions, machines = facts_of(query, places, self.mapping)
        outlook = self.grid.outlook(list({region.zone: None for region in regions}), hours=hours_of(spans, self.now))
        self._note(basis_notes(outlook, self.mapping), policy_of(regions, machines, self.mapping))
        return plan(query, spans, places, self.mapping, outlook, day_of(self.now), self.solve, watch)

    def forecast(self, query: ForecastQuery) -> ZoneForecast:
        """The hours after a history that the caller sends; asks no source. Raises InvalidRequest."""
        return forecast_of(query, self.mapping.profiles, self.mapping.forecasts)

    def zone_forecast(self, zone_key: str, basis: ForecastBasis, hours: int) -> ZoneHoursAhead:
        """The hours of a zone from the one that holds now on; a retired key is answered with the current one.

        Those of a zone with a factor of the operator's own follow from that, whatever the basis.
        Raises UnknownZone, StateUnavailable; InvalidRequest for a zone of which nothing is known.
        """
        zone = self.mapping.zone(zone_key).zone
        if basis is ForecastBasis.OUTLOOK or zone in self.mapping.own_zones:
            return outlook_ahead(zone, self.grid.outlook([zone], hours=hours), hours)
        past = self.grid.past(zone, Signal.AVERAGE_LIFECYCLE, *recent_span(self.now))
        return hours_ahead(zone, past, self.mapping.profiles, self.mapping.forecasts, now=self.now, hours=hours)

    def locations(self, query: LocationsQuery) -> LocationList:
        """The regions of all clouds by carbon, spot score and spot price. No region meets the query: no rows."""
        region_set = locations_in_scope(query, self.mapping.offers)
        if not region_set.regions:
            return LocationList(countries_without_regions=region_set.countries_without_regions)
        ahead = (query.within_hours or 0.0) + (query.duration_hours or 1.0)
        outlook = self.grid.outlook(region_set.zones, hours=ceil(ahead) + 1, max_age_minutes=query.max_age_minutes)
        self._note(basis_notes(outlook, self.mapping), policy_of(region_set.regions, (), self.mapping))
        return locate(query, region_set, self.offered(query.names), outlook, today_day=day_of(self.now))

    def offered(self, names: Sequence[str]) -> CloudMap:
        """The facts, with the services of these names among the offers."""
        return with_named_services(self.mapping, names)

    def _note(self, *notes: Sequence[FactNote]) -> None:
        """Add what the answer says beside its figures."""
        self.notes.update(dict.fromkeys(note for some in notes for note in some))

    def _zones(self, queries: Sequence[CalculateQuery]) -> list[str]:
        """The distinct zones of the queries' regions, in their order."""
        return list(dict.fromkeys(self.mapping.regions[query.region].zone for query in queries))

    def _spans(self, queries: Sequence[CalculateQuery]) -> list[tuple[str, datetime, datetime]]:
        """The zone of each query's region, and from when until when the machine runs."""
        runs = ((query, query.start_at or self.now) for query in queries)
        return [
            (self.mapping.regions[query.region].zone, start, start + query.duration_hours * HOUR)
            for query, start in runs
        ]

    def _emission(self, query: CalculateQuery, machine: InstanceType, outlook: Outlook) -> Emission:
        now = outlook.current(self.mapping.regions[query.region].zone)
        used = self.grid.mean_of_run(query, outlook)
        return calculate(query, machine, self.mapping, now=now, used=used, signal=self.grid.signal)
