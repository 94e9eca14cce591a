"""Bills as files: CSV, plain or compressed with gzip, and Parquet; line by line."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

from carbon.errors import CarbonError
from cli.parquet_files import NoParquet, parquet_rows

if TYPE_CHECKING:
    from tqdm import tqdm

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
MOST_IN_LINE = 1_048_576  # characters; a line without an end would fill the memory
NOTED_LINES = 500  # after so many the progress bar moves
ReadColumns = Callable[[Sequence[str]], list[tuple[int, str, bool]]]


class UnreadableBill(CarbonError):
    """A file is no bill of the format that was named, or it is damaged."""


def _any(_: str) -> bool:
    return True


def lines(
    file: Path, column: Callable[[str], str], columns: frozenset[str], is_read: Callable[[str], bool] = _any
) -> Iterator[dict[str, str] | None]:
    """The cells of each line by column; None for a line with more or fewer cells than the header.

    In bounded memory, with a progress bar if a person looks on. column: the name to use of a column. columns: those
    that there must be; of others, empty cells are left out. is_read: whether a column is wanted, by that name. Raises
    UnreadableBill.
    """

    def read(header: Sequence[str]) -> list[tuple[int, str, bool]]:
        """The place and the name of each column to read, and whether its empty cells count."""
        names = [column(name.strip()) for name in header]
        if missing := sorted(columns - set(names)):
            raise UnreadableBill(f"{file.name} is not in this format: it has no column {', '.join(missing)}")
        return [(at, name, name in columns) for at, name in enumerate(names) if is_read(name)]

    try:
        with file.open("rb") as raw, _bar(file) as bar:
            start = raw.read(4)
            raw.seek(0)
            if start == PARQUET:
                yield from _lines_of_parquet(file, bar, read)
            else:
                yield from _lines_of_csv(raw, bar, read, is_compressed=start.startswith(GZIP))
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError, NoParquet) as error:
        raise UnreadableBill(f"{file.name} cannot be read: {error}") from error


def _lines_of_csv(
    raw: BinaryIO, bar: tqdm[NoReturn], read: ReadColumns, *, is_compressed: bool
) -> Iterator[dict[str, str] | None]:
    binary = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_compressed else raw
    with closing(TextIOWrapper(binary, encoding="utf-8-sig", newline="")) as text:
        reader = csv.reader(_watched(text, raw, bar))
        header = next(reader, [])
        count, wanted = len(header), read(header)
        for cells in reader:
            if len(cells) == count:
                yield {name: cell for at, name, is_needed in wanted if (cell := cells[at]) or is_needed}
            elif cells:
                yield None


def _watched(text: TextIOWrapper, raw: BinaryIO, bar: tqdm[NoReturn]) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(MOST_IN_LINE), "")):
        if len(line) == MOST_IN_LINE:
            raise UnreadableBill(f"{Path(raw.name).name} has a line of more than {MOST_IN_LINE:,} characters")
        if number % NOTED_LINES == 0:
            bar.update(raw.tell() - bar.n)
        yield line


def _lines_of_parquet(file: Path, bar: tqdm[NoReturn], read: ReadColumns) -> Iterator[dict[str, str]]:
    size = file.stat().st_size
    empty: dict[str, str] = {}

    def columns_of(names: Sequence[str]) -> dict[str, str]:
        wanted = read(names)
        empty.update({name: "" for _, name, is_needed in wanted if is_needed})
        return {names[at]: name for at, name, _ in wanted}

    for share, batch in parquet_rows(file, columns_of):
        yield from (empty | line for line in batch)
        bar.update(share * size)


def _bar(file: Path) -> tqdm[NoReturn]:
    """Over the bytes of the file as it is; shown on a terminal alone."""
    from tqdm import tqdm

    return tqdm(total=file.stat().st_size, unit="B", unit_scale=True, desc=file.name, disable=None, leave=False)
