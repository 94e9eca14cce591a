"""The catalog's tables, read once at start into values; a wrong row is refused with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.ci_runners import Runners, load_runners
from catalog.generic import GenericCpus
from catalog.machines import TypeFacts, load_accelerators, load_cpus, load_machines
from catalog.model import InstanceType, Provider, Region
from catalog.packed import PackedPrices, load_packed
from catalog.parts import Parts
from catalog.power import CpuFacts
from catalog.pue import RegionPue, pue_of, refuse_unknown, region_pues
from catalog.service_offers import ServiceOffers, load_service_offers
from catalog.services import Services, load_services
from catalog.tables import DATA, CatalogError, Row, Table, read_table
from catalog.work import load_family_work

# What every name of a provider's types begins with, so that callers leave it out: D2s_v3 for Standard_D2s_v3.
OMITTED_PREFIXES = {"azure": "Standard_", "alibaba": "ecs."}


def short_names(provider: str, name: str) -> tuple[str, ...]:
    """The name without its provider's usual beginning; none where it does not begin so."""
    prefix = OMITTED_PREFIXES.get(provider)
    return (name.removeprefix(prefix),) if prefix and name.startswith(prefix) else ()


def spelled(provider: str, name: str) -> str:
    """A name as Catalog.type_index has it. Microsoft writes its sizes with spaces too (D2s v3)."""
    return name.lower().replace(" ", "_") if provider == "azure" else name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferIndexes:
    """Which type exists in which region: two columns of equal length, sorted by region, then type.

    region: index into Catalog.regions. type: index into Catalog.types.
    """

    region: NDArray[np.int16]
    type: NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything the clouds offer that this project knows of.

    regions, types: in the order the offers count them; type_index: provider -> name or other spelling in lower case ->
    index.
    service_offers: where services are sold and for how much.
    tables: table -> (rows, newest date in it).
    parts: what machines are made of. type_facts: what the tables about families and single types say.
    ci_runners: the machines of CI services.
    """

    providers: Mapping[str, Provider]
    regions: tuple[Region, ...]
    types: tuple[InstanceType, ...]
    type_index: Mapping[str, Mapping[str, int]]
    offers: OfferIndexes
    services: Services
    service_offers: ServiceOffers
    tables: Mapping[str, tuple[int, str]]
    parts: Parts
    type_facts: TypeFacts
    ci_runners: Runners

    def find_type(self, provider: str, name: str) -> InstanceType | None:
        """The machine type or service of this name, in any case; None where the catalog has none."""
        index = self.type_index.get(provider, {}).get(spelled(provider, name))
        if index is not None:
            return self.types[index]
        return self.services.service_type(provider, name)

    def has_offers_of(self, other: Catalog) -> bool:
        """Whether the same is on offer in both, machines as well as services."""
        return (
            self.types == other.types
            and self.regions == other.regions
            and self.services == other.services
            and self.service_offers == other.service_offers
            and np.array_equal(self.offers.region, other.offers.region)
            and np.array_equal(self.offers.type, other.offers.type)
        )


def load_catalog(data: Path = DATA) -> Catalog:
    """Reads every table below `data`. Raises CatalogError, naming file and row, for the first wrong one."""
    tables: dict[str, tuple[int, str]] = {}

    def table(name: str, *key: str) -> Table:
        read = read_table(data, name, *key)
        tables[name.removesuffix(".csv")] = (len(read.rows), read.as_of)
        return read

    providers = {row.required("provider"): _provider(row) for row in table("providers.csv", "provider")}
    zones = {row.required("zone") for row in read_table(data, "zones.csv", "zone")}
    pues = region_pues(table("region_pue.csv", "provider", "region"))
    regions = _regions({name: table(f"{name}/regions.csv", "region") for name in providers}, zones, providers, pues)
    cpus = load_cpus(table("cpus.csv", "cpu_model"), table("microarchitectures.csv", "microarchitecture"))
    accelerators = load_accelerators(table("accelerators.csv", "accelerator"))
    selling = [provider for provider in providers if (data / provider / "instances.csv").exists()]
    about = _type_facts(table, cpus)
    instances = {provider: table(f"{provider}/instances.csv", "instance_type") for provider in selling}
    types = tuple(
        instance
        for provider, rows in instances.items()
        for instance in load_machines(provider, rows, cpus, accelerators, about)
    )
    type_index = _type_index(types, table("type_aliases.csv", "provider", "alias"))

    services = load_services(
        table("services.csv", "provider", "template"),
        table("service_sizes.csv", "provider", "service", "vcpus", "min_memory_gb"),
        cpus,
        lambda provider, name: machine_named(types, type_index, provider, name),
    )
    region_index = {(region.provider, region.region): i for i, region in enumerate(regions)}
    packed = load_packed(data / "packed")
    tables |= packed.tables
    return Catalog(
        providers=providers,
        regions=regions,
        types=types,
        type_index=type_index,
        offers=_offers(packed, region_index, type_index),
        services=services,
        service_offers=_service_offers(table, data, region_index),
        tables=tables,
        parts=Parts(cpus=cpus, accelerators=accelerators, generic=about.generic_cpus),
        type_facts=about,
        ci_runners=load_runners(table("ci_runners.csv"), {region.key for region in regions}, set(accelerators)),
    )


def _service_offers(
    table: Callable[..., Table], data: Path, region_index: Mapping[tuple[str, str], int]
) -> ServiceOffers:
    """Where services are sold and for how much. table: reads one by name and key columns."""
    return load_service_offers(
        table("aws/service_regions.csv", "service"),
        table("service_rates.csv"),
        table("aws/rds_prices.csv", "instance_type", "regions"),
        read_table(data, "price_sources.csv", "key"),
        region_index,
    )


def _type_facts(table: Callable[..., Table], cpus: Mapping[str, CpuFacts]) -> TypeFacts:
    """What the tables about families and single types say. table: reads one by name and key columns."""
    return TypeFacts(
        shared_vcpus={(row.required("provider"), row.required("family")) for row in table("shared_vcpus.csv")},
        family_work=load_family_work(table("family_work.csv", "provider", "family")),
        generic_cpus=GenericCpus(table("provider_cpus.csv", "provider", "types"), cpus),
        retired_on={
            (row.required("provider"), row.required("instance_type")): row.required("retired_on")
            for row in table("retirements.csv", "provider", "instance_type")
        },
    )


def _provider(row: Row) -> Provider:
    return Provider(
        provider=row.required("provider"),
        name=row.required("name"),
        pue=pue_of(row),
        pue_basis=row.required("pue_basis"),
        source=row.required("source"),
        as_of=row.required("as_of"),
    )


def _regions(
    tables: Mapping[str, Table],
    zones: set[str],
    providers: Mapping[str, Provider],
    pues: Mapping[tuple[str, str], RegionPue],
) -> tuple[Region, ...]:
    regions = tuple(region_of(row, zones, providers[name], pues) for name, rows in tables.items() for row in rows)
    refuse_unknown(pues, regions)
    return regions


def region_of(
    row: Row, zones: Collection[str], provider: Provider, pues: Mapping[tuple[str, str], RegionPue]
) -> Region:
    """The region of a row of regions.csv. Raises CatalogError."""
    for column in ("zone", "zone_published"):
        if row.text(column) and row.text(column) not in zones:
            raise row.error(f"{column} {row.text(column)!r} is not in zones.csv")
    launched = row.optional_number("launched")
    own_pue = pues.get((provider.provider, row.required("region")))
    return Region(
        provider=provider.provider,
        region=row.required("region"),
        name=row.required("name"),
        city=row.required("city"),
        country=row.required("country"),
        latitude=row.number("latitude"),
        longitude=row.number("longitude"),
        iata=row.required("iata"),
        iata_also=tuple(row.text("iata_also").split()),
        zone=row.required("zone"),
        zone_published=row.optional("zone_published"),
        zone_basis=row.required("zone_basis"),
        partition=row.required("partition"),
        status=row.required("status"),
        launched=None if launched is None else int(launched),
        confidence=row.required("confidence"),
        pue=own_pue.pue if own_pue else provider.pue,
        pue_basis=own_pue.basis if own_pue else provider.pue_basis,
        note=row.text("note"),
        source=row.required("source"),
        as_of=row.required("as_of"),
    )


def machine_named(
    types: tuple[InstanceType, ...], type_index: Mapping[str, Mapping[str, int]], provider: str, name: str
) -> InstanceType | None:
    """The machine type of this name, in any case; None where there is none."""
    index = type_index.get(provider, {}).get(name.lower())
    return None if index is None else types[index]


def _type_index(types: Sequence[InstanceType], aliases: Table) -> dict[str, dict[str, int]]:
    """Provider -> name in lower case, or another spelling of it, such as one without its prefix -> place in `types`."""
    indexes: dict[str, dict[str, int]] = {}
    for index, instance in enumerate(types):
        indexes.setdefault(instance.provider, {})[instance.instance_type.lower()] = index
    for row in aliases:
        names, canonical = indexes.get(row.required("provider"), {}), row.required("canonical").lower()
        if canonical not in names:
            raise row.error(f"{row.text('canonical')!r} is not an instance type of {row.text('provider')}")
        names[row.required("alias").lower()] = names[canonical]
    for provider, names in indexes.items():
        for name, index in [*names.items()]:
            prefix = OMITTED_PREFIXES.get(provider, "").lower()
            if prefix and name.startswith(prefix):
                names.setdefault(name.removeprefix(prefix), index)
    return indexes


def offer_indexes(
    packed: PackedPrices, regions: Sequence[Region], type_index: Mapping[str, Mapping[str, int]]
) -> OfferIndexes:
    """The pairs of the price tables: a type is on offer where a price list names it."""
    region_index = {(region.provider, region.region): index for index, region in enumerate(regions)}
    return _offers(packed, region_index, type_index)


def _offers(
    packed: PackedPrices,
    region_index: Mapping[tuple[str, str], int],
    type_index: Mapping[str, Mapping[str, int]],
) -> OfferIndexes:
    """As offer_indexes. region_index: (provider, region) -> place."""
    try:
        regions = np.array([region_index[key] for key in packed.regions], dtype=np.int16)
        types = np.array([type_index[provider][name.lower()] for provider, name in packed.types], dtype=np.int16)
    except KeyError as error:
        raise CatalogError(f"prices contain {error.args[0]!r}, which is not in the catalog") from None
    region, kind = regions[packed.columns["region"]], types[packed.columns["type"]]
    order = np.lexsort((kind, region))
    return OfferIndexes(region=region[order], type=kind[order])
