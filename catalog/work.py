"""How much work one vCPU of a type does, and how far published figures leave that open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carbon import units
from catalog.power import CpuFacts
from catalog.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """index: of one vCPU relative to a Cascade Lake thread, None unknown. low, high: factors on it."""

    index: float | None
    basis: str | None
    low: float = 1.0
    high: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWork:
    """What is published about a family. index: None where the CPU's own index stays and only the range is wider."""

    index: float | None
    basis: str | None
    low: float
    high: float


Families = Mapping[tuple[str, str], FamilyWork]


def load_family_work(table: Table) -> dict[tuple[str, str], FamilyWork]:
    """(provider, family) -> its row of family_work.csv. Raises CatalogError for a range that is none."""
    families = {}
    for row in table:
        low, high, index = row.number("low"), row.number("high"), row.optional_number("index")
        if not 0 < low <= 1 <= high:
            raise row.error(f"{low} to {high} is not a range around 1")
        families[row.required("provider"), row.required("family")] = FamilyWork(
            index=index, basis=None if index is None else row.required("basis"), low=low, high=high
        )
    return families


def work_of(cpu: CpuFacts | None, threads_per_core: int, family: FamilyWork | None) -> Work:
    """The work of one vCPU: what is published about the family, else what follows from its CPU."""
    by_cpu = _work_of_cpu(cpu, threads_per_core)
    if family is None:
        return by_cpu
    if family.index is None:
        return Work(index=by_cpu.index, basis=by_cpu.basis, low=family.low, high=family.high)
    return Work(index=family.index, basis=family.basis, low=family.low, high=family.high)


def _work_of_cpu(cpu: CpuFacts | None, threads_per_core: int) -> Work:
    index = cpu.performance_index(threads_per_core) if cpu else None
    if cpu is None or index is None:
        return Work(index=None, basis=None)
    is_chained = cpu.performance_basis == "estimate" and cpu.cpu_model is not None
    spread = units.WORK_SPREAD_ESTIMATED if is_chained else units.WORK_SPREAD_MEASURED
    low, high = cpu.work_low / spread, cpu.work_high * spread
    if not cpu.counts_cores(threads_per_core):
        return Work(index=index, basis=cpu.performance_basis, low=low, high=high)
    return Work(
        index=index,
        basis="estimate",
        low=low * units.SMT_OFF_SHARE_LOW / units.SMT_OFF_SHARE,
        high=high * units.SMT_OFF_SHARE_HIGH / units.SMT_OFF_SHARE,
    )
