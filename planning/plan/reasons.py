"""Why a job runs where and when it does, and why another one cannot run, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from carbon.errors import DoesNotFit
from carbon.jobs import Risk
from carbon.plans import Choice, PlanJob, PlanQuery, Unplaced
from carbon.results import Exclusion
from planning.placing.job_places import NOT_OFFERED, POLICY
from planning.placing.job_prices import TOO_DEAR
from planning.plan.sites import CONSTRAINTS, NO_INTENSITY
from planning.scheduling.span import job_span

# What the choice is best at: by whether cost decides, and the risk.
AIMS = {
    (False, Risk.EXPECTED): "emits less",
    (False, Risk.CAUTIOUS): "has a lower 90th centile of emissions",
    (True, Risk.EXPECTED): "costs less with its emissions at your carbon price",
    (True, Risk.CAUTIOUS): "costs less with the 90th centile of its emissions at your carbon price",
}
# What to change about each constraint.
CHANGES = {
    "places": "name other providers or countries",
    "policy": "name regions that the operator's policy allows",
    "instance_type": "name regions that sell it, or another type",
    "latency_from": "raise max_ms, or name regions nearer to the users",
    "spot": "leave spot out, or name other regions",
    "price": "leave out objective, max_cost_usd and max_price_per_hour, or name other regions",
    "max_price_per_hour": "raise it, or name other regions",
    "usd_per_gb": "send usd_per_gb",
    "intensity": "name other regions",
    "risk": "set risk to expected, or name other regions",
    "capacity": "raise the capacity of its regions, set a later deadline, or name other regions",
    "max_cost_usd": "raise it, or name cheaper regions",
    "max_co2_kg": "raise it, set a later deadline, or name cleaner regions",
    "time": "send it with background: true, or send fewer jobs or fewer regions for each",
}
# What a shared limit lacks.
NO_ROOM = {
    "capacity": "the capacity of its regions has no room for it",
    "max_cost_usd": "max_cost_usd has no room for it",
    "max_co2_kg": "max_co2_kg has no room for it",
}


def why(query: PlanQuery, choice: Choice, baseline: Choice, *, is_own: bool) -> str:
    """Why this choice, in comparison with the baseline."""
    where = _where(choice)
    if is_own:
        return f"You chose {where}; the job then emits {_grams(choice.gco2e)}, {_change(choice, baseline)}."
    aim = AIMS[query.carbon_usd_per_tonne is not None, query.risk]
    if _is_same(choice, baseline):
        early = "at once" if len(choice.window.segments) < 2 else f"as early as it can run, in {_parts(choice)}"
        return f"No other place or time {aim} than {choice.region} {early}, the transfer of data included."
    result = f"{where} it emits {_grams(choice.gco2e)}, {_change(choice, baseline)}"
    if choice.usd is not None and baseline.usd is not None and abs(choice.usd - baseline.usd) >= 0.005:
        direction = "more" if choice.usd > baseline.usd else "less"
        result += f", and costs {abs(choice.usd - baseline.usd):,.2f} USD {direction}"
    return f"In {result}."


def why_shared(query: PlanQuery, choice: Choice, baseline: Choice, alone: Choice) -> str:
    """Why this choice among jobs that share limits. alone: where the job would run by itself."""
    if _is_same(choice, baseline):
        reason = f"The job runs in {_where(choice)}, as in the baseline"
    else:
        reason = why(query, choice, baseline, is_own=False).removesuffix(".")
    if _is_same(choice, alone):
        return f"{reason}."
    return f"{reason}; without the shared limits it would run in {_where(alone)}."


def no_room(job: str, limit: str, *, alone: bool, removed: int) -> Unplaced:
    """A job for which a shared limit has no room. removed: how many of its regions have a capacity."""
    others = "even if it were the only job" if alone else "beside the other jobs"
    detail = f"{NO_ROOM[limit]} {others}; {CHANGES[limit]}"
    return Unplaced(job=job, constraint=limit, detail=detail, removed={NO_ROOM[limit]: removed} if removed else {})


def no_seconds(job: str) -> Unplaced:
    """A job for which the time of the plan did not reach."""
    detail = f"the time for this plan was over before a place was found for the job; {CHANGES['time']}"
    return Unplaced(job=job, constraint="time", detail=detail, removed={})


def no_time(job: PlanJob, error: DoesNotFit, now: datetime) -> Unplaced:
    """A job that fits into no time left to it: because of the times excluded if it would fit without them."""
    constraint = "blackout" if job.times.blackouts else "exclude" if job.times.exclusions else "deadline"
    try:
        job_span(replace(job.times, exclusions=(), blackouts=()), now)
    except DoesNotFit:
        constraint = "deadline"
    finish = error.facts.get("earliest_finish")
    change = "shorten the job or the times excluded, or let it pause with interruptible"
    if isinstance(finish, datetime):
        change = f"it can end at {finish.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}: set a deadline that is no earlier"
    return Unplaced(job=job.id, constraint=constraint, detail=f"{error}; {change}", removed={})


def no_figure(job: str, risk: Risk) -> Unplaced:
    """A job in whose places no figure of the grid is known that decides."""
    constraint, lack = CONSTRAINTS[NO_INTENSITY], f"a known value: {NO_INTENSITY}"
    if risk is Risk.CAUTIOUS:
        constraint, lack = "risk", "a known range of its grid's figures, as cautious needs"
    return Unplaced(
        job=job, constraint=constraint, detail=f"no region of the job has {lack}; {CHANGES[constraint]}", removed={}
    )


def unplaced(job: str, excluded: Sequence[Exclusion], lowest_usd: float | None) -> Unplaced:
    """A job without a place. The constraint is the one that removed most regions, of equals the first.

    lowest_usd: the lowest price of one of its machines per hour; None if it is not known.
    """
    removed: dict[str, int] = {}
    for one in excluded:
        removed[one.reason] = removed.get(one.reason, 0) + 1
    if not removed:
        detail = f"there is no open region in the providers and countries of the job; {CHANGES['places']}"
        return Unplaced(job=job, constraint="places", detail=detail, removed={})
    reason = max(removed, key=lambda name: removed[name])
    names = {POLICY: "policy", NOT_OFFERED: "instance_type", **CONSTRAINTS}
    constraint = names.get(reason, "instance_type")
    detail = f"no region of the job can run it; in {removed[reason]} of {sum(removed.values())}: {reason}"
    if reason == TOO_DEAR and lowest_usd is not None:
        detail += f", and the lowest price of these regions is {lowest_usd:g} USD"
    return Unplaced(job=job, constraint=constraint, detail=f"{detail}; {CHANGES[constraint]}", removed=removed)


def _where(choice: Choice) -> str:
    """The region and the times: until when it runs only where it pauses."""
    window = choice.window
    start = f"{choice.region} from {window.starts_at:%Y-%m-%d %H:%M} UTC"
    if len(window.segments) < 2:
        return f"{start} on"
    return f"{start} to {window.ends_at:%Y-%m-%d %H:%M} UTC in {_parts(choice)}"


def _parts(choice: Choice) -> str:
    return f"{len(choice.window.segments)} parts"


def _is_same(choice: Choice, other: Choice) -> bool:
    """Whether both run in the same place at the same times."""
    return choice.region == other.region and _times(choice) == _times(other)


def _times(choice: Choice) -> list[tuple[datetime, datetime]]:
    window = choice.window
    pieces = [(part.starts_at, part.ends_at) for part in window.segments]
    return pieces or [(window.starts_at, window.ends_at)]


def _change(choice: Choice, baseline: Choice) -> str:
    before = f"{_grams(baseline.gco2e)} in {baseline.region} at its earliest"
    if not baseline.gco2e:
        return f"compared with {before}"
    share = 100 * (1 - choice.gco2e / baseline.gco2e)
    return f"{abs(share):.0f} % {'less' if share >= 0 else 'more'} than {before}"


def _grams(grams: float) -> str:
    for size, unit in ((1e6, "t"), (1e3, "kg")):
        if grams >= size:
            return f"{grams / size:.3g} {unit}"
    return f"{grams:.3g} g"
