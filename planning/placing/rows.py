"""Ranked offers as the rows of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.placements import PlacementRow
from carbon.ranges import RangedFigure, distinguishable
from carbon.results import Emission
from carbon.schedules import ExpectedSavings, Window
from catalog.model import InstanceType
from planning.placing.emission import Machines, Site, emission, sustained_utilization
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import UNRATED, WORK_UNITS
from planning.placing.told_apart import ranged_row
from planning.scheduling.waiting import expected_savings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What the rows of a region share. at_once: the mean if the job starts now. expected: what waiting may save."""

    window: Window
    at_once: CarbonIntensity
    expected: ExpectedSavings | None


def rows(
    job: Job, ranked: Ranked, places: Sequence[int], *, best: Ranked, greenest: RangedFigure | None
) -> tuple[PlacementRow, ...]:
    """The rows at these places of `ranked`; see row."""
    runs = {region: _run(job, region) for region in set(ranked.region[list(places)].tolist())}
    return tuple(
        _row(job, ranked, index, runs[int(ranked.region[index])], best=best, greenest=greenest) for index in places
    )


def row(job: Job, ranked: Ranked, index: int, *, best: Ranked, greenest: RangedFigure | None) -> PlacementRow:
    """Row `index` of `ranked`, set against the first row of `best`, and against the greenest of that row's group."""
    return rows(job, ranked, (index,), best=best, greenest=greenest)[0]


def _run(job: Job, region: int) -> _Run:
    zone_row, seconds = int(job.starts.zone_row[region]), job.span.window_hours * units.HOUR_SECONDS
    outlook, start = job.outlook, float(job.starts.seconds[region])
    mean = outlook.describe(zone_row, float(job.starts.gco2e_per_kwh[region]), start, seconds)
    earliest = outlook.seconds_to(job.span.earliest)
    at_once = outlook.mean(outlook.names[zone_row], earliest, seconds)
    ratio = (mean.gco2e_per_kwh or 0.0) / (at_once.gco2e_per_kwh or float("nan"))
    return _Run(
        window=Window(
            starts_at=outlook.at(start),
            ends_at=outlook.at(start + seconds),
            duration_hours=job.span.window_hours,
            mean=mean,
        ),
        at_once=at_once,
        expected=expected_savings(outlook, zone_row, earliest=earliest, start=start, ratio=ratio),
    )


def _row(
    job: Job, ranked: Ranked, index: int, run: _Run, *, best: Ranked, greenest: RangedFigure | None
) -> PlacementRow:
    region, type_index = int(ranked.region[index]), int(ranked.type[index])
    instance, mean, at_once = job.mapping.columns.types[type_index], run.window.mean, run.at_once
    emitted = _emission(job, region, instance, mean, int(ranked.offer[index]))
    unit, speed = WORK_UNITS.get(int(ranked.kind[index])), finite(job.mapping.columns.performance[type_index])
    grams = finite(ranked.gco2e_per_work[index])
    is_same_work = unit is not None and ranked.kind[index] == best.kind[0]
    is_compared = ranked.group[index] == best.group[0] != UNRATED
    compared = job.amount(int(best.type[0])) if is_compared else None
    carbon_price = job.query.carbon_usd_per_tonne
    return PlacementRow(
        emission=emitted,
        window=run.window,
        start_now_gco2e=emitted.energy_kwh * (at_once.gco2e_per_kwh or 0.0),
        start_now_used=at_once,
        expected=run.expected,
        work_unit=unit,
        performance=speed,
        performance_basis=_performance_basis(instance),
        relative_performance=None if unit is None else _relative(job, ranked, index, best),
        gco2e_per_unit_work=grams,
        gco2e_for_same_work=None if grams is None or not is_same_work else grams * job.work(int(best.type[0])),
        usd_per_unit_work=finite(ranked.usd_per_work[index]),
        compared_gco2e=None if compared is None else finite(ranked.gco2e[index] * compared),
        compared_usd=None if compared is None else finite(ranked.usd[index] * compared),
        carbon_usd=emitted.total_gco2e * carbon_price / units.GRAMS_PER_TONNE if carbon_price else None,
        within_uncertainty_of_best=None
        if compared is None or greenest is None
        else not distinguishable(ranged_row(job, ranked, index, used=mean), greenest),
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
        count=job.query.count,
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


def _relative(job: Job, ranked: Ranked, index: int, best: Ranked) -> float | None:
    """Performance over the highest among all qualifying offers of its kind of work; None where none qualifies."""
    performance, alike = job.mapping.columns.performance, np.flatnonzero(best.kind == ranked.kind[index])
    if not len(alike):
        return None
    highest = performance[best.type[alike[0]]] / best.relative[alike[0]]
    return float(performance[ranked.type[index]] / highest)


def _performance_basis(instance: InstanceType) -> str | None:
    return instance.accelerator.performance_basis if instance.accelerator else instance.performance_basis
