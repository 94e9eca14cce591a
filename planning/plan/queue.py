"""The queue of plans that are made in the background: every change of it as a function from one queue to the next.

A worker that makes a plan holds a lease, which it renews. A plan whose lease ran out, or whose worker is known to have
ended, waits again at its old place. Times may jump: what is dated in the future is dated now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from carbon.queued_plans import PlanState, QueuedPlan, QueueFull, TooManyPlans

Queue = tuple[QueuedPlan, ...]  # in the order of submission

LEASE = timedelta(seconds=15)
MOST_DEATHS = 2
MOST_UNFINISHED = 50
MOST_UNFINISHED_OF_CALLER = 5
MOST_PLANS = 200  # finished ones included: they are stored for a day
MOST_PLANS_OF_CALLER = 20
WAIT_SECONDS = 30  # after a refusal
DIED = (
    f"the worker that made this plan ended {MOST_DEATHS} times without an answer, so it is not tried again: send fewer "
    "jobs, fewer regions or nearer deadlines; the operator finds the reason in the log"
)


def settle(queue: Queue, now: datetime, has_ended: Callable[[str], bool]) -> Queue:
    """Without expired plans, and with the plans of dead workers waiting again, or failed after MOST_DEATHS deaths.

    has_ended: whether the process of this name is known to have ended.
    """
    plans = (replace(plan, created_at=min(plan.created_at, now)) for plan in queue)
    return tuple(_without_the_dead(plan, now, has_ended) for plan in plans if plan.expires_at > now)


def _without_the_dead(plan: QueuedPlan, now: datetime, has_ended: Callable[[str], bool]) -> QueuedPlan:
    if plan.state is not PlanState.RUNNING or plan.worker is None or plan.lease_ends_at is None:
        return plan
    if plan.lease_ends_at > now and not has_ended(plan.worker):
        return replace(plan, lease_ends_at=min(plan.lease_ends_at, now + LEASE))
    deaths = plan.deaths + 1
    if deaths < MOST_DEATHS:
        return replace(_waiting(plan), deaths=deaths)
    return replace(_ended(plan, PlanState.FAILED, DIED), deaths=deaths)


def submit(queue: Queue, plan: QueuedPlan) -> Queue:
    """With one more plan, which waits. The oldest cancelled plan of a caller with too many makes room.

    Raises TooManyPlans if the caller, and QueueFull if all callers together have too many.
    """
    others = [one for one in queue if one.caller == plan.caller]
    if sum(one.is_unfinished for one in others) >= MOST_UNFINISHED_OF_CALLER:
        raise TooManyPlans(
            f"{MOST_UNFINISHED_OF_CALLER} plans of yours are waiting or running: wait until one has ended, or cancel "
            "one with DELETE",
            retry_after_seconds=WAIT_SECONDS,
        )
    if len(others) >= MOST_PLANS_OF_CALLER:
        cancelled = next((one for one in others if one.state is PlanState.CANCELLED), None)
        if cancelled is None:
            raise TooManyPlans(
                f"{MOST_PLANS_OF_CALLER} plans of yours are stored: remove those that you have read with DELETE",
                retry_after_seconds=WAIT_SECONDS,
            )
        queue = tuple(one for one in queue if one.id != cancelled.id)
    if sum(one.is_unfinished for one in queue) >= MOST_UNFINISHED or len(queue) >= MOST_PLANS:
        raise QueueFull(
            "the queue of plans is full: send the same request again later, or a smaller one without background"
        )
    return (*queue, plan)


def claim(queue: Queue, worker: str, run: str, now: datetime) -> Queue:
    """With the first waiting plan given to a worker, unless its machine makes one already. The queue is settled."""
    machine = worker.rpartition("/")[0]
    if any(plan.state is PlanState.RUNNING and plan.machine == machine for plan in queue):
        return queue
    first = next((plan for plan in queue if plan.state is PlanState.WAITING), None)
    if first is None:
        return queue
    lease = replace(first, state=PlanState.RUNNING, worker=worker, run=run, lease_ends_at=now + LEASE, progress=0.0)
    return _with(queue, lease)


def of_run(queue: Queue, run: str) -> QueuedPlan | None:
    """The plan that an attempt makes; None if it was cancelled, has expired or was given to another worker."""
    return next((plan for plan in queue if plan.run == run and plan.state is PlanState.RUNNING), None)


def renew(queue: Queue, run: str, progress: float, now: datetime) -> Queue:
    """With the lease of an attempt renewed, if it is still the one that counts."""
    plan = of_run(queue, run)
    if plan is None:
        return queue
    return _with(queue, replace(plan, lease_ends_at=now + LEASE, progress=max(plan.progress, min(progress, 1.0))))


def finish(queue: Queue, run: str, state: PlanState, detail: str | None = None) -> Queue:
    """With the plan of an attempt done or failed, if the attempt is still the one that counts."""
    plan = of_run(queue, run)
    return queue if plan is None else _with(queue, _ended(plan, state, detail))


def give_back(queue: Queue, run: str) -> Queue:
    """With the plan of an attempt waiting again, because its process ends in good order."""
    plan = of_run(queue, run)
    return queue if plan is None else _with(queue, _waiting(plan))


def cancel(queue: Queue, plan_id: str) -> Queue:
    """With an unfinished plan cancelled, or without a done or failed one. A cancelled one stays."""
    plan = next((plan for plan in queue if plan.id == plan_id), None)
    if plan is None or plan.state is PlanState.CANCELLED:
        return queue
    if plan.is_unfinished:
        return _with(queue, _ended(plan, PlanState.CANCELLED, None))
    return tuple(one for one in queue if one.id != plan_id)


def _waiting(plan: QueuedPlan) -> QueuedPlan:
    return replace(plan, state=PlanState.WAITING, worker=None, run=None, lease_ends_at=None, progress=0.0)


def _ended(plan: QueuedPlan, state: PlanState, detail: str | None) -> QueuedPlan:
    progress = 1.0 if state is PlanState.DONE else plan.progress
    return replace(plan, state=state, worker=None, lease_ends_at=None, progress=progress, detail=detail)


def _with(queue: Queue, plan: QueuedPlan) -> Queue:
    return tuple(plan if one.id == plan.id else one for one in queue)
