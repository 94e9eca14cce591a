"""Rows as plain text and CSV: chosen fields, nested ones by a name such as spotPrice.perHour."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.shapes.compiler import json_names, shape_within
from api.shapes.reading import Json

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # https://owasp.org/www-community/attacks/CSV_Injection


@dataclass(frozen=True)
class Table:
    """The form of a list's rows. parts: their fields in order, each that is an object with the names of its parts."""

    parts: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, row: type[BaseModel]) -> Table:
        """The form of the rows that a model describes."""
        return cls({name: _parts_of(info) for name, info in json_names(row.model_fields).items()})

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.parts)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All that can be chosen: fields, then parts of fields."""
        return (*self.fields, *(name for name in self.columns(self.fields) if "." in name))

    def columns(self, fields: Iterable[str]) -> list[str]:
        """The columns of these of `names`: a field that is an object has a column for each of its parts."""
        return [f"{field}.{part}" if part else field for field in fields for part in self.parts.get(field) or ("",)]

    def text(self, rows: Sequence[Json], fields: Sequence[str]) -> str:
        """A line a row, its values parted by tabs; unknown is empty."""
        columns = self.columns(fields)
        return "".join("\t".join(_cells(row, columns)) + "\n" for row in rows)

    def csv(self, rows: Sequence[Json], fields: Sequence[str] | None = None) -> str:
        """A table with a header (RFC 4180, but lines end as in Unix); unknown is empty. fields: all when None."""
        columns, target = self.columns(self.fields if fields is None else fields), io.StringIO()
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell_of_csv(_value(row, column)) for column in columns] for row in rows)
        return target.getvalue()


def pick(rows: Sequence[Json], fields: Sequence[str]) -> list[Json]:
    """The rows with these names of a Table alone; what a row lacks is None."""
    return [_chosen_columns(row, fields) for row in rows]


def _parts_of(info: FieldInfo) -> tuple[str, ...]:
    """The parts of a field that is an object."""
    shape = shape_within(info.annotation)
    return () if shape is None else tuple(json_names(shape.model_fields))


def _chosen_columns(row: Json, fields: Sequence[str]) -> Json:
    columns: Json = {}
    for name in fields:
        field, _, part = name.partition(".")
        value = row.get(field)
        if part and isinstance(value, dict):
            parts = columns.setdefault(field, {})
            if isinstance(parts, dict):
                parts[part] = value[part]
        else:
            columns[field] = value
    return columns


def _cells(row: Json, columns: Iterable[str]) -> list[str]:
    return [_cell(_value(row, column)) for column in columns]


def _value(row: Json, column: str) -> object:
    field, _, part = column.partition(".")
    value = row.get(field)
    return value.get(part) if part and isinstance(value, dict) else value


def without_formula(text: str) -> str:
    """A cell of words. What a spreadsheet would take for a formula has an apostrophe before it.

    Ids, tags and names of tags are callers' own words, and others open the file.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell_of_csv(value: object) -> str:
    return _cell(value) if value is None or isinstance(value, int | float) else without_formula(_cell(value))


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
    if isinstance(value, list | tuple):
        return " ".join(_cell(one) for one in value)
    if isinstance(value, dict):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)
