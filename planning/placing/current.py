"""What the machines of today emit, cost and do over the job's hours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from carbon import units
from carbon.results import Emission
from carbon.workload import RankBy
from catalog.columns import work_per_hour_at_full_load
from planning.placing.emission import Machines, Site, emission, pue_of, sustained_utilization
from planning.placing.job import Job
from planning.placing.machine_type import machine_type
from planning.placing.rank import Ranked
from planning.placing.rates import ACCELERATED, PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRun:
    """The machines of today from the earliest start on. kind, work: what they do over the hours; None unknown."""

    emission: Emission
    kind: int
    work: float | None


def current_run(job: Job) -> CurrentRun | None:
    """None where the question names no machines of today. Raises PowerNotModelled."""
    current, mapping, outlook = job.query.current, job.mapping, job.outlook
    if current is None:
        return None
    region, own = mapping.regions[current.region], current.machine
    instance = machine_type(current, mapping)
    load = job.query.load
    if current.utilization is not None:
        load = replace(load, utilization=current.utilization)
    busy = sustained_utilization(instance, load)
    machines = Machines(
        instance=instance,
        utilization=busy,
        duration_hours=job.span.duration_hours,
        count=current.count,
        include_embodied=job.query.include_embodied,
        own=own,
    )
    pue, pue_basis = pue_of(own, None, region)
    earliest, seconds = outlook.seconds_to(job.span.earliest), job.span.window_hours * units.HOUR_SECONDS
    site = Site(
        region=region.key,
        pue=pue,
        pue_basis=pue_basis,
        now=outlook.current(region.zone),
        used=outlook.mean(region.zone, earliest, seconds),
        shares=mapping.annual_shares[region.zone],
        offered=None if own else mapping.is_offered(region.key, instance.instance_type),
        price=None if own else mapping.price(region.key, instance.instance_type),
    )
    full = work_per_hour_at_full_load(instance)
    share = busy.cpu if busy.accelerator is None else busy.accelerator
    return CurrentRun(
        emission=emission(machines, site),
        kind=PLAIN if instance.accelerator is None else ACCELERATED,
        work=None if full is None else full * share * current.count * job.span.duration_hours,
    )


def same_work_factor(job: Job, current: CurrentRun, ranked: Ranked) -> float | None:
    """How many times what row 1 stands for replaces the machines of today: 1 by machine, by work for equal work.

    None where the work of either is not known or not of one kind.
    """
    if job.ranked_by.by is RankBy.MACHINE:
        return 1.0
    if current.work is None or current.kind != ranked.kind[0]:
        return None
    return current.work / job.work(int(ranked.type[0]))
