"""The power usage effectiveness that providers publish for single regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.model import Region
from catalog.tables import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPue:
    """One region's published figure. pue: facility over IT energy, at least 1. basis: as answers give it."""

    pue: float
    basis: str
    row: Row


def region_pues(table: Table) -> dict[tuple[str, str], RegionPue]:
    """(provider, region) -> the figure that the provider publishes for it. Raises CatalogError for one below 1."""
    return {
        (row.required("provider"), row.required("region")): RegionPue(
            pue=pue_of(row), basis=f"region figure {row.required('as_of')}", row=row
        )
        for row in table
    }


def refuse_unknown(pues: Mapping[tuple[str, str], RegionPue], regions: Sequence[Region]) -> None:
    """Raises CatalogError for a figure of a region that its provider does not have."""
    names = {(region.provider, region.region) for region in regions}
    for (provider, name), pue in pues.items():
        if (provider, name) not in names:
            raise pue.row.error(f"{provider} has no region {name!r}")


def pue_of(row: Row) -> float:
    """The row's `pue`. Raises CatalogError below 1."""
    pue = row.number("pue")
    if pue < 1:
        raise row.error(f"pue is {pue}, below 1")
    return pue
