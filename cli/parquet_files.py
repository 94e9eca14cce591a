"""Bills in Parquet, batch by batch, as the texts that CSV has. pyarrow is imported when one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

ROWS = 5000  # in memory at once
BUFFER_BYTES = 1 << 20  # of each column; without it a column of a whole row group is in memory
REPEATED = 8192  # times and maps whose texts are kept


class NoParquet(Exception):
    """A file cannot be read; says why."""


def parquet_rows(
    file: Path, columns_of: Callable[[Sequence[str]], dict[str, str]]
) -> Iterator[tuple[float, list[dict[str, str]]]]:
    """Batches of lines, each with the share of the file that it is; a line has its cells by column, but the empty ones.

    columns_of: of all columns those to read, with the names that the cells get. Raises NoParquet, OSError.
    """
    if find_spec("pyarrow") is None:
        raise NoParquet("it is Parquet, and pyarrow is not installed: install requirements-aws.txt")
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file, buffer_size=BUFFER_BYTES, pre_buffer=False) as bill:
            names = columns_of(bill.schema_arrow.names)
            whole = max(1, bill.metadata.num_rows)
            for batch in bill.iter_batches(batch_size=ROWS, columns=list(names)):
                cells = [_texts(column) for column in batch.columns]
                read = [names[name] for name in batch.schema.names]
                yield (
                    batch.num_rows / whole,
                    [
                        {name: cell for name, cell in zip(read, line, strict=True) if cell}
                        for line in zip(*cells, strict=True)
                    ],
                )
    except (pa.ArrowException, ArithmeticError, RecursionError, TypeError, ValueError) as error:  # cells without a text
        raise NoParquet(str(error)) from error


def _texts(column: Any) -> list[str | None]:
    """The cells of a column of a batch, as CSV has them; None: empty."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind):  # pyarrow needs pandas for nanoseconds
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    values = column.to_pylist()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts: list[str | None] = values
        return texts
    if pa.types.is_map(kind):  # as pairs
        return [None if value is None else _json(tuple(value)) for value in values]
    return [None if value is None else _text(value) for value in values]


@lru_cache(REPEATED)
def _json(pairs: tuple[tuple[str, str | None], ...]) -> str:
    return orjson.dumps(dict(pairs)).decode()


def _text(value: object) -> str:
    match value:
        case datetime():
            return _moment(value)
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case dict() | list():
            return orjson.dumps(value, default=str).decode()
        case _:
            return str(value)


@lru_cache(REPEATED)
def _moment(value: datetime) -> str:
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")
