"""The price tables as arrays on disk: what tools/pack_prices.py writes and the service maps into memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.tables import CatalogError

PACKED = Path(__file__).resolve().parent / "data" / "packed"
NAMES = "names.json"
# Money is kept in whole millionths of a dollar, the finest step any source uses, so that no price is rounded.
MICRO_USD = 1_000_000
NOT_KNOWN = -1

# One array a column, each with an entry a pair (region, type). A price of 0 is unknown, as is an index or band of -1.
COLUMNS: Mapping[str, type[np.integer[Any]]] = {
    "region": np.int16,
    "type": np.int16,
    "on_demand_micro_usd": np.int32,
    "spot_micro_usd": np.int32,
    "on_demand_date": np.int8,
    "spot_date": np.int8,
    "on_demand_source": np.int8,
    "spot_source": np.int8,
    "interruption_band": np.int8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSource:
    """The source of a figure; `as_of` is the newest date of its figures. is_estimate: computed, not published."""

    key: str
    what: str
    source: str
    licence: str
    as_of: str
    is_estimate: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedPrices:
    """Every priced pair, sorted by region, then type, as indexes into `regions` and `types`.

    regions: (provider, region). types: (provider, instance_type). dates: (text, earliest day it can mean in days since
    1970-01-01). tables: table -> (rows, newest date). interruption_source, interruption_as_of: of all bands.
    """

    regions: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    sources: tuple[PriceSource, ...]
    dates: tuple[tuple[str, int], ...]
    tables: Mapping[str, tuple[int, str]]
    interruption_source: str
    interruption_as_of: str
    columns: Mapping[str, NDArray[np.integer[Any]]]


def load_packed(folder: Path = PACKED) -> PackedPrices:
    """Maps the arrays read-only, so that forked workers share their pages. Raises CatalogError for a wrong one."""
    try:
        names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        columns = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in COLUMNS}
    except (OSError, ValueError) as error:
        raise CatalogError(f"packed prices cannot be read: {error}") from error
    for name, array in columns.items():
        if array.dtype != COLUMNS[name] or array.shape != (names["pairs"],):
            raise CatalogError(f"packed prices: {name} is {array.dtype}{array.shape}, not {names['pairs']} pairs")
    return PackedPrices(
        regions=tuple((provider, name) for provider, ids in names["regions"].items() for name in ids),
        types=tuple((provider, name) for provider, ids in names["types"].items() for name in ids),
        sources=tuple(PriceSource(**source) for source in names["sources"]),
        dates=tuple((text, day) for text, day in names["dates"]),
        tables={table: (rows, as_of) for table, (rows, as_of) in names["tables"].items()},
        interruption_source=names["interruption"]["source"],
        interruption_as_of=names["interruption"]["as_of"],
        columns=columns,
    )
