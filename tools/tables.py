"""Tables as CSV text, read, written, and compared with the files in the repository."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT / "catalog" / "data"

Cells = dict[str, str]


def read(path: Path) -> list[Cells]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A CSV file's text with exactly these columns; None is an empty cell. Raises ValueError for another column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_or_compare(contents: Mapping[Path, str | bytes], *, check: bool) -> int:
    """Writes each file; with check, names those that differ instead. Exit status: 1 for a difference."""
    stale = 0
    for path, content in contents.items():
        data = content.encode() if isinstance(content, str) else content
        name = path.relative_to(PROJECT)
        if check:
            if not path.exists() or path.read_bytes() != data:
                sys.stdout.write(f"differs: {name}\n")
                stale = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            sys.stdout.write(f"{name}: {len(data):,} bytes\n")
    return stale
