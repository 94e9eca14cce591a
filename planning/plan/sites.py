"""The places in which a job of a plan may run, each with what an hour of it takes, and why others may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from carbon.intensity import CarbonIntensity
from carbon.jobs import ScheduleQuery
from carbon.plans import JobData, OwnAssignment, PlanJob, PlanQuery, Transfer
from carbon.results import Emission, Exclusion
from carbon.units import HOUR_SECONDS
from carbon.workload import CalculateQuery
from catalog.model import InstanceType, Region
from catalog.network import Rule
from mapping import CloudMap
from planning.outlook.zones import Outlook
from planning.placing.calculation import calculate
from planning.placing.job_places import JobPlaces, possible_places
from planning.placing.job_prices import NO_PRICE, NO_SPOT_PRICE, TOO_DEAR, usd_per_hour, why_too_dear

LATENCY = "too far from the users"
NO_DATA_PRICE = "the price of moving the data there is not known"
NO_INTENSITY = "the carbon intensity there is not known"
# The constraint of the question behind each reason.
CONSTRAINTS = {
    LATENCY: "latency_from",
    NO_PRICE: "price",
    NO_SPOT_PRICE: "spot",
    TOO_DEAR: "max_price_per_hour",
    NO_DATA_PRICE: "usd_per_gb",
    NO_INTENSITY: "intensity",
}


@dataclass(frozen=True, slots=True, eq=False)
class JobSites:
    """The regions in which a job may run, each with its machine, and those in which it cannot.

    Jobs of equal demands on the place share one.
    """

    regions: tuple[Region, ...]
    machines: Mapping[str, InstanceType]
    excluded: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A region in which a job may run. kwh_per_hour: of all its machines, PUE applied. usd_per_hour: likewise."""

    region: Region
    machine: InstanceType
    kwh_per_hour: float
    usd_per_hour: float | None
    transfer: Transfer | None

    @property
    def usd_of_data(self) -> float | None:
        """What moving the data costs; None if unknown."""
        return 0.0 if self.transfer is None else self.transfer.usd


class Places:
    """Finds the places of jobs; those of equal demands are looked up once."""

    def __init__(self, mapping: CloudMap) -> None:
        self._mapping = mapping
        self._places: dict[ScheduleQuery, JobPlaces] = {}
        self._sites: dict[object, JobSites] = {}

    def of(self, job: PlanJob, own: OwnAssignment | None) -> JobSites:
        """The places of a job by the catalog. own: where the caller runs it, which counts however far it is.

        The home comes first; of equal choices the first place is taken, so that nothing moves without a reason.
        """
        where = ScheduleQuery(regions=job.times.regions, providers=job.times.providers, countries=job.times.countries)
        also = None if own is None else own.region
        key = (where, job.home, also, job.latency, job.run.instance_type, job.run.machine)
        if key not in self._sites:
            self._sites[key] = self._of(job, where, also)
        return self._sites[key]

    def _of(self, job: PlanJob, where: ScheduleQuery, also: str | None) -> JobSites:
        named = [key for key in dict.fromkeys((job.home, also)) if key is not None]
        parts = [self._possible(job, ScheduleQuery(regions=(key,))) for key in named]
        if where != ScheduleQuery() or job.home is None:
            parts.append(self._possible(job, where))
        regions = {region.key: region for part in parts for region in part.regions}
        excluded = {one.region: one for part in parts for one in part.excluded}
        far = [key for key, region in regions.items() if key != also and self._is_far(job, region)]
        excluded |= {key: Exclusion(region=key, reason=LATENCY) for key in far}
        machines = {key: machine for part in parts for key, machine in part.machines.items()}
        near = tuple(region for key, region in regions.items() if key not in far)
        return JobSites(near, machines, tuple(excluded.values()))

    def _possible(self, job: PlanJob, where: ScheduleQuery) -> JobPlaces:
        run = CalculateQuery(region="", instance_type=job.run.instance_type, machine=job.run.machine)
        query = replace(where, run=run)
        if query not in self._places:
            self._places[query] = possible_places(query, self._mapping)
        return self._places[query]

    def _is_far(self, job: PlanJob, region: Region) -> bool:
        users = job.latency
        if users is None:
            return False
        return self._mapping.network.round_trip_ms(users.latitude, users.longitude, region) > users.most_ms


class Sites:
    """Rates places; what an hour of one machine in one place takes is worked out once for all jobs.

    today_day: days since 1970-01-01.
    """

    def __init__(self, query: PlanQuery, mapping: CloudMap, outlook: Outlook, today_day: int) -> None:
        self._query, self._mapping, self._outlook, self._today_day = query, mapping, outlook, today_day
        self._rates: dict[tuple[object, ...], tuple[float, float | None]] = {}
        self._rated: dict[object, tuple[list[Site], list[Exclusion]]] = {}

    def emission(self, job: PlanJob, site: Site, hours: float, used: CarbonIntensity) -> Emission:
        """Of the job's machines over so many hours."""
        return self._emission(job, site.region, site.machine, hours, used)

    def rated(self, job: PlanJob, of: JobSites, start: float) -> tuple[list[Site], list[Exclusion]]:
        """The places with all that the objective needs, and those without. start: of the job, in seconds."""
        rate, start_of_move = self._rate_key(job), start if job.data else None
        key = (of, rate, job.times.max_usd_per_hour, job.data, start_of_move)
        if key not in self._rated:
            self._rated[key] = self._rate(job, of, start)
        return self._rated[key]

    def lowest_usd(self, job: PlanJob, of: JobSites) -> float | None:
        """The lowest price of one machine among the places of a job; None if none is known."""
        prices = (self._machine_usd(job, region, of.machines[region.key]) for region in of.regions)
        return min((usd for usd in prices if usd is not None), default=None)

    def _rate(self, job: PlanJob, of: JobSites, start: float) -> tuple[list[Site], list[Exclusion]]:
        sites, excluded, times = list[Site](), list(of.excluded), self._query.times(job)
        for region in of.regions:
            site = self._site(job, times, region, of.machines[region.key], start)
            if isinstance(site, str):
                excluded.append(Exclusion(region=region.key, reason=site))
            else:
                sites.append(site)
        return sites, excluded

    def _site(
        self, job: PlanJob, times: ScheduleQuery, region: Region, machine: InstanceType, start: float
    ) -> Site | str:
        key = (region.key, machine.instance_type, *self._rate_key(job))
        if key not in self._rates:
            self._rates[key] = (self._kwh_per_hour(job, region, machine), self._machine_usd(job, region, machine))
        kwh_per_hour, usd = self._rates[key]
        refusal = why_too_dear(times, usd)
        if refusal is None and usd is None and self._query.max_usd is not None:
            refusal = NO_SPOT_PRICE if job.spot else NO_PRICE
        if refusal is not None:
            return refusal
        transfer = None if job.data is None else self._transfer(job.data, region, start)
        if isinstance(transfer, str):
            return transfer
        if self._query.counts_usd and transfer is not None and transfer.usd is None:
            return NO_DATA_PRICE
        return Site(region, machine, kwh_per_hour, None if usd is None else usd * job.run.count, transfer)

    @staticmethod
    def _rate_key(job: PlanJob) -> tuple[object, ...]:
        """What besides place and instance type decides on energy and price of an hour."""
        return (job.run.machine, job.run.pue, job.run.count, job.run.load, job.spot)

    def _machine_usd(self, job: PlanJob, region: Region, machine: InstanceType) -> float | None:
        name, today_day = machine.instance_type, self._today_day
        return usd_per_hour(self._mapping, region.key, name, spot=job.spot, today_day=today_day)

    def _kwh_per_hour(self, job: PlanJob, region: Region, machine: InstanceType) -> float:
        any_value = replace(self._outlook.current(region.zone), gco2e_per_kwh=1.0)  # energy does not depend on it
        return self._emission(job, region, machine, 1.0, any_value).energy_kwh

    def _emission(
        self, job: PlanJob, region: Region, machine: InstanceType, hours: float, used: CarbonIntensity
    ) -> Emission:
        run = replace(job.run, region=region.key, duration_hours=hours)
        return calculate(run, machine, self._mapping, now=used, used=used, signal=self._outlook.signal)

    def _transfer(self, data: JobData, region: Region, start: float) -> Transfer | str | None:
        """The move of the data, at the mean intensity of both ends in the first hour in which the job may run."""
        source, network = self._mapping.regions[data.source], self._mapping.network
        if source.key == region.key:
            return None
        ends = [self._outlook.mean(zone, start, HOUR_SECONDS).gco2e_per_kwh for zone in (source.zone, region.zone)]
        if ends[0] is None or ends[1] is None:
            return NO_INTENSITY
        rule = network.kwh_per_gb(source, region)
        if data.kwh_per_gb is not None:
            rule = Rule(value=data.kwh_per_gb, range=None)
        usd_per_gb = network.usd_per_gb(source, region) if data.usd_per_gb is None else data.usd_per_gb
        kwh = data.gb * rule.value
        grams = kwh * (ends[0] + ends[1]) / 2
        return Transfer(
            gb=data.gb,
            source=source.key,
            usd_per_gb=usd_per_gb,
            usd=None if usd_per_gb is None else usd_per_gb * data.gb,
            kwh=kwh,
            gco2e=grams,
            low_gco2e=grams * (rule.range.low if rule.range else 1.0),
            high_gco2e=grams * (rule.range.high if rule.range else 1.0),
        )
