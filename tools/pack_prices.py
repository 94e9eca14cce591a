"""Packs catalog/data/*/prices.csv and aws/spot_interruption.csv into the arrays the service loads.

python -m tools.pack_prices          write catalog/data/packed
python -m tools.pack_prices --check  compare with it; exit 1 on a difference

The same tables give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from catalog.dates import earliest_day
from catalog.packed import COLUMNS, MICRO_USD, NAMES, NOT_KNOWN
from tools.tables import DATA, Cells, read, write_or_compare

PACKED = DATA / "packed"
Pair = tuple[str, str, str]  # provider, region, type


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The readable tables. prices: provider -> rows. bands: AWS (region, type) -> row."""

    prices: Mapping[str, Sequence[Cells]]
    sources: Sequence[Cells]
    bands: Mapping[tuple[str, str], Cells]

    @classmethod
    def read(cls, data: Path = DATA) -> Tables:
        """From catalog/data."""
        return cls(
            prices={path.parent.name: read(path) for path in sorted(data.glob("*/prices.csv"))},
            sources=read(data / "price_sources.csv"),
            bands={(row["region"], row["instance_type"]): row for row in read(data / "aws" / "spot_interruption.csv")},
        )


def pack(tables: Tables) -> dict[str, bytes]:
    """File name -> bytes. Raises ValueError for a price finer than a millionth, or a band of a pair without a row."""
    pairs: dict[Pair, Cells] = {
        (provider, row["region"], row["instance_type"]): row for provider, rows in tables.prices.items() for row in rows
    }
    if len(pairs) < sum(len(rows) for rows in tables.prices.values()):
        raise ValueError("a pair is priced twice")
    regions = {provider: sorted({row["region"] for row in rows}) for provider, rows in tables.prices.items()}
    types = {provider: sorted({row["instance_type"] for row in rows}) for provider, rows in tables.prices.items()}
    region_index, type_index = _indexes(regions), _indexes(types)
    dates = sorted({row[column] for row in pairs.values() for column in ("as_of", "spot_as_of")} - {""}, key=_by_day)
    date_index = {"": NOT_KNOWN} | {date: index for index, date in enumerate(dates)}
    source_index = {"": NOT_KNOWN} | {row["key"]: index for index, row in enumerate(tables.sources)}
    bands = {("aws", *key): int(row["band"]) for key, row in tables.bands.items()}
    if unpriced_pairs := bands.keys() - pairs.keys():
        raise ValueError(f"a band of a pair without a price row: {min(unpriced_pairs)}")
    ordered = sorted(pairs, key=lambda pair: (region_index[pair[:2]], type_index[pair[0], pair[2]]))
    columns = {
        "region": [region_index[pair[:2]] for pair in ordered],
        "type": [type_index[pair[0], pair[2]] for pair in ordered],
        "on_demand_micro_usd": [micro_usd(pairs[pair]["on_demand_usd_per_hour"]) for pair in ordered],
        "spot_micro_usd": [micro_usd(pairs[pair]["spot_usd_per_hour"]) for pair in ordered],
        "on_demand_date": [date_index[pairs[pair]["as_of"]] for pair in ordered],
        "spot_date": [date_index[pairs[pair]["spot_as_of"]] for pair in ordered],
        "on_demand_source": [source_index[pairs[pair]["source"]] for pair in ordered],
        "spot_source": [source_index[pairs[pair]["spot_source"]] for pair in ordered],
        "interruption_band": [bands.get(pair, NOT_KNOWN) for pair in ordered],
    }
    ((band_source, band_as_of),) = {(row["source"], row["as_of"]) for row in tables.bands.values()}
    names = {
        "pairs": len(ordered),
        "regions": regions,
        "types": types,
        "sources": [{**row, "is_estimate": row["is_estimate"] == "yes"} for row in tables.sources],
        "dates": [(date, earliest_day(date)) for date in dates],
        "tables": {f"{name}/prices": (len(rows), _newest(rows)) for name, rows in tables.prices.items()},
        "interruption": {"source": band_source, "as_of": band_as_of},
    }
    files = {f"{name}.npy": _array(name, values) for name, values in columns.items()}
    files[NAMES] = (json.dumps(names, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    return files


def _indexes(names: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], int]:
    """(provider, name) -> its place when the providers' names follow each other."""
    keys = ((provider, name) for provider, types in names.items() for name in types)
    return {key: index for index, key in enumerate(keys)}


def micro_usd(price: str) -> int:
    """Millionths of a dollar; 0 where the cell is empty."""
    amount = Decimal(price or 0) * MICRO_USD
    if amount != int(amount):
        raise ValueError(f"{price} is finer than a millionth of a dollar")
    return int(amount)


def _by_day(as_of: str) -> tuple[int, str]:
    return earliest_day(as_of), as_of


def _newest(rows: Sequence[Cells]) -> str:
    return max((row[column] for row in rows for column in ("as_of", "spot_as_of") if row[column]), key=_by_day)


def _array(name: str, values: Sequence[int]) -> bytes:
    bounds = np.iinfo(COLUMNS[name])
    if not (bounds.min <= min(values) and max(values) <= bounds.max):
        raise ValueError(f"{name} does not fit into {bounds.dtype}")
    out = io.BytesIO()
    np.save(out, np.array(values, dtype=COLUMNS[name]), allow_pickle=False)
    return out.getvalue()


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Pack the price tables.")
    parser.add_argument("--check", action="store_true", help="compare with the existing files")
    arguments = parser.parse_args()
    files = pack(Tables.read())
    return write_or_compare({PACKED / name: content for name, content in files.items()}, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
