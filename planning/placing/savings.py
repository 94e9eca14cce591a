"""What the answer saves, and the hints that follow from its own figures."""

from __future__ import annotations

import numpy as np

from carbon import units
from carbon.placements import Advice, BareRegion, PlacementRow, Savings
from planning.placing.candidates import Candidates
from planning.placing.job import Job
from planning.placing.rank import PLAIN, UNRATED, Ranked, offer_gco2e_per_work, significant

# Waiting or moving for less than this share is not worth a sentence.
LEAST_SAVING_SHARE = 0.01


def savings(job: Job, ranked: Ranked, requested: PlacementRow | BareRegion | None) -> Savings:
    """The greenest region against the worst, and row 1's against the caller's (or the median), for row 1's work.

    Each region counts by its own best type; only regions whose work is counted in the same unit compare.
    """
    regions = [r.key for r in job.facts.offers.regions]
    asked = isinstance(requested, PlacementRow) and requested.gco2e_for_same_work is not None
    if ranked.kind[0] == UNRATED:
        return Savings(
            best_region=None,
            worst_region=None,
            against_worst_gco2e=None,
            against_worst_share=None,
            baseline_region=requested.emission.region if isinstance(requested, PlacementRow) else None,
            baseline_is_requested=isinstance(requested, PlacementRow),
            baseline_gco2e=None,
            against_baseline_gco2e=None,
            against_baseline_share=None,
        )
    work = job.work(int(ranked.type[0]))
    same = np.flatnonzero(ranked.kind == ranked.kind[0])
    _, first = np.unique(ranked.region[same], return_index=True)
    own = same[first]
    ascending = own[np.argsort(ranked.gco2e_per_work[own], kind="stable")]
    worst, median = int(ascending[-1]), int(ascending[(len(ascending) - 1) // 2])
    best, first_g = int(ascending[0]), float(ranked.gco2e_per_work[0]) * work
    best_g, worst_g = float(ranked.gco2e_per_work[best]) * work, float(ranked.gco2e_per_work[worst]) * work
    baseline_region, baseline_g = regions[ranked.region[median]], float(ranked.gco2e_per_work[median]) * work
    if asked and isinstance(requested, PlacementRow) and requested.gco2e_for_same_work is not None:
        baseline_region, baseline_g = requested.emission.region, requested.gco2e_for_same_work
    return Savings(
        best_region=regions[ranked.region[best]],
        worst_region=regions[ranked.region[worst]],
        against_worst_gco2e=worst_g - best_g,
        against_worst_share=share_of_worse(worst_g, best_g),
        baseline_region=baseline_region,
        baseline_is_requested=asked,
        baseline_gco2e=baseline_g,
        against_baseline_gco2e=baseline_g - first_g,
        against_baseline_share=share_of_worse(baseline_g, first_g),
    )


def share_of_worse(before: float, after: float) -> float:
    """(before - after) as a share of the larger of the two; negative when `after` is worse; 0 for two zeros."""
    worse = max(before, after)
    return (before - after) / worse if worse > 0 else 0.0


def advice(
    job: Job, found: Candidates, ranked: Ranked, first: PlacementRow, requested: PlacementRow | BareRegion | None
) -> tuple[Advice, ...]:
    """Hints on architecture, time and region that this answer's figures support; often none."""
    hints = (_architecture(job, found, ranked), _time(first), _region(first, requested))
    return tuple(hint for hint in hints if hint is not None)


def _architecture(job: Job, found: Candidates, ranked: Ranked) -> Advice | None:
    """Arm against x86 in row 1's region, where they differ by more than the model can tell apart."""
    if ranked.kind[0] != PLAIN:
        return None
    columns, region = job.facts.offers.columns, int(ranked.region[0])
    grams = offer_gco2e_per_work(found, columns, job.rates, job.gco2e_per_kwh_it(), job.query.include_embodied)
    here = (found.region == region) & (job.rates.kind[found.type] == PLAIN) & np.isfinite(grams)
    best: dict[str, tuple[float, str]] = {}
    for name, mask in (("Arm", columns.arm[found.type]), ("x86", ~columns.arm[found.type])):
        mine = np.flatnonzero(here & mask)
        if not len(mine):
            return None
        index = mine[np.lexsort((columns.order[found.type[mine]], significant(grams[mine])))[0]]
        best[name] = float(grams[index]), columns.types[found.type[index]].instance_type
    (better, good), (worse, bad) = sorted(best.items(), key=lambda item: item[1])
    if bad[0] < units.INDISTINGUISHABLE_RATIO * good[0]:
        return None
    saving = share_of_worse(bad[0], good[0])
    place = job.facts.offers.regions[region].key
    return Advice(
        kind="architecture",
        text=f"In {place}, {good[1]} ({better}) emits {saving:.1%} less CO2e per unit of work than {bad[1]}, "
        f"the best {worse} type that qualifies",
        saving_share=saving,
        from_label=bad[1],
        to_label=good[1],
        from_gco2e=bad[0],
        to_gco2e=good[0],
        per="unit of work",
    )


def _time(first: PlacementRow) -> Advice | None:
    before = first.start_now_gco2e + (first.emission.embodied_gco2e or 0.0)
    after = first.emission.total_gco2e
    saving = share_of_worse(before, after)
    if saving < LEAST_SAVING_SHARE:
        return None
    start = f"{first.window.starts_at:%Y-%m-%dT%H:%M:%SZ}"
    return Advice(
        kind="time",
        text=f"Starting {first.emission.instance_type} in {first.emission.region} at {start} instead of now "
        f"emits {saving:.1%} less CO2e",
        saving_share=saving,
        from_label="start now",
        to_label=start,
        from_gco2e=before,
        to_gco2e=after,
        per="job",
    )


def _region(first: PlacementRow, requested: PlacementRow | BareRegion | None) -> Advice | None:
    if not isinstance(requested, PlacementRow) or first.is_requested_region:
        return None
    before, after = requested.gco2e_for_same_work, first.gco2e_for_same_work
    if before is None or after is None or share_of_worse(before, after) < LEAST_SAVING_SHARE:
        return None
    saving = share_of_worse(before, after)
    return Advice(
        kind="region",
        text=f"{first.emission.instance_type} in {first.emission.region} emits {saving:.1%} less CO2e for the same "
        f"work than {requested.emission.instance_type} in {requested.emission.region}",
        saving_share=saving,
        from_label=requested.emission.region,
        to_label=first.emission.region,
        from_gco2e=before,
        to_gco2e=after,
        per="same work",
    )
