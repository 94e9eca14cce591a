"""What an overlay changes: each fact before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from carbon.power import PowerCurve
from catalog.facts import Facts
from catalog.model import InstanceType, Region, Zone
from catalog.packed import MICRO_USD, PackedPrices

V = TypeVar("V")
ABSENT = "-"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact. kind: zone, region, instance_type, price, policy or node. before, after: "-" where there is none."""

    kind: str
    name: str
    before: str
    after: str


def changes(before: Facts, after: Facts) -> Iterator[Change]:
    """Every fact that differs, by kind and in the order of the tables."""
    yield from _of("zone", before.zones, after.zones, _zone)
    yield from _of("region", _regions(before), _regions(after), _region)
    yield from _of("instance_type", _types(before), _types(after), _type)
    yield from _prices(before.prices, after.prices)
    for rule in after.policy.rules:
        yield Change("policy", rule.name, ABSENT, rule.in_words)
    for name, region in (*after.nodes.names.items(), *after.nodes.patterns):
        yield Change("node", name, ABSENT, region)


def _of(kind: str, before: Mapping[str, V], after: Mapping[str, V], text: Callable[[V], str]) -> Iterator[Change]:
    for name, value in after.items():
        if name not in before:
            yield Change(kind, name, ABSENT, text(value))
        elif before[name] is not value and before[name] != value:
            yield Change(kind, name, text(before[name]), text(value))


def _zone(zone: Zone) -> str:
    level = "no figure" if zone.gco2e_per_kwh is None else f"{zone.gco2e_per_kwh:g} g/kWh"
    return f"{level}, {zone.basis}-based, profile {zone.profile_basis}"


def _regions(facts: Facts) -> dict[str, Region]:
    return {region.key: region for region in facts.catalog.regions}


def _region(region: Region) -> str:
    return f"zone {region.zone}, PUE {region.pue:g}, {region.status}, {region.city}, {region.country}"


def _types(facts: Facts) -> dict[str, InstanceType]:
    return {f"{instance.provider}:{instance.instance_type}": instance for instance in facts.catalog.types}


def _type(instance: InstanceType) -> str:
    size = f"{instance.vcpus or 0:g} vCPUs, {instance.memory_gb or 0:g} GB"
    if instance.power is None:
        return f"{size}, power not known"
    idle, full = (instance.power.draw(load, load, PowerCurve.CONCAVE).it_w for load in (0.0, 1.0))
    return f"{size}, {idle:.4g} to {full:.4g} W"


def _prices(before: PackedPrices, after: PackedPrices) -> Iterator[Change]:
    if before is after:
        return
    for column, purchase in (("on_demand_micro_usd", "on demand"), ("spot_micro_usd", "spot")):
        old, new = _by_pair(before, column), _by_pair(after, column)
        for pair, usd in new.items():
            if old.get(pair) != usd:
                provider, region, name = pair
                yield Change("price", f"{provider}:{region} {name} {purchase}", _usd(old.get(pair)), _usd(usd))


def _usd(micro: int | None) -> str:
    return f"{micro / MICRO_USD:g} USD/h" if micro else ABSENT


def _by_pair(prices: PackedPrices, column: str) -> dict[tuple[str, str, str], int]:
    priced = np.flatnonzero(prices.columns[column] > 0)
    columns = (prices.columns[name][priced].tolist() for name in ("region", "type", column))
    return {
        (*prices.regions[region], prices.types[kind][1]): micro for region, kind, micro in zip(*columns, strict=True)
    }
