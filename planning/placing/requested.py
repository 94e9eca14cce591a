"""The caller's own region in an answer, whether it qualifies or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from carbon.placements import BareRegion, PlacementRow
from carbon.ranges import RangedFigure
from planning.placing.candidates import narrow
from planning.placing.constraints import Constraints
from planning.placing.figures import figures
from planning.placing.job import Job
from planning.placing.rank import Ranked, rank
from planning.placing.regions import region_now
from planning.placing.rows import row


def requested_region(
    job: Job, constraints: Constraints, ranked: Ranked, greenest: RangedFigure | None
) -> PlacementRow | BareRegion | None:
    """The region by its best type, or only its grid if no machine can be rated; None if the caller names none.

    A region that does not qualify carries the names of the constraints it fails.
    """
    region = job.scope.requested
    if region is None:
        return None
    position = np.flatnonzero(ranked.region == region)
    if len(position):
        return row(job, ranked, int(position[0]), best=ranked, greenest=greenest)
    of_region = (job.scope.conditions, constraints.regions, constraints.grids)
    failed_constraints = tuple(name for masks in of_region for name, mask in masks.items() if not mask[region])
    in_region = np.arange(len(job.offers.regions)) == region
    machines = narrow(job.offers, in_region, Constraints(types=constraints.types))
    if not len(machines):
        now = region_now(job.offers.regions[region], job.mapping, job.outlook)
        return BareRegion(now=now, refused_by=(*failed_constraints, *(machines.removed or ("no_known_offers",))))
    affordable = narrow(job.offers, in_region, Constraints(types=constraints.types, prices=constraints.prices))
    if not len(affordable):
        failed_constraints += tuple(name for name in constraints.prices if name in affordable.removed)
    ranked_here = rank(figures(job, machines), job.query, job.ranked_by.by, per_region=1)
    best_here = row(job, ranked_here, 0, best=ranked, greenest=greenest)
    return replace(best_here, qualifies=False, refused_by=failed_constraints, score=None)
