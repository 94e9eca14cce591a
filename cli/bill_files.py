"""Bills as files: CSV, plain or compressed with gzip, line by line."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, cast

from carbon.errors import CarbonError

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
MOST_IN_LINE = 1_048_576  # characters; a line without an end would fill the memory
NOTED_LINES = 500  # after so many the progress bar moves
NO_PARQUET = (
    "{name} is Parquet, which is not read: export the report as CSV (gzip), or write it as CSV first, "
    "for example with DuckDB: COPY (SELECT * FROM '{name}') TO 'bill.csv.gz' (HEADER)"
)


class UnreadableBill(CarbonError):
    """A file is no bill of the format that was named, or it is damaged."""


def lines(file: Path, column: Callable[[str], str], columns: frozenset[str]) -> Iterator[dict[str, str] | None]:
    """The cells of each line by column; None for a line with more or fewer cells than the header.

    In bounded memory, with a progress bar if a person looks on. column: the name to use of a column. columns: those
    that there must be. Raises UnreadableBill.
    """
    try:
        with file.open("rb") as raw, closing(_text(raw, file.name)) as text:
            reader = csv.reader(_watched(text, raw, file))
            header = [column(name.strip()) for name in next(reader, [])]
            if missing := sorted(columns - set(header)):
                raise UnreadableBill(f"{file.name} is not in this format: it has no column {', '.join(missing)}")
            for cells in reader:
                if cells:
                    yield dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        raise UnreadableBill(f"{file.name} cannot be read: {error}") from error


def _text(raw: BinaryIO, name: str) -> TextIOWrapper:
    start = raw.read(4)
    raw.seek(0)
    if start == PARQUET:
        raise UnreadableBill(NO_PARQUET.format(name=name))
    binary = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if start.startswith(GZIP) else raw
    return TextIOWrapper(binary, encoding="utf-8-sig", newline="")


def _watched(text: TextIOWrapper, raw: BinaryIO, file: Path) -> Iterator[str]:
    from tqdm import tqdm

    size = file.stat().st_size
    with tqdm(total=size, unit="B", unit_scale=True, desc=file.name, disable=None, leave=False) as bar:
        for number, line in enumerate(iter(lambda: text.readline(MOST_IN_LINE), "")):
            if len(line) == MOST_IN_LINE:
                raise UnreadableBill(f"{file.name} has a line of more than {MOST_IN_LINE:,} characters")
            if number % NOTED_LINES == 0:
                bar.update(raw.tell() - bar.n)
            yield line
