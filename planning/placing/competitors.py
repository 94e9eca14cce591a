"""Which of the requested clouds cannot take part in a ranking, and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from carbon.placements import NotCompeting
from carbon.workload import Priority
from catalog.columns import BoolArray
from catalog.memo import table_cache
from catalog.participation import participation
from mapping import CloudMap
from planning.placing.candidates import Candidates, narrow
from planning.placing.constraints import Constraints
from planning.placing.job import Job

NO_REGION = "none of its regions is open"
UNPRICED = "none of its qualifying offers has a known price, so that they rank last"


def not_competing(job: Job, constraints: Constraints, candidates: Candidates) -> tuple[NotCompeting, ...]:
    """Clouds of the question without an offer that qualifies, and for priority cost those without a price.

    In the order of the catalog.
    """
    return tuple(_not_competing(job, constraints, candidates))


def _not_competing(job: Job, constraints: Constraints, candidates: Candidates) -> Iterator[NotCompeting]:
    regions = job.offers.regions
    qualifying = {regions[index].provider for index in np.unique(candidates.region)}
    priced = {regions[index].provider for index in np.unique(candidates.region[_has_price(job, candidates)])}
    for provider in job.mapping.providers:
        if job.query.providers and provider not in job.query.providers:
            continue
        if provider not in qualifying:
            yield _without_offers(provider, job, constraints)
        elif job.query.priority is Priority.COST and provider not in priced:
            yield NotCompeting(provider=provider, reason=UNPRICED, constraint=None)


def _has_price(job: Job, candidates: Candidates) -> BoolArray:
    mask: BoolArray = np.isfinite(job.usd_per_hour[candidates.offer])
    return mask


def _without_offers(provider: str, job: Job, constraints: Constraints) -> NotCompeting:
    """What the catalog lacks of the provider, else the constraint that removed the last of its offers."""
    lacking = _lacking(job.mapping, provider)
    if lacking is not None:
        return NotCompeting(provider=provider, reason=lacking, constraint=None)
    here = np.array([region.provider == provider for region in job.offers.regions])
    offers = narrow(job.offers, here & job.scope.in_scope, constraints)
    if not offers.removed:
        return NotCompeting(provider=provider, reason=NO_REGION, constraint=None)
    last, count = list(offers.removed.items())[-1]
    reason = f"none of its {offers.total:,} offers meets every constraint; {last} removed the last {count:,}"
    return NotCompeting(provider=provider, reason=reason, constraint=last)


@table_cache(None)
def _lacking(mapping: CloudMap, provider: str) -> str | None:
    return participation(mapping.catalog)[provider].reason
