"""All places and times of a small job, each with what it takes: worked out without the planner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby

from carbon import units
from carbon.intensity import NOT_LIVE, CarbonIntensity, Provenance, Quality
from carbon.plans import JobData, PlanJob, PlanQuery
from carbon.workload import CalculateQuery
from planning.placing.calculation import calculate
from tests.fakes.clouds import cloud_map

NOW = datetime(2026, 8, 12, 10, tzinfo=UTC)  # spot prices are of the day before
TODAY = (NOW - datetime(1970, 1, 1, tzinfo=UTC)).days
HOURS = 8  # of the outlook; all times are whole hours of it
CLOUDS = cloud_map()
TYPE = "m7g.large"
# Two of them share a grid, and one of these has no spot price.
REGIONS = ("aws:us-east-1", "aws:us-west-2", "aws:us-gov-west-1", "aws:eu-central-1")
ZONES = {key: CLOUDS.regions[key].zone for key in REGIONS}

Hours = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PricedChoice:
    """A job in one place over these hours of the outlook. cost: by the objective of the plan."""

    region: str
    hours: Hours
    gco2e: float
    usd: float | None
    cost: float


@cache
def kwh_per_hour(region: str, count: int) -> float:
    """Of so many machines."""
    machine = CLOUDS.catalog.find_type("aws", TYPE)
    assert machine is not None
    provenance = Provenance(quality=Quality.FORECAST, source="test", starts_at=NOW, age_seconds=0, derivation=NOT_LIVE)
    any_value = CarbonIntensity(gco2e_per_kwh=1.0, provenance=provenance)
    run = CalculateQuery(region=region, instance_type=TYPE, count=count)
    return calculate(run, machine, CLOUDS, now=any_value, used=any_value).energy_kwh


def usd_of_machine(job: PlanJob, region: str) -> float | None:
    """The price of one machine by the hour that the job pays."""
    price = CLOUDS.price(region, TYPE)
    assert price is not None
    return price.usable_spot(TODAY) if job.times.spot else price.on_demand_usd_per_hour


def segments(hours: Hours) -> list[tuple[int, int]]:
    """The runs of consecutive hours as (first, one after the last)."""
    runs = [[hour for _, hour in run] for _, run in groupby(enumerate(hours), lambda pair: pair[1] - pair[0])]
    return [(run[0], run[-1] + 1) for run in runs]


def allowed_hours(job: PlanJob) -> Iterator[Hours]:
    """Every set of hours in which the job may run."""
    times, rule = job.times, job.times.interruption
    work = round(times.duration_hours)
    first = 0 if times.start_after is None else hour_of(times.start_after)
    last = HOURS if times.deadline is None else hour_of(times.deadline)
    open_hours = [hour for hour in range(first, last) if not is_closed(job, hour)]
    for bits in range(1, 2 ** len(open_hours)):
        hours = tuple(hour for index, hour in enumerate(open_hours) if bits >> index & 1)
        runs = segments(hours)
        if rule is None:
            if len(runs) == 1 and len(hours) == work:
                yield hours
            continue
        restart, least = round(rule.restart / 3600), min(rule.min_run / 3600, work)
        lengths = [end - start - (restart if index else 0) for index, (start, end) in enumerate(runs)]
        if sum(lengths) == work and min(lengths) >= max(least, 1) and len(runs) <= (rule.max_segments or HOURS):
            yield hours


def is_closed(job: PlanJob, hour: int) -> bool:
    """Whether nothing of the job may run in an hour. Blackouts of these tests are of every day and do not end late."""
    start, end = NOW + hour * units.HOUR, NOW + (hour + 1) * units.HOUR
    excluded = any(one.starts_at < end and start < one.ends_at for one in job.times.exclusions)
    return excluded or any(one.begins <= start.time() < one.ends for one in job.times.blackouts)


def hour_of(moment: datetime) -> int:
    """The hour of the outlook that begins then."""
    return round((moment - NOW) / timedelta(hours=1))


def possible_regions(query: PlanQuery, job: PlanJob) -> list[str]:
    """The places that have all that the job and the objective need."""
    keys = dict.fromkeys(key for key in (job.home, *job.times.regions) if key is not None)
    return [key for key in keys if _is_possible(query, job, key)]


def _is_possible(query: PlanQuery, job: PlanJob, key: str) -> bool:
    usd, most, near = usd_of_machine(job, key), job.times.max_usd_per_hour, job.latency
    region = CLOUDS.regions[key]
    if near is not None and CLOUDS.network.round_trip_ms(near.latitude, near.longitude, region) > near.most_ms:
        return False
    data = job.data if job.data is not None and job.data.source != key else None
    if query.carbon_usd_per_tonne is not None and data is not None and usd_per_gb(data, key) is None:
        return False
    if usd is None:
        return not job.times.spot and most is None and query.carbon_usd_per_tonne is None
    return most is None or usd <= most


def usd_per_gb(data: JobData, region: str) -> float | None:
    """What moving a GB to a region costs."""
    if data.usd_per_gb is not None:
        return data.usd_per_gb
    return CLOUDS.network.usd_per_gb(CLOUDS.regions[data.source], CLOUDS.regions[region])


def every_choice(query: PlanQuery, job: PlanJob, grids: Mapping[str, Sequence[float]]) -> list[PricedChoice]:
    """All of them. grids: gCO2e per kWh by zone and hour."""
    hours = list(allowed_hours(job))
    return [priced(query, job, grids, key, some) for key in possible_regions(query, job) for some in hours]


def priced(
    query: PlanQuery, job: PlanJob, grids: Mapping[str, Sequence[float]], region: str, hours: Hours
) -> PricedChoice:
    """The job in a place over these hours: its machines, and the move of its data."""
    usd = usd_of_machine(job, region)
    grams = kwh_per_hour(region, job.run.count) * sum(grids[ZONES[region]][hour] for hour in hours)
    dollars = None if usd is None else usd * job.run.count * len(hours)
    data = job.data
    if data is not None and data.source != region:
        ends = [CLOUDS.regions[data.source], CLOUDS.regions[region]]
        kwh_per_gb = CLOUDS.network.kwh_per_gb(*ends).value if data.kwh_per_gb is None else data.kwh_per_gb
        move_usd = usd_per_gb(data, region)
        first = first_hour(job)
        grams += data.gb * kwh_per_gb * sum(grids[end.zone][first] for end in ends) / 2
        dollars = None if dollars is None or move_usd is None else dollars + data.gb * move_usd
    price = query.carbon_usd_per_tonne
    cost = grams if price is None else (dollars or 0.0) + grams * price / 1e6
    return PricedChoice(region, hours, grams, dollars, cost)


def first_hour(job: PlanJob) -> int:
    """The first hour in which the job may begin: of a job in one piece without those that are excluded."""
    if job.times.interruption is None:
        return min(hours[0] for hours in allowed_hours(job))
    return 0 if job.times.start_after is None else hour_of(job.times.start_after)
