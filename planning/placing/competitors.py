"""Which of the requested clouds cannot take part in a ranking, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from carbon.placements import NotCompeting
from carbon.workload import Priority
from catalog.columns import IntArray
from catalog.memo import table_cache
from catalog.participation import participation
from mapping import CloudMap
from planning.placing.candidates import Candidates
from planning.placing.constraints import Constraints
from planning.placing.job import Job

NO_REGION = "none of its regions is open"
UNPRICED = "none of its qualifying offers has a known price, so that they rank last"


def not_competing(job: Job, constraints: Constraints, candidates: Candidates) -> tuple[NotCompeting, ...]:
    """Clouds of the question without an offer that qualifies, and for priority cost those without a price.

    In the order of the catalog.
    """
    regions, has_price = job.offers.regions, np.isfinite(job.usd_per_hour[candidates.offer])
    qualifying = {regions[index].provider for index in np.unique(candidates.region)}
    absent = [p for p in job.mapping.providers if p not in qualifying and p in (job.query.providers or (p,))]
    reasons = _reasons(absent, job, constraints) if absent else {}
    if job.query.priority is Priority.COST:
        priced = {regions[index].provider for index in np.unique(candidates.region[has_price])}
        reasons |= {p: NotCompeting(provider=p, reason=UNPRICED, constraint=None) for p in qualifying - priced}
    return tuple(reasons[provider] for provider in job.mapping.providers if provider in reasons)


def _reasons(providers: Sequence[str], job: Job, constraints: Constraints) -> dict[str, NotCompeting]:
    """For each provider what the catalog lacks, else the constraint that removed the last of its offers."""
    offers, gap_of_provider = job.offers, _gap_of_provider(job.mapping)
    number = {provider: index for index, provider in enumerate(providers)}
    of_region = np.array([number.get(region.provider, len(providers)) for region in offers.regions])
    offer = np.flatnonzero(((of_region < len(providers)) & job.scope.in_scope)[offers.region])
    total = count = _counts(offer, job, of_region, providers)
    last_constraint: dict[str, tuple[str, int]] = {}
    for name, mask, column in constraints.singly(offers):
        offer = offer[mask[offer if column is None else column[offer]]]
        remaining = _counts(offer, job, of_region, providers)
        last_constraint |= {p: (name, count[p]) for p in providers if count[p] and not remaining[p]}
        count = remaining
    reasons = {
        p: NotCompeting(provider=p, reason=gap_of_provider[p] or NO_REGION, constraint=None)
        for p in providers
        if gap_of_provider[p] is not None or p not in last_constraint
    }
    for p in [p for p in providers if p not in reasons]:
        name, removed = last_constraint[p]
        reason = f"none of its {total[p]:,} offers meets every constraint; {name} removed the last {removed:,}"
        reasons[p] = NotCompeting(provider=p, reason=reason, constraint=name)
    return reasons


def _counts(offer: IntArray, job: Job, of_region: IntArray, providers: Sequence[str]) -> dict[str, int]:
    """Offers by provider."""
    counts = np.bincount(of_region[job.offers.region[offer]], minlength=len(providers) + 1)
    return dict(zip(providers, counts.tolist(), strict=False))


@table_cache(None)
def _gap_of_provider(mapping: CloudMap) -> Mapping[str, str | None]:
    return {provider: part.reason for provider, part in participation(mapping.catalog).items()}
