"""Which state of the catalog's tables this is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from catalog.tables import DATA
from catalog.time_zones import VERSION as TIME_ZONES

# What the service reads; the price tables it reads packed.
READ = ("*.csv", "*.npy", "*.json")
NOT_READ = "prices.csv"


def data_version(data: Path = DATA, time_zones: str = TIME_ZONES) -> str:
    """A short hash over the names and contents of the tables below `data`: another one for any other catalog.

    time_zones: the version of their rules, which are data too.
    """
    return version_of(tables_below(data), time_zones)


def version_of(tables: Iterable[tuple[str, bytes]], time_zones: str = TIME_ZONES) -> str:
    """The same of tables with their paths, in the order of tables_below."""
    digest = blake2b(time_zones.encode(), digest_size=8)
    for path, content in tables:
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def tables_below(data: Path = DATA) -> Iterator[tuple[str, bytes]]:
    """The path below `data` and the content of each table that the service reads."""
    files = {path for pattern in READ for path in data.rglob(pattern) if path.name != NOT_READ}
    for path in sorted(files):
        yield path.relative_to(data).as_posix(), path.read_bytes()
