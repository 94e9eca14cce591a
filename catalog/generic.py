"""Power and work of machines whose provider does not name the CPU: those of a generation of CPUs, with its range."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from catalog.power import CpuFacts
from catalog.tables import Table

GENERIC = "generic"
# A shared vCPU may be a fraction of a thread; providers do not say which. Google publishes it for its shared cores: an
# e2-small is guaranteed a quarter of each of its two vCPUs.
SHARED_LEAST_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCpus:
    """Types of a provider, the generations of CPU they may run on, and whether a certain CPU is named.

    may_share: the provider does not say whether customers share the vCPUs.
    """

    pattern: re.Pattern[str]
    generations: tuple[str, ...]
    is_generic: bool
    may_share: bool


class GenericCpus:
    """provider_cpus.csv, together with the CPUs that each generation consists of."""

    def __init__(self, table: Table, cpus: Mapping[str, CpuFacts]) -> None:
        """cpus: by model and by microarchitecture. Raises CatalogError for a generation without any CPU."""
        self._cpus = cpus
        self._rows: dict[str, list[ProviderCpus]] = {}
        for row in table:
            generations = tuple(row.required("generations").split(";"))
            for name in generations:
                if not self._of(name):
                    raise row.error(f"no CPU of generation {name!r} is in cpus.csv")
            entry = ProviderCpus(
                pattern=re.compile(row.required("types")),
                generations=generations,
                is_generic=row.required("power_basis") == GENERIC,
                may_share=row.text("sharing") == "not stated",
            )
            self._rows.setdefault(row.required("provider"), []).append(entry)

    def facts(self, provider: str, instance_type: str, cpu: CpuFacts | None, *, shared: bool) -> CpuFacts | None:
        """The CPU to calculate with: as given where it is named, else its generation's, with the range of all CPUs
        that may be meant. A vCPU that is shared, or may be, widens the range downwards."""
        if cpu is None:
            return None
        entry = next((e for e in self._rows.get(provider, ()) if e.pattern.fullmatch(instance_type)), None)
        if entry is None:
            return cpu
        if entry.is_generic:
            cpu = self._generic(cpu, entry.generations)
        if not (shared or entry.may_share):
            return cpu
        return replace(cpu, low=cpu.low * SHARED_LEAST_SHARE, work_low=cpu.work_low * SHARED_LEAST_SHARE)

    def of_arch(self, cpu: CpuFacts, *, tdp_w_per_thread: float | None = None) -> CpuFacts:
        """A CPU of which only the architecture is known, with the range of all CPUs of that architecture.

        cpu: the architecture's own row. tdp_w_per_thread: the CPU's TDP over its threads; its watts are then this times
        the medians of the CPUs' ratios of watts to TDP, and the range is that of the ratios.
        """
        generic = self._generic(cpu, (cpu.arch,))
        if tdp_w_per_thread is None:
            return generic
        idle, full = _watts_per_tdp(self._of(cpu.arch))
        central = median(full)
        return replace(
            generic,
            idle_w_per_thread=median(idle) * tdp_w_per_thread,
            max_w_per_thread=central * tdp_w_per_thread,
            low=min(full) / central,
            high=max(full) / central,
        )

    def _generic(self, cpu: CpuFacts, generations: Sequence[str]) -> CpuFacts:
        candidates = [member for name in generations for member in self._of(name)]
        watts = [member.max_w_per_thread / cpu.max_w_per_thread for member in candidates]
        works = [member.work_per_thread for member in candidates if member.work_per_thread is not None]
        work = median(works)
        return replace(
            cpu,
            cpu_model=None,
            low=min(1.0, *watts),
            high=max(1.0, *watts),
            basis=GENERIC,
            work_per_thread=work,
            work_per_core=None,
            performance_basis="estimate",
            work_low=min(works) / work,
            work_high=max(works) / work,
        )

    def _of(self, generation: str) -> list[CpuFacts]:
        """CPUs of a generation with a figure for their work; "x86_64" is all of that architecture."""
        return [
            cpu
            for cpu in self._cpus.values()
            if cpu.cpu_model is not None
            and cpu.work_per_thread is not None
            and generation in (cpu.microarchitecture, cpu.arch)
        ]


def _watts_per_tdp(cpus: Sequence[CpuFacts]) -> tuple[list[float], list[float]]:
    """Watts of the whole server per watt of TDP, idle and at full load, of each CPU with a TDP."""
    per_watt = [cpu.threads_per_socket / cpu.tdp_w if cpu.threads_per_socket and cpu.tdp_w else None for cpu in cpus]
    pairs = [(cpu, ratio) for cpu, ratio in zip(cpus, per_watt, strict=True) if ratio is not None]
    return [c.idle_w_per_thread * ratio for c, ratio in pairs], [c.max_w_per_thread * ratio for c, ratio in pairs]
