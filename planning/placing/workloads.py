"""The six workloads: which types serve them, how big a machine they compare, and whether they can wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from carbon.workload import OptimizeQuery, WorkloadType
from catalog.columns import BoolArray, FloatArray, TypeColumns
from catalog.memo import table_cache
from catalog.model import InstanceType
from planning.scheduling.span import RunSpan, run_span

# Without requirements, types between one and this many times the reference compete.
SIZE_SPAN = 4.0
MIN_TRAINING_ACCELERATOR_MEMORY_GB = 16.0
MAX_TRAINING_ACCELERATORS = 8.0

GENERAL = frozenset({"general"})
MEMORY_OR_STORAGE = frozenset({"memory", "storage"})
NODES = frozenset({"general", "compute"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadProfile:
    """What a workload is.

    reference_*: the machine it needs; categories: of CPU types that serve it; accelerators: kinds that do.
    service_families: sized services that serve it; services: those of them compared without a size in the question.
    is_service: it runs for as long as the machine does.
    """

    workload: WorkloadType
    reference_vcpus: float | None = None
    reference_memory_gb: float | None = None
    reference_accelerators: float | None = None
    categories: frozenset[str] = frozenset()
    accelerators: frozenset[str] = frozenset()
    service_families: frozenset[str] = frozenset()
    services: tuple[str, ...] = ()
    flexible_by_default: bool
    is_service: bool = False
    text: str


WORKLOADS: Mapping[WorkloadType, WorkloadProfile] = {
    profile.workload: profile
    for profile in (
        WorkloadProfile(
            workload=WorkloadType.TRAINING,
            reference_accelerators=1.0,
            accelerators=frozenset({"gpu", "tpu", "asic"}),
            flexible_by_default=True,
            text="GPU, Trainium and TPU types with 1 to 8 accelerators of at least 16 GB; can wait",
        ),
        WorkloadProfile(
            workload=WorkloadType.INFERENCE,
            reference_vcpus=4.0,
            reference_memory_gb=8.0,
            reference_accelerators=1.0,
            categories=NODES,
            accelerators=frozenset({"gpu", "tpu", "asic"}),
            flexible_by_default=False,
            is_service=True,
            text="Inferentia and GPU types with 1 to 4 accelerators, or CPU types of 4 to 16 vCPU and 8 to 32 GB",
        ),
        WorkloadProfile(
            workload=WorkloadType.GENERAL,
            reference_vcpus=2.0,
            reference_memory_gb=8.0,
            categories=GENERAL,
            flexible_by_default=True,
            text="General purpose types of 2 to 8 vCPU and 8 to 32 GB, including Arm; can wait",
        ),
        WorkloadProfile(
            workload=WorkloadType.DATABASE,
            reference_vcpus=4.0,
            reference_memory_gb=32.0,
            categories=MEMORY_OR_STORAGE,
            flexible_by_default=False,
            is_service=True,
            text="Memory and storage optimised types of 4 to 16 vCPU and 32 to 128 GB; cannot wait",
        ),
        WorkloadProfile(
            workload=WorkloadType.CONTAINERS,
            reference_vcpus=2.0,
            reference_memory_gb=4.0,
            categories=NODES,
            service_families=frozenset({"fargate", "cloud-run", "container-apps"}),
            services=(
                "fargate-arm64-2vcpu-4gb",
                "fargate-x86_64-2vcpu-4gb",
                "cloud-run-2vcpu-4gb",
                "container-apps-2vcpu-4gb",
            ),
            flexible_by_default=False,
            is_service=True,
            text="Fargate tasks, Cloud Run and Azure Container Apps of 2 vCPU and 4 GB, and node types of 2 to 8 vCPU "
            "and 4 to 16 GB; cannot wait",
        ),
        WorkloadProfile(
            workload=WorkloadType.SERVERLESS,
            reference_vcpus=1.0,
            reference_memory_gb=1769 / 1024,
            service_families=frozenset({"lambda", "cloud-run", "container-apps"}),
            services=("lambda-arm64-1769mb", "lambda-x86_64-1769mb", "cloud-run-1vcpu-2gb", "container-apps-1vcpu-2gb"),
            flexible_by_default=False,
            is_service=True,
            text="Lambda functions of 1,769 MB (one vCPU), Arm and x86, Cloud Run and Azure Container Apps of 1 vCPU "
            "and 2 GB; cannot wait",
        ),
    )
}


def workload_span(query: OptimizeQuery, now: datetime) -> RunSpan:
    """The times at which the workload may run. Raises DoesNotFit.

    It may start later than at once if the caller says so, else if its kind usually can.
    """
    usual = WORKLOADS[query.workload].flexible_by_default
    return run_span(
        now,
        duration_hours=query.duration_hours,
        start_after=query.start_after,
        deadline=query.deadline,
        flexible=usual if query.flexible is None else query.flexible,
    )


@table_cache(None)
def serves(columns: TypeColumns, workload: WorkloadType) -> BoolArray:
    """Which types are of the workload's kind, of any size. Computed once per catalog; read only."""
    profile = WORKLOADS[workload]
    return columns.where(lambda instance: _serves(profile, instance))


def _serves(profile: WorkloadProfile, instance: InstanceType) -> bool:
    if instance.is_service:
        return instance.family in profile.service_families
    accelerator = instance.accelerator
    if accelerator is None:
        return instance.category in profile.categories
    if accelerator.kind not in profile.accelerators or accelerator.retired:
        return False
    training = profile.workload is WorkloadType.TRAINING
    return not (training and accelerator.accelerator in INFERENCE_ONLY)


# Accelerators built for inference, which do not train.
INFERENCE_ONLY = frozenset({"AWS Inferentia", "AWS Inferentia2", "Qualcomm Cloud AI 100"})


def trains(columns: TypeColumns) -> BoolArray:
    """Which types have at least one whole accelerator that is large enough to train on."""
    mask: BoolArray = columns.accelerators >= 1.0
    return mask & (columns.accelerator_memory_gb >= MIN_TRAINING_ACCELERATOR_MEMORY_GB)


@table_cache(None)
def fits_reference(columns: TypeColumns, workload: WorkloadType) -> BoolArray:
    """Which types lie between one and four times the reference (training: 1 to 8 accelerators of 16 GB).

    Of services only those of the profile.

    Computed once per catalog; read only.
    """
    profile = WORKLOADS[workload]
    accelerated = np.zeros(len(columns.types), dtype=np.bool_)
    if profile.reference_accelerators is not None:
        training = profile.workload is WorkloadType.TRAINING
        most = MAX_TRAINING_ACCELERATORS if training else SIZE_SPAN * profile.reference_accelerators
        accelerated = columns.accelerated & _within(columns.accelerators, profile.reference_accelerators, most)
        if training:
            accelerated &= columns.accelerator_memory_gb >= MIN_TRAINING_ACCELERATOR_MEMORY_GB
    if profile.reference_vcpus is None or profile.reference_memory_gb is None:
        return accelerated
    plain = (
        ~(columns.accelerated | columns.service)
        & _within(columns.vcpus, profile.reference_vcpus, SIZE_SPAN * profile.reference_vcpus)
        & _within(columns.memory_gb, profile.reference_memory_gb, SIZE_SPAN * profile.reference_memory_gb)
    )
    return accelerated | plain | columns.mask_of_names(profile.services)


def _within(values: FloatArray, least: float, most: float) -> BoolArray:
    result: BoolArray = (values >= least) & (values <= most)
    return result
