"""Further price tables laid over the packed ones: a later table replaces what an earlier one says of a pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.dates import earliest_day
from catalog.discounts import ESTIMATE
from catalog.packed import COLUMNS, NOT_KNOWN, PackedPrices, PriceSource
from catalog.refreshed import INTERRUPTION, ON_DEMAND, SPOT, RefreshedPrices
from catalog.tables import CatalogError

Key = tuple[str, str]  # provider, and the id of a region or the name of a type
# Where the figures of a kind stand: figure, date, source.
_PLACES: Mapping[str, tuple[str, str | None, str | None]] = {
    ON_DEMAND: ("on_demand_micro_usd", "on_demand_date", "on_demand_source"),
    SPOT: ("spot_micro_usd", "spot_date", "spot_source"),
    INTERRUPTION: ("interruption_band", None, None),
}
_EMPTY = {name: 0 if name.endswith("micro_usd") else NOT_KNOWN for name in COLUMNS}
# Indexes of dates and sources outgrow a byte once tables of several days are combined.
_DTYPES = {name: np.int16 if dtype is np.int8 else dtype for name, dtype in COLUMNS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogNames:
    """What the catalog knows: regions, and types by (provider, name in lower case) -> the name as it spells it."""

    regions: frozenset[Key]
    types: Mapping[Key, str]


@dataclass(frozen=True, slots=True, eq=False)
class _TableCodes:
    """A table's pairs as codes of the combined names. rows: which of its rows they are."""

    table: RefreshedPrices
    codes: NDArray[np.int64]
    rows: NDArray[np.intp]


class _Names:
    """Texts in order of their first appearance, by their place."""

    def __init__(self, names: Iterable[Any]) -> None:
        self.places: dict[Any, int] = {name: place for place, name in enumerate(names)}

    def place(self, name: Any) -> int:
        return self.places.setdefault(name, len(self.places))


def with_tables(
    packed: PackedPrices,
    tables: Sequence[RefreshedPrices],
    names: CatalogNames,
    *,
    pairs: Iterable[tuple[Key, Key]] = (),
    whole_regions: bool,
) -> PackedPrices:
    """The packed prices with those of the tables over them, in their order.

    pairs: (region, type) that are on offer without a price. whole_regions: a table that is not partial says all there
    is of the regions it names, so that an earlier figure of its kind for another pair of such a region no longer holds.
    """
    pairs = list(pairs)
    if not tables and not pairs:
        return packed
    regions, types = _Names(packed.regions), _Names(packed.types)
    indexes = [(table, *_indexes(table, names, regions, types)) for table in tables]
    offered = [(regions.place(region), types.place(kind)) for region, kind in pairs]
    width = len(types.places)
    if max(width, len(regions.places)) > np.iinfo(np.int16).max:
        raise CatalogError("there are more than 32,767 types or regions")
    base = packed.columns["region"].astype(np.int64) * width + packed.columns["type"]
    coded = [_table_codes(table, region, kind, width) for table, region, kind in indexes]
    own = np.array([region * width + kind for region, kind in offered], dtype=np.int64)
    codes = _distinct(np.concatenate([base, own, *(each.codes for each in coded)]))
    columns: dict[str, NDArray[Any]] = {
        name: np.full(len(codes), _EMPTY[name], dtype=dtype) for name, dtype in _DTYPES.items()
    }
    columns["region"][:], columns["type"][:] = codes // width, codes % width
    at = np.searchsorted(codes, base)
    for name in COLUMNS.keys() - {"region", "type"}:
        columns[name][at] = packed.columns[name]
    dates, sources = _Names(text for text, _ in packed.dates), _Names(packed.sources)
    for each, (_, region, _kind) in zip(coded, indexes, strict=True):
        whole = region if whole_regions and not each.table.is_partial else None
        _write(columns, codes, each, whole, dates, sources)
    return PackedPrices(
        regions=tuple(regions.places),
        types=tuple(types.places),
        sources=tuple(sources.places),
        dates=tuple((text, earliest_day(text)) for text in dates.places),
        tables=_table_states(packed, tables, columns, tuple(regions.places), tuple(dates.places)),
        interruption_source=packed.interruption_source,
        interruption_as_of=_newest_band(packed, tables),
        columns=columns,
    )


def with_shares(packed: PackedPrices, column: str, shares: NDArray[np.float64], source: PriceSource) -> PackedPrices:
    """The prices of a kind, ON_DEMAND or SPOT, times a share each; those that change are from the source.

    A price that is itself an estimate stays one: its source is then the same with is_estimate.
    """
    figure, _, source_column = _PLACES[column]
    if source_column is None:
        raise ValueError(f"{column} is not a price")
    before = packed.columns[figure]
    after = np.rint(before * shares).astype(before.dtype)
    changed = (before > 0) & (shares < 1)
    estimate = replace(source, key=f"{source.key}{ESTIMATE}", is_estimate=True)
    sources = tuple(dict.fromkeys((*packed.sources, source, estimate)))
    is_estimate = np.array([each.is_estimate for each in packed.sources])
    of = packed.columns[source_column].astype(np.int16)
    of[changed] = np.where(is_estimate[of[changed]], sources.index(estimate), sources.index(source))
    # A millionth of a dollar is the least price that is known.
    columns = {**packed.columns, figure: np.where(changed, np.maximum(after, 1), before), source_column: of}
    return replace(packed, sources=sources, columns=columns)


def _indexes(
    table: RefreshedPrices, names: CatalogNames, regions: _Names, types: _Names
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Place of each of the table's regions and types among the combined names; -1 where the catalog lacks it."""
    provider = table.provider
    region = [
        regions.place((provider, name)) if (provider, name) in names.regions else NOT_KNOWN for name in table.regions
    ]
    spelled = [names.types.get((provider, name.lower())) for name in table.types]
    kind = [NOT_KNOWN if name is None else types.place((provider, name)) for name in spelled]
    return np.array(region, dtype=np.int64), np.array(kind, dtype=np.int64)


def _table_codes(table: RefreshedPrices, region: NDArray[np.int64], kind: NDArray[np.int64], width: int) -> _TableCodes:
    if not len(table):
        return _TableCodes(table, np.empty(0, np.int64), np.empty(0, np.intp))
    at_region, at_type = region[table.region], kind[table.type]
    rows = np.flatnonzero((at_region >= 0) & (at_type >= 0))
    codes = at_region[rows] * width + at_type[rows]
    codes, first = np.unique(codes, return_index=True)  # two spellings of a type: the first one counts
    return _TableCodes(table, codes, rows[first])


def _distinct(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """In ascending order, each once; faster than np.unique, which hashes."""
    ordered = np.sort(codes)
    return ordered[np.append(True, np.diff(ordered) > 0)] if len(ordered) else ordered


def _write(
    columns: dict[str, NDArray[Any]],
    codes: NDArray[np.int64],
    pairs: _TableCodes,
    whole_regions: NDArray[np.int64] | None,
    dates: _Names,
    sources: _Names,
) -> None:
    """Put a table's figures into the columns; those of its kind in `whole_regions` are removed before.

    Bands are removed everywhere: they are all of one provider and have one date, which must not be that of older ones.
    """
    table, (figure, date, source) = pairs.table, _PLACES[pairs.table.kind]
    names = [name for name in (figure, date, source) if name is not None]
    if whole_regions is not None and len(pairs.rows):
        regions = np.unique(whole_regions[table.region[pairs.rows]])
        of_regions = np.isin(columns["region"], regions) | (table.kind == INTERRUPTION)
        for name in names:
            columns[name][of_regions] = _EMPTY[name]
    at = np.searchsorted(codes, pairs.codes)
    columns[figure][at] = (table.band if table.kind == INTERRUPTION else table.micro_usd)[pairs.rows]
    if date is not None and source is not None and len(at):
        date_places = np.array([dates.place(text) for text in table.dates], dtype=np.int16)
        source_places = np.array([sources.place(each) for each in table.sources], dtype=np.int16)
        columns[date][at] = date_places[table.date[pairs.rows]]
        columns[source][at] = source_places[table.source[pairs.rows]]


def _newest_band(packed: PackedPrices, tables: Sequence[RefreshedPrices]) -> str:
    newest = [max(table.dates, key=earliest_day) for table in tables if table.kind == INTERRUPTION and len(table)]
    return max(newest, key=earliest_day) if newest else packed.interruption_as_of


def _table_states(
    packed: PackedPrices,
    tables: Sequence[RefreshedPrices],
    columns: Mapping[str, NDArray[Any]],
    regions: tuple[Key, ...],
    dates: tuple[str, ...],
) -> dict[str, tuple[int, str]]:
    """Table -> its rows and newest date, those of the providers of `tables` counted anew."""
    states = dict(packed.tables)
    providers = np.array([provider for provider, _ in regions])
    counts = np.bincount(columns["region"], minlength=len(regions))
    for provider in dict.fromkeys(table.provider for table in tables):
        of_provider = providers == provider
        own = of_provider[columns["region"]]
        places = {
            int(i) for name in ("on_demand_date", "spot_date") for i in np.unique(columns[name][own]) if i != NOT_KNOWN
        }
        if places:
            newest = max((dates[index] for index in places), key=earliest_day)
            states[f"{provider}/prices"] = (int(counts[of_provider].sum()), newest)
    return states
