"""The files of an overlay: which ones there are, when they changed, and their rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from catalog.model import OVERLAY
from catalog.tables import CatalogError, Row

ZONES, REGIONS, INSTANCES = "zones.csv", "regions.csv", "instances.csv"
PRICES, DISCOUNTS, POLICY, NODES = "prices.csv", "discounts.csv", "policy.csv", "nodes.csv"
FILES = (ZONES, REGIONS, INSTANCES, PRICES, DISCOUNTS, POLICY, NODES)
LARGEST_BYTES = 20_000_000
COMMENT = "#"
OWN_PROVIDER = "own"

Stamp = tuple[tuple[str, int, int, int], ...]  # name, time of change, inode and size of each file


@dataclass(frozen=True, slots=True)
class OverlayFiles:
    """The contents of the files that there are, by name in the order of FILES."""

    contents: Mapping[str, bytes]

    @property
    def digest(self) -> bytes:
        """Names these contents; empty without any."""
        if not self.contents:
            return b""
        parts = (f"{name}\0{len(content)}\0".encode() + content for name, content in self.contents.items())
        return blake2b(b"".join(parts), digest_size=16).digest()

    def rows(self, name: str, allowed: Sequence[str], required: Sequence[str]) -> list[Row]:
        """The rows of a file; none if there is no such file or it has only comments.

        allowed: the columns that it may have. required: those that each row must fill, source and as_of besides.
        Raises CatalogError, which says file, line and column.
        """
        return [] if name not in self.contents else list(_rows(name, self.contents[name], allowed, required))


def stamp(folder: Path, names: Sequence[str] | None = None) -> Stamp:
    """What tells whether files changed: those of these names, or all that are not hidden. Empty without a folder."""
    try:
        paths = sorted(folder.iterdir()) if names is None else [folder / name for name in names]
    except OSError:
        return ()
    marks = []
    for path in paths:
        if path.name.startswith("."):
            continue
        try:
            status = path.stat()
        except OSError:
            continue
        marks.append((path.name, status.st_mtime_ns, status.st_ino, status.st_size))
    return tuple(marks)


def read_files(folder: Path) -> OverlayFiles:
    """The overlay in a folder, which may be absent. Raises CatalogError for a file that cannot be read or is unknown.

    A file of another name that ends in .csv is refused, because a misspelt name would otherwise change nothing.
    """
    try:
        names = {path.name for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.name[0] != "."}
    except FileNotFoundError:
        return OverlayFiles({})
    except OSError as error:
        raise CatalogError(f"the folder of the overlay cannot be read: {error.strerror}") from error
    if unknown := sorted(names - set(FILES)):
        raise _refusal(unknown[0], f"is not a file of an overlay; these are {', '.join(FILES)}")
    contents = {}
    for name in FILES:
        if name in names:
            path = folder / name
            try:
                if path.stat().st_size > LARGEST_BYTES:
                    raise _refusal(name, f"is larger than {LARGEST_BYTES:,} bytes")
                contents[name] = path.read_bytes()
            except OSError as error:
                raise _refusal(name, f"cannot be read: {error.strerror}") from error
    return OverlayFiles(contents)


def source_of(name: str) -> str:
    """The source of every figure from a file."""
    return f"{OVERLAY}{name}"


def _refusal(name: str, why: str, line: int | None = None, column: int | None = None) -> CatalogError:
    place = source_of(name) + ("" if line is None else f" row {line}")
    text = f"{place}: {why}" + ("" if column is None else f" (column {column})")
    return CatalogError(text, table=source_of(name), line=line, column=column)


def _rows(name: str, content: bytes, allowed: Sequence[str], required: Sequence[str]) -> Iterator[Row]:
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise _refusal(name, "is not UTF-8", content.count(b"\n", 0, error.start) + 1) from error
    reader = csv.reader(("" if line.startswith(COMMENT) else line for line in lines), strict=True)
    header: tuple[str, ...] = ()
    while True:
        before = reader.line_num
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise _refusal(name, f"is not CSV: {error}", reader.line_num) from error
        if not any(cells):
            continue
        if reader.line_num > before + 1:
            raise _refusal(name, "a cell reaches over several lines", before + 1)
        if not header:
            header = _header(name, reader.line_num, cells, allowed, required)
            continue
        row = Row(
            table=source_of(name),
            line=reader.line_num,
            cells=dict.fromkeys(allowed, "") | dict(zip(header, cells, strict=False)),
            header=header,
        )
        if len(cells) != len(header):
            raise row.error(f"{len(cells)} cells, the header has {len(header)}")
        for column in required:
            row.required(column)
        yield row


def _header(
    name: str, line: int, cells: Sequence[str], allowed: Sequence[str], required: Sequence[str]
) -> tuple[str, ...]:
    for place, column in enumerate(cells, start=1):
        if column not in allowed:
            raise _refusal(name, f"{column!r} is not a column of this file; use {', '.join(allowed)}", line, place)
        if column in cells[: place - 1]:
            raise _refusal(name, f"{column} appears twice", line, place)
    if missing := [column for column in required if column not in cells]:
        raise _refusal(name, f"column {missing[0]} is missing", line)
    return tuple(cells)


def merged(row: Row, shipped: Row | None, defaults: Mapping[str, str]) -> Row:
    """The row as the loaders of the catalog read it: what it leaves empty is that of the shipped row, or a default.

    defaults: of a row that the catalog does not have. The source is always the file.
    """
    below = defaults if shipped is None else shipped.cells
    cells = {column: row.cells.get(column) or below.get(column, "") for column in {**below, **row.cells}}
    return Row(table=row.table, line=row.line, cells=cells | {"source": row.table}, header=row.header)


def refuse_twice(row: Row, key: tuple[str, ...], line_of_key: dict[tuple[str, ...], int]) -> None:
    """Raises CatalogError for a key that an earlier row has. line_of_key: key -> line, added to."""
    if key in line_of_key:
        raise row.error(f"{' '.join(key)} is in row {line_of_key[key]} as well")
    line_of_key[key] = row.line
