"""CPUs and accelerators by the names that people use, and the machine that a caller describes by its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from carbon.workload import OwnMachine
from catalog.generic import GenericCpus
from catalog.machines import Accelerators
from catalog.model import InstanceType
from catalog.nearest import Names
from catalog.power import CpuFacts, power_model
from catalog.work import work_of

NEAREST = 5
THREADS_PER_CORE = 2  # of a CPU that has two; a vCPU is then a thread
# What lscpu and nvidia-smi print around a name, and names of makers.
_TRADEMARK = re.compile(r"\((?:r|tm)\)|@.*")
_NOISE = re.compile(r"intel|amd|aws|azure|google|alibaba|nvidia|tesla|cpu|processor|\d+-core|hbm\d?e?|edition")
# The forms in which one GPU is sold: the module of servers (SXM), which its name alone means, and cards.
_MODULE = re.compile(r"sxm\d?")
_FORM = re.compile(r"sxm\d?|pcie|nvl|\d+gb")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """cpus: by model, and by microarchitecture where no model is known. accelerators: by name."""

    cpus: Mapping[str, CpuFacts]
    accelerators: Accelerators
    generic: GenericCpus

    def cpu_model(self, name: str) -> str | None:
        """The catalog's name of a CPU; any case, with or without its maker. None: it has none of this name."""
        return self._models_by_words.get(tuple(_words(name)))

    def nearest_cpus(self, name: str) -> tuple[str, ...]:
        """CPUs of similar names, the closest first."""
        return self._cpu_names.nearest(" ".join(_words(name)), n=NEAREST)

    @cached_property
    def _models_by_words(self) -> Mapping[tuple[str, ...], str]:
        """The first model of each name."""
        return {tuple(_words(model)): model for model in reversed(tuple(self._models()))}

    @cached_property
    def _cpu_names(self) -> Names:
        return Names(self._models())

    def accelerator_models(self, name: str) -> tuple[str, ...]:
        """The accelerators that a name may mean, as written here or by nvidia-smi; any case.

        The one it is, else all that have its words, the memory included. Where only the form of one GPU is open, the
        first server module (SXM).
        """
        words = _words(name)
        exact = tuple(model for model in self.accelerators if _words(model) == words)
        if exact or not words:
            return exact
        matches = {model: own for model, own in self._accelerator_words.items() if set(words) <= own}
        modules = [model for model, own in matches.items() if any(_MODULE.fullmatch(word) for word in own)]
        designs = {tuple(sorted(word for word in own if not _FORM.fullmatch(word))) for own in matches.values()}
        return tuple(modules[:1]) if modules and len(designs) == 1 else tuple(matches)

    @cached_property
    def _accelerator_words(self) -> Mapping[str, set[str]]:
        """Words of each name, the memory in GB, and "sxm" for every generation of the module."""
        words = {}
        for model, (accelerator, _) in self.accelerators.items():
            own = {*_words(model), f"{accelerator.memory_gb:g}gb"}
            words[model] = own | ({"sxm"} if any(_MODULE.fullmatch(word) for word in own) else set())
        return words

    def nearest_accelerators(self, name: str) -> tuple[str, ...]:
        """Accelerators of similar names, the closest first."""
        return Names(self.accelerators).nearest(name, n=NEAREST, cutoff=0.4)

    def machine(self, own: OwnMachine) -> InstanceType:
        """The type that this machine would be if a provider sold it; its embodied emissions are not known.

        own: with the catalog's names of CPU and accelerator.
        """
        cpu = self._cpu(own)
        work = work_of(cpu, THREADS_PER_CORE, None)
        accelerator, accelerator_power = self.accelerators[own.gpu_model] if own.gpu_model else (None, None)
        return InstanceType(
            provider="",
            instance_type="",
            family="",
            category="accelerated" if accelerator else "general",
            vcpus=own.vcpus,
            reserved_vcpus=own.vcpus,
            memory_gb=own.memory_gb,
            cpu_model=own.cpu_model,
            microarchitecture=cpu.microarchitecture,
            arch=own.arch,
            burstable=False,
            shared_core=False,
            baseline_utilization=None,
            accelerator=accelerator,
            accelerator_count=own.gpus if accelerator else 0.0,
            embodied_kgco2e=None,
            performance_index=work.index,
            performance_basis=work.basis,
            power=power_model(
                cpu,
                reserved_vcpus=own.vcpus,
                memory_gb=own.memory_gb,
                accelerator=accelerator_power,
                accelerator_count=own.gpus,
            ),
            not_modelled=None,
            note="",
            source="request",
            as_of="",
            performance_low=work.low,
            performance_high=work.high,
        )

    def _models(self) -> list[str]:
        return [name for name, cpu in self.cpus.items() if cpu.cpu_model is not None]

    def _cpu(self, own: OwnMachine) -> CpuFacts:
        if own.cpu_model is None:
            per_thread = None if own.tdp_w is None else own.tdp_w / own.vcpus
            return self.generic.of_arch(self.cpus[f"unknown-{own.arch}"], tdp_w_per_thread=per_thread)
        cpu = self.cpus[own.cpu_model]
        return cpu if own.tdp_w is None else _with_tdp(cpu, own.tdp_w)


def _with_tdp(cpu: CpuFacts, tdp_w: float) -> CpuFacts:
    """The CPU with another TDP: its watts are its TDP times ratios of its microarchitecture (data/README.md, "Power").

    The TDP is then certain, so that its range is left out.
    """
    if cpu.tdp_w is None:
        raise ValueError(f"{cpu.microarchitecture} has no TDP")
    factor = tdp_w / cpu.tdp_w
    return replace(
        cpu,
        tdp_w=tdp_w,
        idle_w_per_thread=cpu.idle_w_per_thread * factor,
        max_w_per_thread=cpu.max_w_per_thread * factor,
        idle_w_per_core=cpu.idle_w_per_core * factor,
        max_w_per_core=cpu.max_w_per_core * factor,
        low=1.0,
        high=1.0,
        basis=f"CPU: SPECpower_ssj2008 medians over the TDP in the request, {tdp_w:g} W ({cpu.cpu_model})",
    )


def _words(name: str) -> tuple[str, ...]:
    """The words of a part's name that tell it from others, in lower case."""
    words = re.split(r"[\s_/,]+|-(?=sxm|pcie|\d+gb)", _TRADEMARK.sub(" ", name.casefold()))
    return tuple(word for word in words if word and not _NOISE.fullmatch(word))
