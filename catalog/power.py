"""How the power, work and embodied emissions of a machine follow from its parts."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from carbon import units
from carbon.power import PowerModel


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuFacts:
    """Wall power and work of one CPU, or of a microarchitecture where the CPU is not known.

    *_w_per_thread, *_w_per_core: watts of whole-server power, idle and at full load; equal on one thread a core.
    base_memory_gb_per_thread: memory whose power is already inside those figures.
    low, high: TDP range over TDP where the TDP is an estimate, else 1.
    work_per_thread, work_per_core: ssj_ops at full load, both threads of a core busy; None where none is published.
    work_low, work_high: range of the work over its central figure, where the CPU is not named, else 1.
    host_vcpus, host_sockets: the usual host of such a CPU, None where no instance names it.
    tdp_w, threads_per_socket: of one processor; None where the CPU is not known.
    """

    cpu_model: str | None
    microarchitecture: str
    arch: str
    idle_w_per_thread: float
    max_w_per_thread: float
    idle_w_per_core: float
    max_w_per_core: float
    base_memory_gb_per_thread: float
    low: float
    high: float
    basis: str
    work_per_thread: float | None
    work_per_core: float | None
    performance_basis: str | None
    host_vcpus: float | None
    host_sockets: int | None
    work_low: float = 1.0
    work_high: float = 1.0
    tdp_w: float | None = None
    threads_per_socket: float | None = None

    def counts_cores(self, threads_per_core: int) -> bool:
        """True where a vCPU is a whole core although the CPU has two threads a core."""
        return threads_per_core == 1 and self.max_w_per_core > self.max_w_per_thread

    def performance_index(self, threads_per_core: int) -> float | None:
        """Work of one vCPU relative to a Cascade Lake thread; None without a sourced figure.

        The published work of a core was measured with both its threads busy: with the second one off, it does
        units.SMT_OFF_SHARE of it.
        """
        if not self.counts_cores(threads_per_core):
            work = self.work_per_thread
        else:
            work = None if self.work_per_core is None else self.work_per_core * units.SMT_OFF_SHARE
        return None if work is None else work / units.REFERENCE_SSJ_OPS_PER_THREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorFacts:
    """Watts of one accelerator, idle and at most; low, high: range of the maximum over the maximum, else 1."""

    idle_w: float
    max_w: float
    low: float
    high: float
    basis: str


def power_model(
    cpu: CpuFacts,
    *,
    reserved_vcpus: float,
    memory_gb: float,
    threads_per_core: int = 2,
    accelerator: AcceleratorFacts | None = None,
    accelerator_count: float = 0.0,
    ssd_gb: float = 0.0,
    hdd_gb: float = 0.0,
) -> PowerModel:
    """Watts of IT load of a machine with these parts.

    Wall power per thread (or core) from SPECpower_ssj2008 results relative to the CPU's TDP; memory beyond
    what those servers held; accelerators idle to maximum; local disks. README.md, "Power", gives the sources.
    """
    cores = cpu.counts_cores(threads_per_core)
    threads = reserved_vcpus * (2 if cores else 1)
    extra_memory_gb = max(0.0, memory_gb - cpu.base_memory_gb_per_thread * threads)
    storage_w = ssd_gb * units.SSD_W_PER_TB + hdd_gb * units.HDD_W_PER_TB
    return PowerModel(
        cpu_idle_w=reserved_vcpus * (cpu.idle_w_per_core if cores else cpu.idle_w_per_thread),
        cpu_max_w=reserved_vcpus * (cpu.max_w_per_core if cores else cpu.max_w_per_thread),
        memory_w=units.MEMORY_W_PER_GB * extra_memory_gb,
        accelerator_idle_w=accelerator_count * accelerator.idle_w if accelerator else 0.0,
        accelerator_max_w=accelerator_count * accelerator.max_w if accelerator else 0.0,
        storage_w=storage_w / units.GIGABYTES_PER_TERABYTE,
        cpu_low=cpu.low,
        cpu_high=cpu.high,
        accelerator_low=accelerator.low if accelerator else 1.0,
        accelerator_high=accelerator.high if accelerator else 1.0,
        basis=sys.intern(f"{cpu.basis}; {accelerator.basis}") if accelerator else cpu.basis,
    )


def embodied_kgco2e(
    *, host_share: float, host_sockets: int, memory_gb: float, ssd_gb: float = 0.0, accelerators_kg: float = 0.0
) -> float:
    """Whole-life kilograms of the share of a host that a machine reserves.

    host_share: reserved vCPUs over the host's. Source: units.EMBODIED_*; SCI's M before time is shared out.
    """
    host_kg = units.EMBODIED_SERVER_KG + units.EMBODIED_EXTRA_SOCKET_KG * (host_sockets - 1)
    ssd_kg = units.EMBODIED_SSD_KG_PER_TB * ssd_gb / units.GIGABYTES_PER_TERABYTE
    return host_kg * host_share + units.EMBODIED_MEMORY_KG_PER_GB * memory_gb + ssd_kg + accelerators_kg
