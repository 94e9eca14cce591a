"""Where and when a job runs: the best of its places, each at its best time, and the next best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from carbon.errors import DoesNotFit, IntensityUnknown
from carbon.intensity import CarbonIntensity
from carbon.jobs import OwnSeries, Risk, ScheduleQuery
from carbon.results import Emission, Exclusion
from carbon.schedules import OtherPlaces, Schedule
from carbon.units import HOUR_SECONDS
from catalog.model import Region
from planning.outlook.own_series import gaps, row_of
from planning.outlook.unknown import in_words, intensity_unknown, without_range
from planning.outlook.zones import Outlook
from planning.placing.job_places import JobPlaces
from planning.placing.job_prices import job_cost, machine_hour_weight, score
from planning.placing.phases import power_over_time
from planning.scheduling.bounds import span_bounds
from planning.scheduling.pauses import next_best_pieces, schedule_segments
from planning.scheduling.power import Power
from planning.scheduling.risk import decisive
from planning.scheduling.schedule import ALTERNATIVES, in_grams, next_best, schedule
from planning.scheduling.span import RunSpan, job_span


def rank_places(
    query: ScheduleQuery,
    places: JobPlaces,
    outlook: Outlook,
    span: RunSpan,
    emission: Callable[[Region, float, CarbonIntensity], Emission],
) -> Schedule:
    """The schedule of the region with the least emissions, with those of the next best; of equals by the region's key.

    With a price of carbon it is the region of the least cost, emissions included. Emissions are those of the machines,
    which depend on the PUE of a region, or per kWh without machines. emission: of the machines in a region over so many
    hours of a mean intensity. A zone is looked at only if its lowest hours, cut freely, could be better than the places
    that are listed already. For a query of one region that one is all of the answer. Raises DoesNotFit, InvalidRequest,
    IntensityUnknown.
    """
    rates = _rates_by_zone(query, places, outlook, emission)
    ranking, unknown = _ranking(query, rates, outlook, span)
    if not ranking:
        raise intensity_unknown(outlook.signal, unknown)
    if len(places.regions) > 1:
        ranking[0] = (ranking[0][0], _with_next_best(*ranking[0], query, outlook, span))
    best, *options = [
        _priced(query, plan, rate, emission(rate.region, plan.best.duration_hours, plan.best.mean))
        if places.machines
        else plan
        for rate, plan in ranking[: 1 + query.alternatives]
    ]
    if query.region is not None:
        return best
    names = {region.key: row_of(outlook, region.key, region.zone) for region in places.regions}
    left_out = [
        Exclusion(region=key, reason=in_words(outlook.signal, name, unknown[name]))
        for key, name in names.items()
        if name in unknown
    ]
    others = OtherPlaces(
        options=tuple(options),
        count=len(places.regions) - len(left_out),
        excluded=(*places.excluded, *left_out),
        countries_without_regions=places.countries_without_regions,
    )
    return replace(best, places=others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What an hour of a job takes in a region: energy of all machines, 1 without any, and the price of one machine.

    power: how the energy is spread over the job; None: evenly.
    """

    region: Region
    kwh_per_hour: float
    usd_per_hour: float | None
    power: Power | None = None


def _priced(query: ScheduleQuery, plan: Schedule, rate: Rate, machines: Emission) -> Schedule:
    """The plan with what its machines emit and cost. machines: for as long as the best window runs them."""
    return replace(in_grams(plan, machines), cost=job_cost(query, plan, rate.usd_per_hour, rate.kwh_per_hour))


def _rates_by_zone(
    query: ScheduleQuery,
    places: JobPlaces,
    outlook: Outlook,
    emission: Callable[[Region, float, CarbonIntensity], Emission],
) -> dict[str, list[Rate]]:
    """The regions of each row of the outlook."""
    by_zone: dict[str, list[Rate]] = {zone: [] for zone in outlook.names}
    for region in places.regions:
        name = row_of(outlook, region.key, region.zone)
        kwh, power = 1.0, None
        if places.machines and query.run is not None:
            power = power_over_time(places.machines[region.key], query.run.load)
            any_value = replace(outlook.current(name), gco2e_per_kwh=1.0)  # energy does not depend on it
            kwh = emission(region, 1.0, any_value).energy_kwh
        usd = places.usd_per_hour[region.key]
        by_zone[name].append(Rate(region=region, kwh_per_hour=kwh, usd_per_hour=usd, power=power))
    return by_zone


def _ranking(
    query: ScheduleQuery, by_zone: dict[str, list[Rate]], outlook: Outlook, span: RunSpan
) -> tuple[list[tuple[Rate, Schedule]], dict[str, CarbonIntensity]]:
    """The schedules of at least the places that are listed, best first, and the zones of unknown intensity."""
    unknown: dict[str, CarbonIntensity] = {}
    ranking: list[tuple[tuple[float, float, str], Rate, Schedule]] = []
    alternatives = ALTERNATIVES if sum(map(len, by_zone.values())) == 1 else 0  # else only the best place has them
    for bound, zone in sorted(_bounds(query, by_zone, outlook, span)):
        if len(ranking) > query.alternatives and bound > ranking[query.alternatives][0][0]:
            break
        plans: dict[object, Schedule] = {}
        for rate in by_zone[zone]:
            alike = (restart_weight(query, rate), rate.power)
            try:
                plan = plans.get(alike) or schedule_in(rate, query, outlook, span, alternatives)
            except IntensityUnknown:
                unknown[zone] = _reason(query, outlook, zone)
                break
            figure = decisive(plan.best.mean, query.risk)
            if plan.at_once.mean.gco2e_per_kwh is None or figure is None:
                unknown[zone] = plan.at_once.mean
                break
            plans[alike] = plan
            hours = plan.best.duration_hours
            grams = rate.kwh_per_hour * figure * hours
            key = (score(query, rate.usd_per_hour, grams, hours), grams, rate.region.key)
            named = plan if plan.region == rate.region.key else replace(plan, region=rate.region.key)
            ranking.append((key, rate, named))
        ranking.sort(key=lambda row: row[0])
    return [(rate, plan) for _, rate, plan in ranking], unknown


def restart_weight(query: ScheduleQuery, rate: Rate) -> float:
    """What machine time weighs beside its emissions; 0 where a job runs equally long in all windows."""
    if query.interruption is None or not query.interruption.restart:
        return 0.0
    return machine_hour_weight(query, rate.usd_per_hour, rate.kwh_per_hour)


def schedule_in(
    rate: Rate, query: ScheduleQuery, outlook: Outlook, span: RunSpan, alternatives: int = ALTERNATIVES
) -> Schedule:
    """The schedule of a query's job in one region, with so many of the next best windows.

    Raises as schedule and schedule_segments, and IntensityUnknown for a cautious one if the region's grid has no range.
    """
    region = rate.region
    name = row_of(outlook, region.key, region.zone)
    if _lacks_range(query, outlook, name):
        raise intensity_unknown(outlook.signal, {name: _reason(query, outlook, name)})
    span = _span_in(region, query, outlook, span)
    if query.interruption is None:
        return schedule(region.key, name, outlook, span, query.risk, alternatives, rate.power)
    weight = restart_weight(query, rate)
    return schedule_segments(region.key, name, outlook, span, query.interruption, query.risk, weight, alternatives)


def _with_next_best(rate: Rate, plan: Schedule, query: ScheduleQuery, outlook: Outlook, span: RunSpan) -> Schedule:
    """The schedule of the best of several places with its next best windows."""
    name = row_of(outlook, rate.region.key, rate.region.zone)
    span = _span_in(rate.region, query, outlook, span)
    if query.interruption is None:
        return next_best(plan, name, outlook, span, query.risk, rate.power)
    return next_best_pieces(plan, name, outlook, span, query.risk)


def _span_in(region: Region, query: ScheduleQuery, outlook: Outlook, span: RunSpan) -> RunSpan:
    """The times of the job in a region: those that the caller's own series covers, if there is one."""
    if query.forecast is None:
        return span
    return _covered_span(query, query.forecast[region.key], outlook, row_of(outlook, region.key, region.zone))


def _lacks_range(query: ScheduleQuery, outlook: Outlook, name: str) -> bool:
    return query.risk is Risk.CAUTIOUS and outlook.range_of(outlook.zones[name], 0.0, HOUR_SECONDS) is None


def _reason(query: ScheduleQuery, outlook: Outlook, name: str) -> CarbonIntensity:
    """The intensity of a place that cannot be rated, with why."""
    current = outlook.current(name)
    return without_range(current) if _lacks_range(query, outlook, name) else replace(current, gco2e_per_kwh=None)


def _covered_span(query: ScheduleQuery, series: OwnSeries, outlook: Outlook, name: str) -> RunSpan:
    """The times of the caller's series in which the job may run. Raises IntensityUnknown if they are too short."""
    covered = replace(query, exclusions=(*query.exclusions, *gaps(series)))
    try:
        return job_span(covered, outlook.now)
    except DoesNotFit as error:
        unknown = replace(outlook.current(name), gco2e_per_kwh=None)
        raise intensity_unknown(outlook.signal, {name: unknown}) from error


def _bounds(
    query: ScheduleQuery, by_zone: dict[str, list[Rate]], outlook: Outlook, span: RunSpan
) -> list[tuple[float, str]]:
    """For each zone with regions what no schedule of them undercuts; 0 where hours are not known."""
    series, pauses = outlook.series(), query.interruption is not None
    totals = {
        power: span_bounds(outlook, series, span, pauses=pauses, power=power) / HOUR_SECONDS
        for power in {rate.power for rates in by_zone.values() for rate in rates}
    }
    return [
        (min(_least_score(query, rate, float(totals[rate.power][row]), span) for rate in rates), zone)
        for row, (zone, rates) in enumerate(by_zone.items())
        if rates
    ]


def _least_score(query: ScheduleQuery, rate: Rate, gco2e_per_kw: float, span: RunSpan) -> float:
    return score(query, rate.usd_per_hour, rate.kwh_per_hour * gco2e_per_kw, span.duration_hours) * (1 - 1e-9)
