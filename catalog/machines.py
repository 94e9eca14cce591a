"""CPUs, accelerators and machine types from their tables, each machine with its power model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace

from carbon.power import PowerModel
from catalog.generic import GenericCpus
from catalog.model import Accelerator, InstanceType
from catalog.power import AcceleratorFacts, CpuFacts, power_model
from catalog.tables import Row, Table
from catalog.work import Families, work_of

# The one throughput metric that ranks accelerators; vector FP16 or FP32 figures are not comparable with it.
MATRIX_METRIC = "dense BF16/FP16 matrix throughput"

Accelerators = Mapping[str, tuple[Accelerator, AcceleratorFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFacts:
    """What other tables say about machine types.

    shared_vcpus: (provider, family) sold on vCPUs that customers share. retired_on: (provider, type) -> ISO day.
    """

    shared_vcpus: Set[tuple[str, str]]
    family_work: Families
    generic_cpus: GenericCpus
    retired_on: Mapping[tuple[str, str], str]


def load_cpus(cpus: Table, microarchitectures: Table) -> dict[str, CpuFacts]:
    """CPU model or microarchitecture -> its power and work."""
    by_name = {row.required("microarchitecture"): _microarchitecture(row) for row in microarchitectures}
    for row in cpus:
        if row.required("microarchitecture") not in by_name:
            raise row.error(f"microarchitecture {row.text('microarchitecture')!r} is not in {microarchitectures.name}")
        by_name[row.required("cpu_model")] = _cpu(row)
    return by_name


def _cpu(row: Row) -> CpuFacts:
    name, tdp_w = row.required("cpu_model"), row.number("tdp_w")
    work = row.optional_number("ssj_ops_per_thread")
    return replace(
        _microarchitecture(row),
        cpu_model=name,
        low=_ratio(row, "tdp_low_w", tdp_w),
        high=_ratio(row, "tdp_high_w", tdp_w),
        basis=f"CPU: SPECpower_ssj2008 medians over the TDP of {name} ({row.required('tdp_status')})",
        work_per_thread=work,
        work_per_core=row.optional_number("ssj_ops_per_core"),
        performance_basis=None if work is None else row.required("performance_basis"),
        tdp_w=tdp_w,
        threads_per_socket=row.number("threads_per_socket"),
    )


def _microarchitecture(row: Row) -> CpuFacts:
    name, sockets = row.required("microarchitecture"), row.optional_number("host_sockets")
    return CpuFacts(
        cpu_model=None,
        microarchitecture=name,
        arch=row.required("arch"),
        idle_w_per_thread=row.number("idle_w_per_thread"),
        max_w_per_thread=row.number("max_w_per_thread"),
        idle_w_per_core=row.number("idle_w_per_core"),
        max_w_per_core=row.number("max_w_per_core"),
        base_memory_gb_per_thread=row.number("base_memory_gb_per_thread"),
        low=1.0,
        high=1.0,
        basis=f"CPU model not known: SPECpower_ssj2008 medians of {name}",
        work_per_thread=None,
        work_per_core=None,
        performance_basis=None,
        host_vcpus=row.optional_number("host_vcpus"),
        host_sockets=None if sockets is None else int(sockets),
    )


def _ratio(row: Row, column: str, whole: float) -> float:
    """A bound over the central figure; 1 where the row gives no bound."""
    bound = row.optional_number(column)
    return 1.0 if bound is None else bound / whole


def load_accelerators(table: Table) -> Accelerators:
    """Name -> the accelerator as callers see it, and its power."""
    return {row.required("accelerator"): (_accelerator(row), _accelerator_power(row)) for row in table}


def _accelerator(row: Row) -> Accelerator:
    comparable = row.text("throughput_metric") == MATRIX_METRIC
    return Accelerator(
        accelerator=row.required("accelerator"),
        kind=row.required("kind"),
        memory_gb=row.number("memory_gb"),
        tflops=row.number("throughput_tflops") if comparable else None,
        performance_basis=row.required("performance_basis") if comparable else None,
        retired=row.text("retired") == "yes",
    )


def _accelerator_power(row: Row) -> AcceleratorFacts:
    max_w = row.number("max_w")
    return AcceleratorFacts(
        idle_w=row.number("idle_w"),
        max_w=max_w,
        low=_ratio(row, "max_low_w", max_w),
        high=_ratio(row, "max_high_w", max_w),
        basis=f"accelerator: {row.required('accelerator')}, maximum power {row.required('power_status')}",
    )


def load_machines(
    provider: str,
    table: Table,
    cpus: Mapping[str, CpuFacts],
    accelerators: Accelerators,
    about: TypeFacts,
) -> Iterator[InstanceType]:
    """The provider's machine types in the table's order; power is None where the hardware is not known."""
    for row in table:
        accelerator, accelerator_power = _named_accelerator(row, accelerators)
        vcpus, reserved = row.optional_number("vcpus"), row.optional_number("reserved_vcpus")
        name, family = row.required("instance_type"), row.required("family")
        shared = (provider, family) in about.shared_vcpus
        cpu = about.generic_cpus.facts(provider, name, _named_cpu(row, cpus), shared=shared)
        work = work_of(cpu, _threads_per_core(row), about.family_work.get((provider, family)))
        yield InstanceType(
            provider=provider,
            instance_type=name,
            family=family,
            category=row.required("category"),
            vcpus=vcpus,
            reserved_vcpus=reserved,
            memory_gb=row.optional_number("memory_gb"),
            cpu_model=row.optional("cpu_model"),
            microarchitecture=row.optional("microarchitecture"),
            arch=row.optional("arch"),
            burstable=row.text("burstable") == "yes",
            shared_core=shared or (vcpus is not None and reserved is not None and reserved < vcpus),
            baseline_utilization=row.optional_number("baseline_utilization"),
            accelerator=accelerator,
            accelerator_count=row.optional_number("accelerator_count") or 0.0,
            embodied_kgco2e=row.optional_number("embodied_kgco2e"),
            performance_index=work.index,
            performance_basis=work.basis,
            power=_power(row, cpu, accelerator_power),
            not_modelled=row.optional("not_modelled"),
            note=row.text("note"),
            source=row.required("source"),
            as_of=row.required("as_of"),
            performance_low=work.low,
            performance_high=work.high,
            retired_on=about.retired_on.get((provider, name)),
        )


def _power(row: Row, cpu: CpuFacts | None, accelerator: AcceleratorFacts | None) -> PowerModel | None:
    """Watts of the row's parts; None where the CPU or a size is not known."""
    reserved, memory_gb = row.optional_number("reserved_vcpus"), row.optional_number("memory_gb")
    if cpu is None or reserved is None or memory_gb is None:
        return None
    storage_gb, kind = row.optional_number("local_storage_gb") or 0.0, row.text("local_storage_kind")
    return power_model(
        cpu,
        reserved_vcpus=reserved,
        memory_gb=memory_gb,
        threads_per_core=_threads_per_core(row),
        accelerator=accelerator,
        accelerator_count=row.optional_number("accelerator_count") or 0.0,
        ssd_gb=storage_gb if kind == "ssd" else 0.0,
        hdd_gb=storage_gb if kind == "hdd" else 0.0,
    )


def _threads_per_core(row: Row) -> int:
    return int(row.optional_number("threads_per_core") or 2)


def _named_cpu(row: Row, cpus: Mapping[str, CpuFacts]) -> CpuFacts | None:
    name = row.text("cpu_model") or row.text("microarchitecture")
    if name and name not in cpus:
        raise row.error(f"no power is known for {name!r}")
    return cpus[name] if name else None


def _named_accelerator(
    row: Row, accelerators: Accelerators
) -> tuple[Accelerator, AcceleratorFacts] | tuple[None, None]:
    name = row.text("accelerator")
    if not name:
        return None, None
    if name not in accelerators:
        raise row.error(f"accelerator {name!r} is not in accelerators.csv")
    if not row.optional_number("accelerator_count"):
        raise row.error(f"accelerator {name!r} has no count")
    return accelerators[name]
