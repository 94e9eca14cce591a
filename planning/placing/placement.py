"""Where and when: the optimize question decided over every offer."""

from __future__ import annotations

import numpy as np

from carbon.intensity import Quality
from carbon.placements import Placement
from carbon.units import HOUR_SECONDS
from planning.placing.advice import advice
from planning.placing.baseline import baseline_run
from planning.placing.candidates import narrow
from planning.placing.competitors import not_competing
from planning.placing.constraints import constraints
from planning.placing.current import current_run
from planning.placing.figures import figures
from planning.placing.job import Job
from planning.placing.pareto import pareto
from planning.placing.rank import rank
from planning.placing.refusal import refusal
from planning.placing.requested import requested_region
from planning.placing.rows import rows
from planning.placing.savings import savings
from planning.placing.told_apart import greenest_row


def place(job: Job) -> Placement:
    """The answer, by constraints, candidates, ranking and rows. Raises NoFeasiblePlacement with what each removed.

    IntensityUnknown: of the caller's own region, with which savings are compared.
    """
    query, span = job.query, job.span
    _require_intensities(job)
    demands = constraints(job)
    candidates = narrow(job.offers, job.scope.in_scope, demands)
    if not len(candidates):
        raise refusal(job, demands, candidates)
    offers = figures(job, candidates)
    ranked = rank(offers, query, job.ranked_by.by, query.per_region)
    greenest, places = greenest_row(job, ranked), range(min(query.limit, len(ranked)))
    first_rows = rows(job, ranked, places, best=ranked, greenest=greenest)
    requested = requested_region(job, demands, ranked, greenest)
    current = current_run(job)
    saved = savings(job, ranked, requested, current)
    regions, grids = np.unique(candidates.region), job.outlook.current_by_row
    return Placement(
        rows=first_rows,
        requested=None if any(location.is_requested_region for location in first_rows) else requested,
        ranked_by=job.ranked_by,
        size=job.size,
        savings=saved,
        baseline=baseline_run(job, ranked, requested, current, saved),
        advice=advice(job, offers, ranked, first_rows[0], requested),
        duration_hours=span.duration_hours,
        ranking_hours=span.window_hours,
        flexible=span.flexible,
        regions_analyzed=len(regions),
        regions_in_scope=int(job.scope.eligible.sum()),
        partition=job.scope.partition,
        countries_without_regions=job.scope.countries_without_regions,
        candidates=candidates.total,
        qualifying=len(candidates),
        removed=candidates.removed,
        pareto=pareto(job, offers, ranked),
        providers=tuple(sorted({job.offers.regions[index].provider for index in regions})),
        not_competing=not_competing(job, demands, candidates),
        offers_without_price=int(np.isnan(job.usd_per_hour[candidates.offer]).sum()),
        live_zones=sum(now.provenance.fallback_reason is None for now in grids),
        forecast_zones=sum(now.provenance.quality is Quality.FORECAST for now in grids),
        zones=len(grids),
    )


def _require_intensities(job: Job) -> None:
    """Raises IntensityUnknown unless the intensity of the caller's own regions is known from the earliest start on."""
    earliest, seconds = job.outlook.seconds_to(job.span.earliest), job.span.window_hours * HOUR_SECONDS
    for index in (job.scope.requested, job.scope.current):
        if index is not None:
            job.outlook.require(job.offers.regions[index].zone, earliest, seconds)
