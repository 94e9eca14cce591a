"""Ranked offers as the rows of an answer."""

from __future__ import annotations

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.placements import PlacementRow
from carbon.ranges import distinguishable
from carbon.results import Emission, Window
from catalog.model import InstanceType
from planning.placing.emission import Machines, Site, emission, sustained_utilization
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import WORK_UNITS
from planning.placing.told_apart import ranged_row
from planning.scheduling.waiting import expected_savings


def row(job: Job, ranked: Ranked, index: int, *, best: Ranked) -> PlacementRow:
    """Row `index` of `ranked`, set against the first row of `best`."""
    region, type_index = int(ranked.region[index]), int(ranked.type[index])
    instance, outlook = job.mapping.columns.types[type_index], job.outlook
    zone_row, seconds = int(job.starts.zone_row[region]), job.span.window_hours * units.HOUR_SECONDS
    start = float(job.starts.seconds[region])
    mean = outlook.describe(zone_row, float(job.starts.gco2e_per_kwh[region]), start, seconds)
    at_once = outlook.mean(outlook.names[zone_row], outlook.seconds_to(job.span.earliest), seconds)
    emitted = _emission(job, region, instance, mean, int(ranked.offer[index]))
    unit, speed = WORK_UNITS.get(int(ranked.kind[index])), finite(job.mapping.columns.performance[type_index])
    grams = finite(ranked.gco2e_per_work[index])
    same_for_work = relative = indistinguishable = None
    if unit is not None and grams is not None and ranked.kind[index] == best.kind[0]:
        same_for_work = grams * job.work(int(best.type[0]))
        relative = None if speed is None else speed / _best_performance(job, best)
        indistinguishable = not distinguishable(ranged_row(job, ranked, index), ranged_row(job, best, _greenest(best)))
    carbon_price = job.query.carbon_usd_per_tonne
    return PlacementRow(
        emission=emitted,
        window=Window(
            starts_at=outlook.at(start),
            ends_at=outlook.at(start + seconds),
            duration_hours=job.span.window_hours,
            mean=mean,
        ),
        start_now_gco2e=emitted.energy_kwh * (at_once.gco2e_per_kwh or 0.0),
        start_now_used=at_once,
        expected=expected_savings(
            outlook,
            zone_row,
            earliest=outlook.seconds_to(job.span.earliest),
            start=start,
            ratio=(mean.gco2e_per_kwh or 0.0) / (at_once.gco2e_per_kwh or float("nan")),
        ),
        work_unit=unit,
        performance=speed,
        performance_basis=_performance_basis(instance),
        relative_performance=relative,
        gco2e_per_unit_work=grams,
        gco2e_for_same_work=same_for_work,
        usd_per_unit_work=finite(ranked.usd_per_work[index]),
        carbon_usd=emitted.total_gco2e * carbon_price / units.GRAMS_PER_TONNE if carbon_price else None,
        within_uncertainty_of_best=indistinguishable,
        score=finite(ranked.score[index]),
        is_requested_region=region == job.scope.requested,
    )


def finite(value: float) -> float | None:
    """The number, None where it is not known."""
    return float(value) if np.isfinite(value) else None


def _emission(job: Job, region: int, instance: InstanceType, used: CarbonIntensity, offer: int) -> Emission:
    place = job.offers.regions[region]
    machines = Machines(
        instance=instance,
        utilization=sustained_utilization(instance, job.query.load),
        duration_hours=job.span.duration_hours,
        include_embodied=job.query.include_embodied,
    )
    site = Site(
        region=place.key,
        pue=place.pue,
        pue_basis=place.pue_basis,
        now=job.outlook.current(place.zone),
        used=used,
        shares=job.mapping.annual_shares[place.zone],
        offered=True,
        price=job.mapping.prices.price_of_offer(offer),
    )
    return emission(machines, site)


def _best_performance(job: Job, best: Ranked) -> float:
    """The highest performance among all qualifying offers whose work is counted as row 1's is."""
    return float(job.mapping.columns.performance[best.type[0]] / best.relative[0])


def _greenest(best: Ranked) -> int:
    """The row with the fewest grams per unit of work among those whose work is counted as row 1's is."""
    return int(np.argmin(np.where(best.kind == best.kind[0], best.gco2e_per_work, np.inf)))


def _performance_basis(instance: InstanceType) -> str | None:
    return instance.accelerator.performance_basis if instance.accelerator else instance.performance_basis
