"""Answers as text for people, JSON or CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

FORMATS = ("text", "json", "csv")
UNKNOWN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. name: in CSV; title: for people, with the unit. digits: after the point, for people."""

    name: str
    title: str
    digits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An answer in all three forms.

    answer: what JSON shows. rows: column name -> value; None is unknown: empty in CSV, - for people.
    notes: sentences behind the table, for people.
    """

    answer: Mapping[str, Any]
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()

    def written(self, form: str, *, colours: bool = False) -> str:
        """form: one of FORMATS."""
        if form == "json":
            return json.dumps(self.answer, indent=2, ensure_ascii=False) + "\n"
        return self.as_csv() if form == "csv" else self.as_text(colours=colours)

    def as_csv(self, *, head: bool = True) -> str:
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if head:
            writer.writerow([column.name for column in self.columns])
        writer.writerows([row.get(column.name) for column in self.columns] for row in self.rows)
        return text.getvalue()

    def as_text(self, *, colours: bool = False, head: bool = True) -> str:
        """An aligned table; columns of numbers to the right."""
        cells = [[_cell(row.get(column.name), column) for column in self.columns] for row in self.rows]
        heads = [column.title for column in self.columns]
        widths = [max(len(row[index]) for row in [heads, *cells]) for index in range(len(heads))]
        numeric = [column.digits is not None for column in self.columns]
        lines = [_line(row, widths, numeric) for row in cells]
        if head and cells:
            first = _line(heads, widths, numeric)
            lines.insert(0, f"\x1b[1m{first}\x1b[0m" if colours else first)
        lines += [printable(note) for note in self.notes]
        return "".join(f"{line}\n" for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(cells, widths, numeric, strict=True)
    )
    return "  ".join(padded).rstrip()


def _cell(value: object, column: Column) -> str:
    if value is None:
        return UNKNOWN
    if column.digits is not None and isinstance(value, int | float):
        return f"{value:.{column.digits}f}"
    return printable(str(value))


def printable(text: str) -> str:
    """Without characters that a terminal would obey."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
