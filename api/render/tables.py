"""Rows as plain text and CSV: chosen fields, nested ones by a name such as spotPrice.perHour."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from api.render.parts import Json

PARTS: Mapping[str, tuple[str, ...]] = {
    "spotPrice": ("perSecond", "perHour", "currency"),
    "instancePrice": ("perSecond", "perHour", "currency"),
    "scheduleLimits": ("seconds", "minutes", "hours"),
}
FIELDS = (
    "gid",
    "id",
    "intensity",
    "spotScore",
    "spotPrice",
    "instancePrice",
    "notBefore",
    "notAfter",
    "scheduleLimits",
    "fits",
    "provider",
    "name",
    "city",
    "country",
    "iata",
    "iataAlso",
    "zone",
    "latitude",
    "longitude",
    "instanceType",
    "arch",
    "renewablePercentage",
    "renewablePercentageAsOf",
    "renewablePercentageSource",
    "isEstimate",
    "dataQuality",
    "source",
    "dataAsOf",
    "ageSeconds",
    "fallbackReason",
    "baselineFrom",
    "priceAsOf",
    "priceIsEstimate",
    "priceSource",
    "spotPriceAsOf",
    "spotPriceSource",
    "spotScoreSource",
    "spotScoreAsOf",
)


def columns_of(fields: Iterable[str]) -> list[str]:
    """The columns of a table with these fields: a nested one has a column for each of its parts."""
    return [f"{field}.{part}" if part else field for field in fields for part in PARTS.get(field, ("",))]


KNOWN_FIELDS = (*FIELDS, *(name for name in columns_of(FIELDS) if "." in name))


def pick(rows: Sequence[Json], fields: Sequence[str]) -> list[Json]:
    """The rows with these of KNOWN_FIELDS alone; what a row lacks is None."""
    return [_picked(row, fields) for row in rows]


def text_of(rows: Sequence[Json], fields: Sequence[str]) -> str:
    """A line a row, its values parted by tabs; unknown is empty."""
    columns = columns_of(fields)
    return "".join("\t".join(_cells(row, columns)) + "\n" for row in rows)


def csv_of(rows: Sequence[Json], fields: Sequence[str]) -> str:
    """A table with a header (RFC 4180, but lines end as in Unix); unknown is empty.

    Cells are the catalog's own words and numbers, so none is guarded against being read as a formula.
    """
    columns, target = columns_of(fields), io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(_cells(row, columns) for row in rows)
    return target.getvalue()


def _picked(row: Json, fields: Sequence[str]) -> Json:
    chosen: Json = {}
    for name in fields:
        field, _, part = name.partition(".")
        value = row.get(field)
        if part and isinstance(value, dict):
            kept = chosen.setdefault(field, {})
            if isinstance(kept, dict):
                kept[part] = value[part]
        else:
            chosen[field] = value
    return chosen


def _cells(row: Json, columns: Iterable[str]) -> list[str]:
    return [_cell(_value(row, column)) for column in columns]


def _value(row: Json, column: str) -> object:
    field, _, part = column.partition(".")
    value = row.get(field)
    return value.get(part) if part and isinstance(value, dict) else value


@lru_cache(maxsize=4096)
def _digits(value: float) -> str:
    return f"{Decimal(repr(value)):f}"


def _cell(value: object) -> str:
    """As JSON writes it, but numbers without an exponent, lists parted by spaces, and unknown empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, list):
        return " ".join(value)
    return str(value)
