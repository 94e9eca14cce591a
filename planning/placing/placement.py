"""Where and when: the optimize question decided over every offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from carbon import units
from carbon.errors import DoesNotFit, NoFeasiblePlacement
from carbon.intensity import Quality
from carbon.placements import BareRegion, Placement, PlacementRow
from carbon.workload import OptimizeQuery
from catalog.columns import BoolArray
from planning.placing.candidates import in_scope, narrow, out_of_scope, region_constraints, type_constraints
from planning.placing.job import Facts, Job, Timing
from planning.placing.pareto import pareto
from planning.placing.rank import Ranked, TypeRates
from planning.placing.savings import advice, savings
from planning.placing.workloads import WORKLOADS
from planning.scheduling.windows import best_windows

DEFAULT_DURATION_HOURS = 1.0
# How long a job without a deadline may wait for its start.
DEFAULT_SEARCH_HOURS = 24.0
# A service without an end that cannot wait is ranked by the mean of its next day.
OPEN_END_HOURS = 24.0


def timing(query: OptimizeQuery, now: datetime) -> Timing:
    """The query's timing. Raises DoesNotFit when the work cannot end before its deadline."""
    default = WORKLOADS[query.workload].flexible_by_default
    flexible = default if query.flexible is None else query.flexible
    duration = query.duration_hours or DEFAULT_DURATION_HOURS
    earliest = max(now, query.start_after or now)
    finish = earliest + timedelta(hours=duration)
    if query.deadline is not None and finish > query.deadline:
        raise DoesNotFit(f"a job of {duration:g} h cannot end before the deadline", earliest_finish=finish)
    if not flexible:
        ranking = duration
        if query.duration_hours is None:
            left = (query.deadline - earliest) / timedelta(hours=1) if query.deadline else OPEN_END_HOURS
            ranking = min(OPEN_END_HOURS, left)
        return Timing(earliest, earliest, duration, ranking, flexible)
    if query.deadline is not None:
        return Timing(earliest, query.deadline - timedelta(hours=duration), duration, duration, flexible)
    return Timing(earliest, earliest + timedelta(hours=DEFAULT_SEARCH_HOURS), duration, duration, flexible)


def place(query: OptimizeQuery, facts: Facts, when: Timing) -> Placement:
    """Decide. Raises NoFeasiblePlacement with what each constraint removed."""
    offers, outlook = facts.offers, facts.outlook
    windows = best_windows(
        outlook.series(),
        earliest=outlook.seconds_to(when.earliest),
        latest=outlook.seconds_to(when.latest),
        duration=when.ranking_hours * units.HOUR_SECONDS,
    )
    job = Job(query, facts, when, windows, TypeRates.at(offers.columns, query.load))
    scope = in_scope(query, offers.regions)
    places = region_constraints(query, offers.regions)
    machines = type_constraints(query, offers.columns)
    clean = job.intensity_constraint()
    priced = job.price_constraints()
    found = narrow(
        offers, scope, (places, offers.region), (machines, offers.type), (clean, offers.region), (priced, None)
    )
    if not len(found.region):
        raise NoFeasiblePlacement("no offer meets every constraint", candidates=found.total, removed=found.removed)
    ranked = job.rank(found, query.per_region)
    rows = tuple(job.row(ranked, index, best=ranked) for index in range(min(query.limit, len(ranked.region))))
    requested = None
    if facts.requested is not None:
        requested = requested_row(job, ranked, machines, {**places, **clean}, priced, facts.requested)
    listed = any(row.is_requested_region for row in rows)
    return Placement(
        rows=rows,
        requested=None if listed else requested,
        savings=savings(job, ranked, requested),
        advice=advice(job, found, ranked, rows[0], requested),
        duration_hours=when.duration_hours,
        ranking_hours=when.ranking_hours,
        flexible=when.flexible,
        regions_analyzed=len(np.unique(found.region)),
        regions_in_scope=int(scope.sum()),
        candidates=found.total,
        qualifying=len(found.region),
        removed=found.removed,
        pareto=pareto(job, found, ranked),
        providers=tuple(sorted({offers.regions[index].provider for index in np.unique(found.region)})),
        offers_without_price=int(np.isnan(job.usd_per_hour()[found.offer]).sum()),
        live_zones=sum(now.provenance.fallback_reason is None for now in outlook.current_by_row),
        forecast_zones=sum(now.provenance.quality is Quality.FORECAST for now in outlook.current_by_row),
        zones=len(outlook.rows),
    )


def requested_row(
    job: Job,
    ranked: Ranked,
    machines: Mapping[str, BoolArray],
    refusals: Mapping[str, BoolArray],
    priced: Mapping[str, BoolArray],
    region: int,
) -> PlacementRow | BareRegion:
    """The caller's region by its best type, whether it qualifies or not; only its grid if no machine can be rated."""
    position = np.flatnonzero(ranked.region == region)
    if len(position):
        return job.row(ranked, int(position[0]), best=ranked)
    offers = job.facts.offers
    refused = out_of_scope(job.query, offers.regions[region])
    refused += tuple(name for name, mask in refusals.items() if not mask[region])
    here = np.arange(len(offers.regions)) == region
    own = narrow(offers, here, (machines, offers.type))
    if not len(own.region):
        return BareRegion(now=job.region_now(region), refused_by=(*refused, *(own.removed or ("no_known_offers",))))
    affordable = narrow(offers, here, (machines, offers.type), (priced, None))
    if not len(affordable.region):
        refused += tuple(name for name in priced if name in affordable.removed)
    row = job.row(job.rank(own, 1), 0, best=ranked)
    return replace(row, qualifies=False, refused_by=refused, score=None)
