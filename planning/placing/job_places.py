"""The regions that can run one job, each with its machine, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from carbon.errors import NoFeasiblePlacement
from carbon.jobs import ScheduleQuery
from carbon.results import Exclusion
from carbon.workload import COMMERCIAL, CalculateQuery
from catalog.model import InstanceType, Region
from mapping import CloudMap
from planning.placing.job_prices import TOO_DEAR, usd_per_hour, why_too_dear
from planning.placing.machine_type import modelled_machine, why_not_modelled
from planning.placing.phases import ANY_MACHINE, with_watts
from planning.placing.regions import countries_without_regions

POLICY = "forbidden by the policy of the operator"
NOT_OFFERED = "the instance type is not offered there"


@dataclass(frozen=True, slots=True)
class JobPlaces:
    """The regions that can run a job, each with its machine, and those that cannot.

    machines: by region; empty for a job without machines. usd_per_hour: of one machine by region, None where unknown.
    """

    regions: tuple[Region, ...]
    machines: dict[str, InstanceType]
    usd_per_hour: dict[str, float | None]
    excluded: tuple[Exclusion, ...]
    countries_without_regions: tuple[str, ...]

    @property
    def zones(self) -> list[str]:
        """The distinct zones of the regions, in their order."""
        return list(dict.fromkeys(region.zone for region in self.regions))


def job_places(query: ScheduleQuery, mapping: CloudMap, today_day: int) -> JobPlaces:
    """The places of a query whose price it takes. Raises NoFeasiblePlacement if no region of it can run the job.

    today_day: days since 1970-01-01.
    """
    places = possible_places(query, mapping)
    name = None if query.run is None else query.run.instance_type
    prices = {
        region.key: usd_per_hour(mapping, region.key, name, spot=query.spot, today_day=today_day)
        for region in places.regions
    }
    reasons = {key: reason for key, usd in prices.items() if (reason := why_too_dear(query, usd)) is not None}
    excluded = (*places.excluded, *(Exclusion(region=key, reason=reason) for key, reason in reasons.items()))
    regions = tuple(region for region in places.regions if region.key not in reasons)
    if not regions:
        raise _nowhere(excluded, places.countries_without_regions, prices)
    machines = {key: machine for key, machine in places.machines.items() if key not in reasons}
    return replace(places, regions=regions, machines=machines, usd_per_hour=prices, excluded=excluded)


def possible_places(query: ScheduleQuery, mapping: CloudMap) -> JobPlaces:
    """The places of a query whatever they cost, maybe none.

    Named regions are taken as they are. Of providers and countries the open commercial regions are taken that the
    policy allows. Where the query names one region, a machine that it cannot run there is an error: raises
    UnknownInstanceType, PowerNotModelled.
    """
    if query.region is not None:
        machines = {} if query.run is None else {query.region: modelled_machine(query.run, mapping)}
        return JobPlaces((mapping.regions[query.region],), machines, {}, (), ())
    if query.regions:
        regions, excluded = [mapping.regions[key] for key in dict.fromkeys(query.regions)], list[Exclusion]()
    else:
        open_regions = [r for r in mapping.catalog.regions if r.status == "available" and r.is_in(COMMERCIAL)]
        scope = [
            r
            for r in open_regions
            if (not query.providers or r.provider in query.providers)
            and (not query.countries or r.country in query.countries)
        ]
        regions = [region for region in scope if mapping.policy.of_region(region) is None]
        allowed = {region.key for region in regions}
        excluded = [Exclusion(region=r.key, reason=POLICY) for r in scope if r.key not in allowed]
    unserved = countries_without_regions(query.countries, regions)
    machines = {}
    if query.run is not None:
        for region in regions:
            machine = _machine(query.run, region, mapping)
            if isinstance(machine, InstanceType):
                machines[region.key] = machine
            else:
                excluded.append(Exclusion(region=region.key, reason=machine))
        regions = [region for region in regions if region.key in machines]
    return JobPlaces(tuple(regions), machines, {}, tuple(excluded), unserved)


def _machine(run: CalculateQuery, region: Region, mapping: CloudMap) -> InstanceType | str:
    """The machine of a job in one region, or why it cannot run or be rated there."""
    if run.machine is not None:
        machine = mapping.catalog.parts.machine(run.machine)
    elif run.instance_type is None:
        machine = ANY_MACHINE
    else:
        sold = mapping.catalog.find_type(region.provider, run.instance_type or "")
        if sold is None or mapping.is_offered(region.key, sold.instance_type) is False:
            return NOT_OFFERED
        machine = sold
    machine = with_watts(machine, run.load)
    return machine if machine.power is not None else why_not_modelled(machine)


def _nowhere(
    excluded: Iterable[Exclusion], unserved: tuple[str, ...], prices: Mapping[str, float | None]
) -> NoFeasiblePlacement:
    """The refusal of a job that none of its places can run. prices: USD per hour of one machine by region."""
    removed: dict[str, int] = {}
    for exclusion in excluded:
        removed[exclusion.reason] = removed.get(exclusion.reason, 0) + 1
    detail = "; ".join(("no region of the question can run the job", *removed))
    if TOO_DEAR in removed:
        lowest = min(usd for usd in prices.values() if usd is not None)
        detail += f", and the lowest price of these regions is {lowest:g} USD"
    return NoFeasiblePlacement(
        detail,
        candidates=sum(removed.values()),
        removed=removed,
        nearest_offers=(),
        **({"countries_without_regions": unserved} if unserved else {}),
    )
