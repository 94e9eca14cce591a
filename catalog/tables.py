"""How the catalog's CSV tables are read: every wrong cell is refused with its file and row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carbon.errors import CarbonError

DATA = Path(__file__).resolve().parent / "data"


class CatalogError(CarbonError):
    """A table of the catalog is wrong; names the file and the row.

    table, line, column: where, if it is known; line 1 is the header, column 1 the first one.
    """

    def __init__(self, why: str, *, table: str | None = None, line: int | None = None, column: int | None = None):
        super().__init__(why)
        self.table = table
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table. Line 1 is the header. Readers raise CatalogError for a missing or malformed cell.

    header: the columns of the file, if they are others than those of `cells`.
    """

    table: str
    line: int
    cells: dict[str, str]
    header: tuple[str, ...] = ()

    def error(self, why: str) -> CatalogError:
        """The error to raise for this row, with the place of the column whose name `why` begins with."""
        name, header = why.partition(" ")[0], self.header or tuple(self.cells)
        column = header.index(name) + 1 if name in header else None
        text = f"{self.table} row {self.line}: {why}" + ("" if column is None else f" (column {column})")
        return CatalogError(text, table=self.table, line=self.line, column=column)

    def text(self, column: str) -> str:
        """The cell as it is, possibly empty."""
        try:
            return self.cells[column]
        except KeyError:
            raise self.error(f"column {column} is missing") from None

    def required(self, column: str) -> str:
        """The cell, which must not be empty."""
        return self.text(column) or self._missing(column)

    def optional(self, column: str) -> str | None:
        """The cell, None where empty."""
        return self.text(column) or None

    def number(self, column: str) -> float:
        """The cell as a number, which must be there."""
        value = self.optional_number(column)
        if value is None:
            raise self.error(f"{column} is empty")
        return value

    def optional_number(self, column: str) -> float | None:
        """The cell as a number, None where empty."""
        cell = self.text(column)
        if not cell:
            return None
        try:
            return float(cell)
        except ValueError:
            raise self.error(f"{column} is not a number: {cell!r}") from None

    def _missing(self, column: str) -> str:
        raise self.error(f"{column} is empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one file, each with `source` and `as_of`; as_of is the newest of them."""

    name: str
    rows: tuple[Row, ...]

    @property
    def as_of(self) -> str:
        """Newest date in the table, as precise as the table writes it."""
        return max(row.cells["as_of"] for row in self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def read_table(data: Path, name: str, *key: str) -> Table:
    """Reads data/name. Refuses a row without source or as_of, of another width than the header,
    or with the same `key` columns (compared without case) as an earlier one. Equal cells are one object."""
    required = ("source", "as_of", *key)
    keys: set[tuple[str, ...]] = set()
    texts: dict[str, str] = {}  # not sys.intern, whose own table grows with every reload
    rows = []
    with (data / name).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        for cells in reader:
            by_column = dict(zip(header, map(texts.setdefault, cells, cells), strict=False))
            row = Row(table=name, line=reader.line_num, cells=by_column)
            if len(cells) != len(header):
                raise row.error(f"{len(cells)} cells, the header has {len(header)}")
            for column in required:
                if not by_column.get(column):
                    row.required(column)  # raises: which of the two is wrong
            if key:
                identity = tuple([by_column[column].lower() for column in key])
                if identity in keys:
                    raise row.error(f"{' '.join(identity)} appears twice")
                keys.add(identity)
            rows.append(row)
    if not rows:
        raise CatalogError(f"{name} has no rows")
    return Table(name=name, rows=tuple(rows))
