"""What the answer saves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from carbon.placements import BareRegion, PlacementRow, Savings
from planning.placing.comparison import share_of_worse
from planning.placing.current import CurrentRun, same_work_factor
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import UNRATED
from planning.placing.rows import finite
from planning.ties import difference

CURRENT, REQUESTED, MEDIAN = "current", "requested region", "median region"


def savings(
    job: Job, ranked: Ranked, requested: PlacementRow | BareRegion | None, current: CurrentRun | None
) -> Savings:
    """The greenest region against the worst, and row 1 against what runs today, the caller's region or the median.

    Each region counts by its own best type; only regions that are compared with row 1's are.
    """
    requested_row = requested if isinstance(requested, PlacementRow) else None
    if ranked.group[0] == UNRATED:
        return Savings(
            baseline_region=requested_row.emission.region if requested_row else None,
            baseline_basis=REQUESTED if requested_row else MEDIAN,
        )
    amount, same = job.amount(int(ranked.type[0])), np.flatnonzero(ranked.group == ranked.group[0])
    _, first = np.unique(ranked.region[same], return_index=True)
    bests = same[first]  # the best type of each region
    ascending = bests[np.argsort(ranked.gco2e[bests], kind="stable")]

    def region_and_gco2e(index: int) -> tuple[str, float]:
        return job.offers.regions[ranked.region[index]].key, float(ranked.gco2e[index]) * amount

    best_region, best_gco2e = region_and_gco2e(ascending[0])
    worst_region, worst_gco2e = region_and_gco2e(ascending[-1])
    extremes = Savings(
        best_region=best_region,
        worst_region=worst_region,
        against_worst_gco2e=difference(worst_gco2e, best_gco2e),
        against_worst_share=share_of_worse(worst_gco2e, best_gco2e),
        baseline_region=None,
        baseline_basis=MEDIAN,
    )
    if current is not None:
        return _against_current(extremes, job, ranked, current)
    basis, (baseline_region, baseline_gco2e) = MEDIAN, region_and_gco2e(ascending[(len(ascending) - 1) // 2])
    if requested_row is not None and requested_row.compared_gco2e is not None:
        basis = REQUESTED
        baseline_region, baseline_gco2e = requested_row.emission.region, requested_row.compared_gco2e
    _, first_gco2e = region_and_gco2e(0)
    return replace(
        extremes,
        baseline_region=baseline_region,
        baseline_basis=basis,
        baseline_gco2e=baseline_gco2e,
        against_baseline_gco2e=difference(baseline_gco2e, first_gco2e),
        against_baseline_share=share_of_worse(baseline_gco2e, first_gco2e),
    )


def _against_current(extremes: Savings, job: Job, ranked: Ranked, current: CurrentRun) -> Savings:
    """What runs today against as many of row 1's machines (or as much of its work) as replace it."""
    factor, before = same_work_factor(job, current, ranked), current.emission
    after_gco2e = after_usd = None
    if factor is not None:
        amount = job.amount(int(ranked.type[0])) * factor
        after_gco2e, after_usd = float(ranked.gco2e[0]) * amount, finite(float(ranked.usd[0]) * amount)
    before_usd = before.cost.on_demand_usd
    return replace(
        extremes,
        baseline_region=before.region,
        baseline_basis=CURRENT,
        baseline_gco2e=before.total_gco2e,
        baseline_usd=before_usd,
        against_baseline_gco2e=None if after_gco2e is None else difference(before.total_gco2e, after_gco2e),
        against_baseline_share=None if after_gco2e is None else share_of_worse(before.total_gco2e, after_gco2e),
        against_baseline_usd=None if before_usd is None or after_usd is None else difference(before_usd, after_usd),
    )
