"""Refreshed prices of services over the shipped ones: a table says all there is of the regions it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

from catalog.dates import earliest_day
from catalog.facts import Facts
from catalog.packed import PriceSource
from catalog.service_offers import load_service_offers
from catalog.tables import DATA, CatalogError, Row, Table, read_table

RATES, CLASSES = "service_rates.csv", "rds_prices.csv"
SUFFIXES = (f"-{RATES}", f"-{CLASSES}")
_REGIONS = "regions"


def load_service_table(path: Path) -> Table:
    """A table of service rates or of database classes. Raises CatalogError, which names the file, for a wrong one."""
    try:
        table = read_table(path.parent, path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path.name} cannot be read: {type(error).__name__}") from error
    for row in table:
        try:
            earliest_day(row.required("as_of"))
        except ValueError:
            raise row.error(f"as_of is not a date: {row.text('as_of')!r}") from None
        row.required(_REGIONS)
    return table


def with_service_tables(facts: Facts, tables: Mapping[str, Table], data: Path = DATA) -> Facts:
    """The facts with these tables, by name of their file; what names an unknown region or source is left out.

    data: the shipped tables.
    """
    if not tables:
        return facts
    more = read_table(data, "refreshed_sources.csv", "key")
    sources = Table(name="price_sources.csv", rows=(*read_table(data, "price_sources.csv", "key"), *more))
    keys = {row.text("key") for row in sources}

    def added(name: str) -> list[Row]:
        rows = (row for file, table in tables.items() if file.endswith(name) for row in table)
        return [row for row in (_in_catalog(row, facts, keys) for row in rows) if row is not None]

    rates = _layered(read_table(data, RATES), added(RATES))
    classes = _layered(read_table(data, f"aws/{CLASSES}"), added(CLASSES))
    region_index = {(region.provider, region.region): i for i, region in enumerate(facts.catalog.regions)}
    offers = load_service_offers(
        read_table(data, "aws/service_regions.csv", "service"), rates, classes, sources, region_index
    )
    present = {source.key for source in facts.prices.sources}
    new = tuple(_source(row) for row in more if row.text("key") not in present)
    states = {"service_rates": rates, "aws/rds_prices": classes}
    return replace(
        facts,
        catalog=replace(facts.catalog, service_offers=offers),
        prices=replace(facts.prices, sources=(*facts.prices.sources, *new)),
        tables={**facts.tables, **{name: (len(table.rows), table.as_of) for name, table in states.items()}},
    )


def _in_catalog(row: Row, facts: Facts, sources: Set[str]) -> Row | None:
    """The row with those of its regions that the catalog has; None without any, or without a known source."""
    provider, _ = _service(row)
    regions = [name for name in row.text(_REGIONS).split() if (provider, name) in facts.names.regions]
    if not regions or row.text("source") not in sources:
        return None
    return replace(row, cells={**row.cells, _REGIONS: " ".join(regions)})


def _layered(shipped: Table, added: Sequence[Row]) -> Table:
    """The shipped rows without the regions that an added row names for the same service, and the added rows."""
    regions: dict[tuple[str, str], set[str]] = {}
    for row in added:
        regions.setdefault(_service(row), set()).update(row.text(_REGIONS).split())
    return Table(name=shipped.name, rows=(*_without(shipped, regions), *added))


def _without(table: Table, regions_by_service: Mapping[tuple[str, str], set[str]]) -> Iterator[Row]:
    for row in table:
        replaced = regions_by_service.get(_service(row), set())
        regions = [region for region in row.text(_REGIONS).split() if region not in replaced]
        if regions:
            yield replace(row, cells={**row.cells, _REGIONS: " ".join(regions)})


def _service(row: Row) -> tuple[str, str]:
    """What a row prices: a service, or the database classes of AWS."""
    return row.cells.get("provider", "aws"), row.cells.get("service", "rds")


def _source(row: Row) -> PriceSource:
    return PriceSource(
        key=row.required("key"),
        what=row.required("what"),
        source=row.required("source"),
        licence=row.text("licence"),
        as_of=row.required("as_of"),
        is_estimate=row.text("is_estimate") == "yes",
        note=row.text("note"),
    )
