"""Why a job runs where and when it does, and why another one cannot run, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from carbon.plans import Choice, PlanQuery, Unplaced
from carbon.results import Exclusion
from planning.placing.job_places import NOT_OFFERED, POLICY
from planning.plan.sites import CONSTRAINTS


def why(query: PlanQuery, choice: Choice, baseline: Choice, *, is_own: bool) -> str:
    """Why this choice, in comparison with the baseline."""
    where = f"{choice.region} from {choice.window.starts_at:%Y-%m-%d %H:%M} UTC on"
    if is_own:
        return f"You chose {where}; the job then emits {_grams(choice.gco2e)}, {_change(choice, baseline)}."
    aim = "emits less" if query.carbon_usd_per_tonne is None else "costs less with its emissions at your carbon price"
    if choice.region == baseline.region and choice.window.starts_at == baseline.window.starts_at:
        return f"No other place or time {aim} than {choice.region} at once, the transfer of data included."
    result = f"{where} it emits {_grams(choice.gco2e)}, {_change(choice, baseline)}"
    if choice.usd is not None and baseline.usd is not None and abs(choice.usd - baseline.usd) >= 0.005:
        direction = "more" if choice.usd > baseline.usd else "less"
        result += f", and costs {abs(choice.usd - baseline.usd):,.2f} USD {direction}"
    return f"In {result}."


def unplaced(job: str, excluded: Sequence[Exclusion]) -> Unplaced:
    """A job without a place. The constraint is the one that removed most regions, of equals the first."""
    removed: dict[str, int] = {}
    for one in excluded:
        removed[one.reason] = removed.get(one.reason, 0) + 1
    if not removed:
        detail = "there is no open region in the providers and countries of the job: name others"
        return Unplaced(job=job, constraint="places", detail=detail, removed={})
    reason = max(removed, key=lambda name: removed[name])
    names = {POLICY: "policy", NOT_OFFERED: "instance_type", **CONSTRAINTS}
    detail = f"no region of the job can run it; in {removed[reason]} of {sum(removed.values())}: {reason}"
    return Unplaced(job=job, constraint=names.get(reason, "instance_type"), detail=detail, removed=removed)


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
