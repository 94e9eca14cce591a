"""Which plans take so long that no request waits for them."""

from __future__ import annotations

from collections.abc import Mapping

from carbon.plans import PlanQuery
from planning.plan.sites import JobSites

MOST_PAIRS_AT_ONCE = 2000  # of a job and a region in which it may run


def needs_background(query: PlanQuery, places: Mapping[str, JobSites]) -> bool:
    """Whether the plan is made in the background even if the request does not ask for that.

    places: the regions of each job by its id. Jobs that share nothing are placed one by one, which is fast.
    """
    return query.shares_limits and sum(len(one.regions) for one in places.values()) > MOST_PAIRS_AT_ONCE
