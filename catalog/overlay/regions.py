"""regions.csv of an overlay: own data centres, and other facts about regions of the clouds, such as a PUE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from catalog.facts import Facts
from catalog.load import region_of
from catalog.model import Provider, Region
from catalog.overlay.files import OWN_PROVIDER, REGIONS, OverlayFiles, merged, refuse_twice
from catalog.places import load_places
from catalog.pue import pue_of
from catalog.tables import Row, read_table

CATALOG_COLUMNS = (
    "region", "name", "city", "country", "latitude", "longitude", "iata", "iata_also", "zone", "zone_published",
    "zone_basis", "partition", "status", "launched", "confidence", "note", "source", "as_of",
)  # fmt: skip
COLUMNS = ("provider", *CATALOG_COLUMNS, "pue")
REQUIRED = ("region", "source", "as_of")
INDUSTRY_AVERAGE = "industry average"
PARTITIONS = ("commercial", "gov", "china", "sovereign")
STATUSES = ("available", "limited", "listed", "announced", "retired")
TABLE = "overlay/regions"
_PROVIDER = re.compile(r"[a-z][a-z0-9]{0,29}")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_DEFAULTS = {
    "zone_basis": "operator",
    "partition": "commercial",
    "status": "available",
    "confidence": "high",
}


def with_regions(facts: Facts, files: OverlayFiles, data: Path) -> Facts:
    """The facts with the regions of regions.csv; new ones follow the shipped ones. Raises CatalogError."""
    rows = files.rows(REGIONS, COLUMNS, REQUIRED)
    if not rows:
        return facts
    catalog = facts.catalog
    providers, regions = dict(catalog.providers), {region.key: region for region in catalog.regions}
    line_of_region: dict[tuple[str, ...], int] = {}
    for row in rows:
        provider = provider_of(row, providers)
        refuse_twice(row, (provider.provider, row.required("region")), line_of_region)
        providers[provider.provider] = provider
        region = _region(row, provider, regions, facts, data)
        regions[region.key] = region
    airports = {region.iata for region in regions.values()}
    added = airports - {region.iata for region in catalog.regions}
    changed = replace(catalog, providers=providers, regions=tuple(regions.values()))
    return replace(
        facts,
        catalog=changed,
        names=replace(facts.names, regions=frozenset((r.provider, r.region) for r in changed.regions)),
        places=load_places(data, served=airports) if added else facts.places,
        tables={**facts.tables, TABLE: (len(rows), max(row.text("as_of") for row in rows))},
    )


def provider_of(row: Row, providers: Mapping[str, Provider]) -> Provider:
    """The provider that a row names, by default the operator; one that the catalog lacks has the average PUE."""
    key = row.text("provider") or OWN_PROVIDER
    if key in providers:
        return providers[key]
    if not _PROVIDER.fullmatch(key):
        raise row.error(f"provider must be lower case letters and digits: {key!r}")
    average = next(provider for provider in providers.values() if provider.pue_basis == INDUSTRY_AVERAGE)
    return Provider(
        provider=key,
        name=key,
        pue=average.pue,
        pue_basis=INDUSTRY_AVERAGE,
        source=row.table,
        as_of=row.required("as_of"),
    )


def _region(row: Row, provider: Provider, regions: Mapping[str, Region], facts: Facts, data: Path) -> Region:
    name = row.required("region")
    existing = regions.get(f"{provider.provider}:{name}")
    if existing is None and not _REGION.fullmatch(name):
        raise row.error(f"region must be letters, digits, dots, hyphens and underscores: {name!r}")
    shipped = None if existing is None else _shipped_row(provider.provider, name, data)
    cells = merged(row, shipped, _DEFAULTS | {"name": name})
    region = region_of(cells, facts.zones.keys(), provider, {})
    if existing is not None and not row.text("pue"):
        region = replace(region, pue=existing.pue, pue_basis=existing.pue_basis)
    if row.text("pue"):
        region = replace(region, pue=pue_of(row), pue_basis=row.table)
    _check(region, row, facts)
    return region


def _shipped_row(provider: str, name: str, data: Path) -> Row | None:
    rows = read_table(data, f"{provider}/regions.csv", "region")
    return next((row for row in rows if row.text("region") == name), None)


def _check(region: Region, row: Row, facts: Facts) -> None:
    if not -90 <= region.latitude <= 90:
        raise row.error(f"latitude is not -90 to 90: {region.latitude:g}")
    if not -180 <= region.longitude <= 180:
        raise row.error(f"longitude is not -180 to 180: {region.longitude:g}")
    if region.country not in facts.places.countries:
        raise row.error(f"country is not an ISO 3166 code of two letters: {region.country!r}")
    for code in (region.iata, *region.iata_also):
        if code not in facts.places.airport_codes:
            raise row.error(f"iata: {code!r} is not an airport code; give the nearest large airport")
    for column, value, allowed in (("partition", region.partition, PARTITIONS), ("status", region.status, STATUSES)):
        if value not in allowed:
            raise row.error(f"{column} is not one of {', '.join(allowed)}: {value!r}")
