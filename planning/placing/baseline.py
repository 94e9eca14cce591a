"""The run that the savings of a placement are compared with, as if it began at once."""

from __future__ import annotations

import numpy as np

from carbon.placements import BareRegion, BaselineRun, PlacementRow, Savings
from planning.placing.current import CurrentRun, same_work_factor
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rows import row


def baseline_run(
    job: Job, ranked: Ranked, requested: PlacementRow | BareRegion | None, current: CurrentRun | None, saved: Savings
) -> BaselineRun | None:
    """What runs today, else the best type of the caller's region or of the median one; None where none is compared."""
    if saved.baseline_gco2e is None:
        return None
    if current is not None:
        machines = same_work_factor(job, current, ranked)  # times row 1
        if not machines:
            return None
        before = current.emission
        return BaselineRun(
            starts_at=job.span.earliest,
            emission=before,
            factor=1 / machines,
            gco2e=before.operational_gco2e / machines,
        )
    one = requested
    if not isinstance(one, PlacementRow) or one.compared_gco2e is None:
        index = next(i for i, region in enumerate(job.offers.regions) if region.key == saved.baseline_region)
        in_group = (ranked.region == index) & (ranked.group == ranked.group[0])
        one = row(job, ranked, int(np.flatnonzero(in_group)[0]), best=ranked, greenest=None)
    total = one.emission.total_gco2e
    factor = 1.0 if one.compared_gco2e is None or not total else one.compared_gco2e / total
    return BaselineRun(
        starts_at=job.span.earliest, emission=one.emission, factor=factor, gco2e=one.start_now_gco2e * factor
    )
