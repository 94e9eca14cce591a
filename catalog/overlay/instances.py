"""instances.csv of an overlay: own machines with measured watts, and other facts about types of the clouds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from carbon.power import MEASURED_AT, PowerModel
from catalog.columns import TypeColumns
from catalog.facts import Facts
from catalog.load import machine_named, spelled
from catalog.machines import load_machines
from catalog.model import OVERLAY, InstanceType
from catalog.overlay.files import INSTANCES, OWN_PROVIDER, OverlayFiles, merged, refuse_twice
from catalog.parts import Parts
from catalog.price_layers import Key
from catalog.tables import Row, Table, read_table

CATALOG_COLUMNS = (
    "instance_type", "family", "category", "vcpus", "reserved_vcpus", "memory_gb", "cpu_model", "microarchitecture",
    "arch", "threads_per_core", "burstable", "baseline_utilization", "accelerator", "accelerator_count",
    "local_storage_gb", "local_storage_kind", "host_vcpus", "host_sockets", "embodied_kgco2e", "not_modelled", "note",
    "source", "as_of",
)  # fmt: skip
WATTS = tuple(f"watts_{share * 100:.0f}" for share in MEASURED_AT)
COLUMNS = ("provider", *CATALOG_COLUMNS, *WATTS, "regions")
REQUIRED = ("instance_type", "source", "as_of")
CATEGORIES = (
    "general", "compute", "memory", "storage", "accelerated", "hpc", "fpga", "media", "mac", "other",
)  # fmt: skip
MOST_WATTS = 100_000.0
TABLE = "overlay/instances"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class OwnTypes:
    """The facts with the types of an overlay, and the pairs (region, type) in which it says that they are on offer."""

    facts: Facts
    pairs: tuple[tuple[Key, Key], ...]


def with_instances(facts: Facts, files: OverlayFiles, data: Path) -> OwnTypes:
    """New types follow the shipped ones. Raises CatalogError."""
    rows = files.rows(INSTANCES, COLUMNS, REQUIRED)
    if not rows:
        return OwnTypes(facts, ())
    catalog = facts.catalog
    types, index = list(catalog.types), {name: dict(places) for name, places in catalog.type_index.items()}
    line_of_type: dict[tuple[str, ...], int] = {}
    pairs: list[tuple[Key, Key]] = []
    spellings: dict[Key, str] = {}
    for row in rows:
        provider = row.text("provider") or OWN_PROVIDER
        refuse_twice(row, (provider, row.required("instance_type").lower()), line_of_type)
        if provider not in catalog.providers:
            raise row.error(f"provider {provider!r} has no region in regions.csv")
        places = index.setdefault(provider, {})
        place = places.get(spelled(provider, row.required("instance_type")))
        instance = _instance(row, provider, None if place is None else types[place], facts, data)
        if place is None:
            places[spelled(provider, instance.instance_type)] = len(types)
            types.append(instance)
        else:
            types[place] = instance
        spellings[provider, instance.instance_type.lower()] = instance.instance_type
        pairs += _pairs(row, provider, instance, facts, is_new=place is None)
    changed = tuple(types)
    services = replace(catalog.services, machine=lambda provider, name: machine_named(changed, index, provider, name))
    return OwnTypes(
        replace(
            facts,
            catalog=replace(catalog, types=changed, type_index=index, services=services),
            columns=TypeColumns.of(changed),
            names=replace(facts.names, types={**facts.names.types, **spellings}),
            tables={**facts.tables, TABLE: (len(rows), max(row.text("as_of") for row in rows))},
        ),
        tuple(pairs),
    )


def _instance(row: Row, provider: str, existing: InstanceType | None, facts: Facts, data: Path) -> InstanceType:
    name = row.required("instance_type") if existing is None else existing.instance_type
    if existing is None and not _NAME.fullmatch(name):
        raise row.error(f"instance_type must be letters, digits, dots, hyphens and underscores: {name!r}")
    shipped = None if existing is None else _shipped_row(provider, name, data)
    cells = merged(row, shipped, {"family": name.partition(".")[0], "category": "general"})
    vcpus = cells.cells["reserved_vcpus"] or cells.cells["vcpus"]
    parts, about = facts.catalog.parts, facts.catalog.type_facts
    own = {"reserved_vcpus": vcpus, "instance_type": name, "cpu_model": _cpu_model(row, cells, parts)}
    cells = replace(cells, cells=cells.cells | own)
    (instance,) = load_machines(provider, Table(name=row.table, rows=(cells,)), parts.cpus, parts.accelerators, about)
    watts = _watts(row)
    if watts is not None:
        instance = replace(instance, power=PowerModel.measured(watts, row.table), not_modelled=None)
    _check(instance, row)
    return instance


def _cpu_model(row: Row, cells: Row, parts: Parts) -> str:
    """The catalog's name of the CPU, which the row may give with its maker and in any case; empty if it gives none."""
    name = cells.cells["cpu_model"]
    if not name or name in parts.cpus:
        return name
    model = parts.cpu_model(name)
    if model is None:
        nearest = ", ".join(parts.nearest_cpus(name)) or "none"
        raise row.error(f"cpu_model {name!r} is not known; similar ones: {nearest}")
    return model


def _shipped_row(provider: str, name: str, data: Path) -> Row | None:
    path = f"{provider}/instances.csv"
    if not (data / path).exists():
        return None
    return next((row for row in read_table(data, path) if row.text("instance_type") == name), None)


def _watts(row: Row) -> tuple[float, ...] | None:
    """The measured watts at the loads of MEASURED_AT; None where the row has none."""
    if not any(row.text(column) for column in WATTS):
        return None
    watts = tuple(row.number(column) for column in WATTS)
    for column, value, before in zip(WATTS, watts, (0.0, *watts), strict=False):
        if not before <= value <= MOST_WATTS:
            raise row.error(f"{column} is below the one before it, or not 0 to {MOST_WATTS:g}: {value:g}")
    if watts[-1] <= 0:
        raise row.error(f"{WATTS[-1]} is not above 0")
    return watts


def _check(instance: InstanceType, row: Row) -> None:
    if instance.vcpus is None or instance.vcpus <= 0:
        raise row.error("vcpus is empty or not above 0")
    if instance.memory_gb is None or instance.memory_gb <= 0:
        raise row.error("memory_gb is empty or not above 0")
    if instance.category not in CATEGORIES:
        raise row.error(f"category is not one of {', '.join(CATEGORIES)}: {instance.category!r}")
    if instance.arch not in (None, "arm64", "x86_64"):
        raise row.error(f"arch is neither arm64 nor x86_64: {instance.arch!r}")
    if instance.embodied_kgco2e is not None and instance.embodied_kgco2e < 0:
        raise row.error("embodied_kgco2e is negative")
    if instance.power is None:
        raise row.error(f"{WATTS[0]} to {WATTS[-1]} are empty, and so is cpu_model: the power cannot be known")


def _pairs(row: Row, provider: str, instance: InstanceType, facts: Facts, *, is_new: bool) -> Iterator[tuple[Key, Key]]:
    """Where the row says that the type is on offer: its regions, else all those of its provider for a new type."""
    regions = [region for region in facts.catalog.regions if region.provider == provider]
    own = [region.region for region in regions]
    names = row.text("regions").split()
    if unknown := [name for name in names if name not in own]:
        raise row.error(f"regions: {provider} has no region {unknown[0]!r}")
    is_of_cloud = any(
        region.provider == provider and not region.source.startswith(OVERLAY) for region in facts.catalog.regions
    )
    if not names and is_new and not is_of_cloud:
        names = own
    return (((provider, name), (provider, instance.instance_type)) for name in names)
