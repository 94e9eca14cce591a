"""Prices of one provider that were read from its own list: one file each, in the packing of the shipped tables."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.dates import earliest_day
from catalog.packed import NOT_KNOWN, PriceSource
from catalog.tables import CatalogError

ON_DEMAND, SPOT, INTERRUPTION = "on_demand", "spot", "interruption"
KINDS = (ON_DEMAND, SPOT, INTERRUPTION)
SUFFIX = ".npz"
ARRAYS: dict[str, type[np.integer[Any]]] = {
    "region": np.int16,
    "type": np.int16,
    "micro_usd": np.int32,
    "band": np.int8,
    "date": np.int8,
    "source": np.int8,
}
_HEAD = "names"
VERSION = 1  # of the file; files of the first releases name none


@dataclass(frozen=True, slots=True)
class PriceFact:
    """One row. micro_usd: millionths of a dollar an hour, 0 in a table of bands. band: 0 to 4, else -1.

    as_of: a date as catalog.dates reads it. source: the key of a PriceSource.
    """

    region: str
    instance_type: str
    as_of: str
    source: str
    micro_usd: int = 0
    band: int = NOT_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RefreshedPrices:
    """One kind of figure of one provider, sorted by region, then type, each pair once.

    refreshed_at: when the provider's list was read, as 2026-11-29T01:05:00Z. regions, types, dates: texts, of which the
    arrays `region`, `type`, `date` hold the places; `source` holds places of `sources`. micro_usd: 0 is unknown.
    is_partial: the list lacks types that are sold in its regions.
    """

    provider: str
    kind: str
    refreshed_at: str
    regions: tuple[str, ...]
    types: tuple[str, ...]
    sources: tuple[PriceSource, ...]
    dates: tuple[str, ...]
    region: NDArray[np.int16]
    type: NDArray[np.int16]
    micro_usd: NDArray[np.int32]
    band: NDArray[np.int8]
    date: NDArray[np.int8]
    source: NDArray[np.int8]
    is_partial: bool = False

    def __len__(self) -> int:
        return len(self.region)

    @property
    def name(self) -> str:
        """Name of the file."""
        return f"{self.provider}-{self.kind}{SUFFIX}"

    @property
    def digest(self) -> bytes:
        """Names the contents."""
        digest = blake2b(repr((self.name, self.refreshed_at, self.sources)).encode(), digest_size=16)
        for texts in (self.regions, self.types, self.dates):
            digest.update("\0".join(texts).encode())
        for name in ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).data)
        return digest.digest()


def refreshed_prices(
    provider: str,
    kind: str,
    facts: Iterable[PriceFact],
    sources: Sequence[PriceSource],
    refreshed_at: str,
    *,
    is_partial: bool = False,
) -> RefreshedPrices:
    """The facts, packed. Raises CatalogError for a pair that appears twice and for a value that does not fit."""
    rows = sorted(facts, key=lambda fact: (fact.region, fact.instance_type))
    regions, types, dates = (
        tuple(sorted(set(texts)))
        for texts in (
            (row.region for row in rows),
            (row.instance_type for row in rows),
            (row.as_of for row in rows),
        )
    )
    places = [
        {text: index for index, text in enumerate(texts)}
        for texts in (regions, types, dates, [source.key for source in sources])
    ]
    try:
        columns: dict[str, list[int]] = {
            "region": [places[0][row.region] for row in rows],
            "type": [places[1][row.instance_type] for row in rows],
            "micro_usd": [row.micro_usd for row in rows],
            "band": [row.band for row in rows],
            "date": [places[2][row.as_of] for row in rows],
            "source": [places[3][row.source] for row in rows],
        }
    except KeyError as error:
        raise CatalogError(f"{provider}-{kind}: no source has the key {error.args[0]!r}") from None
    table = RefreshedPrices(
        provider=provider,
        kind=kind,
        refreshed_at=refreshed_at,
        regions=regions,
        types=types,
        sources=tuple(sources),
        dates=dates,
        **{name: _array(f"{provider}-{kind}", name, values) for name, values in columns.items()},
        is_partial=is_partial,
    )
    _check(table)
    return table


def save_refreshed(folder: Path, prices: RefreshedPrices) -> Path:
    """Write the table into the folder, which is created if missing. A reader sees the old file or the new one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    head = {
        "version": VERSION,
        "provider": prices.provider,
        "kind": prices.kind,
        "refreshed_at": prices.refreshed_at,
        "regions": prices.regions,
        "types": prices.types,
        "sources": [asdict(source) for source in prices.sources],
        "dates": prices.dates,
        "is_partial": prices.is_partial,
    }
    text = json.dumps(head, ensure_ascii=False).encode()
    path = folder / prices.name
    with NamedTemporaryFile(dir=folder, prefix=f".{prices.name}.", delete=False) as file:
        try:
            arrays: dict[str, Any] = {name: getattr(prices, name) for name in ARRAYS}
            np.savez(file, **arrays | {_HEAD: np.frombuffer(text, dtype=np.uint8)})
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return path


def load_refreshed(path: Path) -> RefreshedPrices:
    """Reads and checks a table. Raises CatalogError, which names the file, for one that is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            head = json.loads(file[_HEAD].tobytes())
            _check_version(path.name, int(head.get("version", VERSION)))
            arrays = {name: file[name] for name in ARRAYS}
        table = RefreshedPrices(
            provider=str(head["provider"]),
            kind=str(head["kind"]),
            refreshed_at=str(head["refreshed_at"]),
            regions=tuple(head["regions"]),
            types=tuple(head["types"]),
            sources=tuple(PriceSource(**source) for source in head["sources"]),
            dates=tuple(head["dates"]),
            **arrays,
            is_partial=head.get("is_partial", False) is True,
        )
        _check(table)
    except CatalogError:
        raise
    except Exception as error:  # a damaged archive fails in many ways, in numpy, zipfile and zlib
        raise CatalogError(f"{path.name} cannot be read: {type(error).__name__}") from error
    if table.name != path.name:
        raise CatalogError(f"{path.name} contains the table {table.name}")
    return table


def _check_version(name: str, version: int) -> None:
    if version > VERSION:
        raise CatalogError(f"{name} has version {version}, made by a newer release; this one knows {VERSION}")


def _array(table: str, name: str, values: Sequence[int]) -> NDArray[Any]:
    bounds = np.iinfo(ARRAYS[name])
    if values and not (bounds.min <= min(values) and max(values) <= bounds.max):
        raise CatalogError(f"{table}: {name} does not fit into {bounds.dtype}")
    return np.array(values, dtype=ARRAYS[name])


def _check(table: RefreshedPrices) -> None:
    """Raises CatalogError unless every index has its text and every figure is possible."""

    def refuse(why: str) -> None:
        raise CatalogError(f"{table.name}: {why}")

    if table.kind not in KINDS:
        refuse(f"the kind is none of {', '.join(KINDS)}")
    datetime.fromisoformat(table.refreshed_at)
    for text in table.dates:
        earliest_day(text)
    count = len(table.region)
    sizes = {
        "region": len(table.regions),
        "type": len(table.types),
        "date": len(table.dates),
        "source": len(table.sources),
    }
    for name, dtype in ARRAYS.items():
        array = getattr(table, name)
        if array.dtype != dtype or array.shape != (count,):
            refuse(f"{name} is {array.dtype}{array.shape}, not {count} pairs")
        if name in sizes and count and not (array.min() >= 0 and array.max() < sizes[name]):
            refuse(f"{name} has a place beyond its {sizes[name]} texts")
    codes = table.region.astype(np.int64) * max(len(table.types), 1) + table.type
    if (np.diff(codes) <= 0).any():
        refuse("a pair appears twice, or the pairs are not in order")
    if (table.micro_usd < 0).any() or not np.isin(table.band, range(-1, 5)).all():
        refuse("a price is negative, or a band is not -1 to 4")
    is_missing = table.band < 0 if table.kind == INTERRUPTION else table.micro_usd <= 0
    if is_missing.any():
        refuse("a row has no figure")
