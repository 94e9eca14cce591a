"""What the carbon and cost of a ranking are counted for, and how big a machine must be."""

from __future__ import annotations

from dataclasses import replace

from carbon.placements import MachineSize, RankedBy
from carbon.workload import OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from catalog.model import InstanceType
from planning.placing.workloads import WORKLOADS


def ranked_by(query: OptimizeQuery) -> RankedBy:
    """The caller's choice; else by machine where a size is named or the workload is a service, else by work.

    Priority performance compares speed, which a machine's size does not change, so it is always by work.
    """
    if query.priority is Priority.PERFORMANCE:
        return RankedBy(by=RankBy.WORK, reason="performance compares speed, then grams per unit of work")
    if query.rank_by is not None:
        return RankedBy(by=query.rank_by, reason="rank_by of the request")
    if query.requirements is not None and query.requirements.sized:
        return RankedBy(by=RankBy.MACHINE, reason="requirements name the size of the machine")
    if WORKLOADS[query.workload].is_service:
        article = "an" if query.workload is WorkloadType.INFERENCE else "a"
        reason = f"{article} {query.workload} workload needs its machine for the whole duration"
        return RankedBy(by=RankBy.MACHINE, reason=reason)
    return RankedBy(by=RankBy.WORK, reason=f"a {query.workload} job ends sooner on a faster machine")


def keeps_accelerators_first(query: OptimizeQuery) -> bool:
    """Inference that names no size prefers accelerators, since nothing says that a CPU is fast enough."""
    sized = query.requirements is not None and query.requirements.sized
    return query.workload is WorkloadType.INFERENCE and not sized


def with_size_of(current: InstanceType, query: OptimizeQuery, by: RankBy) -> OptimizeQuery:
    """The query; by machine without a size of its own, it demands a machine as big as the one that runs today."""
    requirements = query.requirements or Requirements()
    if by is RankBy.WORK or requirements.sized or query.instance_types:
        return query
    size = replace(requirements, vcpus=current.vcpus, memory_gb=current.memory_gb)
    if current.accelerator is not None and requirements.gpus != 0:
        if current.accelerator.kind == "gpu":
            size = replace(size, gpus=current.accelerator_count)
        else:
            size = replace(size, accelerators=current.accelerator_count)
    return replace(query, requirements=size)


def machine_size(query: OptimizeQuery, *, is_of_current: bool) -> MachineSize:
    """The least size that takes part. is_of_current: the query's size is that of what runs today."""
    requirements, profile = query.requirements, WORKLOADS[query.workload]
    if requirements is not None and requirements.sized:
        return MachineSize(
            basis="current" if is_of_current else "requirements",
            vcpus=requirements.vcpus,
            memory_gb=requirements.memory_gb,
            gpus=requirements.gpus,
            accelerators=requirements.accelerators,
        )
    if query.instance_types:
        return MachineSize(basis="instance types")
    return MachineSize(
        basis="workload",
        vcpus=profile.reference_vcpus,
        memory_gb=profile.reference_memory_gb,
        accelerators=None if requirements is not None and requirements.gpus == 0 else profile.reference_accelerators,
    )
