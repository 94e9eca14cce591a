"""Hints on how row 1's own machine is used and paid for."""

from __future__ import annotations

from carbon.placements import Advice
from carbon.power import PowerDraw
from carbon.workload import WorkloadType
from planning.placing.hints.answer import Answer
from planning.placing.hints.hint import Choice, cheaper, hint, is_endless

# A machine that is busier than this has little room for peaks.
BUSY_UTILIZATION = 0.8
LEAST_UTILIZATION = 0.01
WEEK_HOURS = 168.0
WORKING_HOURS = 60.0  # Monday to Friday, twelve hours a day
# Services that draw power and are billed only while they serve a request.
SCALES_TO_ZERO = frozenset({"serverless"})
# What an interruption would harm.
NOT_INTERRUPTIBLE = frozenset({WorkloadType.DATABASE, WorkloadType.SERVERLESS})


def utilization(answer: Answer) -> Advice | None:
    """The same work in fewer machine hours, at BUSY_UTILIZATION. Not of machines that cannot be that busy."""
    machine, emission = answer.machine, answer.first.emission
    is_accelerated = emission.accelerator_utilization is not None
    busy = emission.accelerator_utilization if is_accelerated else emission.utilization
    if machine.category in SCALES_TO_ZERO or machine.baseline_utilization is not None:
        return None
    if busy is None or not LEAST_UTILIZATION <= busy < BUSY_UTILIZATION:
        return None
    hours_share = busy / BUSY_UTILIZATION
    fuller = _draw(answer, min(1.0, emission.utilization / hours_share), BUSY_UTILIZATION if is_accelerated else 0.0)
    grid = emission.operational_gco2e * fuller.it_w / emission.draw.it_w * hours_share
    before = answer.as_it_is(f"{busy:.0%} utilisation")
    after = Choice(
        label=f"{BUSY_UTILIZATION:.0%} utilisation",
        gco2e=grid + (emission.embodied_gco2e or 0.0) * hours_share,
        usd=None if before.usd is None else before.usd * hours_share,
    )
    load = answer.job.query.load
    is_assumed = load.assumed_accelerator is not None if is_accelerated else emission.utilization_defaulted
    assumed = "the assumed " if is_assumed else ""
    return hint(
        "utilization",
        f"The same work with {emission.instance_type} at {after.label} instead of {assumed}{busy:.0%}, in "
        f"{1 - hours_share:.1%} fewer machine hours",
        before,
        after,
        answer.period,
    )


def idle_hours(answer: Answer) -> Advice | None:
    """Nights and weekends off, where the machine only draws its idle power; of runs of a week or more."""
    query, emission = answer.job.query, answer.first.emission
    is_long = is_endless(answer.job) or (query.duration_hours or 0.0) >= WEEK_HOURS
    if not is_long or query.workload is WorkloadType.TRAINING or answer.machine.category in SCALES_TO_ZERO:
        return None
    working, idle_w = WORKING_HOURS / WEEK_HOURS, _draw(answer, 0.0, 0.0).it_w
    grid = emission.operational_gco2e
    idle = grid * idle_w / emission.draw.it_w
    before = Choice(label="always on", gco2e=grid * working + idle * (1.0 - working), usd=answer.usd)
    after = Choice(
        label="off at nights and weekends",
        gco2e=grid * working,
        usd=None if answer.usd is None else answer.usd * working,
    )
    return hint(
        "idle_hours",
        f"If {emission.instance_type} is idle at nights and weekends ({WEEK_HOURS - WORKING_HOURS:.0f} of "
        f"{WEEK_HOURS:.0f} hours, at {idle_w:.3g} W), stopping it then",
        before,
        after,
        answer.period,
    )


def spot(answer: Answer) -> Advice | None:
    """The usable spot price of row 1 against its on-demand price, for work that may be interrupted."""
    job, emission = answer.job, answer.first.emission
    price = job.mapping.prices.price_of_offer(int(answer.ranked.offer[0]))
    if job.query.spot is not None or job.query.workload in NOT_INTERRUPTIBLE or price is None:
        return None
    usable, before = price.usable_spot(job.today_day), answer.as_it_is("on-demand")
    after = Choice(label="spot", gco2e=before.gco2e, usd=None if usable is None else usable * job.machine_hours)
    sentence = f"Spot for {emission.instance_type} in {emission.region}, if the work may be interrupted"
    return cheaper("spot", sentence, before, after, answer.period)


def _draw(answer: Answer, cpu: float, accelerator: float) -> PowerDraw:
    """Power of row 1's machine at another load. Raises ValueError where it is not modelled, as it always is."""
    if answer.machine.power is None:
        raise ValueError(f"{answer.machine.instance_type} is not a candidate")
    return answer.machine.power.draw(cpu, accelerator, answer.first.emission.curve)
