"""What the answer saves for the same work."""

from __future__ import annotations

import numpy as np

from carbon.placements import BareRegion, PlacementRow, Savings
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import UNRATED


def savings(job: Job, ranked: Ranked, requested: PlacementRow | BareRegion | None) -> Savings:
    """The greenest region against the worst, and row 1 against the caller's region (or the median), for row 1's work.

    Each region counts by its own best type; only regions whose work is counted in the same unit are compared.
    """
    baseline = requested if isinstance(requested, PlacementRow) else None
    if ranked.kind[0] == UNRATED:
        return Savings(
            baseline_region=baseline.emission.region if baseline else None, baseline_is_requested=baseline is not None
        )
    work, same = job.work(int(ranked.type[0])), np.flatnonzero(ranked.kind == ranked.kind[0])
    _, first = np.unique(ranked.region[same], return_index=True)
    bests = same[first]  # the best type of each region
    ascending = bests[np.argsort(ranked.gco2e_per_work[bests], kind="stable")]

    def region_and_gco2e(index: int) -> tuple[str, float]:
        return job.offers.regions[ranked.region[index]].key, float(ranked.gco2e_per_work[index]) * work

    best_region, best_gco2e = region_and_gco2e(ascending[0])
    worst_region, worst_gco2e = region_and_gco2e(ascending[-1])
    baseline_region, baseline_gco2e = region_and_gco2e(ascending[(len(ascending) - 1) // 2])
    is_requested = False
    if baseline is not None and baseline.gco2e_for_same_work is not None:
        is_requested = True
        baseline_region, baseline_gco2e = baseline.emission.region, baseline.gco2e_for_same_work
    _, first_gco2e = region_and_gco2e(0)
    return Savings(
        best_region=best_region,
        worst_region=worst_region,
        against_worst_gco2e=worst_gco2e - best_gco2e,
        against_worst_share=share_of_worse(worst_gco2e, best_gco2e),
        baseline_region=baseline_region,
        baseline_is_requested=is_requested,
        baseline_gco2e=baseline_gco2e,
        against_baseline_gco2e=baseline_gco2e - first_gco2e,
        against_baseline_share=share_of_worse(baseline_gco2e, first_gco2e),
    )


def share_of_worse(before: float, after: float) -> float:
    """(before - after) as a share of the larger of the two; negative when `after` is worse; 0 for two zeros."""
    worse = max(before, after)
    return (before - after) / worse if worse > 0 else 0.0
