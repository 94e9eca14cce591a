"""Services sold by size or over another machine type: which vCPUs and memory a name stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from catalog.model import InstanceType
from catalog.power import CpuFacts, embodied_kgco2e, power_model
from catalog.tables import Row, Table

_NUMBER = r"(?:0|[1-9]\d*)(?:\.\d+)?"
_PARTS = {
    "arch": r"(?P<arch>arm64|x86_64|x86)",
    "type": r"(?P<type>.+)",
    **{name: rf"(?P<{name}>{_NUMBER})" for name in ("units", "vcpus", "memory")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A vCPU count that is sold, and the memory that goes with it: minimum to maximum in steps.

    min_vcpus: the row is for every count from this one to vcpus; None: for vcpus alone. memory_step_gb None: any.
    """

    min_vcpus: float | None
    vcpus: float
    min_memory_gb: float
    max_memory_gb: float
    memory_step_gb: float | None

    def is_of(self, vcpus: float | None) -> bool:
        """Whether the row is for this count; None is a count that the memory decides."""
        if vcpus is None:
            return True
        return (self.vcpus if self.min_vcpus is None else self.min_vcpus) <= vcpus <= self.vcpus

    def allows(self, memory_gb: float) -> bool:
        if not self.min_memory_gb <= memory_gb <= self.max_memory_gb:
            return False
        return self.memory_step_gb is None or _is_multiple(memory_gb - self.min_memory_gb, self.memory_step_gb)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One row of services.csv.

    template: the name, with {arch}, {units}, {vcpus}, {memory} or {type} in it.
    base: the machine type that does the work; "" where the size itself says what runs.
    vcpus_per_unit, memory_gb_per_unit: None where the name gives the vCPUs or the memory.
    power_note: what the basis of the power says beside the CPU; often empty.
    replicas: how many copies run for the one that is sold.
    cpus: arch -> the CPU whose power and work is used. sizes: empty where any size within the bounds is sold.
    """

    provider: str
    service: str
    template: str
    pattern: re.Pattern[str]
    base: str
    category: str
    vcpus_per_unit: Fraction | None
    memory_gb_per_unit: Fraction | None
    min_units: float | None
    max_units: float | None
    unit_step: float | None
    vcpu_step: float | None
    max_vcpus: float | None
    max_memory_gb: float | None
    replicas: int
    cpus: Mapping[str, CpuFacts]
    sizes: tuple[Size, ...]
    power_note: str
    note: str
    source: str
    as_of: str

    def resources(self, numbers: Mapping[str, float]) -> tuple[float, float] | None:
        """vCPUs and GB that this size buys; None for one the service does not sell."""
        units = numbers.get("units", 1.0)
        if self.min_units is not None and self.max_units is not None and self.unit_step is not None:
            within = self.min_units <= units <= self.max_units
            if not (within and _is_multiple(units - self.min_units, self.unit_step)):
                return None
        memory_gb = numbers["memory"] if self.memory_gb_per_unit is None else _times(units, self.memory_gb_per_unit)
        vcpus = numbers.get("vcpus") if self.vcpus_per_unit is None else _times(units, self.vcpus_per_unit)
        if self.sizes:
            size = next((s for s in self.sizes if s.is_of(vcpus) and s.allows(memory_gb)), None)
            vcpus = None if size is None else vcpus or size.vcpus
        if self.vcpu_step is not None and vcpus is not None and not _is_multiple(vcpus, self.vcpu_step):
            return None
        if vcpus is None or vcpus <= 0 or memory_gb <= 0:
            return None
        if vcpus > (self.max_vcpus or vcpus) or memory_gb > (self.max_memory_gb or memory_gb):
            return None
        return vcpus, memory_gb


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Every service, by provider. `machine` finds a described machine type: (provider, name) -> type or None."""

    by_provider: Mapping[str, tuple[Service, ...]]
    machine: Callable[[str, str], InstanceType | None]

    def service_type(self, provider: str, name: str) -> InstanceType | None:
        """The instance type a service's name stands for, in canonical spelling; None where no service matches.

        Any case; `x86` is read as `x86_64`. A size the service does not sell is None as well. Whether a service
        is sold over a certain machine type (`db.` over a GPU type, say) is not checked.
        """
        for service in self.by_provider.get(provider, ()):
            match = service.pattern.fullmatch(name)
            if match is None:
                continue
            instance = self._over_machine(service, match) if service.base else _sized(service, match)
            if instance is not None:
                return instance
        return None

    def sells_like(self, provider: str, pattern: str) -> bool:
        """Whether the provider may sell a service of such a name. pattern: "*" stands for any text; any case."""
        if "*" not in pattern:
            return self.service_type(provider, pattern) is not None
        beginning = pattern.partition("*")[0].casefold()
        fixed = (service.template.partition("{")[0].casefold() for service in self.by_provider.get(provider, ()))
        return any(name.startswith(beginning) or (name and beginning.startswith(name)) for name in fixed)

    def _over_machine(self, service: Service, match: re.Match[str]) -> InstanceType | None:
        parts = match.groupdict()
        machine = self.machine(service.provider, service.base.format(**parts))
        if machine is None:
            return None
        words = {**parts, "type": machine.instance_type}
        return replace(
            machine,
            instance_type=service.template.format(**words),
            family=f"{service.service}-{machine.family}",
            category=service.category,
            note="; ".join(filter(None, (service.note, machine.note))),
            source=f"{service.source}; {machine.source}",
        )


def _sized(service: Service, match: re.Match[str]) -> InstanceType | None:
    """The type a size stands for: its power, work and embodied share by the same rules as any machine's."""
    parts = match.groupdict()
    arch = parts.pop("arch", None) or next(iter(service.cpus))
    arch = arch.lower()
    arch = "x86_64" if arch == "x86" else arch
    numbers = {part: float(text) for part, text in parts.items()}
    resources, cpu = service.resources(numbers), service.cpus.get(arch)
    if resources is None or cpu is None:
        return None
    cpu = replace(cpu, basis=f"{cpu.basis}; {service.power_note}") if service.power_note else cpu
    vcpus, memory_gb = resources
    reserved, held_gb = vcpus * service.replicas, memory_gb * service.replicas
    embodied = None
    if cpu.host_vcpus is not None and cpu.host_sockets is not None:
        embodied = embodied_kgco2e(
            host_share=reserved / cpu.host_vcpus, host_sockets=cpu.host_sockets, memory_gb=held_gb
        )
    index = cpu.performance_index(threads_per_core=2)
    return InstanceType(
        provider=service.provider,
        instance_type=service.template.format(arch=arch, **{part: f"{n:g}" for part, n in numbers.items()}),
        family=service.service,
        category=service.category,
        vcpus=vcpus,
        reserved_vcpus=reserved,
        memory_gb=memory_gb,
        cpu_model=cpu.cpu_model,
        microarchitecture=cpu.microarchitecture,
        arch=arch,
        burstable=False,
        shared_core=False,
        baseline_utilization=None,
        accelerator=None,
        accelerator_count=0.0,
        embodied_kgco2e=embodied,
        performance_index=index,
        performance_basis=None if index is None else cpu.performance_basis,
        power=power_model(cpu, reserved_vcpus=reserved, memory_gb=held_gb),
        not_modelled=None,
        note=service.note,
        source=service.source,
        as_of=service.as_of,
    )


def load_services(
    services: Table, sizes: Table, cpus: Mapping[str, CpuFacts], machine: Callable[[str, str], InstanceType | None]
) -> Services:
    """The rows of services.csv and service_sizes.csv. cpus: by model or microarchitecture."""
    sizes_of: dict[tuple[str, str], list[Size]] = {}
    for row in sizes:
        size = Size(
            min_vcpus=row.optional_number("min_vcpus"),
            vcpus=row.number("vcpus"),
            min_memory_gb=row.number("min_memory_gb"),
            max_memory_gb=row.number("max_memory_gb"),
            memory_step_gb=row.optional_number("memory_step_gb"),
        )
        sizes_of.setdefault((row.required("provider"), row.required("service")), []).append(size)
    by_provider: dict[str, list[Service]] = {}
    for row in services:
        service = _service(row, cpus, tuple(sizes_of.get((row.text("provider"), row.text("service")), ())))
        by_provider.setdefault(service.provider, []).append(service)
    return Services(by_provider={provider: tuple(rows) for provider, rows in by_provider.items()}, machine=machine)


def _service(row: Row, cpus: Mapping[str, CpuFacts], sizes: tuple[Size, ...]) -> Service:
    cpu_names = {arch: row.text(f"cpu_{arch}") for arch in ("x86_64", "arm64")}
    unknown = sorted(name for name in cpu_names.values() if name and name not in cpus)
    if unknown:
        raise row.error(f"no power is known for {', '.join(unknown)}")
    template = row.required("template")
    pieces = re.split(r"\{(\w+)\}", template)
    pattern = "".join(_PARTS[piece] if i % 2 else re.escape(piece) for i, piece in enumerate(pieces))
    return Service(
        provider=row.required("provider"),
        service=row.required("service"),
        template=template,
        pattern=re.compile(pattern, re.IGNORECASE),
        base=row.text("base"),
        category=row.required("category"),
        vcpus_per_unit=_ratio(row, "vcpus_per_unit"),
        memory_gb_per_unit=_ratio(row, "memory_gb_per_unit"),
        min_units=row.optional_number("min_units"),
        max_units=row.optional_number("max_units"),
        unit_step=row.optional_number("unit_step"),
        vcpu_step=row.optional_number("vcpu_step"),
        max_vcpus=row.optional_number("max_vcpus"),
        max_memory_gb=row.optional_number("max_memory_gb"),
        replicas=int(row.number("replicas")),
        cpus={arch: cpus[name] for arch, name in cpu_names.items() if name},
        sizes=sizes,
        power_note=row.text("power_note"),
        note=row.text("note"),
        source=row.required("source"),
        as_of=row.required("as_of"),
    )


def _ratio(row: Row, column: str) -> Fraction | None:
    """A number or a fraction such as 1/1769."""
    text = row.optional(column)
    try:
        return None if text is None else Fraction(text)
    except ValueError:
        raise row.error(f"{column} is not a number: {text!r}") from None


def _times(units: float, per_unit: Fraction) -> float:
    """Exact, so that 1,769 units of 1/1769 are one."""
    return float(Fraction(units) * per_unit)


def _is_multiple(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-9
