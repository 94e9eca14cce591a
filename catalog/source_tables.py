"""What the names of live sources mean: their fuels and their zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from carbon.mix import Fuel, Role, SourceFuel, SourceFuels
from catalog.tables import DATA, CatalogError, Row, read_table

LARGEST_FACTOR_GCO2E_PER_KWH = 1500.0
KINDS = ("exact", "part", "parent")
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceZone:
    """One name of a source for a zone of ours.

    kind: "exact" the same area, "part" only a part of the zone, "parent" a larger area that the zone lies in.
    confidence: of the pair, "high", "medium" or "low".
    """

    key: str
    zone: str
    kind: str
    confidence: str
    note: str


class SourceTables:
    """Fuels and zones by the name of the source; built by load_source_tables()."""

    def __init__(
        self,
        names: Mapping[str, Mapping[str, tuple[SourceFuel, str]]],
        fuels: Mapping[tuple[str, str], Fuel],
        zones: Mapping[str, tuple[SourceZone, ...]],
    ) -> None:
        """names: source -> name in lower case -> its meaning and the key of its fuel ("" for none).
        fuels: (key, zone) -> the fuel there; zone "" is every zone without a row of its own."""
        self._names = names
        self._fuels = fuels
        self._zones = zones

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source with zones, sorted."""
        return tuple(sorted(self._zones))

    def fuels(self, source: str, zone: str) -> SourceFuels:
        """The source's names, with the factors that hold in the zone. Raises KeyError for a source without names."""
        return MappingProxyType(
            {name: self._in_zone(row, fuel, zone) for name, (row, fuel) in self._names[source].items()}
        )

    def zones(self, source: str) -> tuple[SourceZone, ...]:
        """Every pair of the source, in the table's order; none for a source that the table does not have."""
        return self._zones.get(source, ())

    def keys(self, source: str, zone: str, *, kinds: tuple[str, ...] = ("exact",)) -> tuple[SourceZone, ...]:
        """The source's names for a zone, of these kinds, the surest first; "exact" before "parent" before "part"."""
        pairs = [pair for pair in self.zones(source) if pair.zone == zone and pair.kind in kinds]
        return tuple(sorted(pairs, key=_sureness))

    def _in_zone(self, row: SourceFuel, fuel: str, zone: str) -> SourceFuel:
        if not fuel:
            return row
        return SourceFuel(role=row.role, fuel=self._fuels.get((fuel, zone), self._fuels[fuel, ""]), stores=row.stores)


@cache
def load_source_tables(data: Path = DATA) -> SourceTables:
    """Reads fuel_factors.csv, source_fuels.csv and source_zones.csv. Raises CatalogError, naming file and row."""
    zones = {row.required("zone") for row in read_table(data, "zones.csv", "zone")}
    fuels = _fuels(data, zones)
    names: dict[str, dict[str, tuple[SourceFuel, str]]] = {}
    for row in read_table(data, "source_fuels.csv", "live_source", "name"):
        fuel = row.text("fuel")
        if fuel and (fuel, "") not in fuels:
            raise row.error(f"fuel_factors.csv has no {fuel!r} for every zone")
        if row.text("neighbour") and row.text("neighbour") not in zones:
            raise row.error(f"neighbour {row.text('neighbour')!r} is not in zones.csv")
        names.setdefault(row.required("live_source"), {})[row.required("name").lower()] = (_meaning(row), fuel)
    pairs: dict[str, list[SourceZone]] = {}
    for row in read_table(data, "source_zones.csv", "live_source", "key", "zone"):
        if row.required("zone") not in zones:
            raise row.error(f"zone {row.text('zone')!r} is not in zones.csv")
        pairs.setdefault(row.required("live_source"), []).append(_pair(row))
    return SourceTables(names, fuels, {source: tuple(rows) for source, rows in pairs.items()})


@cache
def exact_zones(source: str, data: Path = DATA) -> Mapping[str, str]:
    """The source's name of each zone that it has exactly and for sure, by our name. Reads source_zones.csv alone."""
    pairs = [_pair(row) for row in read_table(data, "source_zones.csv") if row.required("live_source") == source]
    return MappingProxyType(
        {pair.zone: pair.key for pair in pairs if pair.kind == "exact" and pair.confidence == "high"}
    )


@cache
def surest_names(source: str, data: Path = DATA) -> Mapping[str, SourceZone]:
    """The source's best name of each zone, by our name, without unsure ones. Reads source_zones.csv alone.

    The same area comes before a larger one, a larger one before a part; of several parts the first of the table.
    """
    pairs = [_pair(row) for row in read_table(data, "source_zones.csv") if row.required("live_source") == source]
    names: dict[str, SourceZone] = {}
    for pair in sorted(pairs, key=_sureness):
        if pair.confidence != "low":
            names.setdefault(pair.zone, pair)
    return MappingProxyType(names)


def _sureness(pair: SourceZone) -> tuple[int, int]:
    return (("exact", "parent", "part").index(pair.kind), CONFIDENCES.index(pair.confidence))


def _fuels(data: Path, zones: set[str]) -> dict[tuple[str, str], Fuel]:
    """(fuel, zone) -> its factors; zone "" is every other zone."""
    fuels = {}
    for row in read_table(data, "fuel_factors.csv"):
        zone = row.text("zone")
        if zone and zone not in zones:
            raise row.error(f"zone {zone!r} is not in zones.csv")
        if (row.required("fuel"), zone) in fuels:
            raise row.error(f"{row.text('fuel')} {zone or 'for every zone'} appears twice")
        fuels[row.required("fuel"), zone] = _fuel(row)
    for fuel, _ in fuels:
        if (fuel, "") not in fuels:
            raise CatalogError(f"fuel_factors.csv has {fuel} for single zones only")
    return fuels


def _fuel(row: Row) -> Fuel:
    lifecycle, direct = row.number("lifecycle_gco2e_per_kwh"), row.number("direct_gco2e_per_kwh")
    if not 0 <= direct <= lifecycle <= LARGEST_FACTOR_GCO2E_PER_KWH:
        raise row.error("the direct factor must be 0 or more and at most the lifecycle factor, which is at most 1500")
    if row.number("own_use_mw") < 0:
        raise row.error("own_use_mw is negative")
    return Fuel(
        fuel=row.required("fuel"),
        lifecycle_gco2e_per_kwh=lifecycle,
        direct_gco2e_per_kwh=direct,
        renewable=_flag(row, "renewable"),
        fossil_free=_flag(row, "fossil_free"),
        own_use_mw=row.number("own_use_mw"),
    )


def _meaning(row: Row) -> SourceFuel:
    try:
        role = Role(row.required("role"))
    except ValueError:
        raise row.error(f"role is not one of {', '.join(Role)}: {row.text('role')!r}") from None
    if (role is Role.GENERATION) != bool(row.text("fuel")):
        raise row.error("fuel must be given if the role is generation, and only then")
    if row.text("neighbour") and role is not Role.IMPORT:
        raise row.error("neighbour must be empty unless the role is import")
    return SourceFuel(role=role, neighbour=row.optional("neighbour"), stores=_flag(row, "stores"))


def _pair(row: Row) -> SourceZone:
    for column, allowed in (("kind", KINDS), ("confidence", CONFIDENCES)):
        if row.required(column) not in allowed:
            raise row.error(f"{column} is not one of {', '.join(allowed)}: {row.text(column)!r}")
    return SourceZone(
        key=row.required("key"),
        zone=row.required("zone"),
        kind=row.required("kind"),
        confidence=row.required("confidence"),
        note=row.text("note"),
    )


def _flag(row: Row, column: str) -> bool:
    if row.required(column) not in ("yes", "no"):
        raise row.error(f"{column} is neither yes nor no: {row.text(column)!r}")
    return row.text(column) == "yes"
